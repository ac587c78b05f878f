"""Tickets under hurried people: races, the table of transitions, the chain of events, mails that come twice."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from bot.errors import InvalidTransition, LostRace, Missing
from bot.store import customers, drafts, events, mailboxes, messages, queue, replies, seen, tickets
from bot.store.db import Database
from bot.store.models import Draft, Event, Message, Reply, Ticket
from bot.store.vault import Vault
from bot.ticket import TRANSITIONS, Action, ReplyStatus, Status
from bot.values import Address, Attachment, Email, Reading, Redacted, RedactedMail, Screening

ANA, BEN = "U0ANA", "U0BEN"


async def opened(database: Database, **columns: Any) -> Ticket:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        return await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread", **columns)


async def act(database: Database, ticket: Ticket, action: Action, by: str, **options: Any) -> Ticket:
    async with database.transaction() as s:
        return await tickets.transition(s, ticket.id, action, actor=by, **options)


async def claim(database: Database, ticket: Ticket, by: str) -> Ticket:
    return await act(database, ticket, Action.CLAIM, by, only_if={"owner": None}, owner=by)


async def drafted(database: Database, ticket: Ticket, text: str = "Dear <PERSON_1>") -> Draft:
    async with database.transaction() as s:
        return await drafts.add(s, ticket.id, body=Redacted(text), plain="Dear Mia")


async def approve(database: Database, draft: Draft, by: str) -> Reply:
    async with database.transaction() as s:
        return await replies.create(s, draft, raw=b"To: mia@corp.example", approved_by=by)


async def history(database: Database, ticket: Ticket) -> list[Event]:
    async with database.read() as s:
        return await events.of_ticket(s, ticket.id)


async def intact(database: Database, vault: Vault, ticket: Ticket) -> bool:
    async with database.read() as s:
        return await events.verify(s, vault, ticket.id)


async def together(*work: Awaitable[Any]) -> tuple[list[Any], list[BaseException]]:
    """Who won, and what the others got."""
    done = await asyncio.gather(*work, return_exceptions=True)
    return [one for one in done if not isinstance(one, BaseException)], [one for one in done if isinstance(one, BaseException)]


async def test_ten_claims_at_once_have_one_winner(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    people = [f"U0P{number}" for number in range(10)]
    (winner,), losers = await together(*(claim(database, ticket, by) for by in people))
    assert len(losers) == 9
    for loser in losers:
        assert isinstance(loser, LostRace)
        assert loser.winner == winner.owner
        assert loser.at is not None
        assert str(loser) == f"<@{winner.owner}> already has this one."
    assert [event.action for event in await history(database, ticket)] == ["create", "claim"]
    assert winner.version == 2
    assert await intact(database, vault, ticket)


async def test_a_double_click_is_told_so(database: Database) -> None:
    ticket = await opened(database)
    await claim(database, ticket, ANA)
    with pytest.raises(LostRace, match="You already have this one"):
        await claim(database, ticket, ANA)


async def test_a_stale_version_loses_to_whoever_changed_it(database: Database) -> None:
    ticket = await opened(database)
    await act(database, ticket, Action.CUSTOMER_WROTE, tickets.CUSTOMER)
    with pytest.raises(LostRace, match="The customer was faster and wrote again") as raised:
        await act(database, ticket, Action.CLOSE, ANA, only_if={"version": ticket.version})
    assert raised.value.winner == "customer"


async def test_each_transition_leaves_an_event_and_a_job(database: Database) -> None:
    ticket = await opened(database)
    closed = await act(database, ticket, Action.CLOSE, ANA, why="solved", details={"by": "phone"})
    assert closed.status == "closed"
    assert closed.closed_at is not None
    last = (await history(database, ticket))[-1]
    assert (last.actor, last.from_status, last.to_status, last.why, last.details) == (
        ANA,
        "open",
        "closed",
        "solved",
        {"by": "phone"},
    )
    async with database.read() as s:
        assert await queue.waiting(s) == {queue.SHOW: 2}
    assert (await act(database, ticket, Action.REOPEN, ANA)).closed_at is None


async def test_a_refused_transition_changes_nothing(database: Database) -> None:
    ticket = await opened(database)
    await act(database, ticket, Action.CLOSE, ANA)
    with pytest.raises(InvalidTransition):
        await act(database, ticket, Action.CLAIM, BEN, owner=BEN)
    with pytest.raises(Missing):
        await act(database, ticket.model_copy(update={"id": uuid4()}), Action.CLAIM, BEN)
    async with database.read() as s:
        found = await tickets.get(s, ticket.id)
        assert found is not None
        assert (found.owner, found.version) == (None, 2)
        assert await queue.waiting(s) == {queue.SHOW: 2}


@pytest.mark.parametrize("status", list(Status))
async def test_the_store_allows_what_the_table_allows(database: Database, vault: Vault, status: Status) -> None:
    for action in Action:
        ticket = await opened(database, status=status.value)
        to = TRANSITIONS.get((status, action))
        if to is None:
            with pytest.raises(InvalidTransition):
                await act(database, ticket, action, ANA)
        else:
            changed = await act(database, ticket, action, ANA)
            assert changed.status == to
            assert (changed.closed_at is not None) == (to in (Status.CLOSED, Status.DISMISSED))
            assert (changed.first_answer_at is not None) == (action in (Action.REPLIED, Action.ANSWERED_ELSEWHERE))
            assert await intact(database, vault, ticket)


async def test_many_different_acts_at_once_keep_one_order(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    acts = [Action.NOTED, Action.CUSTOMER_WROTE, Action.REPLIED, Action.EDIT, Action.ACKNOWLEDGED] * 5
    won, lost = await together(*(act(database, ticket, action, ANA) for action in acts))
    assert lost == []
    assert sorted(one.version for one in won) == list(range(2, 27))
    chain = await history(database, ticket)
    assert [event.seq for event in chain] == list(range(1, 27))
    assert all(before.to_status == event.from_status for before, event in itertools.pairwise(chain))
    assert await intact(database, vault, ticket)


TAMPERINGS = {
    "another actor": "update event set actor = 'U0BEN' where seq = 2",
    "another why": "update event set why = 'no reason' where seq = 2",
    "other details": "update event set details = '{}' where seq = 2",
    "another time": "update event set at = at + interval '1 second' where seq = 2",
    "another status": "update event set to_status = 'open' where seq = 2",
    "one removed": "delete from event where seq = 2",
    "the last removed": "delete from event where seq = 3",
    "all removed": "delete from event",
    "two exchanged": "update event set seq = 5 - seq where seq in (2, 3)",
    "one added": "insert into event (id, ticket_id, seq, at, actor, action, from_status, to_status, why, details, "
    "salt, digest, mac) select gen_random_uuid(), ticket_id, 4, at, actor, action, from_status, to_status, why, "
    "details, salt, digest, mac "
    "from event where seq = 3",
    "half erased": "update event set salt = '' where seq = 2",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_tampering_shows(database: Database, vault: Vault, tampering: str) -> None:
    ticket = await opened(database)
    await act(database, ticket, Action.CLOSE, ANA, why="solved", details={"by": "phone"})
    await act(database, ticket, Action.REOPEN, ANA)
    assert await intact(database, vault, ticket)
    async with database.transaction() as s:
        await s.execute(sa.text("alter table event drop constraint event_ticket_id_seq_key"))
        await s.execute(sa.text(TAMPERINGS[tampering]))
    assert not await intact(database, vault, ticket)


async def test_erased_details_leave_the_chain_whole(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    await act(database, ticket, Action.CLOSE, ANA, why="solved", details={"by": "phone"})
    async with database.transaction() as s:
        await events.erase(s, (await events.of_ticket(s, ticket.id))[-1])
    assert (await history(database, ticket))[-1].why == ""
    assert await intact(database, vault, ticket)


async def test_two_approvals_at_once_send_once(database: Database) -> None:
    ticket = await opened(database)
    draft = await drafted(database, ticket)
    (reply,), (loser,) = await together(approve(database, draft, ANA), approve(database, draft, BEN))
    assert isinstance(loser, LostRace)
    assert loser.winner == reply.approved_by
    assert str(loser) == f"<@{reply.approved_by}> already approved this reply."
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.SEND] == 1
        assert await replies.in_flight(s, ticket.id) is not None


async def test_one_reply_at_a_time_and_no_revision_twice(database: Database) -> None:
    ticket = await opened(database)
    first = await drafted(database, ticket)
    reply = await approve(database, first, ANA)
    second = await drafted(database, ticket)
    with pytest.raises(LostRace, match="another reply, which is on its way"):
        await approve(database, second, BEN)
    async with database.transaction() as s:
        assert await replies.mark_sending(s, reply.id)
        assert await replies.mark_sent(s, reply.id, gmail_message_id="sent1")
    with pytest.raises(LostRace, match="already approved this reply"):
        await approve(database, first, BEN)
    await approve(database, second, BEN)


async def test_a_lost_approval_does_not_spoil_the_transaction(database: Database) -> None:
    ticket = await opened(database)
    draft = await drafted(database, ticket)
    await approve(database, draft, ANA)
    async with database.transaction() as s:
        with pytest.raises(LostRace):
            await replies.create(s, draft, raw=b"", approved_by=BEN)
        assert await seen.first_time(s, "still usable")


async def test_the_way_of_a_reply_is_guarded(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    made = await approve(database, await drafted(database, ticket), ANA)
    async with database.transaction() as s:
        assert replies.open_raw(vault, made) == b"To: mia@corp.example"
        assert await replies.mark_uncertain(s, made.id, "?") is None
        assert await replies.mark_again(s, made.id, by=ANA) is None
        assert await replies.mark_sending(s, made.id)
        assert await replies.mark_sending(s, made.id) is None
        assert await replies.mark_withdrawn(s, made.id) is None, "too late"
        noted = await replies.mark_draft(s, made.id, draft_id="d1", message_id="m1")
        assert noted is not None
        assert noted.gmail_draft_id == "d1"
        assert await replies.mark_failed(s, made.id, "The mailbox is gone.")
        assert await replies.in_flight(s, ticket.id) is None
        again = await replies.mark_again(s, made.id, by=BEN)
        assert again is not None
        assert (again.status, again.error, again.approved_by) == (ReplyStatus.HELD, "", BEN)
        assert await replies.mark_withdrawn(s, made.id, "wrong customer")
        assert await replies.mark_sent(s, made.id, gmail_message_id="x") is None
    async with database.read() as s:
        assert [reply.status for reply in await replies.of_ticket(s, ticket.id)] == ["withdrawn"]


async def test_drafts_are_added_never_overwritten(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    won, lost = await together(*(drafted(database, ticket, f"text {number}") for number in range(5)))
    assert lost == []
    assert sorted(draft.revision for draft in won) == [1, 2, 3, 4, 5]
    async with database.transaction() as s:
        current = await drafts.current(s, ticket.id)
        assert current is not None
        assert current.revision == 5
        assert drafts.open_body(vault, current) == "Dear Mia"
        assert b"Mia" not in (current.sealed_body or b"")
        earlier = await drafts.revision(s, ticket.id, 4)
        assert earlier is not None
        assert earlier.retired_at is not None
        await drafts.retire(s, ticket.id)
        assert await drafts.current(s, ticket.id) is None
        assert (await drafts.add(s, ticket.id, body=Redacted("x"))).revision == 6


async def test_two_mails_of_a_new_thread_open_one_ticket(database: Database) -> None:
    async def arrive() -> Ticket:
        async with database.transaction() as s:
            mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
            found = await tickets.by_thread(s, mailbox.id, "new")
            return found or await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="new")

    won, lost = await together(*(arrive() for _ in range(8)))
    assert lost == []
    assert len({ticket.id for ticket in won}) == 1


async def test_the_placeholder_table_is_sealed_and_never_changes_its_mind(database: Database, vault: Vault) -> None:
    ticket = await opened(database, table={"<PERSON_1>": "Mia"})
    assert b"Mia" not in (ticket.sealed_table or b"")
    async with database.transaction() as s:
        await tickets.add_table(s, ticket.id, {"<PERSON_1>": "Mia", "<PERSON_2>": "Tom"})
    with pytest.raises(LostRace):
        async with database.transaction() as s:
            await tickets.add_table(s, ticket.id, {"<PERSON_2>": "Zoe"})
    async with database.read() as s:
        found = await tickets.by_number(s, ticket.number)
        assert found is not None
        assert tickets.open_table(vault, found) == {"<PERSON_1>": "Mia", "<PERSON_2>": "Tom"}


async def test_touch_shows_without_an_event(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    async with database.transaction() as s:
        assert (await tickets.touch(s, ticket.id, channel="billing")).version == 2
    assert len(await history(database, ticket)) == 1
    assert await intact(database, vault, ticket)


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
