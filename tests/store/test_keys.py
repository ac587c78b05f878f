"""Keys that do not belong to the database are noticed at the start; a change of keys reaches every sealed value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col

from bot.errors import StoreError
from bot.store import drafts, events, keyring, keys, loss, mailboxes, messages, queue, replies, sealed, tickets
from bot.store.db import Database
from bot.store.models import KeyHolder, Message, Ticket, now
from bot.store.vault import Vault, write_new
from bot.ticket import Action, ReplyStatus
from tests.store.acts import ANA, approve, drafted, history, intact
from tests.store.test_vault import KEYS

OTHER = Vault.parse(KEYS, Path("keys"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A keys file."""
    write_new(tmp_path / "keys")
    return tmp_path / "keys"


async def with_everything(database: Database) -> Ticket:
    """A ticket that has something in every sealed column."""
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        (message_id,) = await messages.queue_ids(s, mailbox, [("mail", "thread")])
        await messages.save_raw(s, message_id, b"raw")
        ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread", table={"<PERSON_1>": "Mia"})
        vault = database.vault
        assert vault is not None
        details = vault.seal("message", "sealed_details", message_id, b"{}")
        await s.execute(sa.update(Message).values(ticket_id=ticket.id, sealed_details=details, state="read"))
    await approve(database, await drafted(database, ticket), ANA)
    return ticket


async def test_any_keys_fit_an_empty_database(database: Database, vault: Vault) -> None:
    async with database.read() as s:
        await keys.fit(s, vault)
        await keys.fit(s, OTHER)


