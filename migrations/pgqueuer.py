"""Installs the queue's own schema, exactly as pgqueuer prints it; a new version of it is a new migration."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op


def install() -> None:
    """Create the schema `jobs` with pgqueuer 1.6's tables."""
    _run(Path(__file__).with_name("pgqueuer-1.6.sql").read_text(encoding="utf-8"))


def uninstall() -> None:
    """Drop all of it."""
    op.execute("drop schema jobs cascade")


def _run(statements: str) -> None:
    """Many statements inside the migration's transaction; asyncpg takes them only in this way."""
    connection = op.get_bind()
    connection.execute(sa.text("select 1"))  # SQLAlchemy begins only with the first statement of its own
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: raw.execute(statements))
