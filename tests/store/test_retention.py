"""What is kept for how long, and that numbers and signed histories outlive it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.store import drafts, events, lists, mailboxes, messages, queue, receipts, replies, retention, tickets
from bot.store.db import Database
from bot.store.models import DailyCount, Message, Notice, Ticket, now
from bot.store.retention import Days
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus
from bot.values import Address, Attachment, Email
from tests.store.acts import ANA, act, approve, claim, drafted, history, intact

MIA = Email(
    message_id="<1@corp.example>",
    subject="Refund",
    sender=Address("Mia", "mia@corp.example"),
    reply_to=None,
    to=(Address("", "support@larkspur.example"),),
    cc=(),
    in_reply_to="",
    references=(),
    date=None,
    text="My card is 4111",
    new_text="My card is 4111",
    language="en",
    attachments=(Attachment("passport.pdf", "application/pdf", 10, "ab"),),
)
ADDRESS = "support@larkspur.example"


def keep(originals: int = 30, details: int = 30, text: int = 180) -> Days:
    return Days(originals, details, text)


async def mail(database: Database, gmail_id: str, ticket: Ticket | None, **columns: object) -> UUID:
    """A mail that was read."""
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, ADDRESS)
        (message_id,) = await messages.queue_ids(s, mailbox, [(gmail_id, "thread")])
        vault = database.vault
        assert vault is not None
        sealed = {
            "sealed_raw": messages.seal_raw(vault, message_id, b"raw"),
            "sealed_details": messages.seal_email(vault, message_id, MIA),
        }
        known = {"sender_hash": vault.blind("mia@corp.example"), "message_id_hash": "h", "subject": "Refund", "text": "My card"}
        place = {"state": "read", "fate": "ticket" if ticket else "aside", "ticket_id": ticket.id if ticket else None}
        row = {**sealed, **known, **place, **columns}
        await s.execute(sa.update(Message).where(col(Message.id) == message_id).values(**row))
    return message_id


async def answered(database: Database, thread: str = "thread", **columns: object) -> Ticket:
    """A ticket that was answered and closed."""
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, ADDRESS)
        hashed = database.vault.blind("mia@corp.example") if database.vault else ""
        facts = {"subject": "Refund", "summary": "wants money", "customer_hash": hashed, "category": "billing", **columns}
        ticket = await tickets.create(
            s, mailbox_id=mailbox.id, gmail_thread_id=thread, table={"<PERSON_1>": "Mia"}, **facts
        )  # fmt: skip
    await mail(database, f"mail-{thread}", ticket)
    await claim(database, ticket, ANA)
    reply = await approve(database, await drafted(database, ticket), ANA)
    async with database.transaction() as s:
        await replies.mark_sending(s, reply.id)
        await replies.mark_sent(s, reply.id, gmail_message_id=f"sent-{thread}")
        s.add(Notice(key=f"n-{thread}", ticket_id=ticket.id, kind="assigned", to=ANA, text="Refund", state="said"))
    await act(database, ticket, Action.REPLIED, ANA)
    return await act(database, ticket, Action.CLOSE, ANA, why="done: person 1 is happy")


async def run(database: Database, days: int, kept: Days | None = None) -> dict[str, int]:
    """What retention does so many days from now."""
    found = await retention.run(database, lambda _: kept or keep(), at=now() + timedelta(days=days))
    return {kind: many for kind, many in found.items() if many}


async def test_nothing_goes_before_its_time(database: Database) -> None:
    await answered(database)
    await mail(database, "aside", None)
    assert await run(database, 29) == {}


async def test_originals_go_first_and_what_an_answer_needs_stays(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, ADDRESS)
        ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread", table={"<PERSON_1>": "Mia"})
    message_id = await mail(database, "mail", ticket)
    assert await run(database, 3000) == {"originals": 1}, "a ticket that is open keeps its addresses, however old"
    async with database.read() as s:
        message = await messages.get(s, message_id)
        assert message is not None
        email = messages.open_email(vault, message)
        assert messages.open_raw(vault, message) is None
    assert email is not None
    assert (email.sender, email.subject, email.message_id) == (MIA.sender, MIA.subject, MIA.message_id)
    assert (email.text, email.new_text, email.attachments) == ("", "", ())
    assert await run(database, 3000) == {}


async def test_addresses_and_placeholders_go_after_the_end(database: Database, vault: Vault) -> None:
    ticket = await answered(database)
    assert await run(database, 31) == {"originals": 1, "tickets without details": 1}
    async with database.read() as s:
        fresh = await tickets.get(s, ticket.id)
        assert fresh is not None
        assert (tickets.open_table(vault, fresh), fresh.subject) == ({}, "Refund")
        (message,) = await messages.of_ticket(s, ticket.id)
        assert (message.sealed_raw, message.sealed_details, message.text) == (None, None, "My card")
        draft = await drafts.latest(s, ticket.id)
        assert draft is not None
        assert (draft.sealed_body, draft.body) == (None, "Dear <PERSON_1>")
        (reply,) = await replies.of_ticket(s, ticket.id)
        assert (replies.open_raw(vault, reply), reply.status) == (None, ReplyStatus.SENT)
    assert await intact(database, vault, ticket)


async def test_a_reopened_ticket_is_left_alone_and_read_again(database: Database) -> None:
    ticket = await answered(database)
    await run(database, 31)
    await act(database, ticket, Action.REOPEN, ANA)
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.RECALL] == 1
    assert await run(database, 3000) == {}


async def test_old_tickets_become_numbers_that_add_up(database: Database, vault: Vault) -> None:
    old, alive = await answered(database), await answered(database, "other", category="support")
    await mail(database, "aside", None)
    await act(database, alive, Action.REOPEN, ANA)
    async with database.read() as s:
        before = asdict(await lists.numbers(s, 7))
    assert before["answered"] == before["opened"] == 2
    done = await run(database, 181)
    assert (done["archived tickets"], done["archived set-aside mails"]) == (1, 1)
    async with database.read() as s:
        assert asdict(await lists.numbers(s, 7)) == before
        stub = await tickets.get(s, old.id)
        assert stub is not None
        assert (stub.subject, stub.summary, stub.customer_hash, stub.number, stub.category) == ("", "", "", old.number, "billing")
        assert (stub.erased_at is not None, stub.archived_at is not None) == (True, True)
        assert await messages.of_ticket(s, old.id) == []
        assert await replies.of_ticket(s, old.id) == []
        assert (await events.audit(s, vault)).broken == ()
        assert len(await receipts.newest(s, "retention")) == 1
        counted = (await s.scalars(sa.select(DailyCount))).all()
        assert {(row.category, row.kind, row.many) for row in counted} >= {("billing", "answered", 1), ("", "aside", 1)}
        (notice,) = await s.scalars(sa.select(Notice).where(col(Notice.ticket_id) == old.id))
        assert notice.text == ""
    assert [event.why for event in await history(database, old)] == [""] * 4
    assert await run(database, 181) == {}, "twice is once"


async def test_a_second_archive_adds_to_the_same_day(database: Database) -> None:
    await answered(database)
    await run(database, 181)
    await answered(database, "second")
    await run(database, 181)
    async with database.read() as s:
        found = await lists.numbers(s, 7)
        assert (found.answered, found.opened, dict(found.by_category)) == (2, 2, {"billing": 2})
        assert found.first_answer is not None


async def test_what_is_leaving_is_waited_for(database: Database) -> None:
    ticket = await answered(database)
    await act(database, ticket, Action.REOPEN, ANA)
    await approve(database, await drafted(database, ticket), ANA)
    await act(database, ticket, Action.CLOSE, ANA)
    assert await run(database, 181) == {"originals": 1}


async def test_more_than_a_batch(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        await mail(database, f"aside-{number}", None)
    assert await run(database, 31) == {"originals": 5, "set-aside mails without details": 5}


async def test_every_mailbox_has_its_own_time(database: Database) -> None:
    await answered(database)
    asked: list[str] = []

    def days(address: str) -> Days:
        asked.append(address)
        return keep(originals=5)

    found = await retention.run(database, days, at=now() + timedelta(days=6))
    assert (found["originals"], asked) == (1, [ADDRESS])
