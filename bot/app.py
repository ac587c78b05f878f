"""The composition root: settings become a database, clients, a Slack app, a schedule and workers, closed in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from bot import jobs
from bot import settings as environment
from bot.board import Board
from bot.clients.clamd import Scanner
from bot.clients.gmail import GmailClient
from bot.clients.llm import LanguageModel
from bot.clients.slack import Identity, SlackClient
from bot.clients.socket import Socket, build_app
from bot.desk import Desk
from bot.errors import Ambiguous, Temporary, TriageError
from bot.files import Files
from bot.poller import Poller
from bot.postman import Postman
from bot.settings import Settings
from bot.store import embedded, keys, migrate, queue, seen
from bot.store.db import Database
from bot.store.keys import Resealer
from bot.store.vault import Vault
from handlers import register_all
from pipeline.classify import Classifier
from pipeline.draft import Drafter
from pipeline.intake import Intake, Steps
from pipeline.reader import Reader, reader_of
from pipeline.recall import Recall

log = logging.getLogger("triage.app")
T = TypeVar("T")

KEYS_FILE = "keys"  #: beside the bundled database


@dataclass(frozen=True, slots=True)
class Bot:
    """One running process of Triage."""

    db: Database
    slack: SlackClient
    gmail: GmailClient
    board: Board
    desk: Desk
    intake: Intake
    poller: Poller
    socket: Socket
    reader: Reader
    alive: asyncio.Task[None]  #: ends only when the process cannot go on


def resource(name: str) -> Path:
    """A file that ships with the package: in the wheel beside this module, in the repository at its top."""
    here = Path(__file__).parent
    packed = here / name
    return packed if packed.exists() else here.parent / name


def keys_file(settings: Settings) -> Path | None:
    """Where keys are made when none are named: only beside a database that is ours as well."""
    return None if settings.database_url else settings.data_dir / KEYS_FILE


@asynccontextmanager
async def database_server(settings: Settings) -> AsyncIterator[str]:
    """The URL of the database: the configured one, or the bundled server, started and stopped."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    server = await embedded.start(settings.data_dir)
    try:
        yield server.url
    finally:
        await asyncio.shield(server.stop())


@asynccontextmanager
async def running(
    settings: Settings, *, reader: Reader | None = None, pace: queue.Pace | None = None, sweep_seconds: float = 60.0
) -> AsyncIterator[Bot]:
    """A bot that works until the block ends. `reader` lends one that is warm already (it is not closed here)."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database_server(settings))
        vault = await asyncio.to_thread(Vault.load, settings.keys, create_at=keys_file(settings))
        config = settings.config
        own = None if reader else reader_of(config)
        loading = asyncio.create_task(own.start()) if own else None  # seconds, while the rest connects
        if own and loading:
            stack.push_async_callback(_close_reader, own, loading)
        await migrate.upgrade(url)
        db = Database(url, vault)
        stack.push_async_callback(db.dispose)
        await known_keys(db, vault)
        stack.push_async_callback(_left, db)
        slack = await stack.enter_async_context(SlackClient(settings.slack))
        gmail = await asyncio.to_thread(_gmail, settings)  # it reads files
        stack.push_async_callback(gmail.close)
        model = await asyncio.to_thread(_model, settings)  # the library is slow to import
        if model:
            stack.push_async_callback(model.close)
        identity = await _patiently(slack.auth, "Slack")
        mailbox, ours = await _addresses(settings, gmail)
        parts = Parts(settings, db, vault, slack, gmail, identity, mailbox, ours)
        bot = await _assemble(stack, parts, model, reader or own, pace, sweep_seconds)
        alive = asyncio.create_task(_alive(bot.alive, loading), name="alive")
        try:
            yield replace(bot, alive=alive)  # clicks and polls work already; mails wait for their reader
        finally:
            alive.cancel()


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known once everything outside has answered."""

    settings: Settings
    db: Database
    vault: Vault
    slack: SlackClient
    gmail: GmailClient
    identity: Identity
    mailbox: str
    ours: frozenset[str]


