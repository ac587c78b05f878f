"""The ticket machine: statuses, actions and the only table of what leads where. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import InvalidTransition


class Status(StrEnum):
    """Where a ticket stands. Owner, needs-review and escalated are columns of their own."""

    OPEN = "open"  #: somebody has to do something
    WAITING = "waiting"  #: we answered; the customer's turn
    SNOOZED = "snoozed"  #: comes back by itself
    CLOSED = "closed"  #: done; a customer's new mail opens it again
    DISMISSED = "dismissed"  #: was not a ticket at all


class Action(StrEnum):
    """What can happen to a ticket; the names are those of the event rows."""

    CREATE = "create"
    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    REASSIGN = "reassign"
    EDIT = "edit"  #: a person wrote a new draft revision
    APPROVE = "approve"  #: a reply row was made; it has not left yet
    REPLIED = "replied"  #: an answer left
    ACKNOWLEDGED = "acknowledged"  #: an acknowledgement left; status stays
    SEND_FAILED = "send_failed"
    ANSWERED_ELSEWHERE = "answered_elsewhere"  #: a colleague answered from Gmail itself
    CUSTOMER_WROTE = "customer_wrote"
    NOTED = "noted"  #: a mail that does not need a person (thanks, out-of-office) joined the thread
    CLOSE = "close"
    REOPEN = "reopen"
    DISMISS = "dismiss"
    RESTORE = "restore"  #: brought back from the set-aside list, or not-a-ticket undone
    ERASE = "erase"  #: its text and everything personal was erased; no way leads back
    RESIGN = "resign"  #: the keys were lost, and the history up to here was signed anew with others
    VIEW_ORIGINAL = "view_original"  #: somebody looked at the real mail; recorded, and changes nothing
    OPEN_ATTACHMENT = "open_attachment"  #: somebody was sent an attachment; changes nothing
    EXPORT = "export"  #: somebody was sent everything about the ticket; changes nothing
    HIDE = "hide"  #: somebody hid a value that the masking had missed


_O, _W, _S, _C, _D = Status.OPEN, Status.WAITING, Status.SNOOZED, Status.CLOSED, Status.DISMISSED

TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (_O, Action.CLAIM): _O,
    (_W, Action.CLAIM): _W,
    (_S, Action.CLAIM): _S,
    (_O, Action.RELEASE): _O,
    (_W, Action.RELEASE): _W,
    (_S, Action.RELEASE): _S,
    (_O, Action.TAKE_OVER): _O,
    (_W, Action.TAKE_OVER): _W,
    (_S, Action.TAKE_OVER): _S,
    (_O, Action.REASSIGN): _O,
    (_W, Action.REASSIGN): _W,
    (_S, Action.REASSIGN): _S,
    (_O, Action.EDIT): _O,
    (_W, Action.EDIT): _W,
    (_S, Action.EDIT): _S,
    (_O, Action.APPROVE): _O,
    (_W, Action.APPROVE): _W,
    (_S, Action.APPROVE): _S,
    # A reply that left stays a fact whatever happened to the ticket meanwhile.
    (_O, Action.REPLIED): _W,
    (_W, Action.REPLIED): _W,
    (_S, Action.REPLIED): _W,
    (_C, Action.REPLIED): _C,
    (_D, Action.REPLIED): _D,
    (_O, Action.ACKNOWLEDGED): _O,
    (_W, Action.ACKNOWLEDGED): _W,
    (_S, Action.ACKNOWLEDGED): _S,
    (_C, Action.ACKNOWLEDGED): _C,
    (_D, Action.ACKNOWLEDGED): _D,
    (_O, Action.SEND_FAILED): _O,
    (_W, Action.SEND_FAILED): _O,
    (_S, Action.SEND_FAILED): _O,
    (_C, Action.SEND_FAILED): _O,
    (_D, Action.SEND_FAILED): _O,
    (_O, Action.ANSWERED_ELSEWHERE): _W,
    (_W, Action.ANSWERED_ELSEWHERE): _W,
    (_S, Action.ANSWERED_ELSEWHERE): _W,
    (_C, Action.ANSWERED_ELSEWHERE): _C,
    (_D, Action.ANSWERED_ELSEWHERE): _D,
    (_O, Action.CUSTOMER_WROTE): _O,
    (_W, Action.CUSTOMER_WROTE): _O,
    (_S, Action.CUSTOMER_WROTE): _O,
    (_C, Action.CUSTOMER_WROTE): _O,
    (_D, Action.CUSTOMER_WROTE): _O,
    (_O, Action.NOTED): _O,
    (_W, Action.NOTED): _W,
    (_S, Action.NOTED): _S,
    (_C, Action.NOTED): _C,
    (_D, Action.NOTED): _D,
    (_O, Action.CLOSE): _C,
    (_W, Action.CLOSE): _C,
    (_S, Action.CLOSE): _C,
    (_W, Action.REOPEN): _O,
    (_S, Action.REOPEN): _O,
    (_C, Action.REOPEN): _O,
    (_D, Action.RESTORE): _O,
    (_O, Action.DISMISS): _D,
    (_W, Action.DISMISS): _D,
    (_S, Action.DISMISS): _D,
    **{(status, Action.HIDE): status for status in Status},
}


def allowed(status: Status, action: Action) -> bool:
    """Whether a ticket in `status` can undergo `action`."""
    return (status, action) in TRANSITIONS


def after(status: Status, action: Action) -> Status:
    """The status after `action`; raises InvalidTransition when the table has no such pair."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise InvalidTransition(status, action) from None


class ReplyStatus(StrEnum):
    """The life of one approved reply."""

    PROPOSED = "proposed"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"


#: A ticket has at most one reply in one of these states at a time.
REPLY_IN_FLIGHT = frozenset({ReplyStatus.PROPOSED, ReplyStatus.HELD, ReplyStatus.SENDING, ReplyStatus.UNCERTAIN})
