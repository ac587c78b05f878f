"""Slack's interactive bodies become types at the door; what is not ours raises Unknown, and the click is still answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from bot.errors import Refused

Body = Mapping[str, Any]
Form = TypeVar("Form")


class Unknown(Refused):
    """This button or window is from an older version of Triage. Please use the newest card."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands: what we say to them has to appear there."""

    user: str
    channel: str = ""  #: "" in a modal that does not know where it came from
    thread: str = ""  #: only when the click was on a reply in a thread
    view: str = ""  #: id of the modal that was clicked in
    callback: str = ""  #: that modal's callback id
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button, in a message or in a modal.

    In a message (`container.type` is "message"; in a modal it is "view", with `view` and without `channel` and `message`):

        {"type": "block_actions", "user": {"id": "U0ANA", "name": "ana", "team_id": "T0LARK"}, "trigger_id": "111.222.abc",
         "team": {"id": "T0LARK"}, "container": {"type": "message", "message_ts": "1763628000.000100",
         "channel_id": "C0TRIAGE", "is_ephemeral": false}, "channel": {"id": "C0TRIAGE", "name": "triage"},
         "message": {"ts": "1763628000.000100", "blocks": []}, "response_url": "https://hooks.slack.com/actions/T/1/abc",
         "actions": [{"type": "button", "action_id": "ticket.claim", "block_id": "act:1042:3",
                      "value": "{\\"t\\":\\"6f1c...\\",\\"v\\":3,\\"r\\":1}", "action_ts": "1763628010.123456"}]}
    """

    place: Place
    stranger: bool  #: the person belongs to another organisation
    trigger: str
    action: str
    value: str

    @property
    def target(self) -> Target:
        """The ticket of the button; raises Unknown when the value is not one of ours."""
        return Target.read(self.value)


@dataclass(frozen=True, slots=True)
class Target:
    """What a button carries: the ticket, and the versions of it and of its draft that were on the screen."""

    ticket: UUID
    version: int
    revision: int

    @classmethod
    def read(cls, value: str) -> Target:
        """Parse a button's value."""
        try:
            found = json.loads(value)
            return cls(UUID(str(found["t"])), int(found.get("v", 0)), int(found.get("r", 0)))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Unknown from None


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted modal.

    {"type": "view_submission", "user": {"id": "U0ANA", "team_id": "T0LARK"}, "team": {"id": "T0LARK"},
     "view": {"id": "V1", "callback_id": "draft.send", "private_metadata": "{\\"t\\":\\"6f1c...\\",\\"r\\":2}",
              "state": {"values": {"reply:0": {"text": {"type": "plain_text_input", "value": "Hi Ana"}}}}}}
    """

    place: Place
    stranger: bool
    view_id: str
    metadata: str
    values: Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; flat, and `text` is what follows the command's name.

    {"command": "/triage", "text": "stats 7d", "user_id": "U0ANA", "user_name": "ana", "team_id": "T0LARK",
     "channel_id": "C0TRIAGE", "channel_name": "triage", "trigger_id": "111.222.abc",
     "response_url": "https://hooks.slack.com/commands/T/1/abc"}
    """

    place: Place
    stranger: bool
    trigger: str
    text: str


def click(body: Body) -> Click:
    """Parse a block_actions body."""
    try:
        action = body["actions"][0]
        person = body["user"]
        return Click(
            place=place(body),
            stranger=_stranger(body, person),
            trigger=str(body.get("trigger_id") or ""),
            action=str(action["action_id"]),
            value=str(action.get("value") or ""),
        )
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unknown from None


def submission(body: Body) -> Submission:
    """Parse a view_submission body."""
    try:
        view = body["view"]
        return Submission(
            place=place(body),
            stranger=_stranger(body, body["user"]),
            view_id=str(view["id"]),
            metadata=str(view.get("private_metadata") or ""),
            values=(view.get("state") or {}).get("values") or {},
        )
    except (KeyError, TypeError, AttributeError):
        raise Unknown from None


def command(body: Body) -> Command:
    """Parse a slash command's body."""
    where = place(body)
    return Command(where, False, str(body.get("trigger_id") or ""), str(body.get("text") or "").strip())


def read(parse: Callable[[Mapping[str, Any], str], Form], sent: Submission) -> Form:
    """What a modal's `parse` makes of a submission; Unknown when the modal is from an older version."""
    try:
        return parse(sent.values, sent.metadata)
    except ValueError:
        raise Unknown from None


def place(body: Body) -> Place:
    """Where the person of any body stands; never raises, since errors are told there too."""
    user = _text(body.get("user"), "id") or str(body.get("user_id") or "")
    view = body.get("view")
    container = body.get("container")
    thread = _text(container, "thread_ts")
    return Place(
        user=user,
        channel=_text(body.get("channel"), "id") or str(body.get("channel_id") or "") or _origin(view),
        thread="" if thread == _text(container, "message_ts") else thread,
        view=_text(view, "id"),
        callback=_text(view, "callback_id"),
        response_url=str(body.get("response_url") or ""),
    )


def _origin(view: Any) -> str:
    """The channel from which a modal of ours was opened."""
    try:
        return _text(json.loads(_text(view, "private_metadata") or "{}"), "c")
    except ValueError:
        return ""


def _text(found: Any, key: str) -> str:
    return str(found.get(key) or "") if isinstance(found, Mapping) else ""


def _stranger(body: Body, person: Body) -> bool:
    """Whether Slack says that the person's home is another organisation than the one whose app this is."""
    theirs, ours = _text(person, "team_id"), _text(body.get("team"), "id")
    return bool(theirs and ours and theirs != ours)
