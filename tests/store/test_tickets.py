"""Tickets under hurried people: races, the table of transitions, the chain of events, drafts and replies."""

from __future__ import annotations

import itertools
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.errors import InvalidTransition, LostRace, Missing
from bot.store import drafts, events, mailboxes, queue, replies, seen, tickets
from bot.store.db import Database
from bot.store.models import Ticket
from bot.store.vault import Vault
from bot.ticket import TRANSITIONS, Action, ReplyStatus, Status
from bot.values import Redacted
from tests.store.acts import ANA, BEN, act, approve, claim, drafted, history, intact, opened, together


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
        assert (await queue.waiting(s))[queue.SHOW] == 2
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
        assert (await queue.waiting(s))[queue.SHOW] == 2


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


async def test_tampering_shows(database: Database, vault: Vault) -> None:
    ticket = await opened(database)
    await act(database, ticket, Action.CLOSE, ANA, why="solved", details={"by": "phone"})
    await act(database, ticket, Action.REOPEN, ANA)
    for what, statement in TAMPERINGS.items():
        assert await intact(database, vault, ticket)
        async with database.transaction() as s:
            await s.execute(sa.text("alter table event drop constraint event_ticket_id_seq_key"))
            await s.execute(sa.text(statement))
            assert not await events.verify(s, vault, ticket.id), what
            await s.rollback()


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
