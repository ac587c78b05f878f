"""Every sealed column there is, found in the tables themselves so that none can be forgotten, and walks over their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from bot.store import models
from bot.store.vault import prefix

assert models.Message.metadata is SQLModel.metadata  # importing the tables is what fills it


@dataclass(frozen=True, slots=True)
class Place:
    """One sealed column."""

    table: str
    column: str

    @property
    def _table(self) -> Any:
        return SQLModel.metadata.tables[self.table]

    @property
    def key(self) -> Any:
        """The column of the row's id."""
        return self._table.c.id

    @property
    def value(self) -> Any:
        """The sealed column itself."""
        return self._table.c[self.column]

    async def ids(self, s: AsyncSession, *, after: UUID | None, most: int, not_by: str = "") -> Sequence[UUID]:
        """Ids of rows with a value, in order; with `not_by` only those that another key than this one sealed."""
        query = sa.select(self.key).where(self.value.is_not(None))
        if after is not None:
            query = query.where(self.key > after)
        if not_by:
            head = prefix(not_by)
            query = query.where(sa.func.substring(self.value, 1, len(head)) != head)
        return (await s.scalars(query.order_by(self.key).limit(most))).all()

    async def locked(self, s: AsyncSession, row_id: UUID) -> bytes | None:
        """The value of one row, which nobody else changes until the end of the transaction."""
        found = await s.scalar(sa.select(self.value).where(self.key == row_id).with_for_update())
        return None if found is None else bytes(found)

    async def put(self, s: AsyncSession, row_id: UUID, value: bytes | None) -> None:
        """Write the value of one row."""
        await s.execute(sa.update(self._table).where(self.key == row_id).values({self.column: value}))


def places() -> tuple[Place, ...]:
    """All sealed columns, always in the same order."""
    return tuple(
        Place(table.name, column.name)
        for table in sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if column.name.startswith("sealed_")
    )


async def stand_still(s: AsyncSession) -> None:
    """Wait for whoever is writing sealed values, and let nobody begin until the end of the transaction."""
    names = ", ".join(sorted({place.table for place in places()}))
    await s.execute(sa.text(f"lock table {names} in share row exclusive mode"))


async def census(s: AsyncSession) -> dict[str, int]:
    """How many sealed values each key has made."""
    found: dict[str, int] = {}
    for place in places():
        length = sa.func.get_byte(place.value, 1)
        name = sa.func.convert_from(sa.func.substring(place.value, 3, length), "UTF8")
        enough = sa.func.octet_length(place.value) > 2
        for key, many in await s.execute(sa.select(name, sa.func.count()).where(enough).group_by(name)):
            found[key] = found.get(key, 0) + many
    return found
