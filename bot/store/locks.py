"""Advisory locks that live as long as a transaction, so that a process that dies or fails never keeps one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession


async def try_lock(session: AsyncSession, name: str) -> bool:
    """Take the lock until the end of the transaction if it is free."""
    taken = await session.scalar(sa.text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
    return bool(taken)


async def lock(session: AsyncSession, name: str) -> None:
    """Wait for the lock and keep it until the end of the transaction; only for transactions that do nothing but SQL."""
    await session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
