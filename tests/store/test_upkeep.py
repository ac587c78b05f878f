"""The administrator's commands over a real database and a real keys file: what they say and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot import upkeep
from bot.errors import Refused, SettingsError, StoreError
from bot.store import keys, queue, sealed
from bot.store.db import Database
from bot.store.models import Message, Ticket, now
from bot.store.vault import Vault, write_new
from bot.upkeep import Said
from tests.store.test_retention import answered, mail

Env = dict[str, str]


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> Env:
    """An environment as an administrator has it: a database, its keys, and neither Slack nor Gmail."""
    write_new(tmp_path / "keys")
    (tmp_path / "triage.yaml").write_text("retention: {originals_days: 2}\n")
    return {
        "DATABASE_URL": database_url,
        "TRIAGE_KEYS": str(tmp_path / "keys"),
        "TRIAGE_DATA_DIR": str(tmp_path / "data"),
        "TRIAGE_CONFIG": str(tmp_path / "triage.yaml"),
    }


async def filled(env: Env) -> Database:
    """The database with a closed ticket and a set-aside mail."""
    database = Database(env["DATABASE_URL"], Vault.load(Path(env["TRIAGE_KEYS"])))
    await answered(database)
    await mail(database, "aside", None)
    return database


def text(said: Said) -> str:
    return "\n".join(said.lines)


async def test_a_key_is_changed_in_two_steps_and_dropped_in_a_third(env: Env) -> None:
    database = await filled(env)
    vault = database.vault
    assert vault is not None
    old = vault.ring.writes
    await keys.report(database, vault, "a running bot")
    assert "Step 1 of 2" in text(await upkeep.keys_rotate(env))
    with pytest.raises(Refused, match="1 of 1 running processes cannot read"):
        await upkeep.keys_rotate(env)
    await keys.report(database, vault, "a running bot")
    assert "Step 2 of 2" in text(await upkeep.keys_rotate(env))
    with pytest.raises(Refused, match="still sealed with key"):
        await upkeep.keys_drop(env, old)
    resealer, at = keys.Resealer(database, vault), "start"
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.RESEAL] == 1
    for place in sealed.places():
        await resealer.work(at)
        at = f"{place.table}.{place.column}:{'0' * 32}"
    with pytest.raises(Refused, match="still seals with key"):
        await upkeep.keys_drop(env, old)
    await keys.report(database, vault, "a running bot")
    assert "is forgotten" in text(await upkeep.keys_drop(env, old))
    said = text(await upkeep.keys_status(env))
    assert old not in said
    assert "it seals now" in said
    async with database.read() as s:
        message = (await s.scalars(sa.select(Message).where(col(Message.sealed_raw).is_not(None)))).first()
        assert message is not None
        assert vault.open("message", "sealed_raw", message.id, message.sealed_raw or b"") == b"raw"
    await database.dispose()


async def test_what_cannot_be_dropped(env: Env) -> None:
    writes = Vault.load(Path(env["TRIAGE_KEYS"])).ring.writes
    with pytest.raises(SettingsError, match="is the one that seals"):
        await upkeep.keys_drop(env, writes)
    with pytest.raises(SettingsError, match="There is no key"):
        await upkeep.keys_drop(env, "k77")


async def test_lost_keys_are_refused_until_the_loss_is_accepted(env: Env, tmp_path: Path) -> None:
    await (await filled(env)).dispose()
    await upkeep.keys_status(env)
    assert "nothing is lost" in text(await upkeep.keys_accept_loss(env, sure=True))
    write_new(tmp_path / "fresh")
    fresh = {**env, "TRIAGE_KEYS": str(tmp_path / "fresh")}
    for command in (upkeep.keys_status, upkeep.keys_rotate, upkeep.retain):
        with pytest.raises(StoreError, match="triage keys accept-loss"):
            await command(fresh)
    with pytest.raises(Refused, match="--yes"):
        await upkeep.keys_accept_loss(fresh, sure=False)
    await upkeep.keys_status(env)  # nothing was given up yet
    said = text(await upkeep.keys_accept_loss(fresh, sure=True))
    assert "originals: 2" in said
    assert "signed anew" in text(await upkeep.audit(fresh))
    assert (await upkeep.audit(fresh)).code == 0
    await upkeep.keys_status(fresh)


async def test_the_audit_names_the_tickets_and_exits_with_1(env: Env) -> None:
    database = await filled(env)
    assert (await upkeep.audit(env)).code == 0
    async with database.transaction() as s:
        number = await s.scalar(sa.select(col(Ticket.number)))
        await s.execute(sa.text("delete from event where seq = 3"))
    said = await upkeep.audit(env)
    assert (said.code, f"BROKEN: #{number}" in text(said)) == (1, True)
    await database.dispose()


async def test_forgetting_prints_a_receipt_without_the_person(env: Env) -> None:
    await (await filled(env)).dispose()
    said = text(await upkeep.forget(env, "mia@corp.example"))
    assert "tickets: 1" in said
    assert "mia" not in said.casefold()
    assert text(await upkeep.forget(env, "mia@corp.example")) == "Nothing is known of this address."
    assert (await upkeep.audit(env)).code == 0


async def test_retention_by_hand(env: Env) -> None:
    database = await filled(env)
    assert text(await upkeep.retain(env)) == "Nothing is kept too long."
    async with database.transaction() as s:
        await s.execute(sa.update(Message).values(received_at=now() - timedelta(days=3)))
    assert text(await upkeep.retain(env)) == "  originals: 2"
    await database.dispose()
