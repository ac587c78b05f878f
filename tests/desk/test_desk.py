"""What the desk decides about tickets: who may, who was first, and what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from uuid import UUID, uuid4

import pytest

from bot.config import Config
from bot.desk import acts
from bot.errors import InvalidTransition, LostRace, Missing, NotAllowed, Refused
from bot.store import events, notices
from bot.values import Person
from tests.desk.office import ANA, BEN, CHLOE, FAY, GUS, Office


async def test_one_of_two_claims_wins_and_the_loser_hears_who_and_when(office: Office) -> None:
    ticket = await office.ticket()
    results = await asyncio.gather(office.desk.claim(ticket, ANA), office.desk.claim(ticket, BEN), return_exceptions=True)
    (lost,) = [result for result in results if result is not None]
    owner = (await office.row(ticket)).owner
    assert isinstance(lost, LostRace)
    assert lost.winner == owner
    assert f"<@{owner}> already has this one" in str(lost)
    assert "<!date^" in str(lost)
    assert (await office.actions(ticket)).count("claim") == 1


async def test_a_double_claim_is_one(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.claim(ticket, ANA)
    await office.desk.claim(ticket, ANA)
    assert await office.actions(ticket) == ["create", "claim"]


@pytest.mark.parametrize("by", [GUS, FAY, Person("U0BOT", "Bot", bot=True)])
async def test_guests_and_strangers_may_look_and_not_act(office: Office, by: Person) -> None:
    ticket, desk = await office.ticket(), office.desk
    tries: list[Awaitable[object]] = [
        desk.claim(ticket, by), desk.release(ticket, by), desk.take_over(ticket, by), desk.reassign(ticket, by, ANA),
        desk.about_to_reassign(ticket, by), desk.close(ticket, by, "Answered"), desk.about_to_close(ticket, by),
        desk.reopen(ticket, by), desk.dismiss(ticket, by), desk.approve(ticket, by, 1), desk.review(ticket, by),
        desk.retry(ticket, by), desk.original(ticket, by), desk.restore(uuid4(), by),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(NotAllowed):
            await attempt
    assert (await desk.more(ticket, by)).acts == ("ticket.why",)
    assert (await desk.why(ticket)).number
    assert await office.actions(ticket) == ["create"]
    assert office.restored == []


async def test_only_the_owner_releases(office: Office) -> None:
    ticket = await office.ticket()
    with pytest.raises(Refused, match="Nobody has"):
        await office.desk.release(ticket, ANA)
    await office.desk.claim(ticket, ANA)
    with pytest.raises(LostRace, match="U0ANA"):
        await office.desk.release(ticket, BEN)
    await office.desk.release(ticket, ANA)
    assert (await office.row(ticket)).owner is None


async def test_taking_over_is_recorded_with_the_former_owner(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.claim(ticket, ANA)
    await office.desk.take_over(ticket, BEN)
    assert (await office.row(ticket)).owner == "U0BEN"
    assert (await office.events(ticket))[-1].details == {"from": "U0ANA"}


async def test_a_reassignment_tells_the_new_owner_once_with_a_masked_note(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.reassign(ticket, ANA, BEN, "Nora Quist waits, write to nora@customer.example")
    row = await office.row(ticket)
    assert row.owner == "U0BEN"
    async with office.db.read() as s:
        notice = await notices.owed(s, f"assigned:{ticket}:{row.version}")
    assert notice is not None
    assert notice.to == "U0BEN"
    assert "[person 1] waits, write to [e-mail address 1]" in notice.text
    assert "Nora" not in notice.text + str((await office.events(ticket))[-1].why)
    with pytest.raises(Refused, match="already"):
        await office.desk.reassign(ticket, ANA, BEN)


async def test_a_note_that_cannot_be_masked_is_withheld(office: Office) -> None:
    ticket = await office.ticket()
    office.masking.away = True
    await office.desk.close(ticket, ANA, "Solved without an answer", "Nora Quist called")
    event = (await office.events(ticket))[-1]
    assert event.why == "Solved without an answer: (a note that could not be checked for personal data)"


@pytest.mark.parametrize("to", [GUS, FAY, Person("U0BOT", "Bot", bot=True)])
async def test_nobody_outside_becomes_an_owner(office: Office, to: Person) -> None:
    ticket = await office.ticket()
    with pytest.raises(Refused, match="members"):
        await office.desk.reassign(ticket, ANA, to)


async def test_closed_reopened_dismissed_and_brought_back(office: Office) -> None:
    ticket, desk = await office.ticket(), office.desk
    await desk.close(ticket, ANA, "Answered")
    assert (await office.row(ticket)).status == "closed"
    with pytest.raises(InvalidTransition):
        await desk.close(ticket, BEN, "Answered")
    with pytest.raises(Refused, match="Reopen"):
        await desk.about_to_close(ticket, BEN)
    await desk.reopen(ticket, BEN)
    await desk.dismiss(ticket, BEN)
    assert (await office.row(ticket)).status == "dismissed"
    await desk.reopen(ticket, ANA)
    assert (await office.row(ticket)).status == "open"
    assert await office.actions(ticket) == ["create", "close", "reopen", "dismiss", "restore"]
    with pytest.raises(InvalidTransition):
        await desk.reopen(ticket, ANA)


async def test_more_shows_what_this_person_may_do_now(office: Office) -> None:
    ticket = await office.ticket()
    row = await office.row(ticket)
    looks, free = ("ticket.hide", "ticket.original", "ticket.export", "ticket.why"), Config()
    assert acts(row, ANA, free) == ("ticket.claim", "ticket.reassign", "ticket.close", "ticket.dismiss", *looks)
    await office.desk.claim(ticket, ANA)
    row = await office.row(ticket)
    assert acts(row, ANA, free)[0] == "ticket.release"
    assert acts(row, BEN, free)[0] == "ticket.take_over"
    await office.desk.close(ticket, ANA, "Answered")
    assert acts(await office.row(ticket), ANA, free) == ("ticket.reopen", *looks)
    shown = await office.desk.more(ticket, BEN, channel="C0TRIAGE", said="Done.")
    assert shown.gmail_url.startswith("https://mail.google.com/")


async def test_the_original_is_real_and_the_look_is_recorded_first(office: Office) -> None:
    ticket = await office.ticket()
    await office.customer_writes(ticket)
    shown = await office.desk.original(ticket, ANA)
    assert [mail.text for mail in shown.mails] == ["Still broken, says Nora Quist.", "It is Nora Quist. Help!"]
    assert shown.mails[0].sender == "Nora Quist <nora@customer.example>"
    look = (await office.events(ticket))[-1]
    assert (look.actor, look.action) == ("U0ANA", "view_original")
    async with office.db.read() as s:
        assert await events.verify(s, office.vault, ticket)


async def test_why_shows_what_was_read_and_that_the_record_is_whole(office: Office) -> None:
    ticket = await office.ticket(reasons=["the word offline"], confidence=0.7)
    await office.desk.claim(ticket, ANA)
    shown = await office.desk.why(ticket)
    assert shown.shown.text == "It is <PERSON_1>. Help!"
    assert shown.reasons == ("the word offline",)
    assert shown.intact
    assert any("<@U0ANA> claimed it" in line for line in shown.history)


async def test_bringing_back_goes_through_intake_under_the_persons_name(office: Office) -> None:
    message = await office.aside()
    ticket = await office.desk.restore(message, CHLOE)
    assert office.restored == [(message, "U0CHLOE")]
    assert (await office.row(ticket)).subject == "Brought back"


async def test_the_lists_count_what_is_there(office: Office) -> None:
    assert await office.desk.queue() == "Nothing is open. All quiet."
    first, _ = await office.ticket(), await office.ticket(priority="high")
    await office.aside()
    await office.desk.claim(first, ANA)
    await office.desk.approve(first, ANA, 1)
    await office.sent(first)
    said = await office.desk.queue("https://larkspur.slack.example/")
    assert "1 open ticket" in said
    assert "Sensor of [person 1] is offline" in said
    page = await office.desk.aside(ANA)
    assert ([mail.reason for mail in page.mails], page.total) == (["a newsletter"], 1)
    numbers = await office.desk.stats(7)
    assert "2 tickets opened, 1 set aside" in numbers
    assert "1 answer (1 as proposed, 0 edited)" in numbers
    assert "Median time to the first answer" in numbers
    assert "1 open (1 unclaimed, 0 overdue), 1 waiting" in numbers


async def test_a_ticket_that_is_not_there_is_refused_in_words(office: Office) -> None:
    nobody = UUID(int=1)
    with pytest.raises(Refused, match="not there"):
        await office.desk.more(nobody, ANA)
    with pytest.raises((Missing, Refused)):
        await office.desk.claim(nobody, ANA)
