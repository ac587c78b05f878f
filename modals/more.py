"""The More… modal: personal, so it shows exactly what this person may do to this ticket now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.values import Redacted
from modals.frame import modal, note, said
from modals.parts import button, clip, confirm, escape, in_words, one_line, person, value

CALLBACK = "ticket.more"

#: action id -> (label, what it does); the order is the modal's
ACTS: dict[str, tuple[str, str]] = {
    "ticket.claim": ("Claim", "Make it yours."),
    "ticket.take_over": ("Take over", "Make it yours; they are told."),
    "ticket.release": ("Release", "Give it back, so that anybody can claim it."),
    "ticket.reassign": ("Reassign", "Give it to somebody."),
    "ticket.close": ("Close", "Nothing more to do."),
    "ticket.reopen": ("Reopen", "Somebody has to do something after all."),
    "ticket.dismiss": ("Not a ticket", "It should not have become one."),
    "ticket.hide": ("Hide this", "Something personal can still be read: mask it everywhere, from now on."),
    "ticket.original": ("View original", "The mail as it came, unredacted. That you looked is recorded."),
    "ticket.export": ("Export", "Everything about the ticket as a file, sent to you alone. That you did is recorded."),
    "ticket.why": ("Why", "Rules, model and confidence behind each decision."),
}
_SURE = {
    "ticket.take_over": ("Take this ticket over from its owner?", "Take over", "Leave it"),
    "ticket.dismiss": ("Put this ticket away as not a ticket?", "Not a ticket", "Keep it"),
}


@dataclass(frozen=True, slots=True)
class MoreData:
    """What the modal shows to one person; `acts` are the action ids that are open to them now."""

    ticket: UUID
    number: int
    version: int
    status: str
    owner: str | None
    subject: Redacted
    acts: tuple[str, ...]
    gmail_url: str = ""
    said: str = ""  #: what just happened, mrkdwn of ours
    channel: str = ""


def view(data: MoreData) -> dict[str, Any]:
    """The modal, one line per act."""
    who = person(data.owner) if data.owner else "nobody"
    subject = escape(clip(one_line(in_words(data.subject)), 200)) or "(no subject)"
    blocks: list[Block] = [said(data.said)] if data.said else []
    blocks.append(said(f"{subject}\nStatus: {data.status} · owner: {who}"))
    for action_id, (label, does) in ACTS.items():
        if action_id in data.acts:
            blocks += [ActionsBlock(block_id=f"more:{action_id}", elements=[_button(data, action_id, label)]), note(does)]
    if data.gmail_url:
        link = button("Open in Gmail", "ticket.open_gmail", url=data.gmail_url)
        blocks += [ActionsBlock(block_id="more:gmail", elements=[link]), note("The same thread in the mailbox.")]
    return modal(CALLBACK, f"Ticket #{data.number}"[:24], blocks, meta={"t": str(data.ticket), "c": data.channel})


def _button(data: MoreData, action_id: str, label: str) -> ButtonElement:
    question = _SURE.get(action_id)
    return button(
        label,
        action_id,
        value=value(str(data.ticket), data.version, 0),
        style="danger" if action_id == "ticket.dismiss" else "",
        confirm=confirm(label, *question, danger=action_id == "ticket.dismiss") if question else None,
        says=f"{label} ticket {data.number}",
    )
