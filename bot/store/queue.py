"""The durable queue: jobs are queued in the transaction of the row that causes them. The only module that knows pgqueuer.

A job is a wake-up for one row; its handler looks at the row, does what the row still needs, and may run twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import asyncpg
import pgqueuer
import sqlalchemy as sa
from pgqueuer.adapters.persistence import qb
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.attempts import Attempt, Grace

log = logging.getLogger("triage.queue")

Handler = Callable[[str], Awaitable[None]]

INTAKE = "intake"  #: ref: a message row
SHOW = "show"  #: ref: a ticket
THREAD = "thread"  #: ref: a ticket whose thread lacks something; apart from SHOW, so that cards do not wait for threads
SEND = "send"  #: ref: a reply
NOTIFY = "notify"  #: ref: a notice's key
TIDY = "tidy"  #: ref: a ticket whose mails get their label in Gmail
RESEAL = "reseal"  #: ref: where the sealing with a new key goes on
RECALL = "recall"  #: ref: a ticket whose originals are read again from Gmail
ERASE = "erase"  #: ref: a ticket whose text leaves Slack

#: Separate lanes, so that one service being away holds up nothing else.
LANES: dict[str, tuple[str, ...]] = {
    "intake": (INTAKE,),
    "replies": (SEND, TIDY),
    "slack": (SHOW, NOTIFY),
    "threads": (THREAD,),
    "upkeep": (RESEAL, RECALL, ERASE),
}


def own_settings() -> DBSettings:
    """All names spelt out: pgqueuer would take any of them from variables such as CHANNEL or TRIGGER."""
    return DBSettings(
        db_schema="jobs",
        prefix="",
        channel=Channel("ch_pgqueuer"),
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.durable,
    )


_SETTINGS = own_settings()


def queries(driver: Driver) -> pgqueuer.Queries:
    """pgqueuer's own statements over `driver`, in our schema."""
    return pgqueuer.Queries(
        driver,
        qbe=qb.QueryBuilderEnvironment(_SETTINGS),
        qbq=qb.QueryQueueBuilder(_SETTINGS),
        qbs=qb.QuerySchedulerBuilder(_SETTINGS),
    )


async def enqueue(session: AsyncSession, job: str, ref: str, *, delay: timedelta | None = None, priority: int = 0) -> None:
    """Queue one job in the session's transaction; a higher `priority` goes first."""
    await enqueue_all(session, job, [ref], delay=delay, priority=priority)


async def enqueue_all(
    session: AsyncSession, job: str, refs: Sequence[str], *, delay: timedelta | None = None, priority: int = 0
) -> None:
    """Queue one job per ref in the session's transaction."""
    if not refs:
        return
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, asyncpg.Connection)
    if not raw.is_in_transaction():
        await connection.execute(sa.text("select 1"))  # SQLAlchemy begins late: without this a rollback would not undo the job
    many = len(refs)
    wait = delay if delay is not None and delay > timedelta(0) else None
    await queries(pgqueuer.AsyncpgDriver(raw)).enqueue(
        [job] * many, [ref.encode() for ref in refs], [priority] * many, execute_after=[wait] * many
    )


@dataclass(frozen=True, slots=True)
class Dead:
    """A job that failed for good; kept until it is replayed."""

    id: int
    job: str
    ref: str
    reason: str
    at: datetime


async def take_up_again(session: AsyncSession) -> int:
    """Queue failed jobs anew that nobody gave up: a full disk or a lost connection ended them in the queue itself."""
    rows = await session.scalars(
        sa.text(
            "select q.id from jobs.pgqueuer q where q.status = 'failed' and not exists (select from jobs.pgqueuer_log l "
            "where l.job_id = q.id and l.status = 'failed' and l.traceback->>'exception_type' = 'DeadJob')"
        )
    )
    ids = list(rows)
    if ids:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(raw, asyncpg.Connection)
        await queries(pgqueuer.AsyncpgDriver(raw)).requeue_jobs(ids)
    return len(ids)


async def dead(session: AsyncSession, most: int = 100) -> list[Dead]:
    """Jobs that failed for good, newest first."""
    rows = await session.execute(
        sa.text(
            "select q.id, q.entrypoint, q.payload, q.updated, l.traceback->>'exception_message' as reason from jobs.pgqueuer q "
            "left join lateral (select traceback from jobs.pgqueuer_log where job_id = q.id and status = 'failed' "
            "order by id desc limit 1) l on true where q.status = 'failed' order by q.updated desc, q.id desc limit :most"
        ),
        {"most": most},
    )
    return [Dead(row.id, row.entrypoint, bytes(row.payload).decode(), row.reason or "", row.updated) for row in rows]


