"""Receipts of upkeep: what was erased, dropped or given up, in counts."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store.models import Receipt


async def keep(s: AsyncSession, kind: str, counts: Mapping[str, int]) -> Receipt:
    """Keep a receipt for the auditor; it holds numbers and nothing else."""
    receipt = Receipt(kind=kind, counts={name: many for name, many in counts.items() if many})
    s.add(receipt)
    await s.flush()
    return receipt


async def total(s: AsyncSession) -> dict[str, int]:
    """How many receipts of each kind there are."""
    rows = await s.execute(sa.select(col(Receipt.kind), sa.func.count()).group_by(col(Receipt.kind)))
    return {str(kind): int(many) for kind, many in rows}


async def newest(s: AsyncSession, kind: str, most: int = 20) -> list[Receipt]:
    """The newest receipts of a kind, newest first."""
    query = sa.select(Receipt).where(col(Receipt.kind) == kind).order_by(col(Receipt.at).desc()).limit(most)
    return list(await s.scalars(query))
