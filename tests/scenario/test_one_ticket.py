"""One mail from its arrival to a closed ticket, through the eyes of the people who work on it."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import Bot
from bot.sandbox.server import Sandbox
from tests.scenario.conftest import SAMPLES, Office

SENSOR = SAMPLES / "07-sensor-zero.eml"


async def test_a_mail_becomes_a_card_without_personal_data(world: Sandbox, bot: Bot) -> None:
    await world.gmail.write(
        sender="Nora Quist <nora.quist@quist.example>",
        subject="Sensor of Nora Quist is dead",
        text="Hello, this is Nora Quist. Call me at +44 20 7946 0958 about order LS-20418.\nRegards\nNora Quist",
    )
    card = await world.slack.card("LS-20418")
    everything = " ".join([card.text, card.blocks_text, *card.thread()])
    for private in ("Quist", "Nora", "nora.quist", "7946"):
        assert private not in everything
    assert card.buttons[0] == "Claim"
    assert len(card.buttons) <= 4


async def test_claim_approve_close_reopen(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    await card.click("Claim", by="ana")
    await card.until(lambda c: "Reassign" in c.buttons)
    await card.click("Approve & Send", by="ana")
    await world.gmail.eventually(lambda: world.gmail.sent, what="the reply")
    await card.until(lambda c: "Close" in c.buttons)
    (sent,) = world.gmail.sent
    assert sent.headers["In-Reply-To"]
    assert sent.text.count("The Larkspur team") == 1
    assert "<PERSON_1>" not in sent.text
    await card.click("Close", by="ana")
    await card.until(lambda c: c.buttons[:1] == ["Reopen"])
    await card.click("Reopen", by="ben")
    await card.until(lambda c: "Reopen" not in c.buttons)


async def test_two_people_claim_and_the_loser_hears_who_won(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    old = card.frozen()
    await asyncio.gather(old.click("Claim", by="ana"), old.click("Claim", by="ben"))
    await card.until(lambda c: "Reassign" in c.buttons)
    winner, loser = ("Ana", "ben") if "Ana" in card.blocks_text else ("Ben", "ana")
    await world.slack.eventually(lambda: world.slack.whispers(loser), what="a word to the loser")
    assert winner in world.slack.whispers(loser)[0]


async def test_a_double_click_sends_one_reply(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    old = card.frozen()
    await asyncio.gather(*(old.click("Approve & Send", by=who) for who in ("ana", "ana", "ben")))
    await card.until(lambda c: "Close" in c.buttons)
    assert len(world.gmail.sent) == 1


async def test_edit_sends_exactly_what_was_typed(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    await card.click("Edit", by="ben")
    view = await world.slack.view("ben")
    assert "<PERSON_" not in str(view.fields["Reply"])
    view.fill("Reply", "Hello,\n\nturn it off and on again: <b>really</b> & truly.")
    assert await view.submit() == {}
    await world.gmail.eventually(lambda: world.gmail.sent, what="the reply")
    assert "turn it off and on again: <b>really</b> & truly." in world.gmail.sent[0].text


async def test_reassign_tells_the_new_owner(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    await card.click("Claim", by="ana")
    await card.until(lambda c: "Reassign" in c.buttons)
    await card.click("Reassign", by="ana")
    view = await world.slack.view("ana")
    view.choose("Assign to", "U0CHLOE")
    assert await view.submit() == {}
    await card.until(lambda c: "Chloe" in c.blocks_text)
    await world.slack.eventually(lambda: world.slack.dms("chloe"), what="a DM")


@pytest.mark.parametrize("who", ["gus", "fay"])
async def test_guests_and_foreigners_look_and_do_not_act(world: Sandbox, bot: Bot, who: str) -> None:
    await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    for button in ("Claim", "Approve & Send", "Edit"):
        before = len(world.slack.whispers(who))
        await card.click(button, by=who)
        await world.slack.eventually(lambda seen=before: len(world.slack.whispers(who)) > seen, what="a word to the guest")
    assert card.buttons[0] == "Claim"
    assert world.gmail.sent == []


async def test_the_customer_writes_again(world: Sandbox, bot: Bot) -> None:
    await world.gmail.deliver(SENSOR)
    old = await world.slack.card("basil sensor")
    await old.click("Approve & Send", by="ana")
    await old.until(lambda c: "Close" in c.buttons)
    await world.gmail.answer_as_customer(world.gmail.sent[0], "That did not help at all. What else can I try?")
    await world.slack.eventually(lambda: world.slack.dms("ana"), what="a DM to the owner")
    await world.slack.eventually(lambda: old.buttons == [], what="the old card to become a link")
    new = await world.slack.card("basil sensor")
    assert new.ts != old.ts
    assert "Claim" in new.buttons or "Reassign" in new.buttons


async def test_a_colleague_answers_from_gmail(world: Sandbox, bot: Bot) -> None:
    message = await world.gmail.deliver(SENSOR)
    card = await world.slack.card("basil sensor")
    thread = next(mail.thread_id for mail in world.gmail.inbox if mail.id == message)
    await world.gmail.answer_as_colleague(thread, "I took care of it on the phone.")
    await card.until(lambda c: "Close" in c.buttons)
    assert "Gmail" in card.blocks_text


async def test_a_restart_goes_on_where_it_stopped(office: Office) -> None:
    world = office.world
    async with office.open():
        await world.gmail.deliver(SENSOR)
        card = await world.slack.card("basil sensor")
        await card.click("Claim", by="ana")
        await card.until(lambda c: "Reassign" in c.buttons)
    await world.gmail.deliver(SAMPLES / "03-lead.eml")
    async with office.open():
        await world.slack.card("[Lead]")
        await card.click("Approve & Send", by="ana")
        await card.until(lambda c: "Close" in c.buttons)
    assert len(world.gmail.sent) == 1
