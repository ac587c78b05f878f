"""Tickets: every change of one is a guarded UPDATE with its event and its wake-up, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import LostRace, Missing, Refused
from bot.store import events, locks, queue
from bot.store.db import vault_of
from bot.store.models import Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action, Status, after

#: Who acts when it is no person.
TRIAGE, CUSTOMER, GMAIL = "triage", "customer", "gmail"

_ANSWERS = frozenset({Action.REPLIED, Action.ANSWERED_ELSEWHERE})
#: What may still be noted of a ticket whose text was erased.
_FACTS = frozenset({*_ANSWERS, Action.ACKNOWLEDGED, Action.SEND_FAILED, Action.NOTED})
#: Nobody of us has to do anything: the mails are labelled so in Gmail.
HANDLED = frozenset({Status.WAITING, Status.CLOSED, Status.DISMISSED})
_OWNERSHIP = (Action.CLAIM, Action.TAKE_OVER, Action.REASSIGN, Action.APPROVE, Action.RELEASE)

#: What the winner of a race did, as the loser reads it.
_DID = {
    Action.CLAIM: "claimed it",
    Action.RELEASE: "released it",
    Action.TAKE_OVER: "took it over",
    Action.REASSIGN: "reassigned it",
    Action.EDIT: "wrote a new draft",
    Action.APPROVE: "approved the reply",
    Action.REPLIED: "answered it",
    Action.ACKNOWLEDGED: "acknowledged it",
    Action.SEND_FAILED: "could not send the reply",
    Action.ANSWERED_ELSEWHERE: "answered it from Gmail",
    Action.CUSTOMER_WROTE: "wrote again",
    Action.NOTED: "wrote a line that needs no answer",
    Action.CLOSE: "closed it",
    Action.REOPEN: "reopened it",
    Action.DISMISS: "marked it as not a ticket",
    Action.RESTORE: "brought it back",
    Action.HIDE: "hid something on it",
}
_NAMES = {TRIAGE: "Triage", CUSTOMER: "The customer", GMAIL: "A colleague"}


async def create(
    s: AsyncSession,
    *,
    mailbox_id: UUID,
    gmail_thread_id: str,
    actor: str = TRIAGE,
    action: Action = Action.CREATE,
    why: str = "",
    details: Mapping[str, Any] | None = None,
    table: Mapping[str, str] | None = None,
    **columns: Any,
) -> Ticket:
    """Open a ticket, with its first event and the job that shows it. Call `by_thread` first, in the same transaction."""
    ticket = Ticket(id=uuid4(), mailbox_id=mailbox_id, gmail_thread_id=gmail_thread_id, **columns)
    if table:
        ticket.sealed_table = seal_table(vault_of(s), ticket.id, table)
    s.add(ticket)
    await s.flush()
    await events.append(s, ticket, action, actor=actor, from_status=None, why=why, details=details)
    await queue.enqueue(s, queue.SHOW, str(ticket.id))
    return ticket


async def get(s: AsyncSession, ticket_id: UUID) -> Ticket | None:
    """The ticket as it is now."""
    return await s.get(Ticket, ticket_id, populate_existing=True)


async def by_number(s: AsyncSession, number: int) -> Ticket | None:
    """The ticket that people call by `number`."""
    return await s.scalar(sa.select(Ticket).where(col(Ticket.number) == number))


async def by_thread(s: AsyncSession, mailbox_id: UUID, thread_id: str) -> Ticket | None:
    """The newest ticket of a Gmail thread.

    Until the end of the transaction nobody else gets past this line for the same thread, so that two mails of a new thread
    open one ticket.
    """
    await locks.lock(s, f"thread:{mailbox_id}:{thread_id}")
    newest = col(Ticket.number).desc()
    query = sa.select(Ticket).where(col(Ticket.mailbox_id) == mailbox_id, col(Ticket.gmail_thread_id) == thread_id)
    return await s.scalar(query.order_by(newest).limit(1))


async def locked(s: AsyncSession, ticket_id: UUID) -> Ticket:
    """The ticket as it is now; it changes for nobody else until the end of the transaction."""
    query = sa.select(Ticket).where(col(Ticket.id) == ticket_id).with_for_update()
    ticket = await s.scalar(query, execution_options={"populate_existing": True})
    if ticket is None:
        raise Missing("This ticket does not exist.")
    return ticket


async def transition(
    s: AsyncSession,
    ticket_id: UUID,
    action: Action,
    *,
    actor: str,
    why: str = "",
    details: Mapping[str, Any] | None = None,
    only_if: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Ticket:
    """Apply `action` if the table of bot.ticket allows it and every column in `only_if` has the expected value.

    An expected value may be a set of them. Status, version, updated_at, closed_at and first_answer_at follow by themselves;
    `changes` are other columns. Raises InvalidTransition, or LostRace with who, what and when.
    """
    before = await locked(s, ticket_id)
    if before.erased_at is not None and action not in _FACTS:
        raise Refused("The text of this ticket was erased. Nothing can be done with it any more.")
    changed = [column for column, expected in (only_if or {}).items() if not _is(getattr(before, column), expected)]
    if changed:
        raise await _lost(s, before, actor, changed)
    status = Status(before.status)
    to = after(status, action)
    values = {"status": to.value, "version": before.version + 1, "updated_at": now(), **_dates(before, action, to), **changes}
    guard = (col(Ticket.id) == ticket_id, col(Ticket.status) == status.value, col(Ticket.version) == before.version)
    statement = sa.update(Ticket).where(*guard).values(**values).returning(Ticket)
    ticket = await s.scalar(statement, execution_options={"populate_existing": True, "synchronize_session": False})
    if ticket is None:
        raise await _lost(s, before, actor, ["version"])
    await events.append(s, ticket, action, actor=actor, from_status=status.value, why=why, details=details)
    await queue.enqueue(s, queue.SHOW, str(ticket_id))
    if action is Action.REOPEN and ticket.sealed_table is None:
        await queue.enqueue(s, queue.RECALL, str(ticket_id))  # closed so long ago that its addresses are not kept any more
    if (status in HANDLED) != (to in HANDLED):
        await queue.enqueue(s, queue.TIDY, str(ticket_id))
    return ticket


async def touch(s: AsyncSession, ticket_id: UUID, **changes: Any) -> Ticket:
    """Note that the card has something new to show, without an event: a reply's state, for example."""
    ticket = await locked(s, ticket_id)
    for column, value in {**changes, "version": ticket.version + 1, "updated_at": now()}.items():
        setattr(ticket, column, value)
    s.add(ticket)
    await s.flush()
    await queue.enqueue(s, queue.SHOW, str(ticket_id))
    return ticket


