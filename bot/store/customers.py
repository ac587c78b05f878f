"""Customers: a stable number for an address of which only the keyed hash is known."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store.models import Customer, Ticket, now
from bot.store.vault import Vault


async def handle(s: AsyncSession, vault: Vault, address: str) -> int:
    """The number of the customer with this address, a new one the first time."""
    known, query = vault.blind(address), sa.select(col(Customer.number))
    number = await s.scalar(query.where(col(Customer.address_hash) == known))
    if number is None:
        row = {"address_hash": known, "created_at": now()}
        await s.execute(insert(Customer).values(**row).on_conflict_do_nothing(index_elements=["address_hash"]))
        number = await s.scalar(query.where(col(Customer.address_hash) == known))
    assert number is not None
    return number


async def earlier(s: AsyncSession, ticket: Ticket) -> int:
    """How many tickets the customer had before this one."""
    if not ticket.customer_hash:
        return 0
    before = (col(Ticket.customer_hash) == ticket.customer_hash, col(Ticket.number) < ticket.number)
    return await s.scalar(sa.select(sa.func.count()).select_from(Ticket).where(*before)) or 0
