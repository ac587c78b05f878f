"""Named locks over all processes that may be kept while the network is waited for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store.db import Database, explain

_TRY = sa.text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
_GIVE = sa.text("select pg_advisory_unlock(hashtextextended(:name, 0))")
_FIRST, _LONGEST = 0.02, 0.5  #: seconds between two tries


class Holds:
    """All locks of this process live on one connection, and are taken by trying.

    So fifty slow calls to Slack keep one connection and not fifty. Should it break, the locks are gone with it: doing what they
    guard twice may be wasteful but must not be wrong.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: AsyncConnection | None = None
        self._speaking = asyncio.Lock()
        self._here: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Keep the lock `name` during the block; waits for it."""
        here = self._here.setdefault(name, asyncio.Lock())
        self._users[name] = self._users.get(name, 0) + 1
        try:
            async with here:
                await self._take(name)
                try:
                    yield
                finally:
                    await asyncio.shield(self._give(name))
        finally:
            await self._left(name)

    async def _take(self, name: str) -> None:
        wait = _FIRST
        while not await self._ask(_TRY, name):
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(_LONGEST, wait * 2)

    async def _ask(self, question: sa.TextClause, name: str) -> bool:
        async with self._speaking:
            try:
                if self._connection is None:
                    connection = await self._db.engine.connect()
                    self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                return bool(await self._connection.scalar(question, {"name": name}))
            except BaseException as error:
                await self._drop(broken=True)
                sentence = explain(error)
                if sentence:
                    raise StoreError(sentence) from None
                raise

    async def _give(self, name: str) -> None:
        if self._connection is None:
            return
        try:
            await self._ask(_GIVE, name)
        except (sa.exc.SQLAlchemyError, StoreError, OSError):
            return  # the connection is gone, and the lock with it

    async def _left(self, name: str) -> None:
        """Forget the name, and hand the connection back when nobody is left."""
        self._users[name] -= 1
        if not self._users[name]:
            del self._users[name], self._here[name]
        if not self._users:
            async with self._speaking:
                if not self._users:
                    await self._drop()

    async def _drop(self, *, broken: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if broken:
            await connection.invalidate()
        await connection.close()
