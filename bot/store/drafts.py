"""Drafts: revisions that are added and retired, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.store import tickets
from bot.store.db import vault_of
from bot.store.models import Draft, now
from bot.store.vault import Vault
from bot.values import DraftKind, Redacted


async def add(
    s: AsyncSession,
    ticket_id: UUID,
    *,
    body: Redacted,
    kind: DraftKind | str = DraftKind.ANSWER,
    source: str = "",
    plain: str | None = None,
    sha256: str = "",
    author: str | None = None,
    flags: Sequence[str] = (),
    answers: Sequence[UUID | str] = (),
) -> Draft:
    """The next revision; older ones are retired. `plain` is the exact text with real values, which is sealed.

    The card learns of it by the transition that belongs to it (create, edit, customer_wrote) or by `tickets.touch`.
    """
    await tickets.locked(s, ticket_id)
    await retire(s, ticket_id)
    last = await s.scalar(sa.select(sa.func.max(Draft.revision)).where(col(Draft.ticket_id) == ticket_id))
    draft = Draft(
        id=uuid4(),
        ticket_id=ticket_id,
        revision=(last or 0) + 1,
        kind=str(kind),
        source=source,
        body=body.text,
        author=author,
        flags=list(flags),
        answers=[str(answer) for answer in answers],
        sha256=sha256 or vault_of(s).fingerprint((plain if plain is not None else body.text).encode()),
    )
    if plain is not None:
        draft.sealed_body = vault_of(s).seal("draft", "sealed_body", draft.id, plain.encode())
    s.add(draft)
    await s.flush()
    return draft


async def retire(s: AsyncSession, ticket_id: UUID) -> None:
    """No draft of the ticket may be approved any more; their text stays."""
    live = sa.update(Draft).where(col(Draft.ticket_id) == ticket_id, col(Draft.retired_at).is_(None))
    await s.execute(live.values(retired_at=now()))


async def current(s: AsyncSession, ticket_id: UUID) -> Draft | None:
    """The newest draft, None when there is none or it is retired."""
    newest = await latest(s, ticket_id)
    return newest if newest is not None and newest.retired_at is None else None


async def latest(s: AsyncSession, ticket_id: UUID) -> Draft | None:
    """The newest draft, retired or not."""
    query = sa.select(Draft).where(col(Draft.ticket_id) == ticket_id).order_by(col(Draft.revision).desc()).limit(1)
    return await s.scalar(query, execution_options={"populate_existing": True})


async def of_ticket(s: AsyncSession, ticket_id: UUID) -> list[Draft]:
    """All revisions, the oldest first."""
    return list(await s.scalars(sa.select(Draft).where(col(Draft.ticket_id) == ticket_id).order_by(col(Draft.revision))))


async def get(s: AsyncSession, draft_id: UUID) -> Draft | None:
    """One draft by its id."""
    return await s.get(Draft, draft_id)


async def revision(s: AsyncSession, ticket_id: UUID, number: int) -> Draft | None:
    """One draft by its revision."""
    return await s.scalar(sa.select(Draft).where(col(Draft.ticket_id) == ticket_id, col(Draft.revision) == number))


def open_body(vault: Vault, draft: Draft) -> str | None:
    """The exact text with real values when the draft has one of its own, else None: put the values back into `body`."""
    if draft.sealed_body is None:
        return None
    return vault.open("draft", "sealed_body", draft.id, draft.sealed_body).decode()
