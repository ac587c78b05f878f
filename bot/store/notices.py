"""DMs and on-call posts that are owed: made in the transaction that gives the reason, said once by a job."""

from __future__ import annotations

from html import escape
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import queue
from bot.store.models import Message, Notice, Ticket
from bot.values import Priority

_Message: Any = Message
_Notice: Any = Notice  # as expressions its attributes are columns
_OWED = ("owed", "sending", "stale")


async def owe(s: AsyncSession, *, key: str, kind: str, to: str, text: str, ticket_id: UUID | None = None) -> bool:
    """Owe `text` (mark-up of ours, everything else in it escaped and redacted) to a person or "#channel"; once per key."""
    row = Notice(key=key, kind=kind, to=to, text=text, ticket_id=ticket_id).model_dump()
    made = await s.scalar(insert(_Notice).values(**row).on_conflict_do_nothing().returning(_Notice.key))
    if made:
        await queue.enqueue(s, queue.NOTIFY, key)
    return made is not None


async def assigned(s: AsyncSession, ticket: Ticket, *, to: str, by: str, note: str = "") -> bool:
    """Tell somebody that a ticket is theirs now; `note` is redacted. Nobody is told what they did themselves."""
    if to == by:
        return False
    said = f"You have a ticket: <@{by}> gave you {_named(ticket)}."
    said += f"\n> {_line(note)}" if note.strip() else ""
    return await _to(s, ticket, "assigned", to, said)


async def customer_wrote(s: AsyncSession, ticket: Ticket) -> bool:
    """Tell the owner that the customer answered; nothing when nobody owns the ticket."""
    if not ticket.owner:
        return False
    return await _to(s, ticket, "customer-wrote", ticket.owner, f"The customer wrote again on your ticket {_named(ticket)}.")


async def send_failed(s: AsyncSession, ticket: Ticket, *, to: str, why: str) -> bool:
    """Tell who approved a reply that it did not leave, or may not have; `why` is our own words."""
    return await _to(s, ticket, "send-failed", to, f"Your reply on {_named(ticket)} did not go out. {_line(why)}")


async def outage(s: AsyncSession, ticket: Ticket, *, channel: str) -> bool:
    """Tell the on-call channel of an outage; once per ticket, whoever notices it."""
    who = f"customer C-{ticket.customer_number}" if ticket.customer_number else "a customer"
    text = f"*Outage reported* by {who}: {_named(ticket)}. {_line(ticket.summary)}"
    return await owe(s, key=f"oncall:{ticket.id}", kind="oncall", to=f"#{channel}", text=text, ticket_id=ticket.id)


async def outage_if_new(s: AsyncSession, ticket_id: UUID, *, channel: str) -> bool:
    """The same for a ticket of high priority that holds an outage and was not a backlog's."""
    ticket = await s.get(Ticket, ticket_id)
    if ticket is None or not ticket.outage or ticket.priority not in (Priority.HIGH, Priority.URGENT):
        return False
    old = sa.exists().where(_Message.ticket_id == ticket_id, _Message.backlog)
    return not await s.scalar(sa.select(old)) and await outage(s, ticket, channel=channel)


async def owed(s: AsyncSession, key: str) -> Notice | None:
    """The notice, None when it is not owed any more."""
    notice: Notice | None = await s.get(Notice, key)
    return notice if notice and notice.state in _OWED else None


async def sending(s: AsyncSession, key: str, channel_id: str) -> None:
    """From here on the notice may stand in Slack."""
    await _set(s, key, state="sending", channel_id=channel_id)


async def said(s: AsyncSession, key: str, ts: str) -> None:
    """The notice stands in Slack."""
    await _set(s, key, state="said", ts=ts)


async def dropped(s: AsyncSession, key: str) -> None:
    """The notice can never be said (a deactivated person)."""
    await _set(s, key, state="dropped")


async def _set(s: AsyncSession, key: str, **values: str) -> None:
    await s.execute(sa.update(_Notice).where(_Notice.key == key).values(**values))


async def _to(s: AsyncSession, ticket: Ticket, kind: str, to: str, text: str) -> bool:
    key = f"{kind}:{ticket.id}:{ticket.version}"
    return await owe(s, key=key, kind=kind, to=to, text=text, ticket_id=ticket.id)


def _named(ticket: Ticket) -> str:
    tags = f"[{ticket.category.capitalize()}] [{ticket.priority.capitalize()}]"
    return f"#{ticket.number} {tags} {_line(ticket.subject, 140)}".strip()


def _line(text: str, limit: int = 300) -> str:
    """Redacted text on one line, so that Slack reads nothing in it."""
    line = " ".join(text.split())
    return escape(line if len(line) <= limit else line[: limit - 1] + "…", quote=False)
