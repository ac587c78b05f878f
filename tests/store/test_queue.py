"""The workers: retries, dead jobs, crashes, stops, lanes and a database that goes away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pgqueuer
import pytest
import sqlalchemy as sa
from pgqueuer.domain.settings import db_settings

from bot.errors import Ambiguous, AuthFailed, LostRace, Permanent, StoreError, Temporary
from bot.store import attempts, queue
from bot.store.db import Database
from bot.store.queue import INTAKE, LANES, NOTIFY, SEND, SHOW, Handler, Pace, Workers

QUICK = Pace(
    poll=timedelta(seconds=1),
    first_retry=timedelta(milliseconds=10),
    longest_retry=timedelta(milliseconds=20),
    restart=timedelta(milliseconds=50),
    grace=timedelta(milliseconds=100),
    settle=timedelta(milliseconds=200),
)


@asynccontextmanager
async def working(database: Database, handlers: Mapping[str, Handler], pace: Pace = QUICK) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    running = asyncio.create_task(Workers(database.dsn, LANES, handlers, pace=pace).run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


class Recorder:
    """A handler that fails as it is told and lets a test wait for its calls."""

    def __init__(self, *failures: Exception, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self.failures = list(failures)
        self.refs: list[str] = []
        self.changed = asyncio.Condition()
        self.then = then

    async def __call__(self, ref: str) -> None:
        async with self.changed:
            self.refs.append(ref)
            self.changed.notify_all()
        if self.failures:
            raise self.failures.pop(0)
        if self.then:
            await self.then()

    async def calls(self, many: int) -> list[str]:
        async with self.changed, asyncio.timeout(15):
            await self.changed.wait_for(lambda: len(self.refs) >= many)
        return self.refs


async def put(database: Database, job: str, *refs: str, **options: Any) -> None:
    async with database.transaction() as s:
        for ref in refs:
            await queue.enqueue(s, job, ref, **options)


async def waiting(database: Database) -> dict[str, int]:
    async with database.read() as s:
        return await queue.waiting(s)


async def dead(database: Database) -> list[queue.Dead]:
    async with database.read() as s:
        return await queue.dead(s)


async def test_a_job_runs_once(database: Database) -> None:
    done = Recorder()
    await put(database, SHOW, "before")
    async with working(database, {SHOW: done}):
        await done.calls(1)
        await put(database, SHOW, "after")
        await done.calls(2)
    assert done.refs == ["before", "after"]
    assert await waiting(database) == {}
    assert await dead(database) == []


async def test_what_may_pass_is_tried_again(database: Database) -> None:
    found = (Temporary(), Ambiguous(), StoreError(), LostRace(), TimeoutError(), ValueError("bug"))
    errors = {type(error).__name__: error for error in found}
    done = Recorder()

    async def send(ref: str) -> None:
        await done(ref)
        if done.refs.count(ref) < 3:
            raise errors[ref]

    await put(database, SEND, *errors)
    async with working(database, {SEND: send}):
        await done.calls(3 * len(errors))
    assert await waiting(database) == {}
    assert await dead(database) == []


async def test_what_will_not_pass_is_kept_with_its_reason(database: Database) -> None:
    done = Recorder(Permanent("The mailbox does not exist. Correct GMAIL_CREDENTIALS."))
    await put(database, SEND, "reply")
    async with working(database, {SEND: done}):
        await done.calls(1)
    (job,) = await dead(database)
    assert (job.job, job.ref, job.reason) == (SEND, "reply", "The mailbox does not exist. Correct GMAIL_CREDENTIALS.")


async def test_only_what_nobody_gave_up_is_taken_up_again(database: Database) -> None:
    await put(database, SEND, "given up")
    async with working(database, {SEND: Recorder(Permanent("No such mailbox."))}) as _:
        await dead(database)
    async with database.transaction() as s:
        assert await queue.take_up_again(s) == 0
    await put(database, INTAKE, "cut off")
    async with database.transaction() as s:  # as a full disk leaves it: failed, and no word why
        await s.execute(sa.text("update jobs.pgqueuer set status = 'failed' where entrypoint = 'intake'"))
        assert await queue.take_up_again(s) == 1
    done = Recorder()
    async with working(database, {INTAKE: done}):
        await done.calls(1)
    assert done.refs == ["cut off"]


async def test_a_refused_token_is_waited_for(database: Database) -> None:
    done = Recorder(AuthFailed("Slack refuses the bot token."))
    await put(database, SHOW, "card")
    async with working(database, {SHOW: done}):
        await done.calls(2)


async def test_a_mistake_of_ours_ends_and_tells_nothing_of_the_mail(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done = Recorder(*(ValueError("ana@corp.example") for _ in range(20)))
    await put(database, INTAKE, "mail")
    async with working(database, {INTAKE: done}):
        await done.calls(attempts.UNKNOWN_ATTEMPTS + 1)
    assert len(done.refs) == attempts.UNKNOWN_ATTEMPTS + 1
    (job,) = await dead(database)
    assert job.reason.startswith("ValueError at ")
    async with database.read() as s:
        kept = "".join(str(row) for row in await s.execute(sa.text("select * from jobs.pgqueuer_log")))
    assert "corp.example" not in caplog.text + kept


async def test_a_job_that_kills_its_process_ends(database: Database) -> None:
    """A crash does not count as an attempt, so the times it was taken are counted."""
    done = Recorder()
    await put(database, INTAKE, "killer")
    async with database.transaction() as s:
        await s.execute(
            sa.text(
                "insert into jobs.pgqueuer_log (job_id, status, priority, entrypoint) "
                "select id, 'picked', 0, entrypoint from jobs.pgqueuer, generate_series(1, :times)"
            ),
            {"times": attempts.CRASHES},
        )
    await put(database, INTAKE, "innocent")
    async with working(database, {INTAKE: done}):
        await done.calls(1)
    assert done.refs == ["innocent"]
    assert [job.ref for job in await dead(database)] == ["killer"]


async def test_a_vendor_who_names_a_time_is_believed() -> None:
    attempt = attempts.Attempt.__new__(attempts.Attempt)
    attempt.first, attempt.longest = timedelta(seconds=1), timedelta(minutes=5)
    assert attempt._delay(0, Temporary(retry_after=77)) == 77
    assert 0.5 <= attempt._delay(0, Temporary()) <= 1.5
    assert 150 <= attempt._delay(299, Temporary()) <= 450


async def test_delay_and_priority(database: Database) -> None:
    done = Recorder()
    await put(database, SHOW, "low", priority=-1)
    await put(database, SHOW, "high", priority=5)
    await put(database, SHOW, "late", delay=timedelta(hours=1))
    await put(database, SHOW, "past", delay=timedelta(seconds=-5), priority=-2)
    async with working(database, {SHOW: done}, replace(QUICK, batch=1, at_once=2)):
        await done.calls(3)
    async with database.read() as s:
        taken = "select array_agg(job_id order by id) from jobs.pgqueuer_log where status = 'picked'"
        assert await s.scalar(sa.text(taken)) == [2, 1, 4], "high, low, past"
    assert await waiting(database) == {SHOW: 1}


async def test_one_lane_does_not_hold_up_another(database: Database) -> None:
    never, notified = Recorder(then=asyncio.Event().wait), Recorder()  # type: ignore[arg-type]
    await put(database, INTAKE, *(f"slow{number}" for number in range(QUICK.at_once)))
    async with working(database, {INTAKE: never, NOTIFY: notified}):
        await never.calls(QUICK.at_once)
        await put(database, NOTIFY, "quick")
        assert await notified.calls(1) == ["quick"]
    assert await waiting(database) == {INTAKE: QUICK.at_once}, "a stop hands back what it interrupts"


async def test_a_stop_lets_a_handler_finish(database: Database) -> None:
    stopping = asyncio.Event()
    done = Recorder(then=stopping.wait)  # type: ignore[arg-type]
    await put(database, SEND, "reply")
    async with working(database, {SEND: done}) as stop:
        await done.calls(1)
        stop.set()
        stopping.set()
    assert await waiting(database) == {}


async def test_a_cancelled_worker_hands_its_jobs_back(database: Database) -> None:
    done = Recorder(then=asyncio.Event().wait)  # type: ignore[arg-type]
    await put(database, SEND, "reply")
    running = asyncio.create_task(Workers(database.dsn, LANES, {SEND: done}, pace=QUICK).run(asyncio.Event()))
    await done.calls(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await waiting(database) == {SEND: 1}


async def test_two_workers_share_and_do_nothing_twice(database: Database) -> None:
    refs = {f"ticket{number}" for number in range(60)}
    done: list[str] = []
    all_done = asyncio.Event()

    async def show(ref: str) -> None:
        done.append(ref)
        if set(done) == refs:
            all_done.set()

    async with database.transaction() as s:
        await queue.enqueue_all(s, SHOW, sorted(refs))
        await queue.enqueue_all(s, SHOW, [])
    async with working(database, {SHOW: show}), working(database, {SHOW: show}):
        await asyncio.wait_for(all_done.wait(), 15)
    assert len(done) == len(refs)
    assert await waiting(database) == {}


async def test_a_job_of_a_dead_process_is_taken_over(database: Database) -> None:
    done = Recorder()
    await put(database, SEND, "reply")
    async with database.transaction() as s:
        dead_process = "status = 'picked', queue_manager_id = gen_random_uuid(), heartbeat = now() - interval '1 hour'"
        await s.execute(sa.text(f"update jobs.pgqueuer set {dead_process}"))
    async with working(database, {SEND: done}):
        await done.calls(1)
    assert await waiting(database) == {}


async def test_workers_survive_the_loss_of_every_connection(database: Database, database_url: str) -> None:
    done = Recorder()
    async with working(database, {SHOW: done}):
        await put(database, SHOW, "before")
        await done.calls(1)
        connection = await asyncpg.connect(database_url)
        await connection.fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'triage-%'")
        await connection.close()
        await put(database, SHOW, "after")
        await done.calls(2)
    assert done.refs[-1] == "after"


async def test_names_of_the_queue_do_not_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    for name in ("CHANNEL", "TRIGGER", "QUEUE_TABLE", "PGQUEUER_QUEUE_TABLE", "PGQUEUER_SCHEMA", "PGQUEUER_PREFIX"):
        monkeypatch.setenv(name, "poison")
    db_settings.cache_clear()
    made = queue.own_settings()
    assert (made.db_schema, made.queue_table, made.channel, made.trigger, made.prefix) == (
        "jobs", "pgqueuer", "ch_pgqueuer", "tg_pgqueuer_changed", "",
    )  # fmt: skip


async def test_the_installed_schema_is_what_this_pgqueuer_wants(database_url: str) -> None:
    """After a new version of pgqueuer this fails until there is a migration."""
    connection = await asyncpg.connect(database_url)
    plan = await queue.queries(pgqueuer.AsyncpgDriver(connection)).plan_upgrade()
    await connection.close()
    assert not plan.statements, plan


async def test_old_log_rows_are_deleted(database: Database) -> None:
    async with database.transaction() as s:
        await s.execute(
            sa.text(
                "insert into jobs.pgqueuer_log (created, job_id, status, priority, entrypoint, aggregated) values "
                "(now() - interval '40 days', 1, 'successful', 0, 'show', true), (now(), 2, 'successful', 0, 'show', true), "
                "(now() - interval '40 days', 3, 'successful', 0, 'show', false)"
            )
        )
        assert await queue.tidy_up(s) == 1
