"""Every mail gets exactly one fate: a ticket, a line on one, or a place in the set-aside list with its reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from bot.config import Backlog, Config
from bot.errors import LostRace
from bot.poller import Poller
from bot.sandbox.faults import Fault
from bot.sandbox.model import Failure
from bot.store import messages, queue, tickets
from bot.store.models import Mailbox, Ticket, now
from bot.ticket import Action, Status
from pipeline.reader import Reader
from tests.mailroom.conftest import BILLING, SUPPORT, Mailroom

ANA = "Ana Silva <ana@acme.example>"
BROKEN = "Hello, my greenhouse sensor is broken since Monday and shows no values. Can you help me, please?"
SUPPORTING = {
    "category": "support",
    "priority": "normal",
    "summary": "A sensor shows no values.",
    "asks": ["Make the sensor work"],
    "confidence": 0.92,
    "outage": False,
    "needs_no_answer": False,
    "language": "en",
}
ANSWER = {"kind": "answer", "body": "Hello <PERSON_1>,\n\nplease restart the gateway."}


def mail(subject: str, text: str, *, sender: str = ANA, to: str = SUPPORT, **headers: str) -> bytes:
    """A mail with headers of one's own (underscores are dashes)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{abs(hash((subject, text, sender)))}@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def script(room: Mailroom, **triage: object) -> None:
    room.post.model.script("triage", {**SUPPORTING, **triage})
    room.post.model.script("draft", ANSWER)


async def test_a_mail_becomes_a_ticket_with_a_draft_and_jobs(room: Mailroom) -> None:
    script(room)
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    ticket, draft, message = await room.ticket(), await room.draft(), await room.message(arrived)
    assert (ticket.status, ticket.category, ticket.channel, ticket.source) == ("open", "support", "triage", "recorded")
    assert (ticket.subject, ticket.summary, ticket.domain) == ("Sensor offline", "A sensor shows no values.", "acme.example")
    assert ticket.due_at == message.received_at + timedelta(minutes=1440)
    assert ticket.customer_number is not None
    assert draft is not None
    assert (draft.kind, draft.source, draft.flags, draft.answers) == ("answer", "recorded", [], [str(message.id)])
    assert (message.state, message.fate, message.ticket_id, message.direction) == ("read", "ticket", ticket.id, "in")
    assert tickets.open_table(room.vault, ticket)["<PERSON_1>"] == "Ana Silva"
    assert messages.open_raw(room.vault, message) == room.post.gmail.store.mail(arrived).raw
    assert await room.actions() == ["create"]
    assert await room.jobs() == {queue.INTAKE: 1, queue.SHOW: 1, queue.TIDY: 1}
    assert await room.notices() == []


async def test_nothing_personal_stands_in_plain_columns(room: Mailroom) -> None:
    await room.post.gmail.write(ANA, "From Ana Silva", "I am Ana Silva, +49 30 901820, ana@acme.example. My sensor is broken.")
    await room.work()
    ticket, draft = await room.ticket(), await room.draft()
    (message,) = await room.messages()
    plain = repr([ticket.subject, ticket.summary, ticket.asks, message.subject, message.text, draft and draft.body])
    assert all(word not in plain for word in ("Ana Silva", "901820", "ana@acme"))


