"""Originals that were read again from Gmail: sealed anew, with the hashes and placeholders that belong to them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store import messages, tickets
from bot.store.db import vault_of
from bot.store.models import Customer, Message, Ticket
from bot.values import Email, Reading

_ALIVE = frozenset({"open", "waiting", "snoozed"})


async def missing(s: AsyncSession, ticket_id: UUID) -> list[Message]:
    """Mails of a ticket whose original is not kept here, oldest first; what was erased is never fetched again."""
    without = (col(Message.ticket_id) == ticket_id, col(Message.sealed_raw).is_(None), col(Message.erased_at).is_(None))
    query = sa.select(Message).where(*without, col(Message.state) == "read")
    return list(await s.scalars(query.order_by(col(Message.received_at), col(Message.created_at), col(Message.id))))


async def keep(s: AsyncSession, message_id: UUID, raw: bytes, reading: Reading) -> bool:
    """Keep an original again, and what it says; False when somebody else did, or it was erased meanwhile."""
    vault = vault_of(s)
    message = await messages.locked(s, message_id)
    if message is None or message.ticket_id is None or message.sealed_raw is not None or message.erased_at is not None:
        return False
    ticket = await tickets.locked(s, message.ticket_id)
    message.sealed_raw = messages.seal_raw(vault, message_id, raw)
    message.sealed_details = messages.seal_email(vault, message_id, reading.email)
    if message.direction == "in":
        await _known_by(s, message, ticket, reading.email)
        await _placeholders(s, message, ticket, reading)
    s.add_all([message, ticket])
    await s.flush()
    return True


async def _known_by(s: AsyncSession, message: Message, ticket: Ticket, email: Email) -> None:
    """Hashes with the present key; after the loss of another one the customer keeps the number that people know."""
    vault = vault_of(s)
    message.message_id_hash = vault.blind(email.message_id) if email.message_id else ""
    if email.sender is None:
        return
    known = message.sender_hash = vault.blind(email.sender.email)
    if message.fate != "ticket" or message.customer_number != ticket.customer_number:
        return
    ticket.customer_hash = known
    taken = sa.exists().where(col(Customer.address_hash) == known)
    same = (col(Customer.number) == ticket.customer_number, ~taken)
    await s.execute(sa.update(Customer).where(*same).values(address_hash=known))


async def _placeholders(s: AsyncSession, message: Message, ticket: Ticket, reading: Reading) -> None:
    """A living ticket needs its table to be answered.

    It is trusted only where the mail reads today exactly as it did then: else a placeholder could stand for somebody else.
    """
    now = reading.redacted
    if ticket.status not in _ALIVE or now is None:
        return
    if (now.subject.text, now.new_text.text) != (message.subject, message.text):
        return
    table = {**now.table, **tickets.open_table(vault_of(s), ticket)}
    ticket.sealed_table = tickets.seal_table(vault_of(s), ticket.id, table)
