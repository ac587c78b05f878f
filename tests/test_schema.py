"""The models and the migrations say the same; every migration goes forward and back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.store import migrate
from bot.store.embedded import EmbeddedServer
from tests.conftest import administer, sibling


@pytest.fixture
async def empty_url(postgres: EmbeddedServer) -> AsyncIterator[str]:
    """A database in which nothing was ever done."""
    await administer(postgres.url, "create database empty_one")
    yield sibling(postgres.url, "empty_one")
    await administer(postgres.url, "drop database empty_one with (force)")


async def test_models_and_migrations_agree(database_url: str) -> None:
    assert await migrate.differences(database_url) == []
    assert await migrate.current(database_url) == migrate.head()


async def test_a_difference_is_found(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("alter table ticket drop column outage")
    await connection.close()
    assert "outage" in "".join(await migrate.differences(database_url))


async def test_upgrade_from_zero_and_back(empty_url: str) -> None:
    assert await migrate.current(empty_url) is None
    await migrate.upgrade(empty_url)
    assert await migrate.differences(empty_url) == []
    await migrate.downgrade(empty_url, "-1")
    await migrate.upgrade(empty_url)
    await migrate.downgrade(empty_url, "base")
    assert await _tables(empty_url) == {"alembic_version"}


async def _tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
        "where nspname in ('public', 'jobs') and relkind = 'r'"
    )
    await connection.close()
    return {row["relname"] for row in rows}