async def test_taking_the_same_mail_twice_changes_nothing(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    message = await room.message(arrived)
    await room.intake.take(str(message.id))
    assert await room.actions() == ["create"]


async def test_two_workers_with_the_same_mail_make_one_ticket(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.poller.poll()
    message = await room.message(arrived)
    await asyncio.gather(*(room.intake.take(str(message.id)) for _ in range(3)))
    assert await room.actions() == ["create"]


async def test_mail_deleted_before_it_was_read_is_gone(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.poller.poll()
    await room.post.gmail.delete(arrived)
    await room.work()
    message = await room.message(arrived)
    assert (message.state, message.fate) == ("gone", None)
    assert await room.tickets() == []


async def test_mail_deleted_between_two_tries_is_read_from_what_was_kept(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.poller.poll()
    message = await room.message(arrived)
    async with room.database.transaction() as s:
        await messages.save_raw(s, message.id, room.post.gmail.store.mail(arrived).raw)
    await room.post.gmail.delete(arrived)
    await room.work()
    assert (await room.ticket()).subject == "Sensor offline"


@pytest.mark.parametrize(
    "failure", [Failure(), Failure(422, "no_recorded_answer"), Failure(drop=True), "not JSON", {"category": "cake"}]
)
async def test_without_a_usable_model_rules_and_templates_do_it(room: Mailroom, failure: Failure | str | dict[str, str]) -> None:
    room.post.model.script("*", failure)
    await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    ticket, draft = await room.ticket(), await room.draft()
    assert ticket.source == "rules"
    assert draft is not None
    assert (draft.kind, draft.source) == ("acknowledgement", "template:acknowledgement.en")


async def test_low_confidence_goes_to_the_triage_channel_for_review(room: Mailroom) -> None:
    script(room, confidence=0.3, category="vendor")
    await room.post.gmail.write(ANA, "Hm", "Something about things.")
    await room.work()
    ticket = await room.ticket()
    assert (ticket.needs_review, ticket.channel) == (True, "triage")
    assert ticket.review_reason


async def test_an_outage_is_told_to_on_call_once(room: Mailroom) -> None:
    script(room, priority="urgent", outage=True)
    first = await room.post.gmail.write(ANA, "Everything is down", BROKEN)
    await room.work()
    await room.post.gmail.write(ANA, "", "It is still down!", reply_to_message=first)
    await room.work()
    assert await room.notices() == [("oncall", "#triage-oncall")]


# --- set aside


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail("Automatic reply: Hello", "I am away.", Auto_Submitted="auto-replied"), "machine"),
        (mail("News", "Our news.", List_Unsubscribe="<https://news.example/u>"), "newsletter"),
        (mail("Hello", "From us.", sender=f"Larkspur <{BILLING}>"), "our own address"),
        (mail("Hello", "Looping.", X_Triage_Loop="1"), "sent ourselves"),
    ],
)
async def test_what_no_person_wrote_to_us_is_set_aside_with_its_reason(room: Mailroom, raw: bytes, reason: str) -> None:
    arrived = await room.post.gmail.deliver(raw)
    await room.work()
    message = await room.message(arrived)
    assert (message.fate, message.ticket_id, message.state) == ("aside", None, "read")
    assert reason in message.reason
    assert await room.tickets() == []
    assert room.post.model.calls == []


async def test_what_reads_like_spam_is_set_aside(room: Mailroom) -> None:
    script(room, category="spam", confidence=0.95)
    arrived = await room.post.gmail.write(ANA, "An opportunity", "Dear sir, a partnership in crypto gardens.")
    await room.work()
    assert (await room.message(arrived)).fate == "aside"


async def test_doubtful_spam_gets_a_card(room: Mailroom) -> None:
    script(room, category="spam", confidence=0.4)
    await room.post.gmail.write(ANA, "An opportunity", "Dear sir, a partnership.")
    await room.work()
    ticket = await room.ticket()
    assert (ticket.category, ticket.needs_review) == ("spam", True)


async def test_a_set_aside_mail_is_brought_back_once(room: Mailroom) -> None:
    arrived = await room.post.gmail.deliver(mail("News", "My sensor is broken, please help me.", List_Id="<l.example>"))
    await room.work()
    message = await room.message(arrived)
    ticket = await room.intake.restore(message.id, "U0ANA")
    with pytest.raises(LostRace, match="U0ANA"):
        await room.intake.restore(message.id, "U0BEN")
    message = await room.message(arrived)
    assert (message.fate, message.brought_back_by, message.ticket_id, message.reason) == ("ticket", "U0ANA", ticket, "")
    assert await room.actions() == ["restore"]
    assert await room.draft() is not None


async def test_a_mail_that_was_never_set_aside_cannot_be_brought_back(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    with pytest.raises(LostRace):
        await room.intake.restore((await room.message(arrived)).id, "U0ANA")


# --- unreadable


async def test_a_mail_that_kills_its_reader_becomes_a_card_that_says_so(room: Mailroom) -> None:
    room.intake.steps = replace(room.intake.steps, reader=Reader())  # has no process that could read
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    ticket = await room.ticket()
    assert (ticket.readable, ticket.needs_review, ticket.category, ticket.subject) == (False, True, "other", "")
    assert await room.draft() is None
    assert messages.open_raw(room.vault, await room.message(arrived)) is not None
    assert room.post.model.calls == []


async def test_bytes_that_are_no_mail_get_a_fate(room: Mailroom) -> None:
    await room.post.gmail.deliver(b"\x00\xff\xfe no mail at all \r\n\r\n\x80")
    await room.work()
    async with room.database.read() as s:
        assert await messages.unfinished(s) == []


# --- a conversation goes on


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


# --- backlog and trouble


async def test_a_backlog_raises_no_dm_and_no_breach(room: Mailroom) -> None:
    script(room, priority="urgent", outage=True)
    await room.post.gmail.write(ANA, "Everything is down", BROKEN)
    async with room.database.transaction() as s:
        await s.execute(sa.delete(Mailbox))
    await Poller(room.database, room.client, SUPPORT, Config(backlog=Backlog(days=3))).poll()
    await room.work()
    ticket = await room.ticket()
    assert ticket.due_at is None
    assert await room.notices() == []


async def test_gmail_being_down_delays_a_mail_and_loses_nothing(room: Mailroom) -> None:
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.poller.poll()
    room.post.gmail.faults.add(Fault("messages.get", "5xx"))
    await room.work()
    assert (await room.message(arrived)).fate == "ticket"


@pytest.mark.parametrize("to", [SUPPORT, BILLING])
async def test_both_of_our_addresses_are_read(room: Mailroom, to: str) -> None:
    await room.post.gmail.write(ANA, "Sensor offline", BROKEN, to=to)
    await room.work()
    (message,) = await room.messages()
    email = messages.open_email(room.vault, message)
    assert email is not None
    assert [address.email for address in email.to] == [to]