async def test_other_keys_do_not_open_its_mails(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        (message_id,) = await messages.queue_ids(s, mailbox, [("mail", "thread")])
        await messages.save_raw(s, message_id, b"raw")
    async with database.read() as s:
        await keys.fit(s, vault)
        with pytest.raises(StoreError, match="not those of this database"):
            await keys.fit(s, OTHER)


async def test_other_keys_did_not_sign_its_history(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread")
    async with database.read() as s:
        await keys.fit(s, vault)
        with pytest.raises(StoreError, match=r"Restore the keys file.*triage keys accept-loss"):
            await keys.fit(s, OTHER)


async def test_an_empty_database_remembers_the_keys_it_was_made_with(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        await keys.remember(s, vault)
        await keys.remember(s, OTHER)
    async with database.read() as s:
        await keys.fit(s, vault)
        with pytest.raises(StoreError, match="not those of this database"):
            await keys.fit(s, OTHER)


def test_every_sealed_column_is_known() -> None:
    found = {(place.table, place.column) for place in sealed.places()}
    assert found >= {
        ("message", "sealed_raw"),
        ("message", "sealed_details"),
        ("ticket", "sealed_table"),
        ("draft", "sealed_body"),
        ("reply", "sealed_raw"),
    }
    binary = {(table.name, c.name) for table in SQLModel.metadata.tables.values() for c in table.c if c.type.python_type is bytes}
    assert binary - found == {("event", "salt")}, "bytes that are not sealed"


async def test_who_reads_which_key_is_known_to_the_others(database: Database, path: Path) -> None:
    vault = Vault.load(path)
    await keys.report(database, vault, "one")
    await keys.report(database, Vault.load(path), "two")
    new = keyring.add(path)
    await keys.report(database, vault, "one")
    async with database.transaction() as s:
        assert {holder.process: new in holder.keys for holder in await keys.holders(s)} == {"one": True, "two": False}
        await s.execute(sa.update(KeyHolder).where(col(KeyHolder.process) == "two").values(seen_at=now() - timedelta(hours=1)))
        assert [holder.process for holder in await keys.holders(s)] == ["one"], "a process that is gone is not waited for"
    await keys.leave(database, "one")
    async with database.read() as s:
        assert await keys.holders(s) == []


async def test_a_change_of_keys_reaches_every_value_in_bounded_steps(database_url: str, path: Path) -> None:
    vault = Vault.load(path)
    database = Database(database_url, vault)
    old = vault.ring.writes
    ticket = await with_everything(database)
    keyring.add(path)
    new = keyring.switch(path)
    vault.refresh()
    at, steps = "", 0
    while True:
        found = await keys.reseal(database, vault, at, most=1)
        if not found.next:
            break
        assert found.done == 1
        at, steps = found.next, steps + 1
    async with database.read() as s:
        assert await sealed.census(s) == {new: steps}
        assert steps >= 5
        fresh = await tickets.get(s, ticket.id)
        assert fresh is not None
        assert tickets.open_table(vault, fresh) == {"<PERSON_1>": "Mia"}
    keyring.drop(path, old)
    async with database.read() as s:
        (reply,) = await replies.of_ticket(s, ticket.id)
        assert replies.open_raw(vault, reply) == b"To: mia@corp.example"
    await database.dispose()


async def test_sealing_anew_goes_on_anywhere_and_by_jobs(database_url: str, path: Path) -> None:
    vault = Vault.load(path)
    database = Database(database_url, vault)
    await with_everything(database)
    keyring.add(path)
    new = keyring.switch(path)
    vault.refresh()
    resealer = keys.Resealer(database, vault)
    await resealer.work("start")
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.RESEAL] == 1
    for place in sealed.places():  # also from places in which nothing is left
        await resealer.work(f"{place.table}.{place.column}:{'0' * 32}")
    async with database.read() as s:
        assert set(await sealed.census(s)) == {new}
    await database.dispose()


async def test_what_no_key_opens_holds_up_nothing(database_url: str, path: Path) -> None:
    foreign = Database(database_url, OTHER)
    await with_everything(foreign)
    vault = Vault.load(path)
    at, stuck = "", 0
    for _ in range(20):
        found = await keys.reseal(foreign, vault, at)
        at, stuck = found.next, stuck + found.stuck
        if not at:
            break
    assert not at
    assert stuck >= 5
    await foreign.dispose()


async def test_lost_keys_cost_what_they_sealed_and_nothing_else(database_url: str, path: Path) -> None:
    old = Database(database_url, OTHER)
    ticket = await with_everything(old)
    async with old.transaction() as s:
        await keys.remember(s, OTHER)
    before = [(event.action, event.why, event.at) for event in await history(old, ticket)]
    await old.dispose()

    vault = Vault.load(path)
    database = Database(database_url, vault)
    counts = await loss.accept(database, vault)
    assert counts["originals"] == counts["placeholders"] == counts["recipients"] == counts["drafts"] == counts["replies"] == 1
    assert counts["replies withdrawn"] == counts["histories signed anew"] == 1
    async with database.read() as s:
        await keys.fit(s, vault)
        assert await sealed.census(s) == {}
        (reply,) = await replies.of_ticket(s, ticket.id)
        assert (reply.status, reply.error) == (ReplyStatus.FAILED, loss.LOST)
        draft = await drafts.latest(s, ticket.id)
        assert draft is not None
        assert draft.body == "Dear <PERSON_1>"
        found = await events.audit(s, vault)
    assert (found.broken, found.resigned) == ((), (ticket.number,))
    assert await intact(database, vault, ticket)
    after = await history(database, ticket)
    assert [(event.action, event.why, event.at) for event in after[:-1]] == before
    assert after[-1].action == Action.RESIGN
    assert (await loss.accept(database, vault)).get("histories signed anew", 0) == 0
    await database.dispose()


async def test_a_history_that_was_changed_is_not_signed_anew_when_only_the_seal_is_lost(database: Database, vault: Vault) -> None:
    ticket = await with_everything(database)
    async with database.transaction() as s:
        await keys.remember(s, vault)
        await s.execute(sa.text("update event set actor = 'U0EVE'"))
    await loss.accept(database, vault)
    async with database.read() as s:
        assert (await events.audit(s, vault)).broken == (ticket.number,)
