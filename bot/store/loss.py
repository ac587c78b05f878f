"""Going on without lost keys: what they sealed is given up, and the history is signed anew; nothing else is lost."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import StoreError
from bot.store import events, keys, queue, receipts, sealed, tickets
from bot.store.db import Database
from bot.store.models import Reply, Ticket, now
from bot.store.sealed import Place
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus, Status

log = logging.getLogger("triage.store")

LOST = "The keys that sealed the approved text are lost. Nothing was sent; please write the reply again."

#: What a person reads instead of a column's name.
KINDS = {"sealed_raw": "originals", "sealed_details": "recipients", "sealed_table": "placeholders", "sealed_body": "drafts"}
_BATCH = 500
_SAMPLE = 50


async def accept(db: Database, vault: Vault) -> dict[str, int]:
    """Give up whatever the present keys do not open; counts per kind. Doing it again finds nothing."""
    counts: Counter[str] = Counter()
    async with db.read() as s:
        foreign = await _foreign(s, vault)
    for place in sealed.places():
        kind = "replies" if place.table == "reply" else KINDS.get(place.column, f"{place.table}.{place.column}")
        counts[kind] += await _give_up(db, vault, place)
    counts["replies withdrawn"] = await _unsendable(db)
    if "chain" in foreign:
        counts["histories signed anew"] = await _sign_anew(db, vault)
    async with db.transaction() as s:
        await keys.remember(s, vault, anew=True)
        counts["tickets to read again"] = await _read_again(s)
        await receipts.keep(s, "accept-loss", counts)
    return dict(counts)


async def _foreign(s: AsyncSession, vault: Vault) -> set[str]:
    """The keys that are not those of the database. An older one has no marks: then many broken histories tell it."""
    if await keys.remembered(s):
        return await keys.foreign(s, vault)
    some = (await s.scalars(sa.select(col(Ticket.id)).order_by(col(Ticket.number).desc()).limit(_SAMPLE))).all()
    return {"chain"} if some and not any([await events.verify(s, vault, ticket) for ticket in some]) else set()


async def _give_up(db: Database, vault: Vault, place: Place) -> int:
    lost, after = 0, None
    while True:
        async with db.read() as s:
            ids = await place.ids(s, after=after, most=_BATCH)
        for row_id in ids:
            async with db.transaction() as s:
                value = await place.locked(s, row_id)
                if value is None or await _opens(vault, place, row_id, value):
                    continue
                await place.put(s, row_id, None)
                lost += 1
        if not ids:
            return lost
        after = ids[-1]


async def _opens(vault: Vault, place: Place, row_id: UUID, value: bytes) -> bool:
    try:
        await asyncio.to_thread(vault.open, place.table, place.column, row_id, value)
    except StoreError:
        return False
    return True


async def _unsendable(db: Database) -> int:
    """Approved replies that had not begun to leave fail with a reason; those that had are looked for by the postman."""
    waiting = (ReplyStatus.PROPOSED.value, ReplyStatus.HELD.value)
    async with db.transaction() as s:
        gone = (col(Reply.status).in_(waiting), col(Reply.sealed_raw).is_(None))
        change = {"status": ReplyStatus.FAILED.value, "error": LOST, "updated_at": now()}
        found = (await s.scalars(sa.update(Reply).where(*gone).values(**change).returning(col(Reply.ticket_id)))).all()
        for ticket_id in found:
            await tickets.touch(s, ticket_id)
    return len(found)


async def _sign_anew(db: Database, vault: Vault) -> int:
    async with db.read() as s:
        ids = (await s.scalars(sa.select(col(Ticket.id)).order_by(col(Ticket.number)))).all()
    done = 0
    for ticket_id in ids:
        async with db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            if await events.verify(s, vault, ticket_id):
                continue  # signed in an earlier, interrupted try
            ticket.resigned_to = await events.sign_anew(s, vault, ticket)
            await events.append(
                s, ticket, Action.RESIGN, actor=tickets.TRIAGE, from_status=ticket.status, why="the keys were lost"
            )
            done += 1
    return done


async def _read_again(s: AsyncSession) -> int:
    """Conversations that may still be answered are read again from Gmail by the running bot."""
    alive = (Status.OPEN.value, Status.WAITING.value, Status.SNOOZED.value)
    without = (col(Ticket.status).in_(alive), col(Ticket.sealed_table).is_(None), col(Ticket.erased_at).is_(None))
    found = [str(ticket) for ticket in await s.scalars(sa.select(col(Ticket.id)).where(*without))]
    await queue.enqueue_all(s, queue.RECALL, found, priority=-1)
    return len(found)
