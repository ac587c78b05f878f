"""A conversation goes on: the customer writes again, thanks, is away; a colleague answers from Gmail itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import tickets
from bot.store.models import Ticket, now
from bot.ticket import Action, Status
from tests.mailroom.conftest import SUPPORT, Mailroom
from tests.mailroom.letters import ANA, BROKEN, SUPPORTING, mail, script


async def test_a_second_mail_retires_the_draft_drafts_anew_and_tells_the_owner(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    await room.change(Action.CLAIM, owner="U0ANA")
    room.post.model.script("triage", {**SUPPORTING, "summary": "Two sensors now.", "priority": "high"})
    second = await room.post.gmail.write(ANA, "", "Now a second sensor is broken too.", reply_to_message=first)
    await room.work()
    ticket, draft = await room.ticket(), await room.draft()
    assert await room.actions() == ["create", "claim", "customer_wrote"]
    assert (ticket.status, ticket.priority, ticket.summary, ticket.subject) == (
        "open",
        "high",
        "Two sensors now.",
        "Sensor offline",
    )
    assert draft is not None
    assert draft.revision == 2
    assert draft.answers == [str((await room.message(one)).id) for one in (first, second)]
    assert (await room.message(second)).fate == "line"
    assert await room.notices() == [("customer-wrote", "U0ANA")]
    assert BROKEN[:20].casefold() in room.post.model.calls[-1].text.casefold()  # the unanswered first mail was shown too


@pytest.mark.parametrize("status", [Status.WAITING, Status.CLOSED, Status.SNOOZED, Status.DISMISSED])
async def test_a_customers_mail_opens_the_ticket_again(room: Mailroom, status: Status) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    await _set(room, status=status.value, closed_at=now() - timedelta(days=13) if status is Status.CLOSED else None)
    await room.post.gmail.write(ANA, "", "It broke again.", reply_to_message=first)
    await room.work()
    assert (await room.ticket()).status == "open"


async def _set(room: Mailroom, **values: object) -> None:
    async with room.database.transaction() as s:
        await s.execute(sa.update(Ticket).values(**values))


async def test_closed_for_more_than_14_days_is_a_new_linked_ticket(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    await _set(room, status="closed", closed_at=now() - timedelta(days=15))
    second = await room.post.gmail.write(ANA, "", "It broke again.", reply_to_message=first)
    await room.work()
    old, new = await room.tickets()
    assert (old.status, new.status, new.linked_from) == ("closed", "open", old.id)
    assert (await room.message(second)).ticket_id == new.id
    async with room.database.read() as s:
        third = await tickets.by_thread(s, new.mailbox_id, new.gmail_thread_id)
    assert third is not None
    assert third.id == new.id


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "auto-replied"}], ids=["thanks", "out-of-office"])
async def test_thanks_and_out_of_office_reopen_nothing(room: Mailroom, headers: dict[str, str]) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    await room.change(Action.CLAIM, owner="U0ANA")
    await room.change(Action.CLOSE)
    room.post.model.script("triage", {**SUPPORTING, "asks": [], "needs_no_answer": True})
    parent = room.post.gmail.store.mail(first).header("Message-ID")
    thanks = mail("Re: Sensor offline", "Thanks!", In_Reply_To=parent, References=parent, **headers)
    arrived = await room.post.gmail.deliver(thanks)
    await room.work()
    message = await room.message(arrived)
    assert (await room.ticket()).status == "closed"
    assert await room.actions() == ["create", "claim", "close", "noted"]
    assert (message.fate, bool(message.reason)) == ("line", True)
    assert await room.notices() == []
    draft = await room.draft()
    assert draft is not None
    assert draft.revision == 1


async def test_mails_of_a_conversation_are_taken_in_their_order(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    second = await room.post.gmail.write(ANA, "", "And one more thing is broken.", reply_to_message=first)
    await room.poller.poll()
    await room.intake.take(str((await room.message(second)).id))
    assert await room.actions() == ["create", "customer_wrote"]
    assert (await room.message(first)).fate == "ticket"


async def test_two_mails_of_a_conversation_at_once_are_one_ticket(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    second = await room.post.gmail.write("Ben Ode <ben@acme.example>", "", "I am Ben Ode, it is broken.", reply_to_message=first)
    await room.poller.poll()
    both = [str((await room.message(one)).id) for one in (first, second)]
    await asyncio.gather(*map(room.intake.take, both))
    ticket = await room.ticket()
    assert await room.actions() == ["create", "customer_wrote"]
    assert set(tickets.open_table(room.vault, ticket).values()) >= {"Ana Silva", "Ben Ode"}


# --- what was sent from the mailbox


async def test_a_colleague_who_answers_from_gmail_makes_the_ticket_wait(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    sent = await room.post.gmail.answer_as_colleague((await room.ticket()).gmail_thread_id, "Please restart it.")
    await room.work()
    ticket, message = await room.ticket(), await room.message(sent)
    assert (ticket.status, ticket.answered_by) == ("waiting", "gmail")
    assert ticket.first_answer_at is not None
    assert (message.direction, message.fate, message.ticket_id) == ("out", "line", ticket.id)
    assert await room.draft() is None
    assert await room.actions() == ["create", "answered_elsewhere"]
    second = await room.post.gmail.write(ANA, "", "That did not help, it is broken.", reply_to_message=first)
    await room.work()
    draft = await room.draft()
    assert draft is not None
    assert draft.answers == [str((await room.message(second)).id)]


async def test_a_colleague_who_writes_to_somebody_else_does_not_answer_the_customer(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    thread = (await room.ticket()).gmail_thread_id
    parent = room.post.gmail.store.mail(first).header("Message-ID")
    forward = mail("Re: Sensor offline", "Can you look?", sender=SUPPORT, to="lab@maker.example", In_Reply_To=parent)
    draft = await room.client.create_draft(forward, thread)
    await room.client.send_draft(draft.id, forward, thread)
    await room.work()
    assert (await room.ticket()).status == "open"
    assert (await room.actions())[-1] == "noted"


async def test_a_mail_sent_from_gmail_in_no_conversation_of_ours_is_ours(room: Mailroom) -> None:
    raw = mail("Hello", "We would like to buy.", sender=SUPPORT, to="shop@maker.example")
    thread = (await room.client.raw(await room.post.gmail.deliver(mail("x", "y", Auto_Submitted="auto-replied")))).ref.thread_id
    draft = await room.client.create_draft(raw, thread)
    sent = await room.client.send_draft(draft.id, raw, thread)
    await room.work()
    message = await room.message(sent.id)
    assert (message.fate, message.direction, message.ticket_id) == ("ours", "out", None)
