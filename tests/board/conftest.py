"""A pretend Slack, a client of it, a board, and tickets to show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.config import Config
from bot.sandbox.server import Sandbox
from bot.sandbox.slack import SlackWorld
from bot.settings import SlackSettings
from bot.store import drafts, mailboxes, tickets
from bot.store.db import Database
from bot.store.models import Message, Ticket
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import Redacted

MANIFEST = Path(__file__).parent.parent.parent / "manifest.yml"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(MANIFEST) as made:
        yield made


@pytest.fixture
def world(sandbox: Sandbox) -> SlackWorld:
    """The pretend Slack."""
    return sandbox.slack


@pytest.fixture
def access(world: SlackWorld) -> SlackSettings:
    found = world.environment()
    return SlackSettings(
        bot_token=SecretStr(found["SLACK_BOT_TOKEN"]),
        app_token=SecretStr(found["SLACK_APP_TOKEN"]),
        api_url=found["SLACK_API_URL"],
    )


@pytest.fixture
async def slack(access: SlackSettings) -> AsyncIterator[SlackClient]:
    async with SlackClient(access) as client:
        yield client


@pytest.fixture
def board(database: Database, vault: Vault, slack: SlackClient) -> Board:
    return Board(database, vault, slack, Config())


@dataclass
class Desk:
    """Makes tickets and changes them as the rest of the bot does, without it."""

    db: Database

    async def ticket(self, text: str = "Our sensor shows nothing since Monday.", **columns: Any) -> UUID:
        """An open ticket with one mail and one draft."""
        given: dict[str, Any] = {
            "subject": "Sensor is silent",
            "summary": "A sensor shows nothing.",
            "category": "support",
            "language": "en",
        }
        given |= {"customer_hash": "h", "customer_number": 101, "domain": "acme.example", "confidence": 0.9, **columns}
        async with self.db.transaction() as s:
            mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
            ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id=uuid4().hex, **given)
            s.add(self._mail(ticket, text))
            await drafts.add(s, ticket.id, body=Redacted("Hello <PERSON_1>,\nplease press the button."), source="recorded")
        return ticket.id

    def _mail(self, ticket: Ticket, text: str, **columns: Any) -> Message:
        given = {"fate": "ticket", "state": "read", "subject": ticket.subject, "text": text, **columns}
        return Message(mailbox_id=ticket.mailbox_id, gmail_id=uuid4().hex, ticket_id=ticket.id, **given)

    async def act(self, ticket_id: UUID, action: Action, actor: str = "U0ANA", **changes: Any) -> Ticket:
        async with self.db.transaction() as s:
            return await tickets.transition(s, ticket_id, action, actor=actor, **changes)

    async def customer_writes(self, ticket_id: UUID, text: str) -> None:
        async with self.db.transaction() as s:
            ticket = await tickets.transition(s, ticket_id, Action.CUSTOMER_WROTE, actor=tickets.CUSTOMER)
            s.add(self._mail(ticket, text, fate="line"))
            await drafts.add(s, ticket.id, body=Redacted("Hello again <PERSON_1>,\nwe look into it."), source="recorded")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)
