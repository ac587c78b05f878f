"""Brings a database to the schema of this version; alembic, configured here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

import migrations
from bot.store import models
from bot.store.db import Database

T = TypeVar("T")

#: Importing the tables is what fills this.
METADATA = SQLModel.metadata
assert models.Ticket.metadata is METADATA


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; the scripts come with the package."""
    made = Config()
    made.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Several at once do it once."""
    await _with_connection(url, lambda connection: command.upgrade(config(connection), revision))


async def downgrade(url: str, revision: str) -> None:
    """Go back to `revision`, for example "-1"."""
    await _with_connection(url, lambda connection: command.downgrade(config(connection), revision))


async def current(url: str) -> str | None:
    """The revision that the database has, None for an empty one."""
    return await _with_connection(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def head() -> str | None:
    """The newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head()


async def differences(url: str) -> list[str]:
    """What the models have and the database has not, or the reverse; [] when they agree."""
    return [str(difference) for difference in await _with_connection(url, _compare)]


def _compare(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True, "include_name": ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, METADATA))


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether alembic should look at it: the queue's schema belongs to pgqueuer."""
    return not (kind == "schema" and name == "jobs")


async def _with_connection(url: str, work: Callable[[Connection], T]) -> T:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction() as session:
            connection = await session.connection()
            return await connection.run_sync(work)
    finally:
        await database.dispose()