def seal_table(vault: Vault, ticket_id: UUID, table: Mapping[str, str]) -> bytes:
    """The placeholder table, sealed for its ticket."""
    return vault.seal("ticket", "sealed_table", ticket_id, json.dumps(dict(table), sort_keys=True).encode())


def open_table(vault: Vault, ticket: Ticket) -> dict[str, str]:
    """Placeholder -> real value; {} when the ticket has none."""
    if ticket.sealed_table is None:
        return {}
    opened: dict[str, str] = json.loads(vault.open("ticket", "sealed_table", ticket.id, ticket.sealed_table))
    return opened


async def add_table(s: AsyncSession, ticket_id: UUID, table: Mapping[str, str]) -> Ticket:
    """Add placeholders. LostRace when one stands for another value by now: the mail has to be redacted again."""
    ticket, vault = await locked(s, ticket_id), vault_of(s)
    known = open_table(vault, ticket)
    if any(known.get(placeholder, value) != value for placeholder, value in table.items()):
        raise LostRace("Another mail of this conversation was read at the same moment.")
    ticket.sealed_table = seal_table(vault, ticket_id, {**known, **table})
    s.add(ticket)
    await s.flush()
    return ticket


def _is(value: Any, expected: Any) -> bool:
    if isinstance(expected, Collection) and not isinstance(expected, str | bytes | Mapping):
        return value in expected
    return bool(value == expected)


def _dates(ticket: Ticket, action: Action, to: Status) -> dict[str, Any]:
    ended = to in (Status.CLOSED, Status.DISMISSED)
    dates: dict[str, Any] = {"closed_at": (ticket.closed_at or now()) if ended else None}
    if action in _ANSWERS and ticket.first_answer_at is None:
        dates["first_answer_at"] = now()
    return dates


async def _lost(s: AsyncSession, ticket: Ticket, actor: str, changed: Collection[str]) -> LostRace:
    """Tell the loser who won: whoever has the ticket when that was the point, else whoever changed it last."""
    history = await events.of_ticket(s, ticket.id)
    if ticket.owner and "owner" in changed:
        since = [event.at for event in history if event.action in _OWNERSHIP]
        who = "You already have" if ticket.owner == actor else f"<@{ticket.owner}> already has"
        return LostRace(f"{who} this one.", winner=ticket.owner, at=since[-1] if since else None)
    if not history:
        return LostRace()
    last = history[-1]
    who = "You were" if last.actor == actor else f"{_NAMES.get(last.actor, f'<@{last.actor}>')} was"
    return LostRace(f"{who} faster and {_DID.get(Action(last.action), 'changed it')}.", winner=last.actor, at=last.at)
