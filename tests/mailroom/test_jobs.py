"""The schedule and the workers: a mail goes all the way by itself, and a sweep wakes what lost its job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.config import Config
from bot.jobs import schedule, sweep
from bot.sandbox.faults import Fault
from bot.store import queue
from bot.store.models import Reply, now
from bot.store.queue import Pace, Workers
from tests.mailroom.conftest import Mailroom
from tests.mailroom.letters import ANA, BROKEN, script

_QUICK = Pace(poll=timedelta(milliseconds=100), first_retry=timedelta(milliseconds=50), grace=timedelta(seconds=1))


@asynccontextmanager
async def running(room: Mailroom) -> AsyncIterator[None]:
    """Workers and schedule of the mailroom's part."""
    handlers = {queue.INTAKE: room.intake.take, queue.SEND: room.postman.deliver, queue.TIDY: room.postman.tidy}
    stop = asyncio.Event()
    workers = asyncio.create_task(Workers(room.database.dsn, queue.LANES, handlers, pace=_QUICK).run(stop))
    scheduler = schedule(room.database, room.vault, Config(), [room.poller], poll_seconds=0.1)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        stop.set()
        await workers


async def test_a_mail_is_polled_taken_in_answered_and_labelled(room: Mailroom) -> None:
    script(room)
    gmail = room.post.gmail
    gmail.faults.add(Fault("messages.get", "5xx"))
    async with running(room):
        arrived = await gmail.write(ANA, "Sensor offline", BROKEN)
        await gmail.eventually(lambda: "triage/support" in gmail.labels_of(arrived), what="the category's label")
        gmail.faults.add(Fault("drafts.send", "drop"))
        await room.approve()
        await gmail.eventually(lambda: "triage/handled" in gmail.labels_of(arrived), what="the label of answered mail")
    assert len(gmail.sent) == 1
    assert (await room.ticket()).status == "waiting"


async def test_a_sweep_wakes_rows_without_a_job_and_no_others(room: Mailroom) -> None:
    script(room)
    await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    await room.approve()
    await room.post.gmail.write(ANA, "Another", BROKEN)
    await room.poller.poll()
    async with room.database.transaction() as s:
        await s.execute(sa.text("update message set created_at = created_at - interval '2 minutes'"))
        await s.execute(sa.text("update ticket set updated_at = updated_at - interval '2 minutes'"))
        await s.execute(sa.update(Reply).values(leaves_at=now() - timedelta(minutes=2)))
    assert await sweep(room.database) == 0
    async with room.database.transaction() as s:
        await s.execute(sa.text("delete from jobs.pgqueuer"))
    assert await sweep(room.database) == 3
    assert await room.jobs() == {queue.INTAKE: 1, queue.SEND: 1, queue.SHOW: 1}


async def test_a_failing_poll_is_one_plain_line(room: Mailroom, caplog: pytest.LogCaptureFixture) -> None:
    room.post.gmail.accounts.revoke()
    said = asyncio.Event()
    handler = logging.Handler()
    handler.emit = lambda record: said.set()  # type: ignore[method-assign]
    logger = logging.getLogger("triage.jobs")
    logger.addHandler(handler)
    scheduler = schedule(room.database, room.vault, Config(), [room.poller], poll_seconds=60)
    scheduler.start()
    await asyncio.wait_for(said.wait(), 10)
    scheduler.shutdown(wait=False)
    logger.removeHandler(handler)
    (line,) = [record for record in caplog.records if record.name == "triage.jobs"]
    assert line.getMessage().startswith("poll failed: Google refuses the Gmail credentials")
    assert line.exc_info is None
