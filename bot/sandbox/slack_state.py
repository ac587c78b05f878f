"""The pretend workspace: people, channels, messages, views, and the short-lived keys that Slack hands out."""

from __future__ import annotations

import copy
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.changes import Changes
from bot.sandbox.slack_manifest import Manifest
from bot.sandbox.timings import Timings

Json = dict[str, Any]
Blocks = list[Json]
Kind = Literal["member", "guest", "foreign"]

TEAM, DOMAIN, TEAM_NAME, OTHER_TEAM = "T0LARK", "larkspur", "Larkspur", "T0OTHER"
BOT_USER, BOT_ID, APP = "U0TRIAGE", "B0TRIAGE", "A0TRIAGE"
KEPT_VERSIONS = 5
MOST_KEYS = 2_000  # trigger ids and response URLs remembered


@dataclass(slots=True)
class Person:
    id: str
    name: str
    real_name: str
    kind: Kind = "member"

    @property
    def team_id(self) -> str:
        return OTHER_TEAM if self.kind == "foreign" else TEAM


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: Literal["channel", "im"]
    members: set[str]
    archived: bool = False
    person: str = ""  # of an im: the human half


@dataclass(slots=True, eq=False)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: Blocks
    bot: bool = False
    thread_ts: str | None = None
    metadata: Json | None = None
    ephemeral_to: str | None = None
    edited: bool = False
    earlier: list[Blocks] = field(default_factory=list)  # what stale screens may still show
    words: str | None = None  # all that can be read in it, once somebody looked
    files: list[Json] = field(default_factory=list)  # what it shares

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def rewrite(self, text: str, blocks: Blocks) -> None:
        self.earlier = [self.blocks, *self.earlier][:KEPT_VERSIONS]
        self.edited = self.edited or (not blocks and text != self.text)
        self.text, self.blocks, self.words = text, blocks, None


@dataclass(slots=True)
class View:
    id: str
    user: str
    body: Json  # what the app sent: type, title, blocks, submit, close, callback_id, private_metadata, ...
    hash: str
    values: dict[str, Json]
    root: str
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def blocks(self) -> Blocks:
        blocks: Blocks = self.body["blocks"]
        return blocks


@dataclass(slots=True)
class Trigger:
    user: str
    expires: float
    view_id: str | None
    used: bool = False


@dataclass(slots=True)
class Hook:
    """What a response_url may still do."""

    channel: str
    user: str
    expires: float
    uses: int
    message: Message | None = None


@dataclass(slots=True)
class Note:
    """A complaint of the Slack client itself, such as an app that did not answer."""

    id: str
    text: str


def _cast() -> dict[str, Person]:
    people = [
        Person("U0ANA", "ana", "Ana Ruiz"),
        Person("U0BEN", "ben", "Ben Okafor"),
        Person("U0CHLOE", "chloe", "Chloe Martin"),
        Person("U0GUS", "gus", "Gus Webb", "guest"),
        Person("U0FAY", "fay", "Fay Lindqvist", "foreign"),
    ]
    return {person.id: person for person in people}


def _channels(people: dict[str, Person]) -> dict[str, Channel]:
    everybody, members = set(people), {person.id for person in people.values() if person.kind == "member"}
    channels = [
        Channel("C0TRIAGE", "triage", "channel", everybody | {BOT_USER}),
        Channel("C0ONCALL", "triage-oncall", "channel", members | {BOT_USER}),
        Channel("C0BILLING", "billing", "channel", members | {BOT_USER}),
        Channel("C0SALES", "sales", "channel", members | {BOT_USER}),
        Channel("C0GENERAL", "general", "channel", set(members)),
    ]
    return {channel.id: channel for channel in channels}


