"""Whether the keys are those of the database: found out at the start, and not at the first mail that does not open."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import StoreError
from bot.store import events
from bot.store.models import Message, Ticket
from bot.store.vault import Vault


async def fit(s: AsyncSession, vault: Vault) -> None:
    """Raise StoreError when the newest original does not open, or the newest ticket's history was signed with other keys."""
    sealed = sa.select(Message).where(col(Message.sealed_raw).is_not(None)).order_by(col(Message.created_at).desc()).limit(1)
    message = await s.scalar(sealed)
    if message is not None and message.sealed_raw is not None:
        vault.open("message", "sealed_raw", message.id, message.sealed_raw)
    newest = await s.scalar(sa.select(col(Ticket.id)).order_by(col(Ticket.number).desc()).limit(1))
    if newest is not None and not await events.verify(s, vault, newest):
        raise StoreError(
            "The keys are not those of this database, or its newest ticket was changed behind our back. "
            "Restore the keys file that belongs to it (TRIAGE_KEYS, or `keys` beside the bundled database)."
        )
