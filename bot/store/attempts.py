"""One attempt at a job: what a failure means, how long to wait, and when to give up. Part of the queue."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

import asyncpg
import sqlalchemy as sa
from pgqueuer import Job, RetryRequested
from pgqueuer.core.executors import AbstractEntrypointExecutor
from pgqueuer.domain.models import Context

from bot.errors import Ambiguous, AuthFailed, LostRace, StoreError, Temporary, TriageError

log = logging.getLogger("triage.queue")

#: An outage is waited for: with five minutes between the later attempts this is about a day.
TEMPORARY_ATTEMPTS = 300
#: What nobody foresaw may pass, but not often.
UNKNOWN_ATTEMPTS = 5
#: A crash does not count as an attempt; a job that takes its process down with it must end too.
CRASHES = 4

_PASSING = (
    Temporary, Ambiguous, AuthFailed, StoreError, OSError, TimeoutError,
    asyncpg.PostgresConnectionError, sa.exc.OperationalError, sa.exc.InterfaceError,
)  # fmt: skip


class DeadJob(TriageError):
    """The job failed for good."""


class Grace:
    """Gives handlers a while to finish after a stop was asked for."""

    def __init__(self, stop: asyncio.Event, after: timedelta) -> None:
        self.stop = stop
        self.over = asyncio.Event()
        self._after = after.total_seconds()
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Grace:
        self._watch = asyncio.create_task(self._wait())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._watch is not None
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch

    async def _wait(self) -> None:
        await self.stop.wait()
        await asyncio.sleep(self._after)
        self.over.set()


@dataclass
class Attempt(AbstractEntrypointExecutor):
    """Runs a handler once and turns what it raises into a retry, or into the end of the job with a reason that may be shown."""

    _: KW_ONLY
    handler: Callable[[str], Awaitable[None]]
    pool: Any  #: asyncpg's
    grace: Grace
    first: timedelta
    longest: timedelta

    async def execute(self, job: Job, context: Context) -> None:
        """Called by pgqueuer."""
        ref = (job.payload or b"").decode()
        await self._refuse_a_killer(job, ref)
        try:
            await self._within_grace(ref)
        except RetryRequested:
            raise
        except Exception as error:
            raise self._fate(job, ref, error) from None

    async def _within_grace(self, ref: str) -> None:
        """Cancel the handler when a stop has waited long enough. The job itself must not be cancelled: pgqueuer would drop it."""
        work = asyncio.ensure_future(self.handler(ref))
        over = asyncio.create_task(self.grace.over.wait())
        try:
            await asyncio.wait((work, over), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                return await work
            raise RetryRequested(timedelta(0), "stopped")
        finally:
            over.cancel()
            work.cancel()

    async def _refuse_a_killer(self, job: Job, ref: str) -> None:
        picked = await self.pool.fetchval(
            "select count(*) from jobs.pgqueuer_log where job_id = $1 and status = 'picked' and id > coalesce("
            "(select max(id) from jobs.pgqueuer_log where job_id = $1 and status = 'failed'), 0)",
            job.id,
        )
        if picked > job.attempts + CRASHES:
            log.error("job given up job=%s ref=%s: its process died each time", job.entrypoint, ref)
            raise DeadJob(f"The process that did this died {picked - job.attempts - 1} times.")

    def _fate(self, job: Job, ref: str, error: Exception) -> Exception:
        """No text of a foreign exception leaves here: it may hold personal data, and what we raise is logged and kept."""
        passing = isinstance(error, _PASSING)
        foreseen = isinstance(error, TriageError) and not isinstance(error, LostRace)
        most = TEMPORARY_ATTEMPTS if passing else 0 if foreseen else UNKNOWN_ATTEMPTS
        reason = describe(error)
        if job.attempts >= most:
            log.error("job failed job=%s ref=%s attempts=%s: %s", job.entrypoint, ref, job.attempts + 1, reason)
            return DeadJob(reason)
        delay = self._delay(job.attempts, error)
        level = logging.INFO if passing else logging.WARNING
        log.log(level, "job again job=%s ref=%s attempt=%s in=%.1fs: %s", job.entrypoint, ref, job.attempts + 1, delay, reason)
        return RetryRequested(timedelta(seconds=delay), reason)

    def _delay(self, attempts: int, error: Exception) -> float:
        """Exponential with jitter, and never sooner than the vendor asked for."""
        backoff = min(self.first.total_seconds() * 2.0 ** min(attempts, 30), self.longest.total_seconds())
        if isinstance(error, AuthFailed):
            return self.longest.total_seconds()  # an admin has to mend it: the work waits for that
        asked = getattr(error, "retry_after", None) or 0.0
        return max(backoff * random.uniform(0.5, 1.5), float(asked))


def describe(error: BaseException) -> str:
    """Our own errors by their text, others by type and place only."""
    if isinstance(error, TriageError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
