"""Claim, Release and Take over: who a ticket belongs to."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.guard import Floor
from handlers.look import refreshed
from handlers.payload import Click


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the three buttons, on the card and in More…."""
    app.action("ticket.claim")(floor.clicked(claim))
    app.action("ticket.release")(floor.clicked(release))
    app.action("ticket.take_over")(floor.clicked(take_over))


async def claim(floor: Floor, click: Click) -> None:
    """Make a ticket that nobody has one's own."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.claim(ticket, person)
    await refreshed(floor, click, person, "It is yours now.")


async def release(floor: Floor, click: Click) -> None:
    """Give a ticket back."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.release(ticket, person)
    await refreshed(floor, click, person, "Released: anybody can claim it now.")


async def take_over(floor: Floor, click: Click) -> None:
    """Make somebody else's ticket one's own."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.take_over(ticket, person)
    await refreshed(floor, click, person, "It is yours now.")
