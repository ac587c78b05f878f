"""Transactions, and what a person reads when the database cannot be used."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.errors import SettingsError, StoreError
from bot.store import mailboxes, queue
from bot.store.db import Database, vault_of
from bot.store.embedded import EmbeddedServer
from bot.store.models import Mailbox
from tests.conftest import sibling


async def ping(url: str) -> None:
    database = Database(url)
    try:
        await database.ping()
    finally:
        await database.dispose()


async def test_commits_at_the_end_and_rolls_back_on_an_error(database: Database) -> None:
    async with database.transaction() as s:
        await mailboxes.get_or_create(s, "Support@Larkspur.example")
    with suppress(ZeroDivisionError):
        async with database.transaction() as s:
            await mailboxes.get_or_create(s, "billing@larkspur.example")
            raise ZeroDivisionError
    async with database.read() as s:
        assert list(await s.scalars(sa.select(Mailbox.address))) == ["support@larkspur.example"]  # type: ignore[call-overload]


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="read-only"):
        async with database.read() as s:
            await mailboxes.get_or_create(s, "support@larkspur.example")


async def test_wrong_password(postgres: EmbeddedServer) -> None:
    url = make_url(postgres.url).set(password="not-this-one").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="refuses the user or the password") as raised:
        await ping(url)
    assert "not-this-one" not in str(raised.value)


async def test_missing_database(postgres: EmbeddedServer) -> None:
    with pytest.raises(StoreError, match=r"does not exist on that server\. Create it"):
        await ping(sibling(postgres.url, "nowhere"))


@pytest.mark.parametrize("place", ["127.0.0.1:1/db", "/db?host=/nowhere/at/all", "name.invalid/db"])
async def test_nobody_there(place: str) -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        await ping(f"postgresql://triage:x@{place}")


@pytest.mark.parametrize("url", ["", "triage", "mysql://a:b@c/d", "postgresql+psycopg2:/", "http://[::1", "sqlite://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Database(url)


async def test_every_usual_spelling(database_url: str) -> None:
    for scheme in ("postgresql", "postgresql+asyncpg", "postgres"):
        await ping(database_url.replace("postgresql", scheme, 1))


async def test_what_hosted_databases_add_is_understood(database_url: str) -> None:
    await ping(f"{database_url}&sslmode=disable")
    with pytest.raises(SettingsError, match="channel_binding cannot be used"):
        Database(f"{database_url}&channel_binding=require")
    with pytest.raises(SettingsError, match="sslmode must be one of"):
        Database(f"{database_url}&sslmode=yes")


async def test_the_server_says_no(database: Database) -> None:
    async def fail(state: str) -> None:
        async with database.transaction() as s:
            await s.execute(sa.text(f"do $$ begin raise exception 'secret' using errcode = '{state}'; end $$"))

    answers = {"53100": "database is full", "53300": "no free connection", "57P03": "shutting down", "42501": "no right"}
    for state, sentence in answers.items():
        with pytest.raises(StoreError, match=sentence):
            await fail(state)


async def test_no_tables_yet(postgres: EmbeddedServer) -> None:
    database = Database(sibling(postgres.url, "postgres"))
    with pytest.raises(StoreError, match="triage db upgrade"):
        async with database.transaction() as s:
            await mailboxes.get_or_create(s, "support@larkspur.example")
    await database.dispose()


async def test_a_lost_connection_is_told_and_replaced(database: Database, database_url: str) -> None:
    async def work() -> None:
        async with database.transaction() as s:
            await _cut(database_url, await s.scalar(sa.text("select pg_backend_pid()")))
            await s.execute(sa.text("select 1"))

    with pytest.raises(StoreError, match=r"lost|shutting down"):
        await work()
    await database.ping()


async def _cut(url: str, pid: int | None) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("select pg_terminate_backend($1, 5000)", pid)
    await connection.close()


async def test_all_connections_busy(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    database.engine.sync_engine.pool._timeout = 0.05  # type: ignore[attr-defined]
    async with database.read(), database.read():
        with pytest.raises(StoreError, match="busy"):
            await database.ping()
    await database.dispose()


async def test_without_keys_there_is_no_vault(database_url: str) -> None:
    database = Database(database_url)
    async with database.transaction() as s:
        with pytest.raises(StoreError, match="TRIAGE_KEYS"):
            vault_of(s)
    await database.dispose()


def test_the_url_is_never_shown(database_url: str) -> None:
    assert "://" not in repr(Database(database_url))


async def test_a_job_queued_first_is_undone_with_its_transaction(database: Database) -> None:
    """The trap of a late BEGIN: without care such a job survives the rollback."""
    with suppress(ZeroDivisionError):
        async with database.transaction() as s:
            await queue.enqueue(s, queue.SHOW, "first")
            raise ZeroDivisionError
    with suppress(ZeroDivisionError):
        async with database.transaction() as s:
            await mailboxes.get_or_create(s, "support@larkspur.example")
            await queue.enqueue(s, queue.SHOW, "second")
            raise ZeroDivisionError
    async with database.read() as s:
        assert await queue.waiting(s) == {}


async def test_two_make_the_same_mailbox(database: Database) -> None:
    async def make() -> Mailbox:
        async with database.transaction() as s:
            return await mailboxes.get_or_create(s, "support@larkspur.example")

    one, two = await asyncio.gather(make(), make())
    assert one.id == two.id


def test_files_of_the_store_exist() -> None:
    """The queue's schema is a file and has to be beside its module."""
    assert (Path(__file__).parents[2] / "migrations" / "pgqueuer-1.6.sql").exists()
