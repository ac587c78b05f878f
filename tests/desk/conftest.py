"""Fixtures: an office without Slack for what the desk decides, and one with Slack for what people see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.clients.socket import Socket, build_app
from bot.config import Config, Reply
from bot.desk import Desk
from bot.sandbox.server import Sandbox
from bot.settings import SlackSettings
from bot.store.db import Database
from bot.store.vault import Vault
from handlers import register_all
from tests.desk.office import MAILBOX, Masking, Office, Workplace

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@pytest.fixture
async def office(database: Database, vault: Vault) -> Office:
    """The desk over a real database."""
    masking, brought = Masking(), list[tuple[UUID, str]]()
    config = Config(mailbox=MAILBOX, aliases=("billing@larkspur.example",), reply=Reply(signature="Larkspur support"))

    async def restore(message: UUID, by: str) -> UUID:
        brought.append((message, by))
        return await made.ticket(draft=None, subject="Brought back")

    made = Office(database, vault, masking, Desk(database, vault, masking, config, restore), brought)
    return made


@pytest.fixture
async def workplace(office: Office) -> AsyncIterator[Workplace]:
    """The same behind real listeners and a connected Slack."""
    async with Sandbox(MANIFEST) as sandbox:
        env = sandbox.slack.environment()
        access = SlackSettings(bot_token=env["SLACK_BOT_TOKEN"], app_token=env["SLACK_APP_TOKEN"], api_url=env["SLACK_API_URL"])  # type: ignore[arg-type]
        async with SlackClient(access) as client:
            app = build_app(client, await client.auth())
            board = Board(office.db, office.vault, client, Config(mailbox=MAILBOX))
            floor = register_all(app, office.desk, board, client)
            async with Socket(app, access.app_token, client):
                yield Workplace(office, sandbox.slack, client, board, floor)
                await floor.drain()