async def _assemble(
    stack: AsyncExitStack, parts: Parts, model: LanguageModel | None, reader: Reader | None, pace: queue.Pace | None, sweep: float
) -> Bot:
    assert reader is not None
    db, vault, config, gmail = parts.db, parts.vault, parts.settings.config, parts.gmail
    steps = Steps(reader, Classifier(model), Drafter(model))
    intake = Intake(db, vault, gmail, steps, config, mailbox=parts.mailbox, ours=parts.ours)
    recall = Recall(db, vault, gmail, reader, ours=parts.ours)
    board = Board(db, vault, parts.slack, config)
    scanner = Scanner(config.attachments.clamd, seconds=config.attachments.seconds) if config.attachments.clamd else None
    files = Files(db, vault, reader, scanner)
    desk = Desk(db, vault, reader, config, intake.restore, ours=parts.ours, files=files, recall=recall.ticket)
    postman = Postman(db, vault, gmail, label=config.gmail.label)
    poller = Poller(db, gmail, parts.mailbox, config)

    workers = queue.Workers(db.dsn, queue.LANES, jobs.handlers(intake, board, postman, recall, Resealer(db, vault)), pace=pace)
    working = await stack.enter_async_context(_working(workers))
    stack.callback(parts.slack.stop_waiting)

    app = build_app(parts.slack, parts.identity, first_time=partial(_first_time, db))
    floor = register_all(app, desk, board, parts.slack)
    stack.push_async_callback(floor.drain)
    socket = await stack.enter_async_context(Socket(app, parts.settings.slack.app_token, parts.slack))

    scheduler = jobs.schedule(db, vault, config, [poller], poll_seconds=parts.settings.poll_seconds, sweep_seconds=sweep)
    scheduler.start()
    stack.callback(scheduler.shutdown, wait=False)
    return Bot(db, parts.slack, gmail, board, desk, intake, poller, socket, reader, working)


def _gmail(settings: Settings) -> GmailClient:
    assert settings.gmail.credentials is not None  # settings.load refuses to go on without
    quota = settings.config.gmail.units_per_minute
    return GmailClient(settings.gmail.credentials, settings.gmail.api_url, settings.gmail.token_uri, quota_per_minute=quota)


def _model(settings: Settings) -> LanguageModel | None:
    if settings.model is None:
        return None
    return LanguageModel(settings.model.api_key.get_secret_value(), settings.model.base_url, settings.model.name)


async def _addresses(settings: Settings, gmail: GmailClient) -> tuple[str, frozenset[str]]:
    """The polled address, and every address that is we: configured ones and those that Gmail lets us write from."""
    profile = await _patiently(gmail.profile, "Gmail")
    aliases = {entry.address for entry in await _patiently(gmail.send_as, "Gmail") if entry.usable}
    mailbox = settings.config.mailbox or profile.address
    return mailbox, frozenset({mailbox, profile.address, *settings.config.aliases, *aliases})


async def _patiently(call: Callable[[], Awaitable[T]], whom: str) -> T:
    """Wait for a service that is away: Triage starts by itself when it is back. What will not get better is raised."""
    patience = AsyncRetrying(
        wait=wait_random_exponential(multiplier=0.5, max=30),
        retry=retry_if_exception_type((Temporary, Ambiguous)),
        before_sleep=lambda state: log.warning("waiting for %s attempt=%s", whom, state.attempt_number),
    )
    return await patience(call)


async def known_keys(db: Database, vault: Vault) -> None:
    """Refuse keys that are not those of the database; remember those that are, and tell the other processes."""
    async with db.transaction() as s:
        await keys.fit(s, vault)
        await keys.remember(s, vault)
    await keys.report(db, vault)


async def _left(db: Database) -> None:
    with contextlib.suppress(TriageError):
        await keys.leave(db)


async def _first_time(db: Database, key: str) -> bool:
    async with db.transaction() as s:
        return await seen.first_time(s, key)


async def _close_reader(reader: Reader, loading: asyncio.Task[None]) -> None:
    with contextlib.suppress(Exception):
        await loading
    await reader.close()


async def _alive(workers: asyncio.Task[None], loading: asyncio.Task[None] | None) -> None:
    """End, with the reason, when readers cannot start or workers stop."""
    if loading:
        await asyncio.shield(loading)
    await asyncio.shield(workers)


@asynccontextmanager
async def _working(workers: queue.Workers) -> AsyncIterator[asyncio.Task[None]]:
    """The workers as a task; at the end they finish what is in flight."""
    stop = asyncio.Event()
    task = asyncio.create_task(workers.run(stop), name="workers")
    try:
        yield task
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)


async def until_stopped(*tasks: asyncio.Task[None]) -> None:
    """Wait for SIGINT or SIGTERM, or for a task that should never end; a second signal ends the process at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(128 + signal.SIGTERM)  # every effect is a row first: the next start goes on where this one was
        log.info("stopping")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done - {waiting}:
        await task


async def run(env: Mapping[str, str]) -> int:
    """`triage run`: the real thing, until stopped."""
    settings = await asyncio.to_thread(environment.load, env)
    async with running(settings) as bot:
        log.info("running channel=%s poll_seconds=%s", settings.config.channels.default, settings.poll_seconds)
        await until_stopped(bot.alive)
    return 0


async def upgrade(env: Mapping[str, str]) -> int:
    """`triage db upgrade`: bring the schema to this version."""
    settings = await asyncio.to_thread(partial(environment.load, env, need=()))
    async with database_server(settings) as url:
        await migrate.upgrade(url)
    log.info("schema is at %s", migrate.head())
    return 0
