"""Stories about what is kept: lost keys, changed keys and a person who wants to be forgotten, with the bot at work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import jobs, upkeep
from bot.app import Bot
from bot.config import Config
from bot.errors import StoreError
from bot.store import events, keys, sealed
from bot.store.models import Message, Ticket, now
from bot.store.vault import write_new
from tests.scenario.conftest import SAMPLES, Office

SENSOR = SAMPLES / "07-sensor-zero.eml"


async def sealed_by(bot: Bot) -> dict[str, int]:
    """How many values each key has sealed."""
    async with bot.db.read() as s:
        return await sealed.census(s)


async def test_lost_keys_cost_originals_and_nothing_else(office: Office, tmp_path: Path) -> None:
    world = office.world
    async with office.open() as bot:
        await world.gmail.deliver(SENSOR)
        card = await world.slack.card("basil sensor")
        await card.click("Claim", by="ana")
        await card.until(lambda c: "Reassign" in c.buttons)
        queue, stats = await bot.desk.queue(), await bot.desk.stats()
    await asyncio.to_thread(write_new, tmp_path / "fresh")
    with pytest.raises(StoreError, match="triage keys accept-loss"):
        async with office.open(TRIAGE_KEYS=str(tmp_path / "fresh")):
            pass
    fresh = {**office.env, "TRIAGE_KEYS": str(tmp_path / "fresh")}
    assert "originals: 1" in "\n".join((await upkeep.keys_accept_loss(fresh, sure=True)).lines)
    async with office.open(TRIAGE_KEYS=str(tmp_path / "fresh")) as bot:
        assert (await bot.desk.queue(), await bot.desk.stats()) == (queue, stats)
        await card.click("More…", by="ana")
        more = await world.slack.view("ana")
        await more.click("View original")
        original = await world.slack.view("ana", title="Original of #1001")
        assert "@" in original.text, "the mail with its real addresses, from Gmail"
        await original.close()
        await card.click("Approve & Send", by="ana")
        await card.until(lambda c: "Close" in c.buttons)
        async with bot.db.read() as s:
            assert (await events.audit(s, bot.desk._vault)).broken == ()
    assert len(world.gmail.sent) == 1
    assert "<PERSON" not in world.gmail.sent[0].text


async def test_a_running_bot_takes_new_keys_and_seals_everything_anew(office: Office) -> None:
    world = office.world
    async with office.open() as bot:
        await world.gmail.deliver(SENSOR)
        await world.slack.card("basil sensor")
        assert set(await sealed_by(bot)) == {"k1"}
        await upkeep.keys_rotate(office.env)
        await keys.report(bot.db, bot.desk._vault)
        await upkeep.keys_rotate(office.env)
        while "k1" in await sealed_by(bot):
            await bot.poller.poll()
        await keys.report(bot.db, bot.desk._vault)
        assert "is forgotten" in (await upkeep.keys_drop(office.env, "k1")).lines[0]
        await world.gmail.deliver(SAMPLES / "03-lead.eml")
        await world.slack.card("[Lead]")
        assert len(await sealed_by(bot)) == 1


async def test_a_forgotten_customer_leaves_slack_and_the_bot_goes_on(office: Office) -> None:
    world = office.world
    async with office.open() as bot:
        await world.gmail.deliver(SENSOR)
        card = await world.slack.card("basil sensor")
        await world.slack.eventually(lambda: any("basil" in text.casefold() for text in card.thread()), what="the thread")
        async with bot.db.read() as s:
            (message,) = await s.scalars(sa.select(Message))
        email = bot.desk._vault.open("message", "sealed_details", message.id, message.sealed_details or b"")
        address = email.decode().split('"email": "')[1].split('"')[0]
        said = await upkeep.forget(office.env, address)
        assert address not in "\n".join(said.lines)
        await card.until(lambda c: "was erased" in c.blocks_text)
        await world.slack.eventually(
            lambda: not any("basil" in text.casefold() for text in card.thread()), what="the text to leave the thread"
        )
        assert card.buttons == []
        await world.gmail.deliver(SAMPLES / "03-lead.eml")
        await world.slack.card("[Lead]")


async def test_the_nightly_job_runs_once_a_day(office: Office) -> None:
    async with office.open() as bot:
        await office.world.gmail.deliver(SENSOR)
        await office.world.slack.card("basil sensor")
        async with bot.db.transaction() as s:
            long_ago = now() - timedelta(days=200)
            await s.execute(sa.update(Message).values(received_at=long_ago))
            await s.execute(sa.update(Ticket).values(status="closed", closed_at=long_ago))
        assert await jobs.nightly(bot.db, Config()) == 3
        assert await jobs.nightly(bot.db, Config()) == 0
