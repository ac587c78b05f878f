"""The lists people ask for: what waits for somebody, what was set aside, and the numbers of the last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store import archive
from bot.store.models import Card, Draft, Event, Message, Reply, Ticket, now
from bot.ticket import Action
from bot.values import Redacted, ThreadEvent


@dataclass(frozen=True, slots=True)
class Queued:
    """One open ticket of the queue and where its card stands ("" when it is not posted yet)."""

    number: int
    subject: Redacted
    category: str
    priority: str
    owner: str | None
    needs_review: bool
    due_at: datetime | None
    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """One set-aside mail."""

    id: UUID
    subject: Redacted
    reason: str
    received_at: datetime
    domain: str
    customer_number: int | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What happened in the last `days`, and how things stand now."""

    days: int
    mails: int
    opened: int
    aside: int
    answered: int
    as_proposed: int  #: answers that left with the draft unchanged
    acknowledged: int
    from_gmail: int
    closed: int
    first_answer: timedelta | None  #: median
    open_now: int
    unclaimed: int
    overdue: int
    waiting: int
    by_category: Mapping[str, int]


async def queue(s: AsyncSession, most: int = 15) -> tuple[list[Queued], int]:
    """Open tickets, the soonest due first, and how many there are."""
    live = sa.and_(col(Card.ticket_id) == Ticket.id, col(Card.state) == "live")
    rows = await s.execute(
        sa.select(Ticket, col(Card.channel_id), col(Card.ts))
        .outerjoin(Card, live)
        .where(col(Ticket.status) == "open")
        .order_by(col(Ticket.due_at).asc().nulls_last(), col(Ticket.number))
        .limit(most)
    )
    total = await _count(s, Ticket, col(Ticket.status) == "open")
    return [_queued(ticket, channel_id or "", ts or "") for ticket, channel_id, ts in rows], total


def _queued(ticket: Ticket, channel_id: str, ts: str) -> Queued:
    return Queued(
        number=ticket.number,
        subject=Redacted(ticket.subject),
        category=ticket.category,
        priority=ticket.priority,
        owner=ticket.owner,
        needs_review=ticket.needs_review,
        due_at=ticket.due_at,
        channel_id=channel_id,
        ts=ts,
    )


async def aside(s: AsyncSession, *, search: str = "", offset: int = 0, most: int = 25) -> tuple[list[SetAside], int]:
    """Set-aside mails that nobody brought back, newest first, and how many there are; all words of `search` stand in each."""
    there = (
        *(col(Message.fate) == "aside", col(Message.brought_back_by).is_(None), col(Message.ticket_id).is_(None)),
        *(_holds(word) for word in search.split()[:8]),
    )
    rows = await s.scalars(
        sa.select(Message).where(*there).order_by(col(Message.received_at).desc(), col(Message.id)).offset(offset).limit(most)
    )
    mails = [
        SetAside(mail.id, Redacted(mail.subject), mail.reason, mail.received_at, mail.domain, mail.customer_number)
        for mail in rows
    ]
    return mails, await _count(s, Message, *there)


def _holds(word: str) -> sa.ColumnElement[bool]:
    """Whether `word` stands in what is redacted or our own: subject, text, reason, the sender's company or number."""
    columns = (col(Message.subject), col(Message.text), col(Message.reason), col(Message.domain))
    number = sa.func.concat("C-", col(Message.customer_number))
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns), sa.func.lower(number) == word.lower())


async def numbers(s: AsyncSession, days: int) -> Numbers:
    """The counts of `/triage stats`: what the rows say, and what is counted of those that were archived."""
    since = now() - timedelta(days=days)
    old = await archive.since(s, since)
    many = Counter(old.many)
    for kind, count in (await _happened(s, since)).items():
        many[kind] += count
    is_open = col(Ticket.status) == "open"
    return Numbers(
        days=days,
        **{kind: many[kind] for kind in archive.KINDS if kind != "first_answer"},
        first_answer=await _median_first_answer(s, since, old.first_answers),
        open_now=await _count(s, Ticket, is_open),
        unclaimed=await _count(s, Ticket, is_open, col(Ticket.owner).is_(None)),
        overdue=await _count(s, Ticket, is_open, col(Ticket.due_at) < now()),
        waiting=await _count(s, Ticket, col(Ticket.status) == "waiting"),
        by_category=await _by_category(s, since, old.by_category),
    )


