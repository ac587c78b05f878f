"""Messages: the mails of a mailbox, each with one fate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import LostRace
from bot.store import emails, queue
from bot.store.db import vault_of
from bot.store.models import Mailbox, Message, now
from bot.store.vault import Vault
from bot.values import Email, Reading

#: Fates of mails that stand on a ticket.
ON_TICKET = ("ticket", "line")


async def queue_ids(s: AsyncSession, mailbox: Mailbox, found: Sequence[tuple[str, str]], *, backlog: bool = False) -> list[UUID]:
    """Note mails by (Gmail id, thread id) and queue the reading of those that are new; returns the new rows' ids."""
    rows = [_queued(mailbox.id, gmail_id, thread_id, backlog) for gmail_id, thread_id in dict(found).items()]
    new: list[UUID] = []
    for start in range(0, len(rows), 500):
        statement = insert(Message).values(rows[start : start + 500])
        once = statement.on_conflict_do_nothing(index_elements=["mailbox_id", "gmail_id"])
        new += list(await s.scalars(once.returning(col(Message.id))))
    await queue.enqueue_all(s, queue.INTAKE, [str(message_id) for message_id in new], priority=-1 if backlog else 0)
    return new


def _queued(mailbox_id: UUID, gmail_id: str, thread_id: str, backlog: bool) -> dict[str, object]:
    row = Message(id=uuid4(), mailbox_id=mailbox_id, gmail_id=gmail_id, gmail_thread_id=thread_id, backlog=backlog)
    return row.model_dump()


async def get(s: AsyncSession, message_id: UUID) -> Message | None:
    """The message as it is now."""
    return await s.get(Message, message_id, populate_existing=True)


async def locked(s: AsyncSession, message_id: UUID) -> Message | None:
    """The message as it is now; it changes for nobody else until the end of the transaction."""
    query = sa.select(Message).where(col(Message.id) == message_id).with_for_update()
    return await s.scalar(query, execution_options={"populate_existing": True})


async def by_gmail_id(s: AsyncSession, mailbox_id: UUID, gmail_id: str) -> Message | None:
    """One message by Gmail's id."""
    return await s.scalar(sa.select(Message).where(col(Message.mailbox_id) == mailbox_id, col(Message.gmail_id) == gmail_id))


async def of_ticket(s: AsyncSession, ticket_id: UUID) -> list[Message]:
    """All mails of a ticket, in and out, oldest first."""
    query = sa.select(Message).where(col(Message.ticket_id) == ticket_id)
    return list(await s.scalars(query.order_by(col(Message.received_at), col(Message.created_at), col(Message.id))))


async def latest_inbound(s: AsyncSession, ticket_id: UUID) -> Message | None:
    """The customer's newest mail on the ticket: the one to answer. Mails that only note something are passed over if possible."""
    query = sa.select(Message).where(
        col(Message.ticket_id) == ticket_id, col(Message.direction) == "in", col(Message.fate).in_(ON_TICKET)
    )
    order = (col(Message.answerable).desc(), col(Message.received_at).desc(), col(Message.created_at).desc())
    return await s.scalar(query.order_by(*order).limit(1))


async def save_raw(
    s: AsyncSession, message_id: UUID, raw: bytes, *, thread_id: str = "", received_at: datetime | None = None
) -> None:
    """Seal the original before anything is tried with it."""
    change: dict[str, object] = {"sealed_raw": seal_raw(vault_of(s), message_id, raw)}
    if thread_id:
        change["gmail_thread_id"] = thread_id
    if received_at:
        change["received_at"] = received_at
    await s.execute(sa.update(Message).where(col(Message.id) == message_id).values(**change))


async def save_read(
    s: AsyncSession,
    message_id: UUID,
    reading: Reading,
    *,
    fate: str,
    reason: str = "",
    ticket_id: UUID | None = None,
    direction: str = "in",
    customer_number: int | None = None,
    domain: str = "",
) -> Message:
    """Give the mail its fate and keep what was read; LostRace when it has one already (the same job ran twice)."""
    message = await locked(s, message_id)
    if message is None or message.state != "queued":
        raise LostRace("This mail has been read already.")
    vault, email = vault_of(s), reading.email
    message.state, message.fate, message.reason, message.ticket_id, message.direction = "read", fate, reason, ticket_id, direction
    message.customer_number, message.domain = customer_number, domain
    message.sealed_details = seal_email(vault, message_id, email)
    if reading.redacted is not None:
        message.subject, message.text = reading.redacted.subject.text, reading.redacted.new_text.text
    message.language, message.answerable = email.language, reading.screening.answerable
    message.attachments = [{"type": part.type, "size": part.size, "inline": part.inline} for part in email.attachments]
    message.defects, message.risks = list(email.defects), list(reading.risks)
    message.sender_hash = vault.blind(email.sender.email) if email.sender else ""
    message.message_id_hash = vault.blind(email.message_id) if email.message_id else ""
    s.add(message)
    await s.flush()
    return message


async def states(s: AsyncSession) -> dict[str, int]:
    """How many mails that came in are in each state."""
    query = sa.select(col(Message.state), sa.func.count()).where(col(Message.direction) == "in").group_by(col(Message.state))
    return {str(state): int(count) for state, count in await s.execute(query)}


async def mark_gone(s: AsyncSession, message_id: UUID) -> None:
    """Deleted in Gmail before we read it."""
    unread = sa.update(Message).where(col(Message.id) == message_id, col(Message.state) == "queued")
    await s.execute(unread.values(state="gone", reason="deleted in Gmail before it was read"))


async def bring_back(s: AsyncSession, message_id: UUID, *, by: str, ticket_id: UUID, fate: str = "ticket") -> Message:
    """A set-aside mail becomes a ticket after all; LostRace, with who, when somebody did that already."""
    message = await locked(s, message_id)
    if message is None:
        raise LostRace("This mail is not in the set-aside list any more.")
    if message.fate != "aside":
        who = f"<@{message.brought_back_by}> already brought it back." if message.brought_back_by else "It is a ticket already."
        raise LostRace(who, winner=message.brought_back_by)
    message.fate, message.brought_back_by, message.ticket_id = fate, by, ticket_id
    s.add(message)
    await s.flush()
    return message


async def unfinished(s: AsyncSession, before: datetime | None = None) -> list[UUID]:
    """Mails that were noted and have no fate yet."""
    query = sa.select(col(Message.id)).where(col(Message.state) == "queued", col(Message.created_at) < (before or now()))
    return list(await s.scalars(query.order_by(col(Message.created_at))))


def seal_raw(vault: Vault, message_id: UUID, raw: bytes) -> bytes:
    """The original, sealed for its row."""
    return vault.seal("message", "sealed_raw", message_id, raw)


def open_raw(vault: Vault, message: Message) -> bytes | None:
    """The original, None when it was never fetched."""
    return None if message.sealed_raw is None else vault.open("message", "sealed_raw", message.id, message.sealed_raw)


def seal_email(vault: Vault, message_id: UUID, email: Email) -> bytes:
    """The parsed mail, sealed for its row."""
    return vault.seal("message", "sealed_details", message_id, emails.to_json(email))


def open_email(vault: Vault, message: Message) -> Email | None:
    """The parsed mail with real values, None when it was never read."""
    if message.sealed_details is None:
        return None
    return emails.from_json(vault.open("message", "sealed_details", message.id, message.sealed_details))
