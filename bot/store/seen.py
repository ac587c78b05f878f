"""Keys of what was handled once and must not be handled again."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store.models import Seen, now


async def first_time(s: AsyncSession, key: str) -> bool:
    """Whether nobody came with this key before; a concurrent one waits for the end of our transaction to know."""
    statement = insert(Seen).values(key=key, at=now()).on_conflict_do_nothing(index_elements=["key"])
    return await s.scalar(statement.returning(col(Seen.key))) is not None


async def forget(s: AsyncSession, older_than: timedelta) -> None:
    """Drop keys that can no longer come back."""
    await s.execute(sa.delete(Seen).where(col(Seen.at) < now() - older_than))
