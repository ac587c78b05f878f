"""Job name -> function, and the schedule; no logic of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.board import Board
from bot.board_erased import Eraser
from bot.config import Config
from bot.errors import TriageError
from bot.poller import Poller
from bot.postman import Postman
from bot.store import keys, mailroom, queue, retention, seen
from bot.store.db import Database
from bot.store.keys import Resealer
from bot.store.models import now
from bot.store.retention import Days
from bot.store.vault import Vault
from pipeline.intake import Intake
from pipeline.recall import Recall

log = logging.getLogger("triage.jobs")

_SWEEP_SECONDS = 60.0
_TIDY_HOURS = 24
_KEYS_SECONDS = 5.0
_SEEN = timedelta(days=30)  #: so long keys of what was handled once are kept: far longer than Slack repeats anything


def handlers(
    intake: Intake, board: Board, postman: Postman, recall: Recall, resealer: Resealer
) -> dict[str, Callable[[str], Awaitable[None]]]:
    """What the queue's workers call; every one takes the ref of a row, and may be called twice."""
    return {
        queue.INTAKE: intake.take,
        queue.SHOW: board.show_card,
        queue.THREAD: board.show_thread,
        queue.SEND: postman.deliver,
        queue.NOTIFY: board.notify,
        queue.TIDY: postman.tidy,
        queue.RESEAL: resealer.work,
        queue.RECALL: recall.work,
        queue.ERASE: Eraser(board.db, board.slack, board.holds).erase,
    }


def schedule(
    db: Database,
    vault: Vault,
    config: Config,
    pollers: Sequence[Poller],
    *,
    poll_seconds: float,
    sweep_seconds: float = _SWEEP_SECONDS,
) -> AsyncIOScheduler:
    """The schedule, not started. Nothing in it keeps anything: a missed or doubled tick changes nothing."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None})
    every = partial(scheduler.add_job, trigger="interval")
    for poller in pollers:
        poll = partial(_tick, "poll", poller.poll)
        every(poll, seconds=poll_seconds, id=f"poll:{poller.address}", next_run_time=datetime.now(UTC))
    every(partial(_tick, "sweep", partial(sweep, db)), seconds=sweep_seconds, id="sweep")
    every(partial(_tick, "tidy", partial(tidy, db)), hours=_TIDY_HOURS, id="tidy")
    every(
        partial(_tick, "keys", partial(keys.report, db, vault)), seconds=_KEYS_SECONDS, id="keys", next_run_time=datetime.now(UTC)
    )
    night = partial(_tick, "nightly", partial(nightly, db, config))
    every(night, hours=1, id="nightly", next_run_time=datetime.now(UTC) + timedelta(minutes=5))
    return scheduler


async def sweep(db: Database) -> int:
    """Wake every row that still needs something and has no job; returns how many."""
    async with db.transaction() as s:
        again = await queue.take_up_again(s)
        undone = await mailroom.undone(s)
        for job, refs in undone.items():
            await queue.enqueue_all(s, job, refs)
    woken = again + sum(map(len, undone.values()))
    if woken:
        log.warning("swept again=%s %s", again, " ".join(f"{job}={len(refs)}" for job, refs in undone.items()))
    return woken


async def tidy(db: Database) -> int:
    """Delete the queue's old log; returns how many rows."""
    async with db.transaction() as s:
        return await queue.tidy_up(s)


async def nightly(db: Database, config: Config) -> int:
    """What is kept too long goes: once a day, in whichever process is first; returns how many rows.

    It is asked for every hour, so that it is not left out where nothing runs at night.
    """
    async with db.transaction() as s:
        if not await seen.first_time(s, f"nightly:{now():%Y-%m-%d}"):
            return 0
        await seen.forget(s, _SEEN)
    return sum((await retention.run(db, partial(days, config))).values())


def days(config: Config, mailbox: str) -> Days:
    """How long things of a mailbox are kept."""
    kept = config.retention.of(mailbox)
    return Days(kept.originals_days, kept.details_days, kept.text_days)


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