async def _happened(s: AsyncSession, since: datetime) -> dict[str, int]:
    incoming = (col(Message.direction) == "in", col(Message.created_at) >= since)
    sent = (col(Reply.status) == "sent", col(Reply.sent_at) >= since)
    answers = (*sent, col(Reply.kind) == "answer")
    events = (archive.NOT_ARCHIVED, col(Event.at) >= since)
    unchanged = await s.scalar(
        sa.select(sa.func.count())
        .select_from(Reply)
        .join(Draft, col(Draft.id) == Reply.draft_id)
        .where(*answers, col(Draft.author).is_(None))
    )
    return {
        "mails": await _count(s, Message, *incoming),
        "opened": await _count(s, Ticket, *_opened(since)),
        "aside": await _count(s, Message, *incoming, col(Message.fate) == "aside"),
        "answered": await _count(s, Reply, *answers),
        "as_proposed": unchanged or 0,
        "acknowledged": await _count(s, Reply, *sent, col(Reply.kind) == "acknowledgement"),
        "from_gmail": await _count(s, Event, col(Event.action) == "answered_elsewhere", *events),
        "closed": await _count(s, Event, col(Event.action) == "close", *events),
    }


def _opened(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return col(Ticket.created_at) >= since, col(Ticket.archived_at).is_(None)


async def _median_first_answer(s: AsyncSession, since: datetime, archived: Sequence[float]) -> timedelta | None:
    took = sa.func.extract("epoch", col(Ticket.first_answer_at) - col(Ticket.received_at))
    rows = await s.scalars(sa.select(took).where(col(Ticket.first_answer_at) >= since, col(Ticket.archived_at).is_(None)))
    seconds = [*map(float, rows), *archived]
    return timedelta(seconds=median(seconds)) if seconds else None


async def _by_category(s: AsyncSession, since: datetime, archived: Counter[str]) -> dict[str, int]:
    rows = await s.execute(sa.select(col(Ticket.category), sa.func.count()).where(*_opened(since)).group_by(col(Ticket.category)))
    found = Counter({str(category): int(count) for category, count in rows}) + archived
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


async def _count(
    s: AsyncSession, table: type[Ticket] | type[Message] | type[Reply] | type[Event], *where: sa.ColumnElement[bool]
) -> int:
    return await s.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


async def history(s: AsyncSession, ticket_id: UUID, *, after: int = 0) -> tuple[ThreadEvent, ...]:
    """The events of a ticket after the sequence number `after`, oldest first."""
    rows = await s.scalars(
        sa.select(Event).where(col(Event.ticket_id) == ticket_id, col(Event.seq) > after).order_by(col(Event.seq))
    )
    return tuple(
        ThreadEvent(event.seq, event.at, event.actor, event.action, Redacted(event.why), str(event.details.get("to") or ""))
        for event in rows
    )


async def newest_event(s: AsyncSession, ticket_id: UUID) -> int:
    """The sequence number of the newest event, 0 when there is none."""
    return await s.scalar(sa.select(sa.func.max(col(Event.seq))).where(col(Event.ticket_id) == ticket_id)) or 0


async def last_of(s: AsyncSession, ticket_id: UUID, *actions: Action) -> Event | None:
    """The newest event of one of these actions."""
    return await s.scalar(
        sa.select(Event)
        .where(col(Event.ticket_id) == ticket_id, col(Event.action).in_(actions))
        .order_by(col(Event.seq).desc())
        .limit(1)
    )


async def reply_of(s: AsyncSession, ticket_id: UUID) -> Reply | None:
    """The newest reply of a ticket, whatever became of it."""
    return await s.scalar(
        sa.select(Reply).where(col(Reply.ticket_id) == ticket_id).order_by(col(Reply.approved_at).desc()).limit(1)
    )


def subject(ticket: Ticket) -> Redacted:
    """A ticket's subject as it may be shown."""
    return Redacted(ticket.subject)


def read_text(message: Message) -> Redacted:
    """The text of a mail as the steps read it: what the person wrote now, masked."""
    return Redacted(message.text)
