"""Job name -> function, and the schedule; no logic of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.board import Board
from bot.errors import TriageError
from bot.poller import Poller
from bot.postman import Postman
from bot.store import mailroom, queue
from bot.store.db import Database
from pipeline.intake import Intake

log = logging.getLogger("triage.jobs")

_SWEEP_SECONDS = 60.0
_TIDY_HOURS = 24


def handlers(intake: Intake, board: Board, postman: Postman) -> dict[str, Callable[[str], Awaitable[None]]]:
    """What the queue's workers call; every one takes the ref of a row, and may be called twice."""
    return {
        queue.INTAKE: intake.take,
        queue.SHOW: board.show_card,
        queue.THREAD: board.show_thread,
        queue.SEND: postman.deliver,
        queue.NOTIFY: board.notify,
        queue.TIDY: postman.tidy,
    }


def schedule(
    db: Database, pollers: Sequence[Poller], *, poll_seconds: float, sweep_seconds: float = _SWEEP_SECONDS
) -> AsyncIOScheduler:
    """The schedule, not started. Nothing in it keeps anything: a missed or doubled tick changes nothing."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None})
    every = partial(scheduler.add_job, trigger="interval")
    for poller in pollers:
        poll = partial(_tick, "poll", poller.poll)
        every(poll, seconds=poll_seconds, id=f"poll:{poller.address}", next_run_time=datetime.now(UTC))
    every(partial(_tick, "sweep", partial(sweep, db)), seconds=sweep_seconds, id="sweep")
    every(partial(_tick, "tidy", partial(tidy, db)), hours=_TIDY_HOURS, id="tidy")
    return scheduler


async def sweep(db: Database) -> int:
    """Wake every row that still needs something and has no job; returns how many."""
    async with db.transaction() as s:
        undone = await mailroom.undone(s)
        for job, refs in undone.items():
            await queue.enqueue_all(s, job, refs)
    woken = sum(map(len, undone.values()))
    if woken:
        log.warning("swept %s", " ".join(f"{job}={len(refs)}" for job, refs in undone.items()))
    return woken


async def tidy(db: Database) -> int:
    """Delete the queue's old log; returns how many rows."""
    async with db.transaction() as s:
        return await queue.tidy_up(s)


async def _tick(name: str, function: Callable[[], Awaitable[int]]) -> None:
    """A tick that fails is logged in one line without foreign text; the next one tries again."""
    try:
        await function()
    except asyncio.CancelledError:
        log.info("%s stopped", name)  # only a shutdown does that; what was not committed is done by the next process
    except TriageError as error:
        log.warning("%s failed: %s", name, error)
    except Exception as error:  # a scheduler that stops polling would be worse
        log.error("%s failed: %s", name, type(error).__name__)
