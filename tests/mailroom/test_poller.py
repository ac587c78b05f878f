"""Polling: what is queued, what is not, and that the cursor moves only with what it yielded."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from bot.clients.gmail import GmailClient
from bot.config import Backlog, Config
from bot.errors import AuthFailed, Temporary
from bot.poller import Poller, who_we_are
from bot.sandbox.faults import Fault
from bot.store import mailboxes, queue
from bot.store.db import Database
from bot.store.models import Mailbox, Message, Notice
from tests.mailroom.conftest import Post

ANA = "Ana Silva <ana@acme.example>"
SUPPORT = "support@larkspur.example"


def poller(database: Database, client: GmailClient, config: Config | None = None) -> Poller:
    return Poller(database, client, SUPPORT, config or Config())


async def queued(database: Database) -> list[str]:
    """Gmail ids of the noted mails, in order."""
    async with database.read() as s:
        rows = await s.scalars(sa.select(Message).order_by(sa.text("created_at")))
        return [row.gmail_id for row in rows]


async def mailbox(database: Database) -> Mailbox:
    async with database.transaction() as s:
        return await mailboxes.get_or_create(s, SUPPORT)


async def jobs(database: Database) -> int:
    async with database.read() as s:
        return (await queue.waiting(s)).get(queue.INTAKE, 0)


async def test_the_first_connection_takes_new_mail_only(post: Post, client: GmailClient, database: Database) -> None:
    await post.gmail.write(ANA, "Old", "from before")
    box = poller(database, client)
    assert await box.poll() == 0
    new = await post.gmail.write(ANA, "New", "from now on")
    assert await box.poll() == 1
    assert await queued(database) == [new]
    assert await jobs(database) == 1


async def test_a_backlog_is_bounded_and_marked(post: Post, client: GmailClient, database: Database) -> None:
    ids = [await post.gmail.write(ANA, f"Old {n}", "text") for n in range(4)]
    box = poller(database, client, Config(backlog=Backlog(days=7, most=2)))
    assert await box.poll() == 2
    assert await queued(database) == ids[2:]
    async with database.read() as s:
        assert set(await s.scalars(sa.select(sa.column("backlog", sa.Boolean)).select_from(sa.table("message")))) == {True}
    assert await box.poll() == 0


async def test_the_same_id_twice_is_one_mail(post: Post, client: GmailClient, database: Database) -> None:
    box = poller(database, client)
    await box.poll()
    cursor = (await mailbox(database)).history_id
    arrived = await post.gmail.write(ANA, "New", "text")
    await post.gmail.relabel(arrived, remove=["INBOX"])
    await post.gmail.relabel(arrived, add=["INBOX"])
    assert await box.poll() == 1
    async with database.transaction() as s:
        row = await mailboxes.get_or_create(s, SUPPORT)
        row.history_id = cursor
    assert await box.poll() == 0
    assert await queued(database) == [arrived]


async def test_spam_drafts_and_trash_are_not_queued_and_rescued_mail_is(
    post: Post, client: GmailClient, database: Database
) -> None:
    box = poller(database, client)
    await box.poll()
    spam = await post.gmail.deliver(b"From: a@b.example\r\nSubject: x\r\n\r\ny", spam=True)
    binned = await post.gmail.write(ANA, "Binned", "text")
    await post.gmail.relabel(binned, add=["TRASH"], remove=["INBOX"])
    assert await box.poll() == 1  # it was in the inbox when it arrived; intake finds out what became of it
    await post.gmail.relabel(spam, add=["INBOX"], remove=["SPAM"])
    assert await box.poll() == 1
    assert await queued(database) == [binned, spam]


async def test_what_colleagues_send_is_queued_too(post: Post, client: GmailClient, database: Database) -> None:
    box = poller(database, client)
    await box.poll()
    arrived = await post.gmail.write(ANA, "New", "text")
    thread = (await client.raw(arrived)).ref.thread_id
    sent = await post.gmail.answer_as_colleague(thread, "Done")
    assert await box.poll() == 2
    assert await queued(database) == [arrived, sent]


async def test_expired_history_is_made_up_for_without_the_mail_from_before(
    post: Post, client: GmailClient, database: Database
) -> None:
    box = poller(database, client)
    await box.poll()
    first = await post.gmail.write(ANA, "First", "text")
    await box.poll()
    second = await post.gmail.write(ANA, "Second", "text")
    post.gmail.expire_history()
    assert await box.poll() == 1
    third = await post.gmail.write(ANA, "Third", "text")
    assert await box.poll() == 1
    assert await queued(database) == [first, second, third]


async def test_a_poll_that_fails_leaves_the_cursor(post: Post, database: Database) -> None:
    client = post.client(attempts=1)
    box = poller(database, client)
    await box.poll()
    before = await mailbox(database)
    arrived = await post.gmail.write(ANA, "New", "text")
    post.gmail.faults.add(Fault("history.list", "5xx"))
    with pytest.raises(Temporary):
        await box.poll()
    assert (await mailbox(database)).history_id == before.history_id
    assert await box.poll() == 1
    assert await queued(database) == [arrived]


async def test_two_pollers_at_once_queue_each_mail_once(post: Post, client: GmailClient, database: Database) -> None:
    one, two = poller(database, client), poller(database, post.client())
    await one.poll()
    arrived = [await post.gmail.write(ANA, f"New {n}", "text") for n in range(3)]
    found = await asyncio.gather(one.poll(), two.poll())
    assert sum(found) == 3
    assert await queued(database) == arrived
    assert await jobs(database) == 3


async def test_refused_credentials_are_told_once_and_not_asked_for_again_at_once(
    post: Post, client: GmailClient, database: Database
) -> None:
    box = poller(database, client)
    await box.poll()
    post.gmail.accounts.revoke()
    with pytest.raises(AuthFailed):
        await box.poll()
    assert await box.poll() == 0
    assert "GMAIL_CREDENTIALS" in (await mailbox(database)).trouble
    with pytest.raises(AuthFailed):
        await poller(database, client).poll()
    async with database.read() as s:
        told = list(await s.scalars(sa.select(Notice)))
    assert [(notice.to, notice.kind) for notice in told] == [("#triage-oncall", "mailbox")]


async def test_who_we_are(client: GmailClient) -> None:
    address, ours = await who_we_are(client, Config(aliases=("help@larkspur.example",)))
    assert address == SUPPORT
    assert ours == {SUPPORT, "billing@larkspur.example", "help@larkspur.example"}
