"""The pretend Slack as a whole: what tests, the smoke run and the page hold in their hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.sandbox import slack_conversations, slack_text
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Faults
from bot.sandbox.slack_acts import Acts, ClickResult
from bot.sandbox.slack_api import Call, WebApi
from bot.sandbox.slack_files import File
from bot.sandbox.slack_hooks import Hooks
from bot.sandbox.slack_manifest import Manifest
from bot.sandbox.slack_person import Card, Modal
from bot.sandbox.slack_socket import SocketMode
from bot.sandbox.slack_state import BOT_USER, Message, Workspace
from bot.sandbox.timings import Timings


class SlackWorld:
    def __init__(self, manifest: Manifest, timings: Timings, changes: Changes) -> None:
        self.workspace = Workspace(manifest, timings, changes)
        self.faults = Faults()
        self.api = WebApi(self.workspace, self.faults)
        self.sockets = SocketMode(self.workspace, self.api)
        self.hooks = Hooks(self.workspace, self.api)
        self.acts = Acts(self.workspace, self.sockets)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/slack/api/{method}", self.api.handle),
            web.get("/slack/link/", self.sockets.handle),
            web.post("/slack/hook/{id}", self.hooks.handle),
            *self.api.files.routes(),
        ]

    # -- looking ----------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """Everything the app sent, in order: Web API calls, acknowledgements (`ack`), response URLs (`response_url`)."""
        return self.api.calls

    @property
    def connected(self) -> bool:
        return self.sockets.connected

    def messages(self, channel: str) -> list[Message]:
        """What everybody in a channel can read, threads included, oldest first."""
        where = self.workspace.channel(channel).id
        return [m for m in self.workspace.messages if m.channel == where and m.ephemeral_to is None]

    def seen(self, message: Message) -> str:
        return slack_text.seen(self.workspace, message)

    def whispers(self, user: str | None = None) -> list[str]:
        """What only one person could read: ephemeral messages and answers to commands."""
        who = self.workspace.person(user).id if user else None
        hidden = [m for m in self.workspace.messages if m.ephemeral_to is not None and who in (None, m.ephemeral_to)]
        return [self.seen(message) for message in hidden]

    def dms(self, user: str) -> list[str]:
        """What the bot wrote to a person directly."""
        where = self.workspace.im(self.workspace.person(user).id).id
        return [self.seen(m) for m in self.workspace.messages if m.channel == where and m.bot and m.ephemeral_to is None]

    def files(self, user: str) -> list[File]:
        """What the bot sent to a person directly, oldest first."""
        where = self.workspace.im(self.workspace.person(user).id).id
        return [file for file in self.api.files.by_id.values() if where in file.shared_in]

    def notes(self, user: str) -> list[str]:
        """Complaints of the Slack client itself, such as an app that did not answer."""
        return [note.text for note in self.workspace.notes.get(self.workspace.person(user).id, [])]

    async def eventually(self, true: Callable[[], object], timeout: float = 15, what: str = "something to become true") -> None:
        await self.workspace.changes.until(true, timeout, lambda: what)

    async def card(self, text: str, channel: str | None = None, timeout: float = 15) -> Card:
        """The newest message of the bot in a channel that contains `text`; one with buttons before one without."""
        where = self.workspace.channel(channel).id if channel else None

        def fits(message: Message) -> bool:
            public = self.workspace.channels[message.channel].kind == "channel" and message.ephemeral_to is None
            return public and not message.is_reply and where in (None, message.channel)

        return await self._newest("card", text, fits, timeout)

    async def whisper(self, user: str, text: str = "", timeout: float = 15) -> Card:
        """The newest ephemeral message to a person, to be clicked."""
        who = self.workspace.person(user).id
        return await self._newest(f"whisper to {user}", text, lambda message: message.ephemeral_to == who, timeout)

    async def dm(self, user: str, text: str = "", timeout: float = 15) -> Card:
        """The newest message of the bot in the conversation with a person."""
        where = self.workspace.im(self.workspace.person(user).id).id
        return await self._newest(f"message to {user}", text, lambda message: message.channel == where, timeout)

    async def _newest(self, kind: str, text: str, fits: Callable[[Message], bool], timeout: float) -> Card:
        found: list[Message] = []

        def look() -> bool:
            candidates = [m for m in self.workspace.messages if m.bot and fits(m) and text in slack_text.words(self.workspace, m)]
            found[:] = sorted(candidates, key=lambda m: (self._has_buttons(m), m.ts))
            return bool(found)

        await self.workspace.changes.until(look, timeout, lambda: f"a {kind} with {text!r}; there are:\n{self._overview()}")
        return Card(self.workspace, self.acts, found[-1])

    def _has_buttons(self, message: Message) -> bool:
        return bool(slack_text.labels(self.workspace, message.blocks))

    def _overview(self) -> str:
        lines = [f"#{self.workspace.channels[m.channel].name}: {m.text[:100]}" for m in self.workspace.messages]
        failed = [f"{call.method} failed: {call.error}" for call in self.calls if call.error][-10:]
        return "\n".join([*lines, *failed]) or "no messages at all"

    async def view(self, user: str, timeout: float = 15, title: str | None = None) -> Modal:
        """The top modal of a person, with that title if one is given."""
        who = self.workspace.person(user).id

        def look() -> bool:
            top = self.workspace.top_view(who)
            return top is not None and title in (None, top.body["title"]["text"])

        notes = self.workspace.notes
        words = f"a modal for {user}" + (f" called {title!r}" if title else "")
        await self.workspace.changes.until(look, timeout, lambda: f"{words}; notes: {notes.get(who, [])}")
        top = self.workspace.top_view(who)
        assert top is not None
        return Modal(self.workspace, self.acts, top)

    def home(self, user: str) -> str:
        """What the Home tab of a person shows; empty before it was published."""
        view = self.workspace.homes.get(self.workspace.person(user).id)
        return slack_text.blocks_text(self.workspace, view.blocks) if view else ""

    # -- doing ------------------------------------------------------------------------------------------------------

    async def slash(self, user: str, line: str, channel: str = "triage") -> ClickResult:
        return await self.acts.slash(self.workspace.person(user).id, line, channel)

    async def say(self, user: str, text: str, channel: str = "triage", thread_ts: str | None = None) -> Message:
        return self.acts.say(user, text, channel, thread_ts)

    async def tell_bot(self, user: str, text: str, thread_ts: str | None = None) -> Message:
        """Write to the bot directly."""
        return self.acts.say(user, text, self.workspace.im(self.workspace.person(user).id).id, thread_ts)

    async def open_home(self, user: str, tab: str = "home") -> None:
        self.acts.open_home(user, tab)

    async def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> ClickResult:
        return await self.acts.shortcut(user, callback_id, message)

    # -- what an admin, or bad luck, does ---------------------------------------------------------------------------

    def disconnect_sockets(self, reason: str = "refresh_requested") -> asyncio.Task[None]:
        """End every connection; need not be awaited. Reason "drop" cuts the line without a frame."""
        return self.sockets.disconnect(reason)

    def invite_bot(self, channel: str, by: str = "ana") -> None:
        slack_conversations.joined(self.workspace, self.workspace.channel(channel), self.workspace.person(by).id)

    def remove_bot(self, channel: str) -> None:
        self.workspace.channel(channel).members.discard(BOT_USER)
        self.workspace.changed()

    def archive(self, channel: str) -> None:
        self.workspace.channel(channel).archived = True
        self.workspace.changed()

    def delete_message(self, ts: str) -> None:
        for message in [m for m in self.workspace.messages if m.ts == ts]:
            self.workspace.remove(message)

    def revoke_token(self, error: str = "token_revoked") -> None:
        self.workspace.token_error = error

    def environment(self) -> dict[str, str]:
        """The settings that point an app at this Slack."""
        base = f"{self.workspace.base_url}/slack/api/"
        return {"SLACK_BOT_TOKEN": self.workspace.bot_token, "SLACK_APP_TOKEN": self.workspace.app_token, "SLACK_API_URL": base}
