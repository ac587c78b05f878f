"""More…, View original and Why: what one person may do and see."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.values import Person
from handlers.guard import Floor
from handlers.payload import Click
from modals import more, original, why


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the three buttons."""
    app.action("ticket.more")(floor.clicked(show_more))
    app.action("ticket.original")(floor.clicked(show_original))
    app.action("ticket.why")(floor.clicked(show_why))


async def show_more(floor: Floor, click: Click) -> None:
    """What this person may do to the ticket now."""
    person = await floor.person(click.place, click.stranger)
    data = await floor.desk.more(click.target.ticket, person, channel=click.place.channel)
    await floor.open(click, more.view(data))


async def show_original(floor: Floor, click: Click) -> None:
    """The customer's mails with real values; the look is recorded before anything is shown."""
    person = await floor.person(click.place, click.stranger)
    ticket = click.target.ticket
    window = await floor.open(click, original.view(await floor.desk.original(ticket, person)))
    if await floor.desk.scan_all(ticket):
        await floor.slack.update_view(window, original.view(await floor.desk.original(ticket, person, again=True)))


async def show_why(floor: Floor, click: Click) -> None:
    """The grounds of every decision about the ticket."""
    await floor.open(click, why.view(await floor.desk.why(click.target.ticket)))


async def refreshed(floor: Floor, click: Click, person: Person, done: str) -> None:
    """After an act in the More… modal: the same modal with what happened on top and what can be done now."""
    if click.place.callback != more.CALLBACK:
        return
    data = await floor.desk.more(click.target.ticket, person, channel=click.place.channel, said=done)
    await floor.slack.update_view(click.place.view, more.view(data))
