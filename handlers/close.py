"""Close, Reopen and Not a ticket: the end of a ticket, and taking it back."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.ticket import Status
from handlers.guard import Answer, Floor, clear
from handlers.look import refreshed
from handlers.payload import Click, Submission, read
from modals import closing


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the buttons and to the Close modal."""
    app.action("ticket.close")(floor.clicked(ask))
    app.view(closing.CALLBACK)(floor.submitted(close))
    app.action("ticket.reopen")(floor.clicked(reopen))
    app.action("ticket.dismiss")(floor.clicked(dismiss))


async def ask(floor: Floor, click: Click) -> None:
    """Close at once after an answer: the reason is plain. Otherwise open the modal that asks for it."""
    person = await floor.person(click.place, click.stranger)
    ticket = await floor.desk.about_to_close(click.target.ticket, person)
    if ticket.status == Status.WAITING:
        async with floor.showing(ticket.id):
            await floor.desk.close(ticket.id, person, closing.REASONS["answered"])
        return await refreshed(floor, click, person, "Closed.")
    await floor.open(click, closing.view(ticket.id, ticket.number, click.place.channel))


async def close(floor: Floor, sent: Submission) -> Answer:
    """Close for the reason that was picked."""
    asked = read(closing.parse, sent)
    person = await floor.person(sent.place, sent.stranger)
    await floor.desk.close(asked.ticket, person, asked.reason, asked.note)
    return clear(lambda: floor.show(asked.ticket))


async def reopen(floor: Floor, click: Click) -> None:
    """Somebody has to do something after all."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.reopen(ticket, person)
    await refreshed(floor, click, person, "Reopened.")


async def dismiss(floor: Floor, click: Click) -> None:
    """It should not have become a ticket."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.dismiss(ticket, person)
    await refreshed(floor, click, person, "Put away as not a ticket.")
