"""What the tests of the store do to tickets, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.store import drafts, events, mailboxes, replies, tickets
from bot.store.db import Database
from bot.store.models import Draft, Event, Reply, Ticket
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import Redacted

ANA, BEN = "U0ANA", "U0BEN"


async def opened(database: Database, **columns: Any) -> Ticket:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        return await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread", **columns)


async def act(database: Database, ticket: Ticket, action: Action, by: str, **options: Any) -> Ticket:
    async with database.transaction() as s:
        return await tickets.transition(s, ticket.id, action, actor=by, **options)


async def claim(database: Database, ticket: Ticket, by: str) -> Ticket:
    return await act(database, ticket, Action.CLAIM, by, only_if={"owner": None}, owner=by)


async def drafted(database: Database, ticket: Ticket, text: str = "Dear <PERSON_1>") -> Draft:
    async with database.transaction() as s:
        return await drafts.add(s, ticket.id, body=Redacted(text), plain="Dear Mia")


async def approve(database: Database, draft: Draft, by: str) -> Reply:
    async with database.transaction() as s:
        return await replies.create(s, draft, raw=b"To: mia@corp.example", approved_by=by)


async def history(database: Database, ticket: Ticket) -> list[Event]:
    async with database.read() as s:
        return await events.of_ticket(s, ticket.id)


async def intact(database: Database, vault: Vault, ticket: Ticket) -> bool:
    async with database.read() as s:
        return await events.verify(s, vault, ticket.id)


async def together(*work: Awaitable[Any]) -> tuple[list[Any], list[BaseException]]:
    """Who won, and what the others got."""
    done = await asyncio.gather(*work, return_exceptions=True)
    return [one for one in done if not isinstance(one, BaseException)], [one for one in done if isinstance(one, BaseException)]
