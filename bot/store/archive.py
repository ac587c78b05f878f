"""What is left of tickets and mails whose time is over: how many of a kind on a day; and these numbers added up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store import events, queue
from bot.store.models import Card, DailyCount, Draft, Event, Message, Notice, Reply, Ticket, now

#: Kinds are the fields of lists.Numbers that count what happened.
KINDS = ("mails", "opened", "aside", "answered", "as_proposed", "acknowledged", "from_gmail", "closed", "first_answer")


@dataclass
class Tally:
    """Counts by day, category and kind, of one mailbox."""

    many: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    seconds: dict[tuple[date, str, str], list[float]] = field(default_factory=dict)

    def add(self, kind: str, at: datetime | None, category: str, took: timedelta | None = None) -> None:
        """Count one thing; what never happened is not counted."""
        if at is None:
            return
        key = (at.astimezone(UTC).date(), category, kind)
        self.many[key] += 1
        if took is not None:
            self.seconds.setdefault(key, []).append(round(took.total_seconds(), 6))

    async def write(self, s: AsyncSession, mailbox_id: UUID) -> None:
        """Add to what is counted already."""
        for key, many in sorted(self.many.items()):
            day, category, kind = key
            row = insert(DailyCount).values(
                day=day, mailbox_id=mailbox_id, category=category, kind=kind, many=many, seconds=self.seconds.get(key, [])
            )
            more = {
                "many": col(DailyCount.many) + row.excluded.many,
                "seconds": col(DailyCount.seconds).op("||")(row.excluded.seconds),
            }
            place = ["day", "mailbox_id", "category", "kind"]
            await s.execute(row.on_conflict_do_update(index_elements=place, set_=more))


async def archive(s: AsyncSession, ticket: Ticket) -> None:
    """Count a ticket under its row lock, then delete its mails, drafts and replies; number, times and signed history stay."""
    tally = Tally()
    mails = (await s.scalars(sa.select(Message).where(col(Message.ticket_id) == ticket.id))).all()
    _count_mails(tally, mails, ticket.category)
    await _count_replies(s, tally, ticket)
    tally.add("opened", ticket.created_at, ticket.category)
    if ticket.first_answer_at:
        tally.add("first_answer", ticket.first_answer_at, ticket.category, ticket.first_answer_at - ticket.received_at)
    for event in await events.of_ticket(s, ticket.id):
        kind = {"answered_elsewhere": "from_gmail", "close": "closed"}.get(event.action)
        if kind:
            tally.add(kind, event.at, ticket.category)
        await events.erase(s, event)
    await tally.write(s, ticket.mailbox_id)
    for table in (Reply, Draft, Message):
        await s.execute(sa.delete(table).where(col(table.ticket_id) == ticket.id))
    ticket.archived_at = now()
    await blank(s, ticket)


async def archive_aside(s: AsyncSession, mailbox_id: UUID, mails: Sequence[Message]) -> None:
    """Count mails that became no ticket, and delete them."""
    tally = Tally()
    _count_mails(tally, mails, "")
    await tally.write(s, mailbox_id)
    await s.execute(sa.delete(Message).where(col(Message.id).in_([mail.id for mail in mails])))


async def blank(s: AsyncSession, ticket: Ticket) -> int:
    """Take out of a ticket and of what was told about it whatever a customer said or is known by; the number of notices.

    The card and everything under it follow in a job.
    """
    ticket.subject = ticket.summary = ticket.customer_hash = ticket.domain = ticket.review_reason = ""
    ticket.asks, ticket.entities, ticket.customer_number, ticket.sealed_table = [], {}, None, None
    ticket.needs_review = False
    ticket.erased_at = ticket.erased_at or now()
    ticket.version += 1
    ticket.updated_at = now()
    s.add(ticket)
    await s.flush()
    about = (col(Notice.ticket_id) == ticket.id, col(Notice.text) != "")
    state = sa.case((col(Notice.ts) != "", "said"), else_="dropped")  # what is still owed is not said any more
    told = (await s.scalars(sa.update(Notice).where(*about).values(text="", state=state).returning(col(Notice.key)))).all()
    retired = (col(Card.ticket_id) == ticket.id, col(Card.state) == "retired")
    await s.execute(sa.update(Card).where(*retired).values(link_shown=False))  # their line names the subject
    for job, priority in ((queue.SHOW, 0), (queue.ERASE, -1)):
        await queue.enqueue(s, job, str(ticket.id), priority=priority)
    return len(told)


def _count_mails(tally: Tally, mails: Iterable[Message], category: str) -> None:
    for mail in mails:
        if mail.direction == "in":
            tally.add("mails", mail.created_at, category)
            if mail.fate == "aside":
                tally.add("aside", mail.created_at, category)


async def _count_replies(s: AsyncSession, tally: Tally, ticket: Ticket) -> None:
    query = sa.select(Reply, col(Draft.author)).join(Draft, col(Draft.id) == Reply.draft_id)
    for reply, author in await s.execute(query.where(col(Reply.ticket_id) == ticket.id, col(Reply.status) == "sent")):
        if reply.kind == "acknowledgement":
            tally.add("acknowledged", reply.sent_at, ticket.category)
        else:
            tally.add("answered", reply.sent_at, ticket.category)
            if author is None:
                tally.add("as_proposed", reply.sent_at, ticket.category)


@dataclass(frozen=True, slots=True)
class Archived:
    """What was archived of a stretch of days."""

    many: Counter[str]  #: by kind
    by_category: Counter[str]  #: opened tickets
    first_answers: tuple[float, ...]  #: seconds


async def since(s: AsyncSession, at: datetime) -> Archived:
    """The archived counts from the day of `at` on."""
    rows = await s.scalars(sa.select(DailyCount).where(col(DailyCount.day) >= at.astimezone(UTC).date()))
    many: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    took: list[float] = []
    for row in rows:
        many[row.kind] += row.many
        took += row.seconds
        if row.kind == "opened":
            by_category[row.category] += row.many
    return Archived(many, by_category, tuple(took))


#: Events of archived tickets are in the counts already.
NOT_ARCHIVED = ~sa.exists().where(col(Ticket.id) == col(Event.ticket_id), col(Ticket.archived_at).is_not(None))
