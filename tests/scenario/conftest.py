"""The whole of Triage over the sandbox: what `triage run` starts, told by an environment as a real process would be."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from bot import app
from bot import settings as environment
from bot.app import Bot
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.server import Sandbox
from bot.sandbox.timings import UNLIMITED, Timings
from bot.store import mailboxes, messages, queue
from pipeline.reader import Reader

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
SAMPLES = Path(__file__).parents[2] / "bot" / "sandbox" / "mails"
MAILBOX = "support@larkspur.example"
#: A story does not wait for Slack's pace; the rates have tests of their own.
QUICK = Timings(
    tier_2=UNLIMITED,
    tier_3=UNLIMITED,
    tier_4=UNLIMITED,
    special=UNLIMITED,
    posts=UNLIMITED,
    gmail=GmailTimings(units_per_minute=10**9),
)
SCANNED = ["bot", "handlers", "pipeline", "modals"]
PACE = queue.Pace(poll=timedelta(seconds=0.2), first_retry=timedelta(seconds=0.05), settle=timedelta(seconds=0.2))
CONFIG = """
mailbox: support@larkspur.example
aliases: [billing@larkspur.example]
channels: {default: triage, oncall: triage-oncall, billing: billing, lead: sales}
reply: {signature: "Kind regards\\nThe Larkspur team"}
privacy: {allow: [Larkspur, Larkspur Cloud]}
"""


@pytest.fixture(autouse=True)
def _nothing_blocks_the_loop() -> Iterator[None]:
    """A blocking call on the event loop fails the story: every click would wait for it."""
    with blockbuster_ctx(SCANNED) as blocking:
        for function in blocking.functions.values():
            # At the start, before there is a click.
            function.can_block_in("bot/store/migrate.py", {"<lambda>", "head"})
            function.can_block_in("bot/store/vault.py", {"ring"})  # one stat, so that changed keys are noticed
            function.can_block_in("pipeline/draft.py", {"by_template"})  # a template is read once
            function.can_block_in("logging/__init__.py", {"emit"})
        yield


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One warm reader process for all stories."""
    warm = Reader(seconds=60)
    asyncio.run(warm.start())
    yield warm
    asyncio.run(warm.close())


@pytest.fixture
async def world() -> AsyncIterator[Sandbox]:
    """The outside: Slack, Gmail and the model."""
    async with Sandbox(MANIFEST, mailbox=MAILBOX, timings=QUICK) as sandbox:
        yield sandbox


@dataclass
class Office:
    """The outside, and the way to start bots that work in it on one database."""

    world: Sandbox
    env: dict[str, str]
    reader: Reader

    @asynccontextmanager
    async def open(self, **env: str | None) -> AsyncIterator[Bot]:
        """A bot at work, connected to Slack and to the mailbox; `env` changes or (None) removes variables."""
        told = {name: value for name, value in {**self.env, **env}.items() if value is not None}
        async with app.running(await asyncio.to_thread(environment.load, told), reader=self.reader, pace=PACE) as bot:
            await self.world.slack.eventually(lambda: self.world.slack.connected, what="the connection to Slack")
            await self.connected(bot)
            yield bot

    async def connected(self, bot: Bot) -> None:
        """Wait for the first poll: what comes after it is new mail."""
        async with asyncio.timeout(20):
            while True:
                async with bot.db.read() as s:
                    mailbox = await mailboxes.by_address(s, bot.poller.address)
                if mailbox is not None and mailbox.connected_at is not None:
                    return
                await bot.poller.poll()

    async def settled(self, bot: Bot, mails: int) -> None:
        """Wait until so many mails came in and every one has its fate."""
        async with asyncio.timeout(60):
            while (await self.states(bot)).get("read", 0) < mails:
                await asyncio.to_thread(lambda: None)

    async def states(self, bot: Bot) -> dict[str, int]:
        """How many mails are in which state."""
        async with bot.db.read() as s:
            return await messages.states(s)


@pytest.fixture
def office(world: Sandbox, database_url: str, reader: Reader, tmp_path: Path) -> Office:
    """The outside and an environment that points a bot at it."""
    (tmp_path / "triage.yaml").write_text(CONFIG)
    lines = (f"{purpose} k1 {base64.b64encode(purpose.encode().ljust(32)).decode()}" for purpose in ("seal", "index", "chain"))
    (tmp_path / "keys").write_text("\n".join(lines))
    (tmp_path / "keys").chmod(0o600)
    env = {
        **world.env(tmp_path),
        "DATABASE_URL": database_url,
        "TRIAGE_KEYS": str(tmp_path / "keys"),
        "TRIAGE_CONFIG": str(tmp_path / "triage.yaml"),
        "TRIAGE_DATA_DIR": str(tmp_path / "data"),
        "TRIAGE_POLL_SECONDS": "0.2",
    }
    return Office(world, env, reader)


@pytest.fixture
async def bot(office: Office) -> AsyncIterator[Bot]:
    """A bot at work with the model's stand-in."""
    async with office.open() as running:
        yield running


@pytest.fixture
async def rules_bot(office: Office) -> AsyncIterator[Bot]:
    """A bot at work without any model."""
    async with office.open(OPENAI_API_KEY=None, OPENAI_BASE_URL=None, OPENAI_MODEL=None) as running:
        yield running
