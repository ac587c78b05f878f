"""What a person does in the pretend Slack, and what the client does with the answer of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import slack_chat, slack_payloads, slack_shapes, slack_values, slack_views
from bot.sandbox.slack_args import Refused
from bot.sandbox.slack_socket import SocketMode
from bot.sandbox.slack_state import BOT_USER, Blocks, Json, Message, Person, View, Workspace, interactive

TROUBLE = "We had some trouble connecting. Try again?"
UNPREPARED = "This app is not configured to handle interactive responses."


@dataclass(frozen=True, slots=True)
class ClickResult:
    """Whether the app acknowledged in time; `error` is what the person saw otherwise."""

    acked: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class SubmitResult:
    errors: dict[str, str] = field(default_factory=dict)  # block id -> words
    error: str = ""  # what the person saw when the app did not answer, or answered nonsense

    @property
    def ok(self) -> bool:
        return not self.errors and not self.error


class Acts:
    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self.workspace, self.sockets = workspace, sockets

    # -- clicks -----------------------------------------------------------------------------------------------------

    async def click_message(self, user: str, message: Message, block_id: str, element: Json, chosen: Json) -> ClickResult:
        entry = slack_payloads.action(block_id, element, chosen)
        person = self.workspace.person(user)
        return await self._interact(user, slack_payloads.message_action(self.workspace, person, message, entry))

    async def click_view(self, user: str, view: View, block_id: str, element: Json, chosen: Json) -> ClickResult:
        entry = slack_payloads.action(block_id, element, chosen)
        person = self.workspace.person(user)
        return await self._interact(user, slack_payloads.view_action(self.workspace, person, view, entry))

    async def _interact(self, user: str, payload: Json) -> ClickResult:
        words = TROUBLE if self.workspace.manifest.interactive else UNPREPARED
        acked = self.workspace.manifest.interactive and (await self.sockets.deliver("interactive", payload))[0]
        if not acked:
            self.workspace.note(user, f"{self.workspace.manifest.name} did not respond. {words}")
        return ClickResult(acked, "" if acked else words)

    # -- modals -----------------------------------------------------------------------------------------------------

    async def submit(self, user: str, view: View, *, force: bool = False) -> SubmitResult:
        """Press the submit button; `force` skips what the client would refuse by itself."""
        view.errors = {} if force else slack_values.unfinished(view.blocks, view.values)
        if view.errors:
            self.workspace.changed()
            return SubmitResult(view.errors)
        payload = slack_payloads.view_submission(self.workspace, self.workspace.person(user), view)
        acked, answer = await self.sockets.deliver("interactive", payload)
        if not acked:
            self.workspace.note(user, f"{self.workspace.manifest.name} did not respond. {TROUBLE}")
            return SubmitResult(error=TROUBLE)
        if view.id not in self.workspace.views:
            return SubmitResult()
        try:
            return self._answered(view, answer or {})
        except Refused as refused:
            return SubmitResult(error=self._refused(user, refused))

    def _refused(self, user: str, refused: Refused) -> str:
        words = f"The app's answer was refused: {refused.error} {' '.join(refused.messages)}".strip()
        self.workspace.note(user, words)
        return words

    def _answered(self, view: View, answer: Json) -> SubmitResult:
        action = answer.get("response_action")
        if action is None:
            slack_views.close(self.workspace, view)
        elif action == "clear":
            for closed in slack_views.close(self.workspace, view, everything=True):
                if closed is not view:
                    self._tell_closed(closed, cleared=True)
        elif action == "update":
            slack_views.replace(self.workspace, view, slack_views.checked(answer.get("view") or {}, "modal"))
        elif action == "push":
            slack_views.add(self.workspace, view.user, slack_views.checked(answer.get("view") or {}, "modal"), view)
        elif action == "errors":
            return self._faulted(view, answer.get("errors"))
        else:
            raise Refused("invalid_response_action")
        return SubmitResult()

    def _faulted(self, view: View, errors: Any) -> SubmitResult:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
            raise Refused("invalid_arguments", ["[ERROR] errors must name block ids of input blocks"])
        view.errors = {name: str(words) for name, words in errors.items()}
        self.workspace.changed()
        return SubmitResult(view.errors)

    async def close(self, view: View) -> None:
        """The person closes the top view."""
        everything = bool(view.body.get("clear_on_close"))
        for closed in slack_views.close(self.workspace, view, everything=everything):
            self._tell_closed(closed, cleared=everything)

    def _tell_closed(self, view: View, *, cleared: bool) -> None:
        if view.body.get("notify_on_close"):
            payload = slack_payloads.view_closed(self.workspace.person(view.user), view, cleared=cleared)
            self.sockets.spawn(self.sockets.deliver("interactive", payload))

    # -- commands and shortcuts -------------------------------------------------------------------------------------

    async def slash(self, user: str, line: str, channel: str) -> ClickResult:
        person, where = self.workspace.person(user), self.workspace.channel(channel)
        name, _, text = line.partition(" ")
        command = self.workspace.manifest.commands.get(name)
        if command is None:
            self.workspace.note(user, f"{name} is not a valid command.")
            return ClickResult(False, f"{name} is not a valid command.")
        text = self.encoded(text.strip(), names=True) if command.should_escape else text.strip()
        payload = slack_payloads.command(self.workspace, person, where, name, text)
        acked, answer = await self.sockets.deliver("slash_commands", payload)
        if not acked:
            words = f"{name} failed because the app did not respond."
            self.workspace.note(user, words)
            return ClickResult(False, words)
        if not answer:
            return ClickResult(True)
        try:
            respond(self.workspace, where.id, person.id, answer)
        except Refused as refused:
            return ClickResult(True, self._refused(user, refused))
        return ClickResult(True)

    async def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> ClickResult:
        person, known = self.workspace.person(user), self.workspace.manifest.shortcuts.get(callback_id)
        if known is None or (known.kind == "message") != (message is not None):
            raise LookupError(f"the manifest has no such shortcut: {callback_id}")
        if message is None:
            return await self._interact(user, slack_payloads.shortcut(self.workspace, person, callback_id))
        return await self._interact(user, slack_payloads.message_shortcut(self.workspace, person, callback_id, message))

    # -- writing ----------------------------------------------------------------------------------------------------

    def say(self, user: str, text: str, channel: str, thread_ts: str | None = None) -> Message:
        person, where = self.workspace.person(user), self.workspace.channel(channel)
        if person.id not in where.members:
            raise LookupError(f"{person.name} is not in {where.name}")
        if where.kind == "im" and not self.workspace.manifest.hears:
            raise LookupError("Sending messages to this app has been turned off.")
        parent = self.workspace.message(where.id, thread_ts) if thread_ts else None
        encoded = self.encoded(text)
        message = Message(where.id, self.workspace.timestamp(), person.id, encoded, [])
        if parent is not None:
            message.thread_ts = parent.thread_ts or parent.ts
        self.workspace.post(message)
        self.workspace.read[person.id, where.id] = message.ts
        for kind in self._events_of(where.id, encoded):
            self.workspace.publish(self._event(kind, message))
        return message

    def _events_of(self, channel: str, text: str) -> Iterator[str]:
        if BOT_USER in self.workspace.channels[channel].members:
            yield "message"
            if f"<@{BOT_USER}>" in text and self.workspace.channels[channel].kind == "channel":
                yield "app_mention"

    def _event(self, kind: str, message: Message) -> Json:
        channel = self.workspace.channels[message.channel]
        shape = slack_shapes.message(self.workspace, message)
        shape |= {"client_msg_id": f"msg-{message.ts}", "channel": channel.id, "event_ts": message.ts}
        shape["blocks"] = rich_text(self.workspace, message)
        if kind == "message":
            return {**shape, "channel_type": channel.kind}
        return {**shape, "type": "app_mention"}

    def encoded(self, text: str, *, names: bool = False) -> str:
        """A typed line as Slack stores it: escaped, mentions as ids."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for person in self.workspace.people.values():
            mention = f"<@{person.id}|{person.name}>" if names else f"<@{person.id}>"
            text = re.sub(rf"@(?:{re.escape(person.real_name)}|{person.name})\b", mention, text, flags=re.IGNORECASE)
        if names:
            for channel in self.workspace.channels.values():
                if channel.kind == "channel":
                    text = re.sub(rf"#{re.escape(channel.name)}(?![\w-])", f"<#{channel.id}|{channel.name}>", text)
        bot = f"<@{BOT_USER}|{self.workspace.manifest.name}>" if names else f"<@{BOT_USER}>"
        return re.sub(rf"@{re.escape(self.workspace.manifest.name)}\b", bot, text, flags=re.IGNORECASE)

    def open_home(self, user: str, tab: str = "home") -> None:
        person = self.workspace.person(user)
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": self.workspace.im(person.id).id, "tab": tab}
        event["event_ts"] = self.workspace.timestamp()
        home = self.workspace.homes.get(person.id)
        if tab == "home" and home is not None:
            event["view"] = slack_shapes.view(home)
        self.workspace.publish(event)


