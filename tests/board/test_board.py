"""One live card per ticket, whatever goes wrong on the way to Slack."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.config import Config
from bot.errors import Ambiguous, Permanent, Temporary
from bot.sandbox.faults import Fault
from bot.sandbox.slack import SlackWorld
from bot.sandbox.slack_state import Message
from bot.store import cards, drafts, notices, queue, tickets
from bot.store.db import Database
from bot.store.models import Card, Notice
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import Redacted
from tests.board.conftest import Desk


def heads(world: SlackWorld, channel: str = "triage") -> list[Message]:
    """The bot's messages in a channel that are no replies."""
    return [message for message in world.messages(channel) if message.bot and not message.is_reply]


def count(world: SlackWorld, method: str) -> int:
    return sum(call.method == method for call in world.calls)


async def test_a_ticket_becomes_a_card_with_its_thread(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    card = await world.card("Sensor is silent", channel="triage")
    assert card.buttons == ["Claim", "Approve & Send", "Edit", "More…"]
    assert "Unclaimed" in card.blocks_text
    assert "C-101" in card.blocks_text
    mail, draft = card.thread()
    assert "Our sensor shows nothing since Monday." in mail
    assert "opened this ticket" in mail
    assert "please press the button" in draft
    assert "recorded answer" in draft


async def test_showing_twice_changes_nothing(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    before = len(world.calls)
    await board.show(ticket)
    await board.show(ticket, urgent=True)
    assert len(world.calls) == before


async def test_a_change_is_drawn_in_place_and_told_in_the_thread(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    card = await world.card("Sensor is silent")
    await desk.act(ticket, Action.CLAIM, owner="U0ANA")
    await board.show(ticket, urgent=True)
    assert "Claimed by" in card.blocks_text
    assert card.buttons[0] == "Reassign"
    assert len(card.thread()) == 2
    await board.show(ticket)
    assert "claimed it" in card.thread()[2]
    assert len(heads(world)) == 1
    assert count(world, "chat.update") == 1


async def test_events_that_came_together_are_one_message(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    for action, owner in ((Action.CLAIM, "U0ANA"), (Action.RELEASE, None), (Action.CLAIM, "U0BEN")):
        await desk.act(ticket, action, owner=owner)
    await board.show(ticket)
    card = await world.card("Sensor is silent")
    assert len(card.thread()) == 3
    assert card.thread()[2].count("\n") == 2


async def test_many_at_once_post_one_card(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await asyncio.gather(*(board.show(ticket, urgent=bool(n % 2)) for n in range(8)))
    assert len(heads(world)) == 1
    assert len((await world.card("Sensor is silent")).thread()) == 2


async def test_two_processes_post_one_card(
    board: Board, desk: Desk, world: SlackWorld, database: Database, vault: Vault, slack: SlackClient
) -> None:
    ticket = await desk.ticket()
    other = Board(database, vault, slack, Config())
    await asyncio.gather(*(one.show(ticket) for one in (board, other, board, other)))
    assert len(heads(world)) == 1
    assert len((await world.card("Sensor is silent")).thread()) == 2


async def test_a_post_without_an_answer_is_found_again(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    world.faults.add(Fault("chat.postMessage", "drop"))
    with pytest.raises(Ambiguous):
        await board.show(ticket)
    await board.show(ticket)
    assert len(heads(world)) == 1
    assert (await live(board, ticket)).state == "live"


async def test_a_post_that_never_arrived_is_posted(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    world.faults.add(Fault("chat.postMessage", "drop", before=True))
    with pytest.raises(Ambiguous):
        await board.show(ticket)
    await board.show(ticket)
    assert len(heads(world)) == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_thread_messages_without_an_answer_are_found_again(board: Board, desk: Desk, world: SlackWorld, lost: int) -> None:
    ticket = await desk.ticket()
    await board.show(ticket, urgent=True)
    await desk.act(ticket, Action.CLAIM, owner="U0ANA")
    for _ in range(3):
        await desk.act(ticket, Action.EDIT)
    seen = 0
    for _ in range(6):
        if seen < lost:
            world.faults.add(Fault("chat.postMessage", "drop"))
        try:
            await board.show(ticket)
            break
        except Ambiguous:
            seen += 1
    world.faults.clear()
    await board.show(ticket)
    card = await world.card("Sensor is silent")
    assert len(card.thread()) == 3
    assert card.thread()[-1].count("wrote a new draft") == 3


async def test_a_deleted_card_is_posted_anew(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    world.delete_message(heads(world)[0].ts)
    await desk.act(ticket, Action.CLAIM, owner="U0ANA")
    await board.show(ticket)
    card = await world.card("Sensor is silent")
    assert "Claimed by" in card.blocks_text
    assert len(heads(world)) == 1
    assert "shows nothing since Monday" in card.thread()[0]


async def test_a_customer_who_writes_again_gets_a_new_card(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    old = await world.card("Sensor is silent")
    await desk.customer_writes(ticket, "It is still silent.")
    await board.show(ticket)
    new = await world.card("Sensor is silent")
    assert new.ts != old.ts
    assert old.buttons == []
    assert "continued in the newer card" in old.blocks_text
    assert "\n" not in old.blocks_text.strip()
    mail, draft = new.thread()
    assert "It is still silent." in mail
    assert "Earlier mails and history" in mail
    assert "we look into it" in draft
    assert "2 mails" in new.blocks_text
    await board.show(ticket)
    assert len(heads(world)) == 2


async def test_a_card_that_moves_to_another_channel_is_posted_there(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    await desk.act(ticket, Action.CLAIM, owner="U0ANA", channel="billing")
    await board.show(ticket)
    assert len(heads(world, "billing")) == 1
    assert "continued in the newer card" in world.seen(heads(world)[0])


async def test_a_new_revision_replaces_the_draft_in_the_thread(
    board: Board, desk: Desk, world: SlackWorld, database: Database
) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    async with database.transaction() as s:
        await drafts.add(s, ticket, body=Redacted("Hello <PERSON_1>, take a new one."), source="person", author="U0BEN")
    await desk.act(ticket, Action.EDIT, actor="U0BEN")
    await board.show(ticket)
    card = await world.card("Sensor is silent")
    mail, draft, event = card.thread()
    assert "Our sensor" in mail
    assert "take a new one" in draft
    assert "written by @Ben" in draft or "written by" in draft
    assert "wrote a new draft" in event


async def test_a_public_channel_that_we_were_removed_from_is_joined_again(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket(channel="billing")
    await board.show(ticket)
    world.remove_bot("billing")
    await desk.customer_writes(ticket, "Hello?")
    with pytest.raises(Temporary, match=r"Triage is not a member of #billing.*/invite @Triage"):
        await board.show(ticket)
    await board.show(ticket)
    assert len(heads(world, "billing")) == 2


async def test_a_closed_channel_is_told_once_and_tried_later(
    board: Board, desk: Desk, world: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = await desk.ticket(channel="billing")
    world.archive("billing")
    with caplog.at_level(logging.WARNING, logger="triage.board"):
        for _ in range(3):
            with pytest.raises(Temporary, match=r"#billing is archived\. Unarchive it") as told:
                await board.show(ticket)
            assert told.value.retry_after
    assert sum("is archived" in record.message for record in caplog.records) == 1
    world.workspace.channel("billing").archived = False
    await board.show(ticket)
    assert len(heads(world, "billing")) == 1


async def test_a_channel_that_does_not_exist_is_a_plain_sentence(
    board: Board, desk: Desk, world: SlackWorld, database: Database
) -> None:
    ticket = await desk.ticket(channel="nowhere")
    with pytest.raises(Temporary, match="no channel #nowhere"):
        await board.show(ticket)
    async with database.read() as s:
        (owed,) = (await s.scalars(sa.select(Notice))).all()
    await board.notify(owed.key)
    (said,) = heads(world)
    assert "Cards are waiting. Slack knows no channel #nowhere" in world.seen(said)


async def test_slack_that_slows_us_down_is_waited_for(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    world.faults.add(Fault("chat.postMessage", "429", retry_after=0))
    await board.show(ticket, urgent=True)
    await desk.act(ticket, Action.CLAIM, owner="U0ANA")
    world.faults.add(Fault("chat.update", "429", times=2, retry_after=0))
    await board.show(ticket, urgent=True)
    assert "Claimed" in (await world.card("Sensor is silent")).blocks_text


async def test_an_update_may_be_tried_again(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    await desk.act(ticket, Action.CLAIM, owner="U0ANA")
    world.faults.add(Fault("chat.update", "drop"))
    await board.show(ticket, urgent=True)
    assert "Claimed" in (await world.card("Sensor is silent")).blocks_text


async def test_a_mail_that_could_not_be_read_is_a_card_too(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket(readable=False, subject="", summary="")
    await board.show(ticket)
    card = await world.card("could not be read")
    assert "View original" in card.buttons


async def test_nothing_is_shown_of_a_ticket_that_is_not_there(board: Board, world: SlackWorld) -> None:
    await board.show(UUID(int=7))
    assert heads(world) == []


async def test_a_long_mail_is_cut_in_the_thread_and_says_so(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket(text="Something & something <else>.\n" * 5_000)
    await board.show(ticket)
    mail = (await world.card("Sensor is silent")).thread()[0]
    assert "more characters are behind" in mail
    assert len(mail) < 12_000


async def live(board: Board, ticket: UUID) -> Card:
    async with board.db.read() as s:
        card = await cards.live(s, ticket)
    assert card is not None
    return card


# Notices


async def test_an_outage_reaches_on_call_once(board: Board, desk: Desk, world: SlackWorld, database: Database) -> None:
    ticket = await desk.ticket(outage=True, priority="urgent")
    await board.show(ticket)
    await board.notify(f"oncall:{ticket}")
    await board.notify(f"oncall:{ticket}")
    (said,) = world.messages("triage-oncall")
    assert "Outage reported" in world.seen(said)
    assert "Open the card" in world.seen(said)
    await desk.customer_writes(ticket, "Still down!")
    await board.show(ticket)
    await board.notify(f"oncall:{ticket}")
    assert len(world.messages("triage-oncall")) == 1


@pytest.mark.parametrize("facts", [{"outage": False, "priority": "urgent"}, {"outage": True, "priority": "normal"}])
async def test_what_is_no_urgent_outage_leaves_on_call_alone(
    board: Board, desk: Desk, database: Database, facts: dict[str, Any]
) -> None:
    ticket = await desk.ticket(**facts)
    await board.show(ticket)
    async with database.read() as s:
        assert await notices.owed(s, f"oncall:{ticket}") is None


async def test_a_new_owner_is_told_directly(board: Board, desk: Desk, world: SlackWorld, database: Database) -> None:
    ticket = await desk.ticket()
    await board.show(ticket)
    async with database.transaction() as s:
        row = await tickets.locked(s, ticket)
        assert await notices.assigned(s, row, to="U0BEN", by="U0ANA", note="<!channel> you know <them>")
        assert not await notices.assigned(s, row, to="U0BEN", by="U0BEN")
    await board.notify(f"assigned:{ticket}:1")
    (said,) = world.dms("ben")
    assert "Sensor is silent" in said
    assert "gave you" in said
    assert "<!channel>" in said


async def test_a_notice_without_an_answer_is_found_again(board: Board, desk: Desk, world: SlackWorld, database: Database) -> None:
    async with database.transaction() as s:
        await notices.owe(s, key="k", kind="assigned", to="U0BEN", text="You have a ticket.")
    world.faults.add(Fault("chat.postMessage", "drop"))
    with pytest.raises(Ambiguous):
        await board.notify("k")
    await board.notify("k")
    assert world.dms("ben") == ["You have a ticket."]


async def test_a_notice_for_nobody_is_dropped(board: Board, database: Database, world: SlackWorld) -> None:
    async with database.transaction() as s:
        await notices.owe(s, key="k", kind="assigned", to="U0NOBODY", text="You have a ticket.")
    await board.notify("k")
    async with database.read() as s:
        assert await notices.owed(s, "k") is None


async def test_a_refused_token_stops_everything(board: Board, desk: Desk, world: SlackWorld) -> None:
    ticket = await desk.ticket()
    world.revoke_token()
    with pytest.raises(Permanent, match="SLACK_BOT_TOKEN"):
        await board.show(ticket)


async def test_the_card_does_not_wait_for_its_thread(board: Board, desk: Desk, world: SlackWorld, database: Database) -> None:
    ticket = await desk.ticket()
    await board.show_card(str(ticket))
    card = await world.card("Sensor is silent")
    assert card.thread() == []
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.THREAD] == 1
    await board.show_thread(str(ticket))
    assert len(card.thread()) == 2
    await board.show_card(str(ticket))
    async with database.read() as s:
        assert (await queue.waiting(s))[queue.THREAD] == 1
