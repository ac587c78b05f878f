"""Mailboxes and their cursors."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store.models import Mailbox, now


async def get_or_create(s: AsyncSession, address: str) -> Mailbox:
    """The mailbox of this address as it is now; made when it is new."""
    address = address.strip().lower()
    found = await by_address(s, address)
    if found is not None:
        return found
    new = Mailbox(address=address)
    row = {"id": new.id, "address": address, "trouble": ""}
    await s.execute(insert(Mailbox).values(**row).on_conflict_do_nothing(index_elements=["address"]))
    made = await by_address(s, address)
    assert made is not None
    return made


async def by_address(s: AsyncSession, address: str) -> Mailbox | None:
    """The mailbox of this address."""
    query = sa.select(Mailbox).where(col(Mailbox.address) == address)
    return await s.scalar(query, execution_options={"populate_existing": True})


async def get(s: AsyncSession, mailbox_id: UUID) -> Mailbox | None:
    """One mailbox by its id."""
    return await s.get(Mailbox, mailbox_id)


async def polled(s: AsyncSession, mailbox: Mailbox, *, cursor: str) -> None:
    """A poll went well: move the cursor, in the transaction that queued what it yielded."""
    mailbox.history_id, mailbox.polled_at, mailbox.trouble = cursor, now(), ""
    mailbox.connected_at = mailbox.connected_at or now()
    s.add(mailbox)
    await s.flush()


async def in_trouble(s: AsyncSession, address: str, what: str) -> None:
    """Note what is wrong and what to do; the next good poll clears it."""
    await s.execute(sa.update(Mailbox).where(col(Mailbox.address) == address.strip().lower()).values(trouble=what))
