"""Every mail gets exactly one fate: a ticket, a line on one, or a place in the set-aside list with its reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.config import Backlog, Config
from bot.errors import LostRace
from bot.poller import Poller
from bot.sandbox.faults import Fault
from bot.sandbox.model import Failure
from bot.store import messages, queue, tickets
from bot.store.models import Mailbox
from pipeline.reader import Reader
from tests.mailroom.conftest import BILLING, SUPPORT, Mailroom
from tests.mailroom.letters import ANA, BROKEN, mail, script


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
    impatient = Reader(seconds=0.01)
    await impatient.start()
    room.intake.steps = replace(room.intake.steps, reader=impatient)
    arrived = await room.post.gmail.write(ANA, "Sensor offline", BROKEN + "Nora Quist wrote 1234567 words. " * 200_000)
    await room.work()
    await impatient.close()
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
