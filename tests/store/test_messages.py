"""Mails that come twice, customers, and what may happen only once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from bot.errors import LostRace
from bot.store import customers, mailboxes, messages, queue, seen
from bot.store.db import Database
from bot.store.models import Message
from bot.store.vault import Vault
from bot.values import Address, Attachment, Email, Reading, Redacted, RedactedMail, Screening
from tests.store.acts import ANA, BEN, opened, together

EMAIL = Email(
    message_id="<m1@corp.example>", subject="Où est ma commande \ud83d?", sender=Address("Mia Wong", "mia@corp.example"),
    reply_to=None, to=(Address("", "support@larkspur.example"),), cc=(), in_reply_to="", references=("<m0@corp.example>",),
    date=None, text="hello", new_text="hello", language="fr", attachments=(Attachment("a.pdf", "application/pdf", 3, "00"),),
    headers={"precedence": "bulk"}, defects=("no-date",), size=99,
)  # fmt: skip
READING = Reading(
    EMAIL, Screening("", ""), RedactedMail(Redacted("Où"), Redacted("hello"), Redacted("hello"), {"<PERSON_1>": "Mia Wong"})
)


async def arrived(database: Database, *ids: str, backlog: bool = False) -> list[UUID]:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        return await messages.queue_ids(s, mailbox, [(gmail_id, "thread") for gmail_id in ids], backlog=backlog)


async def test_the_same_mail_is_noted_once(database: Database) -> None:
    """Two pollers, a repeated page, a mail twice on one page."""
    many = [f"mail{number}" for number in range(600)]
    found = await asyncio.gather(*(arrived(database, *many, "mail0") for _ in range(3)))
    assert sum(len(new) for new in found) == 600
    assert await arrived(database) == []
    async with database.read() as s:
        assert await queue.waiting(s) == {queue.INTAKE: 600}
        assert len(await messages.unfinished(s)) == 600


async def test_a_mail_gets_one_fate(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    (message_id,) = await arrived(database, "mail")

    async def read() -> Message:
        async with database.transaction() as s:
            return await messages.save_read(s, message_id, READING, fate="ticket", ticket_id=ticket.id)

    async with database.transaction() as s:
        await messages.save_raw(s, message_id, b"raw \xff")
    (message,), (loser,) = await together(read(), read())
    assert isinstance(loser, LostRace)
    assert messages.open_raw(vault, message) == b"raw \xff"
    assert messages.open_email(vault, message) == EMAIL
    assert message.sender_hash == vault.blind("MIA@corp.example")
    assert message.attachments == [{"type": "application/pdf", "size": 3, "inline": False}], "no names"
    async with database.transaction() as s:
        await messages.mark_gone(s, message_id)
        assert [one.state for one in await messages.of_ticket(s, ticket.id)] == ["read"]
        newest = await messages.latest_inbound(s, ticket.id)
        assert newest is not None
        assert newest.id == message_id


async def test_a_mail_is_brought_back_once(database: Database) -> None:
    ticket = await opened(database)
    (message_id,) = await arrived(database, "mail")
    async with database.transaction() as s:
        await messages.save_read(s, message_id, READING, fate="aside", reason="looks like bulk mail")

    async def back(by: str) -> Message:
        async with database.transaction() as s:
            return await messages.bring_back(s, message_id, by=by, ticket_id=ticket.id)

    (message,), (loser,) = await together(back(ANA), back(BEN))
    assert isinstance(loser, LostRace)
    assert loser.winner == message.brought_back_by


async def test_a_customer_has_one_number(database: Database, vault: Vault) -> None:
    async def number(address: str) -> int:
        async with database.transaction() as s:
            return await customers.handle(s, vault, address)

    won, _ = await together(*(number(address) for address in ["Mia@Corp.example", "mia@corp.example "] * 4))
    assert len(set(won)) == 1
    assert await number("tom@corp.example") != won[0]


async def test_earlier_tickets_of_a_customer(database: Database) -> None:
    first = await opened(database, customer_hash="h")
    second = await opened(database, customer_hash="h")
    nobody = await opened(database)
    async with database.read() as s:
        assert [await customers.earlier(s, ticket) for ticket in (first, second, nobody)] == [0, 1, 0]


async def test_something_is_the_first_time_once(database: Database) -> None:
    async def come(key: str) -> bool:
        async with database.transaction() as s:
            return await seen.first_time(s, key)

    found = await asyncio.gather(*(come("view:V1") for _ in range(10)))
    assert sorted(found) == [False] * 9 + [True]
    async with database.transaction() as s:
        await seen.forget(s, timedelta(seconds=-1))
    assert await come("view:V1")


async def test_a_failed_transaction_gives_the_first_time_back(database: Database) -> None:
    async def fail(come: Callable[[], Awaitable[None]]) -> None:
        with pytest.raises(ZeroDivisionError):
            await come()

    async def come() -> None:
        async with database.transaction() as s:
            assert await seen.first_time(s, "event:E1")
            raise ZeroDivisionError

    await fail(come)
    await fail(come)


async def test_a_poll_moves_the_cursor_and_clears_the_trouble(database: Database) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        await mailboxes.in_trouble(s, "Support@larkspur.example", "The token was revoked.")
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        assert mailbox.trouble == "The token was revoked."
        await mailboxes.polled(s, mailbox, cursor="42")
    async with database.read() as s:
        again = await mailboxes.get(s, mailbox.id)
        assert again is not None
        assert (again.history_id, again.trouble) == ("42", "")
        assert again.connected_at is not None