class Workspace:
    """Everything that the pretend Slack knows; whoever changes it calls `changed()`."""

    def __init__(self, manifest: Manifest, timings: Timings, changes: Changes) -> None:
        self.manifest, self.timings, self.changes = manifest, timings, changes
        self.base_url = ""
        self.bot_token, self.app_token = f"xoxb-0-0-{secrets.token_hex(12)}", f"xapp-1-{APP}-0-{secrets.token_hex(12)}"
        self.token_error: str | None = None  # what every call is told, e.g. "token_revoked"
        self.people = _cast()
        self.channels = _channels(self.people)
        self.messages: list[Message] = []
        self._by_ts: dict[tuple[str, str], Message] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}  # person -> open modals, the top one last
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.notes: dict[str, list[Note]] = {}
        self.read: dict[tuple[str, str], str] = {}
        self.publish: Callable[[Json], None] = lambda _event: None  # where events go; the socket side sets it
        self._count = itertools.count(1)
        self._last_micros = 0

    def changed(self) -> None:
        self.changes.changed()

    # -- keys -------------------------------------------------------------------------------------------------------

    def timestamp(self) -> str:
        """A message id as Slack makes them: unique and rising, whatever the clock does."""
        self._last_micros = max(self._last_micros + 1, time.time_ns() // 1000)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self._count):08d}"

    def hash(self) -> str:
        return f"{int(time.time())}.{secrets.token_hex(4)}"

    def trigger(self, user: str, view_id: str | None = None) -> str:
        name = f"{next(self._count)}.{time.time_ns() // 1_000_000}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(user, time.monotonic() + self.timings.trigger_seconds, view_id)
        _forget_oldest(self.triggers)
        return name

    def hook(self, channel: str, user: str, message: Message | None = None) -> str:
        name = secrets.token_urlsafe(18)
        expires = time.monotonic() + self.timings.hook_seconds
        self.hooks[name] = Hook(channel, user, expires, self.timings.hook_uses, message)
        _forget_oldest(self.hooks)
        return f"{self.base_url}/slack/hook/{name}"

    # -- finding ----------------------------------------------------------------------------------------------------

    def person(self, who: str) -> Person:
        """By id or by short name."""
        for person in self.people.values():
            if who.lower() in (person.id.lower(), person.name, person.real_name.lower()):
                return person
        raise LookupError(f"nobody is called {who!r}; there are {', '.join(p.name for p in self.people.values())}")

    def channel(self, which: str) -> Channel:
        """By id or by name, with or without #."""
        for channel in self.channels.values():
            if which.removeprefix("#") in (channel.id, channel.name):
                return channel
        raise LookupError(f"no channel {which!r}; there are {', '.join(c.name for c in self.channels.values())}")

    def im(self, user: str) -> Channel:
        """The direct conversation of the bot and a person; made when first needed."""
        channel_id = "D" + user.removeprefix("U")
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, user, "im", {user, BOT_USER}, person=user)
        return self.channels[channel_id]

    def message(self, channel: str, ts: str) -> Message | None:
        return self._by_ts.get((channel, ts))

    def replies(self, channel: str, ts: str) -> list[Message]:
        return [m for m in self.messages if m.channel == channel and m.thread_ts == ts and m.is_reply]

    def top_view(self, user: str) -> View | None:
        stack = self.stacks.get(user)
        return self.views[stack[-1]] if stack else None

    # -- changing ---------------------------------------------------------------------------------------------------

    def post(self, message: Message) -> Message:
        name_blocks(self, message.blocks)
        self.messages.append(message)
        self._by_ts[message.channel, message.ts] = message
        self.changed()
        return message

    def remove(self, message: Message) -> None:
        if self._by_ts.pop((message.channel, message.ts), None) is not None:
            self.messages.remove(message)
            self.changed()

    def note(self, user: str, text: str) -> None:
        self.notes.setdefault(user, []).append(Note(self.fresh("N"), text))
        self.changed()


def _forget_oldest(keys: dict[str, Any]) -> None:
    while len(keys) > MOST_KEYS:
        del keys[next(iter(keys))]


def name_blocks(workspace: Workspace, blocks: Blocks) -> Blocks:
    """Give every block and element the id that Slack gives those which have none."""
    for block in blocks:
        block.setdefault("block_id", workspace.fresh("b"))
        for element in interactive(block):
            element.setdefault("action_id", workspace.fresh("a"))
    return blocks


def interactive(block: Json) -> list[Json]:
    """The elements of a block that a person can use."""
    if block["type"] == "actions":
        return list(block["elements"])
    if block["type"] == "section" and "accessory" in block:
        return [block["accessory"]] if block["accessory"]["type"] != "image" else []
    if block["type"] == "input":
        return [block["element"]]
    return []


def copied(blocks: Blocks) -> Blocks:
    return copy.deepcopy(blocks)
