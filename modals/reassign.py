"""The Reassign modal: to whom, and a word to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import Block, PlainTextInputElement, UserSelectElement

from modals.frame import Values, asked, modal, read_meta, said, typed
from modals.parts import person

CALLBACK = "ticket.reassign"
TO = "to"
NOTE = "note"


@dataclass(frozen=True, slots=True)
class Handover:
    """What was asked for: `to` is a Slack id, "" when nobody was picked."""

    ticket: UUID
    to: str
    note: str
    channel: str


def view(ticket: UUID, number: int, owner: str | None, channel: str) -> dict[str, Any]:
    """The modal; it opens with nobody picked, so that nothing is reassigned by pressing Enter."""
    who = f"{person(owner)} has this ticket." if owner else "Nobody has this ticket yet."
    words = PlainTextInputElement(action_id="text", multiline=True, max_length=500)
    blocks: list[Block] = [
        said(who),
        asked(TO, "Assign to", UserSelectElement(action_id="user")),
        asked(NOTE, "Note", words, optional=True, hint="Goes to them in a DM, with personal data masked."),
    ]
    meta = {"t": str(ticket), "c": channel}
    return modal(CALLBACK, f"Reassign #{number}"[:24], blocks, meta=meta, submit="Reassign", close="Cancel")


def parse(values: Values, metadata: str) -> Handover:
    """What was picked and typed; raises ValueError when the metadata is not ours."""
    meta = read_meta(metadata)
    picked = values.get(TO, {}).get("user", {}).get("selected_user")
    return Handover(UUID(str(meta.get("t"))), str(picked or ""), typed(values, NOTE, "text").strip(), str(meta.get("c", "")))
