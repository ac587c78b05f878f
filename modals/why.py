"""Why: what was decided about a ticket, by which rule or model, from what text, and everything that happened since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import Block, DividerBlock

from bot.values import Redacted
from modals.frame import modal, note, said, verbatim
from modals.parts import clip, date, escape, in_words

CALLBACK = "ticket.why"


@dataclass(frozen=True, slots=True)
class WhyData:
    """The decision and its grounds; every text is redacted or our own."""

    ticket: UUID
    number: int
    category: str
    priority: str
    confidence: float
    source: str
    reasons: tuple[str, ...]
    due_at: datetime | None
    needs_review: bool
    review_reason: str
    risks: tuple[str, ...]
    draft: str  #: where the draft came from, "" when there is none
    draft_flags: tuple[str, ...]
    shown: Redacted  #: what the model was shown
    history: tuple[str, ...]  #: events, oldest first; mrkdwn of ours
    intact: bool  #: the event chain verifies


def view(data: WhyData) -> dict[str, Any]:
    """The modal."""
    blocks: list[Block] = [said(_decision(data))]
    blocks += _list("Reasons", data.reasons)
    if data.needs_review:
        blocks.append(said(f"*Needs review*\n{escape(clip(data.review_reason or 'a person should look', 500))}"))
    blocks += _list("Risks", data.risks)
    if data.draft:
        blocks.append(said(f"*Draft*\n{escape(clip(data.draft, 300))}"))
    blocks += _list("Why one click may not send", data.draft_flags)
    blocks += [DividerBlock(), said("*What was read* (personal data masked; a model sees nothing else)")]
    text, missing = verbatim(in_words(data.shown), 4)
    blocks += text or [note("(nothing: the mail could not be read)")]
    if missing:
        blocks.append(note(f"{missing:,} more characters"))
    blocks += [DividerBlock(), *_history(data.history)]
    intact = "The record is unbroken." if data.intact else ":warning: *The record was tampered with: its chain does not verify.*"
    blocks.append(note(intact))
    return modal(CALLBACK, f"Why #{data.number}"[:24], blocks, meta={"t": str(data.ticket)})


def _decision(data: WhyData) -> str:
    due = date(data.due_at) if data.due_at else "none"
    return (
        f"*Category* {escape(data.category)} · *priority* {escape(data.priority)} · *confidence* {data.confidence:.0%}\n"
        f"*Decided by* {escape(clip(data.source, 100))} · *due* {due}"
    )


def _list(title: str, lines: Sequence[str]) -> Iterator[Block]:
    if lines:
        bullets = "\n".join(f"• {escape(clip(line, 200))}" for line in lines[:12])
        yield said(f"*{title}*\n{bullets}")


def _history(lines: Sequence[str]) -> Iterator[Block]:
    """The newest events that fit; sections of whole lines."""
    kept = list(lines[-60:])
    yield said("*What happened*" + (f" (the last {len(kept)} of {len(lines)})" if len(lines) > len(kept) else ""))
    piece = ""
    for line in kept:
        line = line[:700]
        if len(piece) + len(line) > 2_800:
            yield said(piece)
            piece = ""
        piece += f"{line}\n"
    if piece:
        yield said(piece)
