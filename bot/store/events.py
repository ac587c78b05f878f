"""The history of a ticket: one row per event in a keyed hash chain."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store.db import vault_of
from bot.store.models import Event, Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action


async def of_ticket(s: AsyncSession, ticket_id: UUID, *, after: int = 0) -> list[Event]:
    """The events of a ticket in order, those with a greater `seq` than `after`."""
    query = sa.select(Event).where(col(Event.ticket_id) == ticket_id, col(Event.seq) > after)
    return list(await s.scalars(query.order_by(col(Event.seq)), execution_options={"populate_existing": True}))


async def latest(s: AsyncSession, ticket_id: UUID) -> Event | None:
    """The newest event of a ticket."""
    return await s.scalar(sa.select(Event).where(col(Event.ticket_id) == ticket_id).order_by(col(Event.seq).desc()).limit(1))


async def append(
    s: AsyncSession,
    ticket: Ticket,
    action: Action,
    *,
    actor: str,
    from_status: str | None,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Extend the chain. The caller holds the ticket's row lock, and writes `ticket.chain` with it."""
    vault, last = vault_of(s), await latest(s, ticket.id)
    event = Event(
        ticket_id=ticket.id,
        seq=last.seq + 1 if last else 1,
        at=now(),
        actor=actor,
        action=action.value,
        from_status=from_status,
        to_status=ticket.status,
        why=why,
        details=dict(details or {}),
        salt=os.urandom(16),
    )
    event.digest = _digest(event)
    event.mac = _mac(vault, event, last.mac if last else "")
    s.add(event)
    ticket.chain = _head(vault, event)
    s.add(ticket)
    await s.flush()
    return event


async def amend(s: AsyncSession, event: Event, why: str) -> str:
    """Say an event in other words; the chain verifies when the event that caused it has the returned digest in `amended`."""
    event.why = why
    s.add(event)
    await s.flush()
    return _digest(event)


async def erase(s: AsyncSession, event: Event) -> None:
    """Remove what a person or a customer said; the chain still verifies."""
    event.why, event.details, event.salt = "", {}, b""
    s.add(event)
    await s.flush()


async def verify(s: AsyncSession, vault: Vault, ticket_id: UUID) -> bool:
    """Whether no event of the ticket was changed, added, removed or moved by somebody without the keys."""
    chain = await s.scalar(sa.select(col(Ticket.chain)).where(col(Ticket.id) == ticket_id))
    before, head = "", ""
    history = await of_ticket(s, ticket_id)
    amended = _amended(history)
    for number, event in enumerate(history, 1):
        if event.seq != number or event.mac != _mac(vault, event, before):
            return False
        if event.salt and amended.get(event.seq, event.digest) != _digest(event):
            return False
        if not event.salt and (event.why or event.details):
            return False
        before, head = event.mac, _head(vault, event)
    return chain == head


def _amended(history: Sequence[Event]) -> dict[int, str]:
    """The digests of events that were put in other words since, by their number; the events that say so are in the chain."""
    found: dict[int, str] = {}
    for event in history:
        if event.action == Action.HIDE:
            found |= {int(seq): str(digest) for seq, digest in dict(event.details.get("amended") or {}).items()}
    return found


async def sign_anew(s: AsyncSession, vault: Vault, ticket: Ticket) -> int:
    """Sign the history as it stands with the present key; only for histories whose key is lost. Returns its last number."""
    before, last = "", 0
    for event in await of_ticket(s, ticket.id):
        event.mac = _mac(vault, event, before)
        ticket.chain, before, last = _head(vault, event), event.mac, event.seq
        s.add(event)
    s.add(ticket)
    await s.flush()
    return last


@dataclass(frozen=True, slots=True)
class Audit:
    """What a walk over all histories found."""

    tickets: int
    events: int
    broken: tuple[int, ...]  #: numbers of tickets whose history does not verify
    resigned: tuple[int, ...]  #: numbers of tickets whose older history was signed anew after keys were lost


async def audit(s: AsyncSession, vault: Vault) -> Audit:
    """Verify the history of every ticket; events that belong to no ticket cannot be there (a foreign key forbids it)."""
    broken, resigned, many = [], [], 0
    rows = (
        await s.execute(sa.select(col(Ticket.id), col(Ticket.number), col(Ticket.resigned_to)).order_by(col(Ticket.number)))
    ).all()
    for ticket_id, number, since in rows:
        many += await s.scalar(sa.select(sa.func.count()).select_from(Event).where(col(Event.ticket_id) == ticket_id)) or 0
        if not await verify(s, vault, ticket_id):
            broken.append(number)
        elif since:
            resigned.append(number)
        s.expunge_all()
    return Audit(len(rows), many, tuple(broken), tuple(resigned))


def _digest(event: Event) -> str:
    said = json.dumps([event.why, event.details], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(event.salt + said.encode()).hexdigest()


def _mac(vault: Vault, event: Event, before: str) -> str:
    fields = [
        "event", str(event.ticket_id), event.seq, before, _stamp(event.at), event.actor, event.action,
        event.from_status, event.to_status, event.digest,
    ]  # fmt: skip
    return vault.mac(json.dumps(fields, separators=(",", ":")).encode())


def _head(vault: Vault, event: Event) -> str:
    """Stands on the ticket, so that cutting off the newest events shows too."""
    return vault.mac(f"head:{event.ticket_id}:{event.seq}:{event.mac}".encode())


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
