"""Reassign: give a ticket to somebody, with a word to them."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.values import Person
from handlers.guard import Answer, Floor, clear, wrong
from handlers.payload import Click, Place, Submission, read
from modals import reassign


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the button and to the modal."""
    app.action("ticket.reassign")(floor.clicked(ask))
    app.view(reassign.CALLBACK)(floor.submitted(hand_over))


async def ask(floor: Floor, click: Click) -> None:
    """Open the modal that asks to whom."""
    person = await floor.person(click.place, click.stranger)
    ticket = await floor.desk.about_to_reassign(click.target.ticket, person)
    await floor.open(click, reassign.view(ticket.id, ticket.number, ticket.owner, click.place.channel))


async def hand_over(floor: Floor, sent: Submission) -> Answer:
    """Give the ticket to whom was picked; who cannot own one is refused at the field."""
    asked = read(reassign.parse, sent)
    if not asked.to:
        return wrong(reassign.TO, "Pick who gets the ticket.")
    person = await floor.person(sent.place, sent.stranger)
    to = await floor.person(Place(asked.to))
    if reason := unsuitable(to):
        return wrong(reassign.TO, reason)
    await floor.desk.reassign(asked.ticket, person, to, asked.note)
    return clear(lambda: floor.show(asked.ticket))


def unsuitable(person: Person) -> str:
    """Why somebody cannot own tickets, "" when they can."""
    if person.bot:
        return "An app cannot own a ticket."
    if person.guest:
        return "Guests can read tickets but not own them."
    return "" if person.local else "People of other organisations can read tickets but not own them."
