"""View original: the customer's mails with real values, for one person's eyes; nothing in them can become markup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import Block, DividerBlock

from modals.frame import fields, modal, note, said, verbatim
from modals.parts import clip, date, escape, link

CALLBACK = "ticket.original"
_MAILS = 8
_SECTIONS = 40  #: of text, over all mails; with six more blocks a mail that stays below Slack's 100
_OF_ONE = 30  #: of them for one mail


@dataclass(frozen=True, slots=True)
class OriginalMail:
    """One mail as it came. `raw` is set when it could not be parsed and `text` is its source."""

    sender: str
    to: str
    cc: str
    subject: str
    received_at: datetime
    text: str
    attachments: tuple[str, ...] = ()  #: "name · type · size"
    raw: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class OriginalData:
    """The mails of a ticket, newest first."""

    ticket: UUID
    number: int
    mails: tuple[OriginalMail, ...]
    gmail_url: str = ""


def view(data: OriginalData) -> dict[str, Any]:
    """The modal; what does not fit is counted and never silently missing."""
    blocks: list[Block] = [note("Real names and addresses: do not paste them into a channel. That you looked is recorded.")]
    left = _SECTIONS
    for mail in data.mails[:_MAILS]:
        shown, used = _mail(mail, left)
        blocks += shown
        left -= used
    if len(data.mails) > _MAILS:
        blocks.append(note(f"{len(data.mails) - _MAILS} older mails are in Gmail."))
    if data.gmail_url:
        blocks.append(note(link(data.gmail_url, "Open in Gmail")))
    return modal(CALLBACK, f"Original of #{data.number}"[:24], blocks, meta={"t": str(data.ticket)})


def _mail(mail: OriginalMail, left: int) -> tuple[list[Block], int]:
    """The blocks of one mail and how many sections of text they used."""
    pairs = [("From", mail.sender), ("To", mail.to), ("Subject", mail.subject)]
    blocks: list[Block] = [DividerBlock(), fields([*pairs, ("Cc", mail.cc)] if mail.cc else pairs)]
    blocks.append(note(f"{'Sent' if mail.ours else 'Received'} {date(mail.received_at)}"))
    if mail.raw:
        blocks.append(said(":warning: This mail could not be read as mail; below is its source."))
    text, missing = verbatim(mail.text, min(max(left, 1), _OF_ONE))
    blocks += text
    if not text:
        blocks.append(note("(no text)"))
    if missing:
        blocks.append(note(f"{missing:,} more characters are in Gmail."))
    if mail.attachments:
        names = "\n".join(f"• {escape(clip(name, 200)) or 'unnamed'}" for name in mail.attachments[:12])
        more = f"\n… and {len(mail.attachments) - 12} more" if len(mail.attachments) > 12 else ""
        blocks.append(said(f"*Attachments* (open them in Gmail)\n{names}{more}"))
    return blocks, len(text)
