"""A person is found and erased everywhere; numbers and signed histories stay."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.errors import LostRace, Refused
from bot.store import customers, erasure, events, lists, mailboxes, messages, queue, receipts, replies, tickets
from bot.store.db import Database
from bot.store.models import Message, Ticket
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus
from bot.values import Address
from tests.store.acts import ANA, act, approve, drafted, history, intact
from tests.store.test_retention import MIA, answered, mail

WHO = "Mia@Corp.example"


async def everything(database: Database, url: str) -> str:
    """Every value of every table, sealed ones opened: what somebody with the keys could read."""
    connection = await asyncpg.connect(url)
    names = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    found = []
    for row in names:
        found += [dict(one) for one in await connection.fetch(f'select * from "{row["tablename"]}"')]
    await connection.close()
    vault = database.vault
    assert vault is not None
    said = [json.dumps([{k: v for k, v in one.items() if not isinstance(v, bytes)} for one in found], default=str)]
    for one in found:
        for column, value in one.items():
            for table in ("message", "ticket", "draft", "reply"):
                if column.startswith("sealed_") and value is not None:
                    said += _tried(vault, table, column, one, value)
    return "\n".join(said).casefold()


def _tried(vault: Vault, table: str, column: str, row: dict[str, object], value: bytes) -> list[str]:
    try:
        return [vault.open(table, column, row["id"], value).decode("utf-8", "replace")]  # type: ignore[arg-type]
    except Exception:
        return []


async def test_the_person_is_gone_and_the_numbers_stay(database: Database, database_url: str, vault: Vault) -> None:
    async with database.transaction() as s:
        await customers.handle(s, vault, WHO)
    ticket = await answered(database)
    await mail(database, "aside", None)
    assert "mia" in await everything(database, database_url)
    async with database.read() as s:
        before = asdict(await lists.numbers(s, 7))
    counts = await erasure.forget(database, vault, WHO)
    assert counts == {
        "tickets": 1, "mails": 2, "originals": 2, "details": 2, "placeholder tables": 1, "drafts": 1, "replies": 1,
        "notices": 1, "customer handles": 1,
    }  # fmt: skip
    left = await everything(database, database_url)
    assert "mia" not in left
    assert vault.blind(WHO) not in left
    assert not [word for word in ("refund", "wants money", "my card", "is happy", "dear") if word in left]
    async with database.read() as s:
        assert asdict(await lists.numbers(s, 7)) == before
        assert (await events.audit(s, vault)).broken == ()
        (receipt,) = await receipts.newest(s, "forget")
        waiting = await queue.waiting(s)
    assert receipt.counts == counts
    assert waiting[queue.ERASE] == 1
    assert (await history(database, ticket))[-1].action == Action.ERASE
    assert await erasure.forget(database, vault, WHO) == {}, "twice is once"


async def test_an_open_ticket_is_closed_and_what_waits_to_leave_is_withdrawn(database: Database, vault: Vault) -> None:
    ticket = await answered(database)
    await act(database, ticket, Action.REOPEN, ANA)
    await approve(database, await drafted(database, ticket), ANA)
    await erasure.forget(database, vault, WHO)
    async with database.read() as s:
        fresh = await tickets.get(s, ticket.id)
        assert fresh is not None
        assert (fresh.status, fresh.erased_at is not None) == ("closed", True)
        *_, reply = await replies.of_ticket(s, ticket.id)
        assert (reply.status, reply.sealed_raw) == (ReplyStatus.WITHDRAWN, None)
    with pytest.raises(Refused, match="was erased"):
        await act(database, ticket, Action.REOPEN, ANA)
    assert await intact(database, vault, ticket)


async def test_a_reply_that_is_leaving_is_waited_for(database: Database, vault: Vault) -> None:
    ticket = await answered(database)
    await act(database, ticket, Action.REOPEN, ANA)
    reply = await approve(database, await drafted(database, ticket), ANA)
    async with database.transaction() as s:
        await replies.mark_sending(s, reply.id)
    with pytest.raises(LostRace, match="run this again"):
        await erasure.forget(database, vault, WHO)
    async with database.transaction() as s:
        await replies.mark_sent(s, reply.id, gmail_message_id="g")
    assert (await erasure.forget(database, vault, WHO))["tickets"] == 1


async def test_where_others_name_them_the_address_goes_and_the_rest_stays(
    database: Database, database_url: str, vault: Vault
) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        table = {"<PERSON_1>": "Bob", "<EMAIL_1>": "mia@corp.example", "<EMAIL_2>": "not-mia@corp.example"}
        ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="bob", table=table, customer_hash="bob")
    message_id = await mail(database, "bobs", ticket, sender_hash="bob")
    bobs = replace(
        MIA,
        sender=Address("Bob", "bob@corp.example"),
        cc=(Address("Mia", "mia@corp.example"), Address("Cy", "cy@corp.example")),
        text="Ask MIA@corp.example or not-mia@corp.example",
    )
    async with database.transaction() as s:
        sealed = messages.seal_email(vault, message_id, bobs)
        await s.execute(sa.update(Message).where(col(Message.id) == message_id).values(sealed_details=sealed))
    assert await erasure.forget(database, vault, WHO) == {"mentions elsewhere": 2}
    async with database.read() as s:
        message, fresh = await messages.get(s, message_id), await tickets.get(s, ticket.id)
        assert message is not None
        assert fresh is not None
        email = messages.open_email(vault, message)
        assert email is not None
        assert [address.email for address in email.cc] == ["cy@corp.example"]
        assert email.text == "Ask [erased] or not-mia@corp.example"
        assert (message.sealed_raw, message.erased_at is not None) == (None, True), "it would come back from Gmail"
        assert tickets.open_table(vault, fresh) == {"<PERSON_1>": "Bob", "<EMAIL_2>": "not-mia@corp.example"}
        assert fresh.erased_at is None
        assert message.text == "My card"


async def test_a_reply_to_somebody_else_that_names_them_in_base64_goes_as_a_whole(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="bob", customer_hash="bob")
    text = base64.b64encode("Écrivez à mia@corp.example".encode())
    raw = b"To: bob@corp.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + text
    draft = await drafted(database, ticket)
    async with database.transaction() as s:
        reply = await replies.create(s, draft, raw=raw, approved_by=ANA)
        await replies.mark_sending(s, reply.id)
        await replies.mark_sent(s, reply.id, gmail_message_id="g")
    assert await erasure.forget(database, vault, WHO) == {"mentions elsewhere": 1}
    async with database.read() as s:
        assert replies.open_raw(vault, (await replies.of_ticket(s, ticket.id))[0]) is None


async def test_our_own_mailbox_is_no_customer(database: Database, vault: Vault) -> None:
    await answered(database)
    with pytest.raises(Refused, match="mailbox of ours"):
        await erasure.forget(database, vault, "Support@larkspur.example")


async def test_somebody_unknown(database: Database, vault: Vault) -> None:
    await answered(database)
    assert await erasure.forget(database, vault, "nobody@corp.example") == {}
    async with database.read() as s:
        assert (await s.scalars(sa.select(Ticket))).one().subject == "Refund"
