"""The engine and the transaction: one `async with` is one transaction, committed at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from bot.errors import SettingsError, StoreError
from bot.store.vault import Vault

_DRIVER = "postgresql+asyncpg"

#: SQLSTATE, or its class, -> what a person should read. Longer keys win.
_SENTENCES = {
    "28": "The database refuses the user or the password. Correct them in DATABASE_URL.",
    "3D": "The database named in DATABASE_URL does not exist on that server. Create it (createdb), or correct the name.",
    "42501": "The database user has no right to do that. Make it the owner of the database named in DATABASE_URL.",
    "42P01": "The database has no tables of triage yet, or old ones. Run `triage db upgrade`.",
    "42703": "The database's tables are older than this version of triage. Run `triage db upgrade`.",
    "53100": "The disk of the database is full. Free some room; triage goes on by itself.",
    "53200": "The database has no memory left. Give it more; triage goes on by itself.",
    "53300": "The database has no free connection. Raise max_connections, or stop what else uses it.",
    "57P": "The database is shutting down or starting. Triage goes on when it is back.",
    "25006": "The database is read-only (a standby?). DATABASE_URL has to name the primary server.",
    "08": "The connection to the database was lost. Triage goes on when it is back.",
}
_UNREACHABLE = "The database cannot be reached. Check that it runs and that host and port in DATABASE_URL are right."


_ENCRYPTION = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class Database:
    """One PostgreSQL database. `vault` travels in `session.info` because every transition extends a keyed chain."""

    def __init__(self, url: str, vault: Vault | None = None, *, pool_size: int = 10) -> None:
        parsed, encryption = _parsed(url)
        self.url = parsed.set(drivername=_DRIVER).render_as_string(hide_password=False)
        dsn = parsed.update_query_dict({"sslmode": encryption}) if encryption else parsed
        self.dsn = dsn.set(drivername="postgresql").render_as_string(hide_password=False)
        self.vault = vault
        self.engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,  # a restarted server costs a query, not an error
            hide_parameters=True,  # parameters may be personal data
            connect_args={
                "timeout": 15,
                "server_settings": {"application_name": "triage", "jit": "off"},
                **({"ssl": encryption} if encryption else {}),
            },
        )

    def __repr__(self) -> str:
        return "Database()"

    def _session(self) -> AsyncSession:
        return AsyncSession(self.engine, expire_on_commit=False, info={"vault": self.vault})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end and rolled back on any exception."""
        with _plain_sentences():
            async with self._session() as session:
                async with _connecting():
                    await session.connection()
                yield session
                await session.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; the server refuses anything else."""
        with _plain_sentences():
            async with self._session() as session:
                async with _connecting():
                    await session.connection(execution_options={"postgresql_readonly": True})
                yield session

    async def ping(self) -> None:
        """Do nothing, successfully; raises StoreError with a plain sentence otherwise."""
        async with self.read() as session:
            await session.execute(sa.text("select 1"))

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def vault_of(session: AsyncSession) -> Vault:
    """The vault that the session's Database was made with."""
    vault = session.info.get("vault")
    if not isinstance(vault, Vault):
        raise StoreError("This database was opened without the keys (TRIAGE_KEYS), so it can only be read.")
    return vault


def _parsed(url: str) -> tuple[sa.URL, str]:
    """The address without `sslmode`, and that: asyncpg takes it under another name."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsError("DATABASE_URL is not a PostgreSQL address. It looks like postgresql://USER:PASSWORD@HOST/DATABASE")
    if strange := sorted(set(parsed.query) - {"host", "port", "sslmode"}):
        raise SettingsError(f"DATABASE_URL: {', '.join(strange)} cannot be used after the question mark; leave it out.")
    encryption = parsed.query.get("sslmode", "")
    if encryption and encryption not in _ENCRYPTION:
        raise SettingsError(f"DATABASE_URL: sslmode must be one of {', '.join(_ENCRYPTION)}.")
    return parsed.difference_update_query(["sslmode"]), str(encryption)


@asynccontextmanager
async def _connecting() -> AsyncIterator[None]:
    """Only here are a refused socket or a slow name server the database's fault."""
    try:
        yield
    except (OSError, TimeoutError, sa.exc.TimeoutError) as error:
        if isinstance(error, sa.exc.TimeoutError):
            raise StoreError("All connections to the database are busy. Triage tries again by itself.") from None
        raise StoreError(_UNREACHABLE) from None
    except (asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise StoreError(_UNREACHABLE) from None


@contextmanager
def _plain_sentences() -> Iterator[None]:
    try:
        yield
    except (sa.exc.DBAPIError, asyncpg.PostgresError) as error:
        sentence = explain(error)
        if sentence is None:
            raise
        raise StoreError(sentence) from None


def explain(error: BaseException) -> str | None:
    """The sentence for an error that a person can do something about, None for the others (conflicts, mistakes of ours)."""
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return _SENTENCES["08"]
    state = _sqlstate(error)
    for length in (5, 3, 2):
        if sentence := _SENTENCES.get(state[:length]):
            return sentence
    return None


def _sqlstate(error: BaseException) -> str:
    seen: Any = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None) or getattr(seen, "pgcode", None)
        if state:
            return str(state)
        seen = getattr(seen, "orig", None) or seen.__cause__
    return ""
