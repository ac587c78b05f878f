"""What the mailroom asks of a whole conversation, and what of its work was left undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store import messages, queue
from bot.store.models import Card, Draft, Message, Notice, Reply, Ticket, now
from bot.ticket import ReplyStatus
from bot.values import Redacted


def text(message: Message) -> Redacted:
    """What the customer wrote in this mail."""
    return Redacted(message.text)


async def queued_before(s: AsyncSession, message: Message) -> list[Message]:
    """Mails of the same conversation that were noted before this one and have no fate yet, oldest first."""
    query = sa.select(Message).where(
        col(Message.mailbox_id) == message.mailbox_id,
        col(Message.gmail_thread_id) == message.gmail_thread_id,
        col(Message.gmail_thread_id) != "",
        col(Message.state) == "queued",
        sa.tuple_(col(Message.created_at), col(Message.gmail_id)) < (message.created_at, message.gmail_id),
    )
    return list(await s.scalars(query.order_by(col(Message.created_at), col(Message.gmail_id))))


async def returned_to(s: AsyncSession, mailbox_id: UUID, reply: str, hashes: Iterable[str]) -> Ticket | None:
    """The ticket whose reply a failure report gives back: by the reply's own id, else by a Message-ID of its conversation."""
    if reply:
        ours = sa.select(col(Reply.ticket_id)).where(col(Reply.id) == UUID(reply))
        found = await s.scalar(sa.select(Ticket).where(col(Ticket.id).in_(ours), col(Ticket.mailbox_id) == mailbox_id))
        if found is not None:
            return found
    known = (
        col(Message.mailbox_id) == mailbox_id,
        col(Message.ticket_id).is_not(None),
        col(Message.message_id_hash).in_([one for one in hashes if one]),
    )
    row = await s.scalar(sa.select(Message).where(*known).order_by(col(Message.received_at).desc()).limit(1))
    return await s.get(Ticket, row.ticket_id, populate_existing=True) if row is not None else None


async def inbound(s: AsyncSession, ticket_id: UUID) -> list[Message]:
    """The mails that came in on a ticket, oldest first."""
    return [message for message in await messages.of_ticket(s, ticket_id) if message.direction == "in"]


async def unanswered(s: AsyncSession, ticket_id: UUID) -> list[Message]:
    """The customer's mails since the last answer that left, oldest first; those that need nobody are passed over."""
    found: list[Message] = []
    acknowledged = set(
        await s.scalars(
            sa.select(col(Reply.gmail_message_id)).where(col(Reply.ticket_id) == ticket_id, col(Reply.kind) == "acknowledgement")
        )
    )
    for message in await messages.of_ticket(s, ticket_id):
        if message.direction == "out" and not message.reason and message.gmail_id not in acknowledged:
            found = []
        elif message.direction == "in" and not message.reason:
            found.append(message)
    return found


@dataclass(frozen=True, slots=True)
class Basis:
    """What whoever approved a reply could know of its conversation."""

    known: frozenset[str]  #: Gmail ids
    newest: datetime | None  #: when the newest of them came
    wrote: bool  #: the customer's mail was filed after the approval
    newer: bool  #: that, or a colleague answered, or the draft was retired


async def basis(s: AsyncSession, reply: Reply, ticket: Ticket) -> Basis:
    """The conversation as it was when `reply` was approved, from what was filed until now."""
    query = sa.select(Message).where(
        col(Message.mailbox_id) == ticket.mailbox_id,
        col(Message.gmail_thread_id) == ticket.gmail_thread_id,
        col(Message.fate).is_not(None),
    )
    filed = list(await s.scalars(query))
    late = [m for m in filed if m.created_at > reply.approved_at and not m.reason and m.fate in messages.ON_TICKET]
    draft = await s.get(Draft, reply.draft_id, populate_existing=True)
    retired = draft is not None and draft.retired_at is not None and draft.retired_at > reply.approved_at
    seen = [message.received_at for message in filed if message not in late]
    return Basis(
        known=frozenset(message.gmail_id for message in filed),
        newest=max(seen, default=None),
        wrote=any(message.direction == "in" for message in late),
        newer=bool(late) or retired,
    )


async def record_sent(s: AsyncSession, *, mailbox_id: UUID, gmail_id: str, thread_id: str, ticket_id: UUID, at: datetime) -> None:
    """Note a reply of ours as a mail of the ticket, whether the poller saw it first or the postman."""
    fate = {"state": "read", "fate": "ours", "direction": "out", "ticket_id": ticket_id, "received_at": at}
    row = Message(id=uuid4(), mailbox_id=mailbox_id, gmail_id=gmail_id, gmail_thread_id=thread_id, answerable=False).model_dump()
    statement = insert(Message).values(**{**row, **fate})
    await s.execute(statement.on_conflict_do_update(index_elements=["mailbox_id", "gmail_id"], set_=fate))


async def undone(s: AsyncSession, older: timedelta = timedelta(minutes=1)) -> dict[str, list[str]]:
    """Job name -> refs of rows that still need something and have no job that would do it."""
    before = now() - older
    found: dict[str, Iterable[object]] = {
        queue.INTAKE: await s.scalars(
            sa.select(col(Message.id)).where(col(Message.state) == "queued", col(Message.created_at) < before)
        ),
        queue.SEND: await s.scalars(_replies(before)),
        queue.SHOW: await s.scalars(_tickets(before)),
        queue.NOTIFY: await s.scalars(
            sa.select(col(Notice.key)).where(col(Notice.state).in_(["owed", "sending", "stale"]), col(Notice.created_at) < before)
        ),
    }
    busy = await _with_job(s)
    return {job: [str(ref) for ref in refs if (job, str(ref)) not in busy] for job, refs in found.items()}


def _replies(before: datetime) -> sa.Select[UUID]:
    held = sa.and_(col(Reply.status) == ReplyStatus.HELD.value, col(Reply.leaves_at) < before)
    sending = sa.and_(col(Reply.status) == ReplyStatus.SENDING.value, col(Reply.updated_at) < before)
    return sa.select(col(Reply.id)).where(held | sending)


def _tickets(before: datetime) -> sa.Select[UUID]:
    """Tickets whose live card is missing or behind."""
    live = sa.and_(col(Card.ticket_id) == col(Ticket.id), col(Card.state) == "live")
    behind = col(Card.id).is_(None) | (col(Card.version) < col(Ticket.version))
    worth = col(Card.id).is_not(None) | col(Ticket.erased_at).is_(None)  # of an erased ticket no new card is posted
    return sa.select(col(Ticket.id)).outerjoin(Card, live).where(behind, worth, col(Ticket.updated_at) < before)


async def _with_job(s: AsyncSession) -> set[tuple[str, str]]:
    """Job and ref of everything that is queued, being worked on, or was given up and waits for a person."""
    rows = await s.execute(sa.text("select entrypoint, payload from jobs.pgqueuer"))
    return {(row.entrypoint, bytes(row.payload or b"").decode()) for row in rows}
