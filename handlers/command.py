"""The slash command: `/triage queue`, `aside`, `stats`, `help`; a wrong word gets the nearest right ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from handlers.guard import Floor
from handlers.payload import Click, Command, Unknown
from modals import answers, aside

_DAYS = re.compile(r"(\d{1,4})\s*(d|days?|w|weeks?)?", re.IGNORECASE)
_MOST_DAYS = 366


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to the command and to the buttons of the set-aside list."""
    app.command("/triage")(floor.commanded(triage))
    app.action(aside.RESTORE)(floor.clicked(bring_back))
    app.action(re.compile(re.escape(aside.PAGE) + r"\.(newer|older)"))(floor.clicked(turn_page))


async def triage(floor: Floor, command: Command) -> str:
    """Answer one command; "" when a modal answers."""
    word, _, rest = command.text.partition(" ")
    act = COMMANDS.get(word.lower() or "help")
    if act is None:
        return answers.unknown(word, difflib.get_close_matches(word.lower(), COMMANDS, n=2, cutoff=0.5))
    return await act(floor, command, rest.strip())


async def _queue(floor: Floor, command: Command, rest: str) -> str:
    return await floor.desk.queue(await floor.team_url())


async def _aside(floor: Floor, command: Command, rest: str) -> str:
    person = await floor.person(command.place, command.stranger)
    data = await floor.desk.aside(person, channel=command.place.channel, search=rest)
    await floor.slack.open_view(command.trigger, aside.view(data))
    return ""


async def _stats(floor: Floor, command: Command, rest: str) -> str:
    days = days_of(rest or "7d")
    if days is None:
        return f"How many days? For example `/triage stats 7d` (at most {_MOST_DAYS}d)."
    return await floor.desk.stats(days)


async def _help(floor: Floor, command: Command, rest: str) -> str:
    return answers.HELP


COMMANDS: dict[str, Callable[[Floor, Command, str], Awaitable[str]]] = {
    "queue": _queue,
    "aside": _aside,
    "stats": _stats,
    "help": _help,
}


def days_of(text: str) -> int | None:
    """The days in "7d", "7", "2w" or "2 weeks"; None for anything else."""
    found = _DAYS.fullmatch(text.strip())
    if found is None:
        return None
    days = int(found[1]) * (7 if (found[2] or "d").lower().startswith("w") else 1)
    return days if 1 <= days <= _MOST_DAYS else None


async def bring_back(floor: Floor, click: Click) -> None:
    """A set-aside mail becomes a ticket after all."""
    value, _, search = click.value.partition(" ")
    try:
        message = UUID(value)
    except ValueError:
        raise Unknown from None
    person = await floor.person(click.place, click.stranger)
    ticket = await floor.desk.restore(message, person)
    await floor.show(ticket)
    if click.place.callback == aside.CALLBACK:
        told = "Brought back: its card is on the way."
        data = await floor.desk.aside(person, channel=click.place.channel, said=told, search=search)
        await floor.slack.update_view(click.place.view, aside.view(data))


async def turn_page(floor: Floor, click: Click) -> None:
    """Older or newer set-aside mails."""
    offset, _, search = click.value.partition(" ")
    if not offset.isdecimal() or len(offset) > 9:
        raise Unknown
    person = await floor.person(click.place, click.stranger)
    data = await floor.desk.aside(person, channel=click.place.channel, offset=int(offset), search=search)
    await floor.slack.update_view(click.place.view, aside.view(data))
