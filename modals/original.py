"""View original: the customer's mails with real values, for one person's eyes; nothing in them can become markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, SectionBlock

from modals.frame import fields, modal, note, said, verbatim
from modals.parts import button, clip, date, escape, link, mrkdwn, value

CALLBACK = "ticket.original"
OPEN = "attachment.open"
STATES = {
    "clean": "no virus found",
    "infected": ":warning: *infected*, not given out",
    "not scanned": "not scanned",
}
_MAILS = 8
_SECTIONS = 30  #: of text, over all mails; with six more blocks a mail and the files that stays below Slack's 100
_FILES = 14  #: rows about attachments, over all mails
_OF_ONE = 25  #: of them for one mail


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """One attachment; `at` is its place in the mail, `state` what the virus scanner says."""

    at: int
    name: str
    type: str
    size: int
    state: str  #: clean, infected, not scanned


@dataclass(frozen=True, slots=True)
class OriginalMail:
    """One mail as it came. `raw` is set when it could not be parsed and `text` is its source."""

    id: UUID
    sender: str
    to: str
    cc: str
    subject: str
    received_at: datetime
    text: str
    files: tuple[OriginalFile, ...] = ()
    raw: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class OriginalData:
    """The mails of a ticket, newest first."""

    ticket: UUID
    number: int
    mails: tuple[OriginalMail, ...]
    gmail_url: str = ""
    closed: str = ""  #: why this person may not open attachments here, "" when they may
    may_export: bool = False


def view(data: OriginalData) -> dict[str, Any]:
    """The modal; what does not fit is counted and never silently missing."""
    blocks: list[Block] = [note("Real names and addresses: do not paste them into a channel. That you looked is recorded.")]
    left, rows = _SECTIONS, _FILES
    for mail in data.mails[:_MAILS]:
        shown, used = _mail(mail, left)
        listed = list(_files(data, mail, rows))
        blocks += shown + listed
        left, rows = left - used, rows - len(listed)
    if len(data.mails) > _MAILS:
        blocks.append(note(f"{len(data.mails) - _MAILS} older mails are in Gmail."))
    if data.gmail_url:
        blocks.append(note(link(data.gmail_url, "Open in Gmail")))
    if data.may_export:
        export = button("Export", "ticket.export", value=value(str(data.ticket), 0, 0), says=f"Export ticket {data.number}")
        blocks.append(ActionsBlock(block_id="original:export", elements=[export]))
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
    return blocks, len(text)


def _files(data: OriginalData, mail: OriginalMail, most: int) -> Iterator[Block]:
    """The attachments, each with what is known of it; only what may be opened has a button."""
    if not mail.files:
        return
    more = len(mail.files) - most
    rest = f" · {more} more of this mail are in Gmail" if more > 0 else ""
    yield note(f"Attachments{f' · {data.closed}' if data.closed else ''}{rest}")
    for file in mail.files[: max(0, most)]:
        held = value(str(data.ticket), 0, 0)[:-1] + f',"m":"{mail.id}","i":{file.at}}}'
        may = not data.closed and file.state != "infected"
        opens = button("Open", OPEN, value=held, says=f"Open attachment {file.at + 1}") if may else None
        known = f"{escape(clip(file.type, 100))} · {_size(file.size)} · {STATES[file.state]}"
        shown = f"{escape(clip(file.name, 200)) or 'unnamed'}\n{known}"
        yield SectionBlock(block_id=f"file:{mail.id}:{file.at}", text=mrkdwn(shown), accessory=opens)


def _size(count: int) -> str:
    return (
        f"{count:,} bytes"
        if count < 10_000
        else f"{count / 1_000:,.0f} kB"
        if count < 10_000_000
        else f"{count / 1_000_000:,.0f} MB"
    )
