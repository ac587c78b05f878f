"""Databases that live as long as one demo, and the removal of those whose demo was killed."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

_NAME = re.compile(r"demo_(\d+)_[0-9a-f]+")


@asynccontextmanager
async def database(server_url: str) -> AsyncIterator[str]:
    """The URL of a new, empty database on the server; it is dropped at the end."""
    name = f"demo_{os.getpid()}_{secrets.token_hex(4)}"
    await _administer(server_url, f"create database {name}", sweep=True)
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _administer(server_url, f"drop database if exists {name} with (force)")


async def _administer(server_url: str, statement: str, *, sweep: bool = False) -> None:
    connection = await asyncpg.connect(make_url(server_url).set(database="postgres").render_as_string(hide_password=False))
    try:
        if sweep:
            for row in await connection.fetch("select datname from pg_database"):
                if _abandoned(row["datname"]):
                    await connection.execute(f"drop database if exists {row['datname']} with (force)")
        await connection.execute(statement)
    finally:
        await connection.close()


def _abandoned(name: str) -> bool:
    """Whether the process that made the database is gone."""
    found = _NAME.fullmatch(name)
    if not found:
        return False
    try:
        os.kill(int(found.group(1)), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
