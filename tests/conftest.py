"""Fixtures that every test may ask for: a real PostgreSQL server and a migrated database of one's own."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from bot.store import embedded, migrate
from bot.store.db import Database
from bot.store.embedded import EmbeddedServer
from bot.store.vault import Vault

_numbers = itertools.count(1)
_TEMPLATE = "triage_template"
#: The tests' data is worth nothing, and waiting for a disk is most of a small test.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "200",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes golden files anew instead of comparing with them."""
    parser.addoption("--update", action="store_true", help="write the golden files anew")


def sibling(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def administer(url: str, statement: str) -> None:
    """Run one statement that no transaction may hold, such as CREATE DATABASE."""
    connection = await asyncpg.connect(sibling(url, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """The bundled server, with a migrated template database on it. Use its `url` and nothing else."""
    place = Path(tempfile.mkdtemp(prefix="triage-test-"))
    place.chmod(0o711)
    server = asyncio.run(_template(place))
    yield server
    asyncio.run(server.stop())
    shutil.rmtree(place)


async def _template(place: Path) -> EmbeddedServer:
    server = await embedded.start(place / "data", settings=_FAST)
    await administer(server.url, f"create database {_TEMPLATE}")
    await migrate.upgrade(sibling(server.url, _TEMPLATE))
    return server


@pytest.fixture
async def database_url(postgres: EmbeddedServer) -> AsyncIterator[str]:
    """A migrated, empty database of this test alone."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await administer(postgres.url, f"create database {name} template {_TEMPLATE} strategy file_copy")
    yield sibling(postgres.url, name)
    await administer(postgres.url, f"drop database {name} with (force)")


@pytest.fixture
async def database(database_url: str, vault: Vault) -> AsyncIterator[Database]:
    """The same as a Database that has the vault."""
    opened = Database(database_url, vault)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Keys that are the same in every test."""
    lines = (f"{purpose} k1 {base64.b64encode(purpose.encode().ljust(32)).decode()}" for purpose in ("seal", "index", "chain"))
    return Vault.parse("\n".join(lines), Path("keys"))
