"""Locks over processes: one at a time, one connection for all, none left behind."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from bot.store.db import Database
from bot.store.holds import Holds


async def test_one_at_a_time_over_processes(database: Database) -> None:
    inside, most = 0, 0

    async def work(holds: Holds) -> None:
        nonlocal inside, most
        async with holds.hold("ticket"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    one, two = Holds(database), Holds(database)
    await asyncio.gather(*(work(holds) for holds in (one, two) * 6))
    assert (inside, most) == (0, 1)


async def test_many_names_share_one_connection_and_give_it_back(database: Database) -> None:
    holds, all_in, out = Holds(database), asyncio.Barrier(31), asyncio.Event()

    async def work(number: int) -> None:
        async with holds.hold(f"ticket {number}"):
            await all_in.wait()
            await out.wait()

    working = [asyncio.create_task(work(number)) for number in range(30)]
    await all_in.wait()
    assert database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    out.set()
    await asyncio.gather(*working)
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_what_fails_inside_gives_the_lock_back(database: Database) -> None:
    holds = Holds(database)
    with pytest.raises(ValueError, match="inside"):
        async with holds.hold("ticket"):
            raise ValueError("inside")
    async with Holds(database).hold("ticket"):
        pass


async def test_a_cancelled_waiter_leaves_nothing(database: Database) -> None:
    one, two = Holds(database), Holds(database)
    async with one.hold("ticket"):
        waiting = asyncio.create_task(two.hold("ticket").__aenter__())
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with two.hold("ticket"):
        pass


async def test_a_lost_connection_is_replaced(database: Database) -> None:
    holds = Holds(database)
    here = "database = (select oid from pg_database where datname = current_database())"
    kill = sa.text(f"select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and {here}")
    async with holds.hold("one"), database.transaction() as s:
        await s.execute(kill)
    async with holds.hold("two"):
        pass
