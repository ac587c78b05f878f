"""The set-aside list: mails that became no ticket, with the reason, and a way to bring each back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from bot.values import Redacted
from modals.frame import modal, note, said
from modals.parts import button, clip, date, escape, in_words, mrkdwn, one_line

CALLBACK = "aside.list"
RESTORE = "aside.restore"
PAGE = "aside.page"
PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class AsideMail:
    """One set-aside mail; `reason` is in our own words."""

    id: UUID
    subject: Redacted
    reason: str
    received_at: datetime
    domain: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class AsideData:
    """One page of the list. `may_act` is False for guests: they see no buttons."""

    mails: tuple[AsideMail, ...]
    total: int
    offset: int = 0
    may_act: bool = True
    said: str = ""  #: what just happened, mrkdwn of ours
    channel: str = ""
    search: str = ""  #: the words that were looked for


def searched(text: str) -> str:
    """The words of a search, cut; they travel in the values of buttons."""
    return " ".join(text.split())[:100].strip()


def view(data: AsideData) -> dict[str, Any]:
    """The modal: newest first."""
    blocks: list[Block] = [said(data.said)] if data.said else []
    if not data.mails:
        nothing = f"Nothing that is set aside has “{escape(data.search)}”." if data.search else "Nothing is set aside."
        blocks.append(said(nothing if data.total == 0 else "No older ones."))
    blocks += [_line(mail, data.may_act, data.search) for mail in data.mails]
    if data.mails:
        last = data.offset + len(data.mails)
        blocks.append(note(f"{data.offset + 1} to {last} of {data.total}{_with(data.search)}, newest first"))
    blocks += _pages(data)
    return modal(CALLBACK, "Set aside", blocks, meta={"c": data.channel, "o": data.offset})


def _with(search: str) -> str:
    return f" with “{escape(search)}”" if search else ""


def _line(mail: AsideMail, may_act: bool, search: str) -> Block:
    who = " · ".join(escape(part) for part in (mail.customer, mail.domain) if part)
    text = f"{escape(clip(one_line(in_words(mail.subject)), 200)) or '(no subject)'}\n_{escape(clip(mail.reason, 200))}_"
    text += f" · {date(mail.received_at)}" + (f" · {who}" if who else "")
    back = button("Bring back", RESTORE, value=f"{mail.id} {search}".strip()) if may_act else None
    return SectionBlock(block_id=f"aside:{mail.id}", text=mrkdwn(text), accessory=back)


def _pages(data: AsideData) -> list[Block]:
    elements = []
    if data.offset > 0:
        elements.append(button("Newer", f"{PAGE}.newer", value=f"{max(0, data.offset - PER_PAGE)} {data.search}".strip()))
    if data.offset + len(data.mails) < data.total and data.mails:
        elements.append(button("Older", f"{PAGE}.older", value=f"{data.offset + PER_PAGE} {data.search}".strip()))
    return [ActionsBlock(block_id=f"pages:{data.offset}", elements=elements)] if elements else []
