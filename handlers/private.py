"""Hide this, Open of an attachment, and Export: what touches real values beside the original itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from handlers import errors
from handlers.guard import Answer, Floor, update
from handlers.payload import Click, Submission, Unknown, read
from modals import hide
from modals.frame import result
from modals.original import OPEN


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the buttons and to the modal."""
    app.action("ticket.hide")(floor.clicked(ask))
    app.view(hide.CALLBACK)(floor.submitted(mask))
    app.action(OPEN)(floor.clicked(open_attachment))
    app.action("ticket.export")(floor.clicked(export))


async def ask(floor: Floor, click: Click) -> None:
    """Open the modal that asks what to hide."""
    person = await floor.person(click.place, click.stranger)
    ticket = await floor.desk.about_to_hide(click.target.ticket, person)
    await floor.open(click, hide.view(ticket.id, ticket.number, click.place.channel))


async def mask(floor: Floor, sent: Submission) -> Answer:
    """Hide what was typed; the answer takes the place of the modal, so that the value is gone from the screen."""
    asked = read(hide.parse, sent)
    person = await floor.person(sent.place, sent.stranger)
    places = await floor.desk.hide(asked.ticket, person, asked.value, asked.kind)
    return update(hide.done(places), lambda: floor.show(asked.ticket))


async def open_attachment(floor: Floor, click: Click) -> None:
    """Send one attachment to the person who asked, in their direct messages."""
    person = await floor.person(click.place, click.stranger)
    try:
        asked = json.loads(click.value)
        message, at = UUID(str(asked["m"])), int(asked["i"])
    except (KeyError, TypeError, ValueError):
        raise Unknown from None

    async def fetch() -> str:
        name, data = await floor.desk.attachment(click.target.ticket, person, message, at)
        said = "You opened this attachment. Only you can see it; please do not pass it on in a channel."
        await floor.slack.send_file(person.id, name, data, text=said)
        return "The attachment is in your direct messages with Triage. That you opened it is recorded."

    await _on_top(floor, click, "Attachment", fetch)
    await floor.show(click.target.ticket)


async def export(floor: Floor, click: Click) -> None:
    """Send everything about a ticket to the person who asked, in their direct messages."""
    person = await floor.person(click.place, click.stranger)

    async def fetch() -> str:
        number, found = await floor.desk.export(click.target.ticket, person)
        data = await asyncio.to_thread(_as_json, found)
        said = f"Your export of ticket #{number}: real names and addresses. Only you can see it."
        await floor.slack.send_file(person.id, f"ticket-{number}.json", data, text=said)
        return "The export is in your direct messages with Triage. That you made it is recorded."

    await _on_top(floor, click, "Export", fetch)
    await floor.show(click.target.ticket)


async def _on_top(floor: Floor, click: Click, title: str, fetch: Callable[[], Awaitable[str]]) -> None:
    """Say at once that it is on its way, in a window on top, since Slack does not wait; then what became of it."""
    window = await floor.open(click, result(title, "One moment…"))
    try:
        said = await fetch()
    except Exception as error:
        errors.record(error, title.lower())
        said = errors.sentence(error)
    await floor.slack.update_view(window, result(title, said))


def _as_json(found: dict[str, Any]) -> bytes:
    return json.dumps(found, default=str, ensure_ascii=False, indent=1).encode("utf-8", "replace")
