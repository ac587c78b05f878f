"""Approve & Send, Edit, Write reply and Retry: the only door through which a person's answer leaves."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.desk_reply import Conflict
from bot.errors import StaleDraft
from handlers.guard import Answer, Floor, update, wrong
from handlers.payload import Click, Submission, read
from modals import review


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the buttons and to the review's Send."""
    app.action("ticket.approve")(floor.clicked(approve))
    app.action("ticket.edit")(floor.clicked(edit))
    app.action("ticket.retry")(floor.clicked(retry))
    app.view(review.CALLBACK)(floor.submitted(send))


async def approve(floor: Floor, click: Click) -> None:
    """One click sends where the rules let it; otherwise the review opens, with the reasons or the newer draft."""
    person = await floor.person(click.place, click.stranger)
    target, channel = click.target, click.place.channel
    async with floor.showing(target.ticket) as ticket:
        try:
            outcome = await floor.desk.approve(ticket, person, target.revision, channel=channel)
        except StaleDraft as stale:
            outcome = await floor.desk.review(ticket, person, channel=channel, reasons=(str(stale),))
        if isinstance(outcome, review.ReviewData):
            await floor.open(click, review.view(outcome))


async def edit(floor: Floor, click: Click) -> None:
    """Open the review: the draft with real values put back, or an empty field where there is none."""
    person = await floor.person(click.place, click.stranger)
    data = await floor.desk.review(click.target.ticket, person, channel=click.place.channel)
    await floor.open(click, review.view(data))


async def retry(floor: Floor, click: Click) -> None:
    """Send a reply that failed once more, unchanged."""
    person = await floor.person(click.place, click.stranger)
    async with floor.showing(click.target.ticket) as ticket:
        await floor.desk.retry(ticket, person)


async def send(floor: Floor, sent: Submission) -> Answer:
    """What the person typed leaves exactly so, or nothing leaves and the modal says why and keeps the text."""
    typed = read(review.parse, sent)
    if not typed.text.joined().strip():
        return wrong(review.REPLY, "Nothing was sent: the reply is empty.")
    person = await floor.person(sent.place, sent.stranger)
    outcome = await floor.desk.send_edited(typed, person, sent.view_id)
    if isinstance(outcome, Conflict) and outcome.ask_take_over:
        return wrong(review.TAKE_OVER, "Nothing was sent: tick the box to take the ticket over, or leave it to them.")
    if isinstance(outcome, Conflict):
        return update(review.view(outcome.review), lambda: floor.show(typed.base.ticket))
    return Answer(then=lambda: floor.show(typed.base.ticket))
