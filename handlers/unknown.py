"""The catch-alls, registered last: whatever Slack sends that nobody listens to is acknowledged, so that no one sees an error."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers import errors
from handlers.guard import Floor
from handlers.payload import Click, Command, Unknown

log = logging.getLogger("triage.handlers")

_ANY = re.compile(".*", re.DOTALL)


def register_middleware(app: AsyncApp) -> None:
    """Acknowledge bodies of kinds that Bolt cannot route at all, and those that it stumbles over."""
    app.use(acknowledge_strangers)
    app.error(last_resort)


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


async def last_resort(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
    """What Bolt itself could not handle: acknowledged, and logged without the body that Bolt's own handler would print."""
    errors.record(error, "bolt")
    return BoltResponse(status=200) if response is not None else None


async def acknowledge_strangers(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
    """Bodies that no kind of listener can hear."""
    if hearable(body):
        await next_()
        return None
    log.info("acknowledged a body of an unknown kind")
    return BoltResponse(status=200)


def hearable(body: dict[str, Any]) -> bool:
    """Whether Bolt finds in a body what it looks for when it chooses a listener."""
    match body:
        case {"type": "block_actions", "actions": [{"action_id": str()}, *_]}:
            return True
        case {"type": "view_submission" | "view_closed", "view": {"type": "modal" | "home", "callback_id": str()}}:
            return True
        case {"type": "shortcut" | "message_action", "callback_id": str()} | {"type": "block_suggestion", "action_id": str()}:
            return True
        case {"type": "event_callback", "event": {"type": str()}} | {"command": str()}:
            return True
    return False
