"""Runs migrations on the connection that bot.store.migrate hands over; there is no alembic.ini."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from bot.store.migrate import METADATA, ours

#: Any number will do, as long as every version of triage uses the same.
LOCK = 7_305_102_716


def run() -> None:
    """Migrate inside the caller's transaction; a second starter waits here and then finds nothing left to do."""
    connection = context.config.attributes["connection"]
    if connection is None:
        raise RuntimeError("Use `triage db upgrade`: migrations run on a connection that triage opens.")
    connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_name=ours,
        compare_type=True,
        compare_server_default=True,
    )
    context.run_migrations()


run()
