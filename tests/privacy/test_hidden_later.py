"""What somebody hid stays hidden when the customer writes again, however they write it."""

from __future__ import annotations

from bot.app import Bot
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_person import Card
from tests.privacy.ears import database, finds, model_got, slack_got
from tests.scenario.conftest import Office

SENDER, SUBJECT = "Customer <someone@somewhere.example>", "Order LS-20418 is late"


async def test_the_next_mail_is_masked_too(office: Office) -> None:
    world = office.world
    async with office.open() as bot:
        await world.gmail.write(
            sender="Customer <someone@somewhere.example>",
            subject="Order LS-20418 is late",
            text="It goes to the wibbleton mill. When?",
        )
        card = await world.slack.card("LS-20418")
        await card.until(lambda c: "Approve & Send" in c.buttons)
        assert any("wibbleton" in text for text in card.thread()) or await told(world, card)
        await hide(world, card)
        await world.slack.eventually(lambda: not any(finds(text, "wibbleton") for text in card.thread()), what="the thread")
        calls, asked = len(world.slack.calls), len(world.model.calls)
        await again(world, bot)
        del world.slack.calls[:calls], world.model.calls[:asked]
        for seen in (slack_got(world), model_got(world), await database(bot.db)):
            assert not finds(seen, "wibbleton mill")


async def told(world: Sandbox, card: Card) -> bool:
    """Wait until the mail stands in the thread."""
    await world.slack.eventually(lambda: any("wibbleton" in text for text in card.thread()), what="the mail in the thread")
    return True


async def hide(world: Sandbox, card: Card) -> None:
    await card.click("More…", by="ana")
    more = await world.slack.view("ana")
    await more.click("Hide this")
    view = await world.slack.view("ana", title=more.title.replace("Ticket", "Hide on"))
    view.fill("What to hide", "Wibbleton  Mill")
    view.choose("What it is", "Something else")
    assert await view.submit() == {}
    assert "Masked in" in (await world.slack.view("ana", title="Hidden")).text


async def again(world: Sandbox, bot: Bot) -> None:
    """The customer writes once more, in the same thread."""
    thread = world.gmail.inbox[0].thread_id
    before = world.slack.messages("triage")
    await world.gmail.write(
        sender="Customer <someone@somewhere.example>",
        subject="Order LS-20418 is late",
        text="To the WIBBLETON\nMill, please!",
        thread=thread,
    )
    await world.slack.eventually(
        lambda: any("hidden 1" in world.slack.seen(m) for m in world.slack.messages("triage") if m not in before),
        what="the new mail, masked",
    )
