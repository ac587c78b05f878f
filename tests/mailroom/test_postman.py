"""A reply leaves exactly once, with the approved bytes, or not at all and somebody is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import Ambiguous, Temporary
from bot.postman import CHANGED, NEWER, NO_THREAD, UNCERTAIN
from bot.sandbox.faults import Fault
from bot.store import queue, replies
from bot.store.models import Reply, now
from bot.ticket import Action
from bot.values import DraftKind
from tests.mailroom.conftest import BILLING, Mailroom
from tests.mailroom.letters import ANA, BROKEN, mail, script

TEXT = "Hello Ana Silva,\n\nplease restart the gateway."


@pytest.fixture
async def open_ticket(room: Mailroom) -> str:
    """A ticket with a draft; returns the Gmail id of the customer's mail."""
    script(room)
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN, to=BILLING)
    await room.work()
    return arrived


def calls(room: Mailroom, method: str) -> int:
    return sum(call.method == method for call in room.post.gmail.calls)


async def deliver(room: Mailroom, reply: Reply) -> None:
    """Deliver until it no longer asks to be tried again, as the queue does."""
    for _ in range(5):
        try:
            return await room.postman.deliver(str(reply.id))
        except (Ambiguous, Temporary):
            continue


async def test_an_answer_leaves_once_with_the_approved_bytes(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.postman.deliver(str(reply.id))
    (sent,) = room.post.gmail.sent
    ticket, reply = await room.ticket(), await room.reply(reply)
    assert (sent.sender, sent.to, sent.subject) == (BILLING, ("ana@acme.example",), "Re: Sensor offline")
    assert sent.text.strip() == TEXT
    assert sent.thread_id == ticket.gmail_thread_id
    assert sent.headers["In-Reply-To"] == room.post.gmail.store.mail(open_ticket).header("Message-ID")
    assert (reply.status, reply.gmail_message_id, reply.error) == ("sent", sent.id, "")
    assert (ticket.status, ticket.answered_by) == ("waiting", "U0ANA")
    assert ticket.first_answer_at is not None
    assert await room.draft() is None
    assert room.post.gmail.drafts == []
    assert await room.actions() == ["create", "approve", "replied"]
    message = await room.message(sent.id)
    assert (message.direction, message.fate, message.ticket_id) == ("out", "ours", ticket.id)
    await room.work()  # the poller sees it too
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1
    assert await room.actions() == ["create", "approve", "replied"]


async def test_an_acknowledgement_leaves_the_ticket_open(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve("We read it.", kind=DraftKind.ACKNOWLEDGEMENT)
    due = (await room.ticket()).due_at
    await room.postman.deliver(str(reply.id))
    ticket = await room.ticket()
    assert (ticket.status, ticket.answered_by, ticket.first_answer_at, ticket.due_at) == ("open", "", None, due)
    assert (await room.actions())[-1] == "acknowledged"
    second = await room.post.gmail.write(ANA, "", "Any news about the broken sensor?", reply_to_message=open_ticket)
    await room.work()
    draft = await room.draft()
    assert draft is not None
    assert draft.answers == [str((await room.message(one)).id) for one in (open_ticket, second)]


async def test_several_workers_deliver_it_once(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await asyncio.gather(*(room.postman.deliver(str(reply.id)) for _ in range(4)))
    assert len(room.post.gmail.sent) == 1
    assert calls(room, "drafts.send") == 1


async def test_a_reply_is_not_sent_before_its_time(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    async with room.database.transaction() as s:
        await s.execute(sa.update(Reply).values(leaves_at=now() + timedelta(hours=1)))
    await room.postman.deliver(str(reply.id))
    assert room.post.gmail.sent == []
    assert (await room.reply(reply)).status == "held"


@pytest.mark.parametrize(
    ("fault", "sends", "looks"),
    [
        (Fault("drafts.send", "drop", before=True), 2, 3),
        (Fault("drafts.send", "drop"), 1, 1),
        (Fault("drafts.send", "5xx"), 2, 3),
    ],
    ids=["never arrived", "was done", "refused in doubt"],
)
async def test_a_send_without_an_answer_is_looked_up_and_leaves_once(
    room: Mailroom, open_ticket: str, fault: Fault, sends: int, looks: int
) -> None:
    room.post.gmail.faults.add(replace(fault))
    reply = await room.approve()
    with pytest.raises(Ambiguous):
        await room.postman.deliver(str(reply.id))
    assert (await room.reply(reply)).status == "sending"
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1
    assert (await room.reply(reply)).status == "sent"
    assert calls(room, "drafts.send") == sends
    assert calls(room, "drafts.get") == looks


async def test_a_busy_gmail_is_waited_for(room: Mailroom, open_ticket: str) -> None:
    room.post.gmail.faults.add(Fault("drafts.send", "429", retry_after=1))
    reply = await room.approve()
    await deliver(room, reply)
    assert len(room.post.gmail.sent) == 1


@pytest.mark.parametrize("method", ["drafts.create", "drafts.get", "threads.get", "messages.get"])
@pytest.mark.parametrize("kind", ["drop", "5xx", "429"])
async def test_trouble_at_any_step_ends_in_one_mail_and_no_stray_draft(
    room: Mailroom, open_ticket: str, method: str, kind: str
) -> None:
    reply = await room.approve()
    room.post.gmail.faults.add(Fault(method, kind, retry_after=0))  # type: ignore[arg-type]
    await deliver(room, reply)
    assert len(room.post.gmail.sent) == 1
    assert room.post.gmail.drafts == []
    assert (await room.reply(reply)).status == "sent"


async def test_a_crash_after_the_draft_was_made_adopts_it(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    async with room.database.transaction() as s:
        await replies.mark_sending(s, reply.id)
    for _ in range(2):  # one from a doubled request
        await room.client.create_draft(replies.open_raw(room.vault, reply), reply.gmail_thread_id)
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1
    assert calls(room, "drafts.create") == 2
    assert room.post.gmail.drafts == []


async def test_a_crash_after_the_send_only_records_it(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    raw = replies.open_raw(room.vault, reply)
    draft = await room.client.create_draft(raw, reply.gmail_thread_id)
    async with room.database.transaction() as s:
        await replies.mark_sending(s, reply.id)
        await replies.mark_draft(s, reply.id, draft_id=draft.id, message_id=draft.message.id)
    await room.client.send_draft(draft.id, raw, reply.gmail_thread_id)
    await room.work()  # the poller may see it before the postman looks
    assert (await room.ticket()).status == "open"
    assert (await room.jobs())[queue.SEND] == 2
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1
    assert ((await room.ticket()).status, (await room.reply(reply)).status) == ("waiting", "sent")


# --- somebody else was there


async def test_the_customer_wrote_since_the_approval(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.post.gmail.write(ANA, "", "Wait, it works again!", reply_to_message=open_ticket)
    await room.postman.deliver(str(reply.id))
    reply = await room.reply(reply)
    assert room.post.gmail.sent == []
    assert room.post.gmail.drafts == []
    assert (reply.status, reply.error) == ("failed", NEWER)
    assert replies.open_raw(room.vault, reply)  # the text is kept
    assert (await room.actions())[-1] == "send_failed"
    assert await room.notices() == [("send-failed", "U0ANA")]
    await room.work()
    draft = await room.draft()
    assert draft is not None
    assert draft.revision == 2


async def test_the_customers_new_mail_was_filed_since_the_approval(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.post.gmail.write(ANA, "", "It is broken in another way now.", reply_to_message=open_ticket)
    await room.work()
    await room.postman.deliver(str(reply.id))
    assert (await room.reply(reply)).error == NEWER
    assert room.post.gmail.sent == []


async def test_a_colleague_answered_from_gmail_since_the_approval(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.post.gmail.answer_as_colleague(reply.gmail_thread_id, "I did it.")
    await room.postman.deliver(str(reply.id))
    assert (await room.reply(reply)).error == NEWER
    assert len(room.post.gmail.sent) == 1


async def test_automatic_mail_does_not_block(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    parent = room.post.gmail.store.mail(open_ticket).header("Message-ID")
    away = mail("Re: Sensor offline", "Away", to=BILLING, In_Reply_To=parent, Auto_Submitted="auto-replied")
    await room.post.gmail.deliver(away)
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1


async def test_mail_from_before_the_connection_does_not_block(room: Mailroom) -> None:
    script(room)
    first = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.poller.poll()
    async with room.database.transaction() as s:
        await s.execute(sa.text("delete from message"))  # as if the first mail had come before we were connected
    await room.post.gmail.write(ANA, "", "It is still broken.", reply_to_message=first)
    await room.work()
    reply = await room.approve()
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1


async def prepared(room: Mailroom) -> tuple[Reply, str]:
    """A reply whose draft stands in Gmail, as after a lost answer to drafts.send; and the draft's id."""
    room.post.gmail.faults.add(Fault("drafts.send", "drop", before=True))
    reply = await room.approve()
    with pytest.raises(Ambiguous):
        await room.postman.deliver(str(reply.id))
    return reply, room.post.gmail.drafts[0].id


async def test_a_colleague_changed_the_draft(room: Mailroom, open_ticket: str) -> None:
    reply, draft = await prepared(room)
    await room.post.gmail.edit_draft(draft, "My own words")
    await room.postman.deliver(str(reply.id))
    assert room.post.gmail.sent == []
    assert (await room.reply(reply)).error == CHANGED
    assert [kept.text.strip() for kept in room.post.gmail.drafts] == ["My own words"]


async def test_a_colleague_sent_the_draft(room: Mailroom, open_ticket: str) -> None:
    reply, draft = await prepared(room)
    await room.post.gmail.send_draft(draft)
    await room.postman.deliver(str(reply.id))
    assert len(room.post.gmail.sent) == 1
    assert (await room.reply(reply)).status == "sent"


async def test_a_colleague_deleted_the_draft(room: Mailroom, open_ticket: str) -> None:
    reply, draft = await prepared(room)
    await room.post.gmail.delete_draft(draft)
    await room.postman.deliver(str(reply.id))
    reply = await room.reply(reply)
    assert (reply.status, reply.error) == ("uncertain", UNCERTAIN)
    assert room.post.gmail.sent == []
    await room.postman.deliver(str(reply.id))
    assert room.post.gmail.sent == []  # never again by itself


async def test_an_uncertain_reply_that_turns_up_is_sent(room: Mailroom, open_ticket: str) -> None:
    reply, draft = await prepared(room)
    await room.post.gmail.delete_draft(draft)
    await room.postman.deliver(str(reply.id))
    raw = replies.open_raw(room.vault, reply)
    late = await room.client.create_draft(raw, reply.gmail_thread_id)
    await room.client.send_draft(late.id, raw, reply.gmail_thread_id)
    await room.work()
    await room.postman.deliver(str(reply.id))
    assert (await room.reply(reply)).status == "sent"
    assert (await room.ticket()).status == "waiting"


async def test_a_person_tries_again_after_a_changed_draft(room: Mailroom, open_ticket: str) -> None:
    reply, draft = await prepared(room)
    await room.post.gmail.edit_draft(draft, "My own words")
    await room.postman.deliver(str(reply.id))
    async with room.database.transaction() as s:
        assert await replies.mark_again(s, reply.id, by="U0BEN") is not None
    await room.postman.deliver(str(reply.id))
    assert [sent.text.strip() for sent in room.post.gmail.sent] == [TEXT]


async def test_the_thread_was_deleted(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.post.gmail.delete(open_ticket)
    await room.postman.deliver(str(reply.id))
    assert (await room.reply(reply)).error == NO_THREAD


async def test_refused_credentials_fail_with_a_plain_reason(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    room.post.gmail.accounts.revoke()
    await room.postman.deliver(str(reply.id))
    reply = await room.reply(reply)
    assert reply.status == "failed"
    assert "GMAIL_CREDENTIALS" in reply.error
    assert (await room.ticket()).status == "open"


# --- labels


async def test_labels_say_category_and_state(room: Mailroom, open_ticket: str) -> None:
    ticket = await room.ticket()
    await room.postman.tidy(str(ticket.id))
    assert {"triage/support", "UNREAD"} <= room.post.gmail.labels_of(open_ticket)
    reply = await room.approve()
    await room.postman.deliver(str(reply.id))
    await room.postman.tidy(str(ticket.id))
    assert {"triage/support", "triage/handled"} <= room.post.gmail.labels_of(open_ticket)
    assert "UNREAD" not in room.post.gmail.labels_of(open_ticket)
    second = await room.post.gmail.write(ANA, "", "Broken again.", reply_to_message=open_ticket)
    await room.work()
    await room.postman.tidy(str(ticket.id))
    assert "triage/handled" not in room.post.gmail.labels_of(open_ticket)
    assert "UNREAD" in room.post.gmail.labels_of(second)


async def test_labels_survive_deleted_mails_and_deleted_labels(room: Mailroom, open_ticket: str) -> None:
    ticket = await room.ticket()
    await room.postman.tidy(str(ticket.id))
    store = room.post.gmail.store
    label = store.label_id("triage/support")
    assert label is not None
    store.relabel(open_ticket, (), {label})
    del store.labels[label]
    await room.postman.tidy(str(ticket.id))
    assert "triage/support" in room.post.gmail.labels_of(open_ticket)
    await room.post.gmail.delete(open_ticket)
    await room.postman.tidy(str(ticket.id))


async def test_a_reply_that_left_after_the_ticket_was_closed_stays_a_fact(room: Mailroom, open_ticket: str) -> None:
    reply = await room.approve()
    await room.change(Action.CLOSE)
    await room.postman.deliver(str(reply.id))
    assert (await room.ticket()).status == "closed"
    assert len(room.post.gmail.sent) == 1
