"""How long what is kept: originals go first, then addresses and placeholders, then the redacted text; counts stay."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import StoreError
from bot.store import archive, messages, receipts
from bot.store.db import Database, vault_of
from bot.store.models import Draft, Mailbox, Message, Reply, Ticket, now
from bot.ticket import REPLY_IN_FLIGHT
from bot.values import Email

log = logging.getLogger("triage.store")

BATCH = 200  #: rows per transaction
_IN_FLIGHT = [status.value for status in REPLY_IN_FLIGHT]
Step = Callable[[AsyncSession, UUID, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days a mailbox's data is kept."""

    originals: int = 30  #: since the mail came
    details: int = 30  #: since the ticket was closed
    text: int = 180  #: since the ticket was closed


async def run(db: Database, days: Callable[[str], Days], at: datetime | None = None) -> dict[str, int]:
    """Do for every mailbox what is due at `at` (now), in batches; counts per kind. Doing it twice does it once."""
    present = at or now()
    async with db.read() as s:
        mailboxes = [(mailbox.id, mailbox.address) for mailbox in await s.scalars(sa.select(Mailbox))]
    counts: Counter[str] = Counter()
    for mailbox, address in mailboxes:
        keep = days(address)
        steps: tuple[tuple[str, Step, int], ...] = (
            ("originals", _originals, keep.originals),
            ("tickets without details", _details, keep.details),
            ("set-aside mails without details", _aside_details, keep.details),
            ("archived tickets", _text, keep.text),
            ("archived set-aside mails", _aside_text, keep.text),
        )
        for kind, step, length in steps:
            counts[kind] += await _all(db, step, mailbox, present - timedelta(days=length))
    if any(counts.values()):
        async with db.transaction() as s:
            await receipts.keep(s, "retention", counts)
        log.info("retention %s", " ".join(f"{kind.replace(' ', '_')}={many}" for kind, many in counts.items() if many))
    return dict(counts)


async def _all(db: Database, step: Step, mailbox: UUID, before: datetime) -> int:
    done = 0
    while True:
        async with db.transaction() as s:
            many = await step(s, mailbox, before)
        done += many
        if many < BATCH:
            return done


async def _originals(s: AsyncSession, mailbox: UUID, before: datetime) -> int:
    """The mail as it came, and what it says; addresses and subject stay as long as the ticket may be answered."""
    due = (col(Message.mailbox_id) == mailbox, col(Message.sealed_raw).is_not(None), col(Message.received_at) < before)
    query = sa.select(Message).where(*due, col(Message.state) != "queued").limit(BATCH)
    found = (await s.scalars(query.with_for_update(skip_locked=True))).all()
    for message in found:
        message.sealed_raw = None
        message.sealed_details = _trimmed(s, message)
        s.add(message)
    return len(found)


def _trimmed(s: AsyncSession, message: Message) -> bytes | None:
    """The details without the mail's text and the names of its files; None when they do not open."""
    vault = vault_of(s)
    try:
        email = messages.open_email(vault, message)
    except StoreError:
        return None
    return None if email is None else messages.seal_email(vault, message.id, without_text(email))


def without_text(email: Email) -> Email:
    """What an answer needs: addresses, subject and ids."""
    return replace(email, text="", new_text="", attachments=())


async def _details(s: AsyncSession, mailbox: UUID, before: datetime) -> int:
    """Whoever wrote, and what their placeholders stand for."""
    has = sa.or_(
        col(Ticket.sealed_table).is_not(None),
        sa.exists().where(col(Message.ticket_id) == Ticket.id, _sealed_mail()),
        sa.exists().where(col(Draft.ticket_id) == Ticket.id, col(Draft.sealed_body).is_not(None)),
        sa.exists().where(
            col(Reply.ticket_id) == Ticket.id, col(Reply.sealed_raw).is_not(None), ~col(Reply.status).in_(_IN_FLIGHT)
        ),
    )
    found = await _closed(s, mailbox, before, has)
    for ticket in found:
        ticket.sealed_table = None
        s.add(ticket)
    ids = [ticket.id for ticket in found]
    await s.execute(sa.update(Message).where(col(Message.ticket_id).in_(ids)).values(sealed_raw=None, sealed_details=None))
    await s.execute(sa.update(Draft).where(col(Draft.ticket_id).in_(ids)).values(sealed_body=None, sha256=""))
    over = (col(Reply.ticket_id).in_(ids), ~col(Reply.status).in_(_IN_FLIGHT))
    await s.execute(sa.update(Reply).where(*over).values(sealed_raw=None, raw_sha256=""))
    return len(found)


async def _aside_details(s: AsyncSession, mailbox: UUID, before: datetime) -> int:
    """The same for mails that became no ticket: their time begins when they come."""
    found = await _without_ticket(s, mailbox, before, _sealed_mail())
    for message in found:
        message.sealed_raw = message.sealed_details = None
        s.add(message)
    return len(found)


async def _text(s: AsyncSession, mailbox: UUID, before: datetime) -> int:
    """Tickets that were closed long ago become numbers."""
    found = await _closed(s, mailbox, before, col(Ticket.archived_at).is_(None))
    for ticket in found:
        await archive.archive(s, ticket)
    return len(found)


async def _aside_text(s: AsyncSession, mailbox: UUID, before: datetime) -> int:
    found = await _without_ticket(s, mailbox, before)
    if found:
        await archive.archive_aside(s, mailbox, found)
    return len(found)


def _sealed_mail() -> sa.ColumnElement[bool]:
    return sa.or_(col(Message.sealed_raw).is_not(None), col(Message.sealed_details).is_not(None))


async def _closed(s: AsyncSession, mailbox: UUID, before: datetime, *where: sa.ColumnElement[bool]) -> list[Ticket]:
    """Tickets that ended before `before` and have nothing on its way; those somebody works on now are left for tomorrow."""
    leaving = sa.exists().where(col(Reply.ticket_id) == Ticket.id, col(Reply.status).in_(_IN_FLIGHT))
    query = sa.select(Ticket).where(col(Ticket.mailbox_id) == mailbox, col(Ticket.closed_at) < before, ~leaving, *where)
    return list(await s.scalars(query.limit(BATCH).with_for_update(skip_locked=True)))


async def _without_ticket(s: AsyncSession, mailbox: UUID, before: datetime, *where: sa.ColumnElement[bool]) -> list[Message]:
    due = (col(Message.mailbox_id) == mailbox, col(Message.ticket_id).is_(None), col(Message.received_at) < before)
    query = sa.select(Message).where(*due, col(Message.state) != "queued", *where)
    return list(await s.scalars(query.limit(BATCH).with_for_update(skip_locked=True)))