async def waiting(session: AsyncSession) -> dict[str, int]:
    """How many jobs of each name are queued or being worked on."""
    rows = await session.execute(
        sa.text("select entrypoint, count(*) as many from jobs.pgqueuer where status in ('queued', 'picked') group by entrypoint")
    )
    return {row.entrypoint: row.many for row in rows}


async def tidy_up(session: AsyncSession, older_than: timedelta = timedelta(days=30)) -> int:
    """Delete old log rows, which pgqueuer keeps for ever; returns how many."""
    statement = "delete from jobs.pgqueuer_log where aggregated and created < now() - make_interval(secs => :seconds)"
    deleted = await session.execute(sa.text(statement), {"seconds": older_than.total_seconds()})
    return int(deleted.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Pace:
    """How the workers wait; tests are quicker."""

    poll: timedelta = timedelta(seconds=5)
    heartbeat: timedelta = timedelta(seconds=30)
    first_retry: timedelta = timedelta(seconds=1)
    longest_retry: timedelta = timedelta(minutes=5)
    restart: timedelta = timedelta(seconds=1)
    grace: timedelta = timedelta(seconds=8)  #: at a stop; what is not done then is done by the next process
    settle: timedelta = timedelta(seconds=2)
    batch: int = 5
    at_once: int = 10  #: per lane; at least twice the batch


class Workers:
    """Works on jobs of some lanes until told to stop, also while the database restarts."""

    def __init__(
        self, dsn: str, lanes: Mapping[str, Sequence[str]], handlers: Mapping[str, Handler], *, pace: Pace | None = None
    ) -> None:
        self._dsn = dsn
        self._lanes = {lane: [job for job in jobs if job in handlers] for lane, jobs in lanes.items()}
        self._handlers = handlers
        self._pace = pace or Pace()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish what is in flight within the grace time and hand the rest back."""
        async with Grace(stop, self._pace.grace) as grace:
            lanes = [asyncio.create_task(self._lane(lane, grace)) for lane, jobs in self._lanes.items() if jobs]
            try:
                await asyncio.shield(asyncio.gather(*lanes))
            finally:
                stop.set()  # also when we are cancelled or a lane fails: the others end in order
                await asyncio.gather(*lanes, return_exceptions=True)

    async def _lane(self, lane: str, grace: Grace) -> None:
        log.info("lane started lane=%s", lane)
        await pgqueuer.run(
            partial(self._manager, lane, grace),
            dequeue_timeout=self._pace.poll,
            batch_size=self._pace.batch,
            heartbeat_timeout=self._pace.heartbeat,
            max_concurrent_tasks=self._pace.at_once,
            shutdown_on_listener_failure=True,
            restart_on_failure=True,
            restart_delay=self._pace.restart,
            shutdown=grace.stop,
        )
        log.info("lane stopped lane=%s", lane)

    @contextlib.asynccontextmanager
    async def _manager(self, lane: str, grace: Grace) -> AsyncIterator[QueueManager]:
        settings = {"application_name": f"triage-{lane}", "jit": "off"}
        async with asyncpg.create_pool(self._dsn, min_size=2, max_size=4, timeout=15, server_settings=settings) as pool:
            manager = _SettledManager(queries(pgqueuer.AsyncpgPoolDriver(pool)), Channel(_SETTINGS.channel))
            manager.settle = self._pace.settle
            for job in self._lanes[lane]:
                attempt = partial(
                    Attempt, handler=self._handlers[job], pool=pool, grace=grace,
                    first=self._pace.first_retry, longest=self._pace.longest_retry,
                )  # fmt: skip
                manager.entrypoint(job, on_failure="hold", accepts_context=False, executor_factory=attempt)(_unused)
            yield manager


async def _unused(job: pgqueuer.Job) -> None:
    """pgqueuer wants a function at registration; Attempt runs the handler instead."""


class _SettledManager(QueueManager):
    """pgqueuer's manager, whose first health probe waits until LISTEN is certainly set: it would else restart itself."""

    settle = timedelta(0)

    async def _run_periodic_health_check(self, interval: timedelta = timedelta(seconds=10)) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.shutdown.wait(), self.settle.total_seconds())
        await super()._run_periodic_health_check(interval)
