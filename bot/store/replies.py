"""Replies: the intent to send one approved draft, once; every step of its way is a guarded UPDATE."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import LostRace
from bot.store import queue
from bot.store.db import vault_of
from bot.store.models import Draft, Reply, now
from bot.store.vault import Vault
from bot.ticket import REPLY_IN_FLIGHT, ReplyStatus

_WAITING = frozenset({ReplyStatus.PROPOSED, ReplyStatus.HELD})


async def create(
    s: AsyncSession,
    draft: Draft,
    *,
    raw: bytes,
    approved_by: str,
    gmail_thread_id: str = "",
    leaves_at: datetime | None = None,
    reply_id: UUID | None = None,
) -> Reply:
    """Approve: store the exact bytes and queue their sending at `leaves_at` (now).

    `reply_id` is for callers whose bytes name it. LostRace, with who and when, if this revision was approved already or
    another reply of the ticket is on its way.
    """
    made = reply_id or uuid4()
    reply = Reply(
        id=made,
        ticket_id=draft.ticket_id,
        draft_id=draft.id,
        revision=draft.revision,
        kind=draft.kind,
        status=ReplyStatus.HELD.value,
        approved_by=approved_by,
        leaves_at=leaves_at or now(),
        sealed_raw=vault_of(s).seal("reply", "sealed_raw", made, raw),
        raw_sha256=vault_of(s).fingerprint(raw),
        gmail_thread_id=gmail_thread_id,
    )
    try:
        async with s.begin_nested():
            s.add(reply)
    except IntegrityError:
        raise await _lost(s, draft) from None
    await queue.enqueue(s, queue.SEND, str(reply.id), delay=reply.leaves_at - now())
    return reply


async def get(s: AsyncSession, reply_id: UUID) -> Reply | None:
    """The reply as it is now."""
    return await s.get(Reply, reply_id, populate_existing=True)


async def locked(s: AsyncSession, reply_id: UUID) -> Reply | None:
    """The reply as it is now; it changes for nobody else until the end of the transaction."""
    query = sa.select(Reply).where(col(Reply.id) == reply_id).with_for_update()
    return await s.scalar(query, execution_options={"populate_existing": True})


async def in_flight(s: AsyncSession, ticket_id: UUID) -> Reply | None:
    """The reply of the ticket that is approved and neither sent nor given up; there is at most one."""
    states = [status.value for status in REPLY_IN_FLIGHT]
    return await s.scalar(sa.select(Reply).where(col(Reply.ticket_id) == ticket_id, col(Reply.status).in_(states)))


async def of_ticket(s: AsyncSession, ticket_id: UUID) -> list[Reply]:
    """All replies of a ticket, oldest first."""
    query = sa.select(Reply).where(col(Reply.ticket_id) == ticket_id).order_by(col(Reply.approved_at), col(Reply.revision))
    return list(await s.scalars(query))


async def by_gmail_id(s: AsyncSession, gmail_message_id: str) -> Reply | None:
    """The reply that Gmail knows by this id."""
    return await s.scalar(sa.select(Reply).where(col(Reply.gmail_message_id) == gmail_message_id))


def open_raw(vault: Vault, reply: Reply) -> bytes | None:
    """The approved bytes; None when they are not kept any more (retention, erasure, lost keys)."""
    return None if reply.sealed_raw is None else vault.open("reply", "sealed_raw", reply.id, reply.sealed_raw)


async def mark_sending(s: AsyncSession, reply_id: UUID) -> Reply | None:
    """held -> sending; None when it is not held any more (sent, withdrawn, or another process has it)."""
    return await move(s, reply_id, ReplyStatus.SENDING, only_from=_WAITING)


async def mark_draft(s: AsyncSession, reply_id: UUID, *, draft_id: str, message_id: str) -> Reply | None:
    """Note the draft that Gmail made for it."""
    found = {"gmail_draft_id": draft_id, "gmail_draft_message_id": message_id}
    return await move(s, reply_id, ReplyStatus.SENDING, only_from={ReplyStatus.SENDING}, **found)


async def mark_sent(s: AsyncSession, reply_id: UUID, *, gmail_message_id: str, sent_at: datetime | None = None) -> Reply | None:
    """-> sent; None when it was sent already."""
    found = {"gmail_message_id": gmail_message_id, "sent_at": sent_at or now(), "error": ""}
    return await move(s, reply_id, ReplyStatus.SENT, only_from={*REPLY_IN_FLIGHT, ReplyStatus.FAILED}, **found)


async def mark_failed(s: AsyncSession, reply_id: UUID, error: str) -> Reply | None:
    """-> failed; `error` says cause and next step in our own words."""
    return await move(s, reply_id, ReplyStatus.FAILED, only_from=REPLY_IN_FLIGHT, error=error)


async def mark_uncertain(s: AsyncSession, reply_id: UUID, error: str) -> Reply | None:
    """-> uncertain: it may have left; a person decides."""
    return await move(s, reply_id, ReplyStatus.UNCERTAIN, only_from={ReplyStatus.SENDING}, error=error)


async def mark_withdrawn(s: AsyncSession, reply_id: UUID, error: str = "") -> Reply | None:
    """held -> withdrawn; None when it is too late."""
    return await move(s, reply_id, ReplyStatus.WITHDRAWN, only_from=_WAITING, error=error)


async def mark_again(s: AsyncSession, reply_id: UUID, *, by: str) -> Reply | None:
    """failed -> held: a person wants another try of the same bytes; None when it did not fail."""
    change = {"approved_by": by, "approved_at": now(), "leaves_at": now(), "error": ""}
    reply = await move(s, reply_id, ReplyStatus.HELD, only_from={ReplyStatus.FAILED}, **change)
    if reply is not None:
        await queue.enqueue(s, queue.SEND, str(reply_id))
    return reply


async def move(
    s: AsyncSession, reply_id: UUID, to: ReplyStatus, *, only_from: Collection[ReplyStatus], **changes: Any
) -> Reply | None:
    """The guarded UPDATE behind all marks. The card learns of it by `tickets.touch` or a transition."""
    guard = (col(Reply.id) == reply_id, col(Reply.status).in_([status.value for status in only_from]))
    statement = sa.update(Reply).where(*guard).values(status=to.value, updated_at=now(), **changes).returning(Reply)
    return await s.scalar(statement, execution_options={"populate_existing": True, "synchronize_session": False})


async def _lost(s: AsyncSession, draft: Draft) -> LostRace:
    same = await s.scalar(sa.select(Reply).where(col(Reply.ticket_id) == draft.ticket_id, col(Reply.revision) == draft.revision))
    winner = same or await in_flight(s, draft.ticket_id)
    if winner is None:
        return LostRace("Another reply was approved at the same moment.")
    what = "this reply" if same else "another reply, which is on its way"
    return LostRace(f"<@{winner.approved_by}> already approved {what}.", winner=winner.approved_by, at=winner.approved_at)
