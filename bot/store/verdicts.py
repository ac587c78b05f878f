"""What the virus scanner said of files, by the keyed hash of their content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Verdict, now

_Verdict: Any = Verdict  # as expressions its attributes are columns


async def of(s: AsyncSession, marks: Iterable[str]) -> dict[str, str]:
    """Mark -> state, for those that were scanned."""
    rows = await s.execute(sa.select(_Verdict.file_hash, _Verdict.state).where(_Verdict.file_hash.in_(list(marks))))
    return {str(mark): str(state) for mark, state in rows}


async def note(s: AsyncSession, mark: str, state: str) -> None:
    """The newest verdict on a file; the scanner learns, so a later one replaces it."""
    said = {"state": state, "at": now()}
    await s.execute(
        insert(_Verdict).values(file_hash=mark, **said).on_conflict_do_update(index_elements=["file_hash"], set_=said)
    )
