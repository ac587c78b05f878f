"""Whether the keys are those of the database, which processes have which keys, and the sealing anew after a change of keys."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import StoreError
from bot.store import events, queue, sealed
from bot.store.db import Database
from bot.store.models import KeyHolder, KeyMark, Message, Ticket, now
from bot.store.vault import Vault, key_name

log = logging.getLogger("triage.store")

#: A process that did not report for so long is gone.
ALIVE = timedelta(minutes=3)
#: Rows that one job seals anew.
BATCH = 200

_ME = uuid.uuid4().hex
_FOREIGN = (
    "The keys are not those of this database, or its newest ticket was changed behind our back. "
    "Restore the keys file that belongs to it (TRIAGE_KEYS, or `keys` beside the bundled database). If it is lost for good: "
    "`triage keys accept-loss` gives up originals, placeholders and recipients (they can be read again from Gmail) and keeps the "
    "rest: tickets, cards, queue and numbers."
)


async def fit(s: AsyncSession, vault: Vault) -> None:
    """Raise StoreError when the newest sealed values do not open, or the newest ticket's history was signed with other keys."""
    if await foreign(s, vault):
        raise StoreError(_FOREIGN)
    mails = sa.select(Message).where(col(Message.sealed_raw).is_not(None)).order_by(col(Message.created_at).desc())
    talks = sa.select(Ticket).where(col(Ticket.sealed_table).is_not(None)).order_by(col(Ticket.number).desc())
    message, ticket = await s.scalar(mails.limit(1)), await s.scalar(talks.limit(1))
    try:
        if message is not None and message.sealed_raw is not None:
            vault.open("message", "sealed_raw", message.id, message.sealed_raw)
        if ticket is not None and ticket.sealed_table is not None:
            vault.open("ticket", "sealed_table", ticket.id, ticket.sealed_table)
    except StoreError:
        raise StoreError(_FOREIGN) from None
    newest = await s.scalar(sa.select(col(Ticket.id)).order_by(col(Ticket.number).desc()).limit(1))
    if newest is not None and not await events.verify(s, vault, newest):
        raise StoreError(_FOREIGN)


async def fits(s: AsyncSession, vault: Vault) -> bool:
    """The same as an answer."""
    try:
        await fit(s, vault)
    except StoreError:
        return False
    return True


async def foreign(s: AsyncSession, vault: Vault) -> set[str]:
    """Which of the keys that never change ("index", "chain") are not those that the database was made with."""
    rows = (await s.execute(sa.select(col(KeyMark.purpose), col(KeyMark.mark)))).all()
    ours = vault.marks()
    return {purpose for purpose, mark in rows if ours.get(purpose) != mark}


async def remembered(s: AsyncSession) -> bool:
    """Whether the database knows which keys it was made with."""
    return bool(await s.scalar(sa.select(sa.func.count()).select_from(KeyMark)))


async def remember(s: AsyncSession, vault: Vault, *, anew: bool = False) -> None:
    """Note which keys the database belongs to; once, unless the old ones are lost (`anew`)."""
    for purpose, mark in vault.marks().items():
        row = insert(KeyMark).values(purpose=purpose, mark=mark)
        first = row.on_conflict_do_nothing(index_elements=["purpose"])
        await s.execute(row.on_conflict_do_update(index_elements=["purpose"], set_={"mark": mark}) if anew else first)


# Which process has which keys


async def report(db: Database, vault: Vault, process: str = _ME) -> int:
    """Read the keys again if they changed, and tell the others which of them this process has.

    After a change to another key it sees to what was sealed with the old one until this moment. Processes that are long gone
    are forgotten.
    """
    changed = await asyncio.to_thread(vault.refresh)
    ring = vault.ring
    said = {"keys": list(ring.names), "writes": ring.writes, "seen_at": now()}
    async with db.transaction() as s:
        row = insert(KeyHolder).values(process=process, **said)
        await s.execute(row.on_conflict_do_update(index_elements=["process"], set_=said))
        await s.execute(sa.delete(KeyHolder).where(col(KeyHolder.seen_at) < now() - timedelta(days=1)))
        if changed:
            await queue.enqueue(s, queue.RESEAL, "start", priority=-1)
    return len(ring.names)


async def leave(db: Database, process: str = _ME) -> None:
    """This process ends in order: nobody has to wait for it."""
    async with db.transaction() as s:
        await s.execute(sa.delete(KeyHolder).where(col(KeyHolder.process) == process))


async def holders(s: AsyncSession) -> list[KeyHolder]:
    """Processes that run now."""
    return list(await s.scalars(sa.select(KeyHolder).where(col(KeyHolder.seen_at) >= now() - ALIVE)))


# Sealing anew


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one batch did."""

    done: int
    stuck: int  #: values that no key opens; `triage keys accept-loss` is about those
    next: str  #: where the next batch begins, "" at the end


async def reseal(db: Database, vault: Vault, at: str = "", most: int = BATCH) -> Resealed:
    """Seal up to `most` values anew that another key than the present one sealed, each in a transaction of its own.

    Going on at any place is right, and so is beginning again: what is sealed with the present key is not looked at.
    """
    places = sealed.places()
    name, _, last = at.partition(":")
    start = next((number for number, place in enumerate(places) if f"{place.table}.{place.column}" == name), 0)
    after = UUID(last) if last else None
    for place in places[start:]:
        async with db.read() as s:
            ids = await place.ids(s, after=after, most=most, not_by=vault.ring.writes)
        if ids:
            done = [await _again(db, vault, place, row_id) for row_id in ids]
            return Resealed(sum(done), len(done) - sum(done), f"{place.table}.{place.column}:{ids[-1]}")
        after = None
    return Resealed(0, 0, "")


async def _again(db: Database, vault: Vault, place: sealed.Place, row_id: UUID) -> bool:
    async with db.transaction() as s:
        value = await place.locked(s, row_id)
        if value is None or key_name(value) == vault.ring.writes:
            return True
        try:  # a mail of 50 MB takes a while
            plain = await asyncio.to_thread(vault.open, place.table, place.column, row_id, value)
        except StoreError:
            return False
        await place.put(s, row_id, await asyncio.to_thread(vault.seal, place.table, place.column, row_id, plain))
    return True


class Resealer:
    """The job behind `triage keys rotate`: one batch, and a job for the next one."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._vault = db, vault

    async def work(self, at: str) -> None:
        """Seal one batch anew; `at` is "start" or where the last batch ended."""
        if await asyncio.to_thread(self._vault.refresh):
            at = "start"  # what this process sealed a moment ago may lie before
        found = await reseal(self._db, self._vault, "" if at == "start" else at)
        if found.next:
            async with self._db.transaction() as s:
                await queue.enqueue(s, queue.RESEAL, found.next, priority=-1)
        log.info("sealed anew rows=%s stuck=%s more=%s", found.done, found.stuck, bool(found.next))
