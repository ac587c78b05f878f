"""The catch-alls, registered last: whatever Slack sends that nobody listens to is acknowledged, so that no one sees an error."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.guard import Floor
from handlers.payload import Click, Command, Unknown

log = logging.getLogger("triage.handlers")

_ANY = re.compile(".*", re.DOTALL)
#: The bodies for which Bolt has a listener of some kind; the rest it answers with an unacknowledged 404.
_HEARD = frozenset({"block_actions", "block_suggestion", "view_submission", "view_closed", "shortcut", "message_action"})


def register_middleware(app: AsyncApp) -> None:
    """Acknowledge bodies of kinds that Bolt cannot route at all."""
    app.use(acknowledge_strangers)


def register(app: AsyncApp, floor: Floor) -> None:
    """Listen to everything; must come after all other listeners."""
    app.action("ticket.open_gmail")(acknowledge)
    app.action(_ANY)(floor.clicked(stale))
    app.view_submission(_ANY)(acknowledge)
    app.view_closed(_ANY)(acknowledge)
    app.shortcut(_ANY)(acknowledge)
    app.options(_ANY)(no_options)
    app.event(_ANY)(acknowledge)
    app.command(_ANY)(floor.commanded(not_ours))


async def acknowledge(ack: AsyncAck, body: dict[str, Any]) -> None:
    """Nothing to do, and that is fine."""
    await ack()
    log.debug("acknowledged kind=%s", body.get("type", "command"))


async def no_options(ack: AsyncAck) -> None:
    """We have no menu that asks us for its options."""
    await ack(options=[])


async def stale(floor: Floor, click: Click) -> None:
    """A button without a listener: of a select or link that needs nothing, or of an older version's card."""
    if click.value:
        raise Unknown


async def not_ours(floor: Floor, command: Command) -> str:
    """A slash command that was configured for the app but that it does not know."""
    return "This app listens to `/triage`. Try `/triage help`."


async def acknowledge_strangers(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
    """Bodies that no kind of listener can hear."""
    event = body.get("event")
    if body.get("type") in _HEARD or "command" in body or (isinstance(event, dict) and isinstance(event.get("type"), str)):
        await next_()
        return None
    log.info("acknowledged a body of an unknown kind")
    return BoltResponse(status=200)
