"""The one place that tells a person what went wrong: what happened, whether anything was sent, and what to do."""

from __future__ import annotations

import logging
from uuid import uuid4

from bot.clients.slack import SlackClient
from bot.errors import AuthFailed, Permanent, Refused, StoreError, Temporary, TriageError, VendorError
from handlers.payload import Place
from modals.frame import result

log = logging.getLogger("triage.handlers")

#: Modals that hold no typed text: an error may replace what they show.
_REPLACEABLE = frozenset({"ticket.more", "ticket.why", "ticket.original", "aside.list", "loading", "said"})


def sentence(error: BaseException) -> str:
    """What to tell a person about `error`, in mrkdwn of ours; nothing of a vendor's or the customer's words is in it."""
    match error:
        case Refused():
            return str(error)
        case AuthFailed():
            return (
                "An outside service refuses our credentials. Nothing was done; please tell an admin (`triage check` says more)."
            )
        case Permanent(code="expired_trigger_id" | "exchanged_trigger_id" | "invalid_trigger_id"):
            return "Slack did not wait for the window to open. Nothing was done; please click again."
        case TimeoutError():
            return "That took too long. Please look at the card before trying again."
        case Temporary():
            return "That could not be done right now: an outside service is busy. Nothing was done; please try again."
        case StoreError():
            return f"Nothing was done. {error}"
        case VendorError():
            return "An outside service refused that. Nothing more was done; please look at the card before trying again."
        case TriageError():
            return f"That did not work. {error}"
        case _:
            return "That did not work, because of a mistake in Triage. Please look at the card before trying again."


def record(error: BaseException, what: str) -> None:
    """Log a failure: refusals are everyday, the rest is for an admin. Messages of foreign exceptions may hold personal data."""
    match error:
        case Refused():
            log.info("refused what=%s kind=%s", what, type(error).__name__)
        case TriageError():
            log.warning("failed what=%s kind=%s", what, type(error).__name__)
        case _:
            where = _where(error)
            log.error("failed what=%s kind=%s at=%s", what, type(error).__name__, where)


def _where(error: BaseException) -> str:
    """The innermost line of the traceback, without its values."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno}" if step else "?"


async def tell(slack: SlackClient, place: Place, text: str) -> None:
    """Say `text` to one person where they stand; the last resort is a DM. Never raises: the act itself is over."""
    try:
        await _tell(slack, place, text)
    except Exception as error:
        record(error, "tell")


async def _tell(slack: SlackClient, place: Place, text: str) -> None:
    if place.view and place.callback in _REPLACEABLE:
        try:
            await slack.update_view(place.view, result("Triage", text))
            return
        except VendorError as error:  # closed meanwhile
            record(error, "update view")
    if place.channel and place.user:
        try:
            await slack.whisper(place.channel, place.user, text, place.thread or None)
            return
        except VendorError as error:
            record(error, "whisper")
    if place.user:
        await slack.post(await slack.dm(place.user), (), text, key=str(uuid4()))
