"""The Close modal: why the ticket needs nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import Block, Option, PlainTextInputElement, StaticSelectElement

from modals.frame import Values, asked, modal, picked, read_meta, said, typed

CALLBACK = "ticket.close"
REASON = "reason"
NOTE = "note"

#: value -> words, in the order shown
REASONS = {
    "answered": "Answered",
    "solved": "Solved without an answer",
    "duplicate": "Duplicate of another ticket",
    "no_answer": "Needs no answer",
    "elsewhere": "Handled elsewhere",
}


@dataclass(frozen=True, slots=True)
class Closing:
    """What was picked: `reason` in our words, and the person's note."""

    ticket: UUID
    reason: str
    note: str
    channel: str


def view(ticket: UUID, number: int, channel: str) -> dict[str, Any]:
    """The modal; the likely reason is picked already."""
    options = [Option(value=value, label=words) for value, words in REASONS.items()]
    blocks: list[Block] = [
        said("The customer's next mail opens it again."),
        asked(REASON, "Reason", StaticSelectElement(action_id="reason", options=options, initial_option=options[1])),
        asked(NOTE, "Note", PlainTextInputElement(action_id="text", multiline=True, max_length=500), optional=True),
    ]
    meta = {"t": str(ticket), "c": channel}
    return modal(CALLBACK, f"Close #{number}"[:24], blocks, meta=meta, submit="Close ticket", close="Keep open")


def parse(values: Values, metadata: str) -> Closing:
    """What was picked and typed; raises ValueError when the metadata or the reason is not ours."""
    meta = read_meta(metadata)
    chosen = picked(values, REASON, "reason")
    if len(chosen) != 1 or chosen[0] not in REASONS:
        raise ValueError("not one of our reasons")
    return Closing(UUID(str(meta.get("t"))), REASONS[chosen[0]], typed(values, NOTE, "text").strip(), str(meta.get("c", "")))
