"""The review modal: the exact reply with real values, who gets it, and why to look twice. Submitting sends exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DividerBlock,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
)

from modals.frame import Values, asked, fields, modal, note, picked, read_meta, said, typed, verbatim
from modals.long_text import INPUT, LongText
from modals.parts import clip, escape, person

CALLBACK = "draft.send"
REPLY = "reply:0"  #: the first part's block: where an error about the text is shown
TAKE_OVER = "take_over"
ADDRESSES = "cc:{}"
STAYS_OPEN = "stays_open"
_CHECKBOXES = 10  #: Slack's limit
_OPTIONS = 100  #: Slack's limit of a select


@dataclass(frozen=True, slots=True)
class Base:
    """What the person was looking at: sending is refused when the ticket is no longer that."""

    ticket: UUID
    revision: int  #: of the draft, 0 when there was none
    event: int  #: sequence number of the ticket's newest event
    mail: UUID  #: the customer's mail that is answered
    owner: str | None = None  #: somebody else who had the ticket
    channel: str = ""  #: where the click came from, for a word to the person afterwards


@dataclass(frozen=True, slots=True)
class ReviewData:
    """Everything the review shows, with real values: for one person's eyes."""

    base: Base
    number: int
    sender: str
    to: str
    cc: tuple[str, ...]
    subject: str
    signature: str
    text: LongText
    acknowledgement: bool = False  #: the draft only says that we read the mail
    reasons: tuple[str, ...] = ()  #: why one click may not send; our own words
    notes: tuple[str, ...] = ()  #: people added or dropped; our own words and real addresses
    changed: tuple[str, ...] = ()  #: what happened while the person was typing; mrkdwn of ours
    newer: str = ""  #: the draft that somebody else made meanwhile, real values
    kept: frozenset[int] | None = None  #: which of `cc` stay ticked; None is all


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person submitted."""

    base: Base
    text: LongText
    kept: frozenset[int]
    take_over: bool
    stays_open: bool


def view(data: ReviewData) -> dict[str, Any]:
    """The review as a modal."""
    blocks: list[Block] = [*_top(data)]
    pairs = [("From", data.sender), ("To", data.to), ("Subject", data.subject)]
    blocks.append(fields(pairs if data.cc else [*pairs, ("Cc", "nobody")]))
    blocks += [note(escape(clip(line, 900))) for line in data.notes[:5]]
    blocks += _inputs(data.text)
    blocks += _copies(data)
    if data.signature:
        blocks.append(note("Signature, added once below the reply:"))
        blocks += verbatim(data.signature, 1)[0]
    blocks += _choices(data)
    if data.newer:
        blocks += [DividerBlock(), said("*The newer draft* (yours above is kept; copy over what you want)")]
        blocks += verbatim(data.newer, 8)[0]
    return modal(CALLBACK, f"Reply to #{data.number}"[:24], blocks, meta=_meta(data), submit="Send", close="Cancel")


def _top(data: ReviewData) -> Iterator[Block]:
    """What must be read before the draft."""
    if data.changed:
        lines = "\n".join(f"• {line}" for line in data.changed[-8:])
        yield said(f":warning: *Nothing was sent: the ticket changed while you were writing.*\n{lines}")
        yield note("Your text is still here. Read what is new; *Send* then sends it.")
    if data.reasons:
        lines = "\n".join(f"• {escape(clip(reason, 220))}" for reason in data.reasons[:12])
        yield said(f"*Please look before it leaves*\n{lines}")


def _inputs(text: LongText) -> Iterator[Block]:
    for at, part in enumerate(text.parts):
        element = PlainTextInputElement(
            action_id="text", initial_value=part or None, multiline=True, max_length=INPUT, focus_on_load=at == 0
        )
        label = "Reply" if at == 0 else f"Reply, part {at + 1}"
        yield asked(f"reply:{at}", label, element, optional=at > 0)


def _copies(data: ReviewData) -> Iterator[Block]:
    """The kept Cc, each removable; several fields only for a crowd that no single one can hold."""
    options = [Option(value=str(at), label=clip(address, 75) or "(no address)") for at, address in enumerate(data.cc)]
    size = _CHECKBOXES if len(options) <= _CHECKBOXES else _OPTIONS
    for start in range(0, len(options), size):
        group = options[start : start + size]
        ticked = [option for option in group if data.kept is None or int(option.value or 0) in data.kept]
        element: CheckboxesElement | StaticMultiSelectElement
        if size == _CHECKBOXES:
            element = CheckboxesElement(action_id="cc", options=group, initial_options=ticked or None)
        else:
            element = StaticMultiSelectElement(action_id="cc", options=group, initial_options=ticked or None)
        label = "Cc" if start == 0 else f"Cc, from {start + 1}"
        yield asked(ADDRESSES.format(start), label, element, optional=True, hint="Who is not ticked gets no copy.")


def _choices(data: ReviewData) -> Iterator[Block]:
    if data.acknowledgement:
        yield note("The draft only acknowledges the mail: sent as it is, the ticket stays open. Changed, it counts as an answer.")
        stays = Option(value="yes", label="Even changed, this only acknowledges: keep the ticket open")
        yield asked(STAYS_OPEN, "After sending", CheckboxesElement(action_id="choice", options=[stays]), optional=True)
    if data.base.owner:
        yield said(f"{person(data.base.owner)} has this ticket.")
        take = Option(value="yes", label="Take it over and send")
        yield asked(TAKE_OVER, "Take over", CheckboxesElement(action_id="choice", options=[take]), optional=True)


def _meta(data: ReviewData) -> dict[str, Any]:
    base = data.base
    seen = {"t": str(base.ticket), "r": base.revision, "e": base.event, "m": str(base.mail), "j": data.text.joints}
    return seen | ({"o": base.owner} if base.owner else {}) | ({"c": base.channel} if base.channel else {})


def parse(values: Values, metadata: str) -> Typed:
    """What the person typed and on what base; raises ValueError when the metadata is not ours."""
    meta = read_meta(metadata)
    try:
        base = Base(
            ticket=UUID(meta["t"]),
            revision=int(meta["r"]),
            event=int(meta["e"]),
            mail=UUID(meta["m"]),
            owner=meta.get("o"),
            channel=str(meta.get("c", "")),
        )
        joints = str(meta["j"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("the modal's metadata is not ours") from error
    parts = tuple(typed(values, f"reply:{at}", "text") for at in range(len(joints) + 1))
    kept = frozenset(int(value) for block in values if block.startswith("cc:") for value in picked(values, block, "cc"))
    return Typed(
        base=base,
        text=LongText(parts, joints),
        kept=kept,
        take_over="yes" in picked(values, TAKE_OVER, "choice"),
        stays_open="yes" in picked(values, STAYS_OPEN, "choice"),
    )
