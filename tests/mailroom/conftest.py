"""The sandbox's mailbox and model on a real port, and the mailroom that works with them and a real database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiohttp import web
from sqlmodel import col

from bot.clients.gmail import GmailClient
from bot.clients.llm import LanguageModel
from bot.config import Config
from bot.poller import Poller
from bot.postman import Postman
from bot.sandbox.gmail import GmailWorld
from bot.sandbox.model import MODEL, ModelWorld
from bot.store import drafts, events, messages, queue, replies, tickets
from bot.store.db import Database
from bot.store.models import Draft, Message, Notice, Reply, Ticket
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import DraftKind, trusted
from pipeline import compose
from pipeline.classify import Classifier
from pipeline.draft import Drafter
from pipeline.intake import Intake, Steps
from pipeline.reader import Reader
from pipeline.redact.placeholders import restore

SUPPORT, BILLING = "support@larkspur.example", "billing@larkspur.example"
OURS = frozenset({SUPPORT, BILLING})


@dataclass(frozen=True)
class Post:
    """The stand-in for Gmail at its URL, with a credentials file that it accepts."""

    gmail: GmailWorld
    model: ModelWorld
    url: str
    credentials: Path
    opened: list[GmailClient] = field(default_factory=list)

    def client(
        self,
        *,
        credentials: Path | None = None,
        api_url: str = "",
        token_uri: str = "",
        timeout: float = 5.0,
        attempts: int = 4,
    ) -> GmailClient:
        """A new client of this mailbox, closed at the end of the test."""
        client = GmailClient(
            credentials or self.credentials,
            api_url or f"{self.url}/gmail/",
            token_uri or f"{self.url}/google/token",
            threads=2,
            timeout=timeout,
            attempts=attempts,
        )
        self.opened.append(client)
        return client


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Gmail's stand-in, serving on 127.0.0.1."""
    world, model = GmailWorld(), ModelWorld()
    model.forget()
    app = web.Application(client_max_size=60 * 1024 * 1024)
    app.add_routes([*world.routes(), *model.routes()])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps(world.accounts.authorized_user(f"http://127.0.0.1:{port}/google/token")))
    post = Post(world, model, f"http://127.0.0.1:{port}", credentials)
    yield post
    for client in post.opened:
        await client.close()
    await runner.cleanup()


@pytest.fixture
def client(post: Post) -> GmailClient:
    """A client of the stand-in."""
    return post.client()


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One warm reader for all tests."""
    opened = Reader()
    asyncio.run(opened.start())
    yield opened
    asyncio.run(opened.close())


@dataclass
class Mailroom:
    """The mailroom of one mailbox, and short ways to look at what it did."""

    post: Post
    database: Database
    vault: Vault
    client: GmailClient
    poller: Poller
    intake: Intake
    postman: Postman

    async def work(self) -> None:
        """Poll, and take in whatever has no fate."""
        await self.poller.poll()
        async with self.database.read() as s:
            waiting = await messages.unfinished(s)
        for message in waiting:
            await self.intake.take(str(message))

    async def tickets(self) -> list[Ticket]:
        """All tickets, oldest first."""
        async with self.database.read() as s:
            return list(await s.scalars(sa.select(Ticket).order_by(col(Ticket.number))))

    async def ticket(self) -> Ticket:
        """The only ticket."""
        (found,) = await self.tickets()
        return found

    async def message(self, gmail_id: str) -> Message:
        """A message by Gmail's id."""
        async with self.database.read() as s:
            return (await s.scalars(sa.select(Message).where(col(Message.gmail_id) == gmail_id))).one()

    async def messages(self) -> list[Message]:
        """All messages."""
        async with self.database.read() as s:
            return list(await s.scalars(sa.select(Message).order_by(col(Message.created_at))))

    async def draft(self) -> Draft | None:
        """The current draft of the only ticket."""
        async with self.database.read() as s:
            return await drafts.current(s, (await self.ticket()).id)

    async def actions(self, ticket: Ticket | None = None) -> list[str]:
        """What happened to the (only) ticket."""
        async with self.database.read() as s:
            return [event.action for event in await events.of_ticket(s, (ticket or await self.ticket()).id)]

    async def notices(self) -> list[tuple[str, str]]:
        """Kind and addressee of every notice."""
        async with self.database.read() as s:
            found = await s.scalars(sa.select(Notice).order_by(col(Notice.created_at)))
            return [(notice.kind, notice.to) for notice in found]

    async def jobs(self) -> dict[str, int]:
        """How many jobs of each name are queued."""
        async with self.database.read() as s:
            return await queue.waiting(s)

    async def change(self, action: Action, by: str = "U0ANA", **changes: object) -> None:
        """Somebody does something to the only ticket."""
        ticket = await self.ticket()
        async with self.database.transaction() as s:
            await tickets.transition(s, ticket.id, action, actor=by, **changes)  # type: ignore[arg-type]

    async def approve(self, text: str = "", *, by: str = "U0ANA", kind: DraftKind = DraftKind.ANSWER) -> Reply:
        """Approve the current draft of the only ticket, or `text`, as the desk does."""
        ticket, reply_id = await self.ticket(), uuid4()
        async with self.database.transaction() as s:
            mail = await messages.latest_inbound(s, ticket.id)
            draft = await drafts.current(s, ticket.id)
            assert mail is not None
            if text or draft is None:
                draft = await drafts.add(s, ticket.id, body=trusted(text), kind=kind, source="person", plain=text, author=by)
            email = messages.open_email(self.vault, mail)
            assert email is not None
            words = text or restore(draft.body, tickets.open_table(self.vault, ticket))
            raw = compose.compose(email, compose.recipients(email, OURS, SUPPORT), words, reply_id=reply_id)
            reply = await replies.create(
                s, draft, raw=raw, approved_by=by, gmail_thread_id=ticket.gmail_thread_id, reply_id=reply_id
            )
            await tickets.transition(s, ticket.id, Action.APPROVE, actor=by)
        return reply

    async def reply(self, reply: Reply) -> Reply:
        """The reply as it is now."""
        async with self.database.read() as s:
            found = await replies.get(s, reply.id)
        assert found is not None
        return found


@pytest.fixture
async def room(post: Post, client: GmailClient, database: Database, vault: Vault, reader: Reader) -> AsyncIterator[Mailroom]:
    """A mailroom that is connected, with the model's stand-in (which knows no answer until a test scripts one)."""
    llm = LanguageModel(post.model.api_key, f"{post.url}/openai/v1", MODEL, timeout=5)
    config = Config()
    steps = Steps(reader, Classifier(llm), Drafter(llm))
    made = Mailroom(
        post,
        database,
        vault,
        client,
        Poller(database, client, SUPPORT, config),
        Intake(database, vault, client, steps, config, mailbox=SUPPORT, ours=OURS),
        Postman(database, vault, client, pause=0.0),
    )
    await made.poller.poll()
    yield made
    await llm.close()