def rich_text(workspace: Workspace, message: Message) -> Blocks:
    """The rich_text block that the Slack client makes of a typed message."""
    leaves: list[Json] = []
    for part in re.split(r"(<@\w+>)", message.text):
        if part.startswith("<@"):
            leaves.append({"type": "user", "user_id": part[2:-1]})
        elif part:
            leaves.append({"type": "text", "text": part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")})
    section = {"type": "rich_text_section", "elements": leaves}
    return [{"type": "rich_text", "block_id": workspace.fresh("b"), "elements": [section]}]


def respond(workspace: Workspace, channel: str, user: str, answer: Json, about: Message | None = None) -> None:
    """Do what an answer to a command or to a response_url says: whisper, post, replace, delete."""
    if answer.get("delete_original"):
        if about is not None:
            workspace.remove(about)
        return
    text, blocks = str(answer.get("text") or ""), slack_chat.checked(workspace, answer.get("blocks") or [])
    if not text and not blocks:
        raise Refused("no_text")
    if answer.get("replace_original") and about is not None:
        about.rewrite(text, blocks)
        workspace.changed()
        return
    message = Message(channel, workspace.timestamp(), BOT_USER, text, blocks, bot=True)
    message.ephemeral_to = None if answer.get("response_type") == "in_channel" else user
    if answer.get("thread_ts"):
        message.thread_ts = str(answer["thread_ts"])
    workspace.post(message)


def find_action(blocks: Blocks, earlier: list[Blocks], block_id: str, action_id: str) -> Json | None:
    """The element on the screen, or on a screen that was not yet redrawn."""
    for version in (blocks, *earlier):
        for block in version:
            if block.get("block_id") == block_id:
                for element in interactive(block):
                    if element["action_id"] == action_id:
                        return element
    return None


def person_sees(workspace: Workspace, person: Person, message: Message) -> bool:
    return message.ephemeral_to in (None, person.id) and person.id in workspace.channels[message.channel].members
