"""Originals whose time here is over, or whose key is lost, are read again from Gmail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.errors import LostRace
from bot.store import customers, erasure, keys, loss, messages, retention, tickets
from bot.store.db import Database
from bot.store.models import Message, now
from bot.store.retention import Days
from bot.store.vault import Vault
from bot.ticket import Action
from pipeline.reader import Reader
from pipeline.recall import Recall
from tests.mailroom.conftest import OURS, Mailroom
from tests.mailroom.letters import ANA, BROKEN, script
from tests.store.test_vault import KEYS

OTHER = Vault.parse(KEYS, Path("keys"))


def recall(room: Mailroom, reader: Reader, database: Database | None = None) -> Recall:
    """Reads again for this mailbox, with the keys of the database."""
    database = database or room.database
    assert database.vault is not None
    return Recall(database, database.vault, room.client, reader, ours=OURS)


async def later(room: Mailroom, days: int) -> None:
    """What retention does so many days from now."""
    await retention.run(room.database, lambda _: Days(30, 30, 180), at=now() + timedelta(days=days))


async def taken_in(room: Mailroom) -> Message:
    """One mail that became a ticket."""
    script(room)
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    return await room.message(arrived)


async def test_an_original_comes_back_with_its_text(room: Mailroom, reader: Reader) -> None:
    before = await taken_in(room)
    await later(room, 31)
    gone = await room.message(before.gmail_id)
    assert gone.sealed_raw is None
    ticket = await room.ticket()
    assert await recall(room, reader).ticket(ticket.id) == 1
    back = await room.message(before.gmail_id)
    assert messages.open_raw(room.vault, back) == messages.open_raw(room.vault, before)
    email = messages.open_email(room.vault, back)
    assert email is not None
    assert BROKEN in email.text
    assert (back.text, back.subject) == (before.text, before.subject)
    assert await recall(room, reader).ticket(ticket.id) == 0, "twice is once"


async def test_what_is_gone_from_gmail_too_stays_gone(room: Mailroom, reader: Reader) -> None:
    mail = await taken_in(room)
    await later(room, 31)
    await room.post.gmail.delete(mail.gmail_id)
    assert await recall(room, reader).ticket((await room.ticket()).id) == 0


async def test_what_was_forgotten_is_not_fetched(room: Mailroom, reader: Reader) -> None:
    mail = await taken_in(room)
    await erasure.forget(room.database, room.vault, "ana@acme.example")
    assert await recall(room, reader).ticket((await room.ticket()).id) == 0
    assert (await room.message(mail.gmail_id)).sealed_raw is None
    await room.poller.poll()
    async with room.database.read() as s:
        assert await messages.unfinished(s) == [], "it is no new mail either"


async def test_a_reopened_ticket_can_be_answered_again(room: Mailroom, reader: Reader) -> None:
    await taken_in(room)
    table = tickets.open_table(room.vault, await room.ticket())
    assert table
    await room.change(Action.CLOSE)
    await later(room, 31)
    await room.change(Action.REOPEN)
    ticket = await room.ticket()
    assert tickets.open_table(room.vault, ticket) == {}
    await recall(room, reader).work(str(ticket.id))
    assert tickets.open_table(room.vault, await room.ticket()) == table


async def test_placeholders_are_not_put_back_where_the_mail_reads_differently_today(room: Mailroom, reader: Reader) -> None:
    mail = await taken_in(room)
    await room.change(Action.CLOSE)
    await later(room, 31)
    await room.change(Action.REOPEN)
    async with room.database.transaction() as s:
        other = sa.update(Message).where(col(Message.id) == mail.id).values(text="Hello <PERSON_2>")
        await s.execute(other)
    ticket = await room.ticket()
    await recall(room, reader).work(str(ticket.id))
    assert tickets.open_table(room.vault, await room.ticket()) == {}, "a placeholder could stand for somebody else now"
    assert (await room.message(mail.gmail_id)).sealed_raw is not None


async def test_after_the_loss_of_all_keys_a_customer_is_known_again(room: Mailroom, reader: Reader) -> None:
    mail = await taken_in(room)
    ticket = await room.ticket()
    table = tickets.open_table(room.vault, ticket)
    database = Database(room.database.url, OTHER)
    await loss.accept(database, OTHER)
    async with database.read() as s:
        await keys.fit(s, OTHER)
    await recall(room, reader, database).ticket(ticket.id)
    async with database.transaction() as s:
        fresh, message = await tickets.get(s, ticket.id), await messages.get(s, mail.id)
        assert fresh is not None
        assert message is not None
        assert tickets.open_table(OTHER, fresh) == table
        assert message.sender_hash == fresh.customer_hash == OTHER.blind("ana@acme.example")
        assert await customers.handle(s, OTHER, "ana@acme.example") == ticket.customer_number, "the same C-number as before"
    await database.dispose()


async def test_a_set_aside_mail_can_be_brought_back_long_after(room: Mailroom) -> None:
    arrived = await room.post.gmail.deliver(
        b"From: news@acme.example\r\nTo: support@larkspur.example\r\nSubject: News\r\nList-Id: <n.acme.example>\r\n"
        b"List-Unsubscribe: <https://acme.example/u>\r\nPrecedence: bulk\r\nMessage-ID: <n1@acme.example>\r\n\r\nBuy now.\r\n"
    )
    await room.work()
    assert (await room.message(arrived)).fate == "aside"
    await later(room, 31)
    assert (await room.message(arrived)).sealed_raw is None
    script(room)
    await room.intake.restore((await room.message(arrived)).id, "U0ANA")
    assert (await room.ticket()).subject == "News"


async def test_a_set_aside_mail_that_is_gone_from_gmail(room: Mailroom) -> None:
    arrived = await room.post.gmail.deliver(
        b"From: news@acme.example\r\nTo: support@larkspur.example\r\nSubject: News\r\nPrecedence: bulk\r\nList-Id: <n.a.example>"
        b"\r\nList-Unsubscribe: <https://acme.example/u>\r\nMessage-ID: <n2@acme.example>\r\n\r\nBuy now.\r\n"
    )
    await room.work()
    await later(room, 31)
    await room.post.gmail.delete(arrived)
    with pytest.raises(LostRace):
        await room.intake.restore((await room.message(arrived)).id, "U0ANA")


async def test_a_forgotten_customer_who_writes_again_gets_a_new_ticket(room: Mailroom) -> None:
    await taken_in(room)
    await erasure.forget(room.database, room.vault, "ana@acme.example")
    (old,) = await room.tickets()
    script(room)
    thread = old.gmail_thread_id
    await room.post.gmail.write(ANA, "Re: Sensor offline", BROKEN, thread=thread)
    await room.work()
    first, second = await room.tickets()
    assert (first.subject, first.status) == ("", "closed")
    assert (second.subject != "", second.status, second.gmail_thread_id) == (True, "open", thread)
