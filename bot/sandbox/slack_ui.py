"""What the page asks of the pretend Slack: one person's view of it as JSON, and everything a person can do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox import slack_shapes, slack_values
from bot.sandbox import slack_state as slack
from bot.sandbox.slack import SlackWorld
from bot.sandbox.slack_acts import ClickResult, find_action, person_sees
from bot.sandbox.slack_manifest import Command
from bot.sandbox.slack_socket import SocketMode
from bot.sandbox.slack_state import Channel, Json, Message, Person, View, Workspace

MOST_SHOWN = 300  # of a channel, the newest
GONE = "That button is not there any more."
CHOSEN = ("value", *(key for key, _, _ in slack_values.STATE.values()))


class SlackPage:
    def __init__(self, world: SlackWorld) -> None:
        self.world = world
        self.workspace: Workspace = world.workspace
        self.sockets: SocketMode = world.sockets

    def routes(self) -> list[web.RouteDef]:
        acts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "action": self.action,
            "submit": self.submit,
            "close": self.close,
            "slash": self.slash,
            "say": self.say,
            "read": self.read,
        }
        posts = [web.post(f"/ui/{name}", doing(act)) for name, act in acts.items()]
        return [web.get("/ui/state", self.state), *posts]

    # -- looking ----------------------------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.Response:
        try:
            person = self.workspace.person(request.query.get("user") or "U0ANA")
        except LookupError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        return web.json_response(self.screen(person, request.query.get("channel", ""), request.query.get("thread", "")))

    def screen(self, person: Person, channel: str, thread: str) -> Json:
        """Everything one person sees, with one channel and perhaps one thread open."""
        self.workspace.im(person.id)
        mine = [c for c in self.workspace.channels.values() if person.id in c.members and not c.archived]
        here = next((c for c in mine if c.id == channel), mine[0])
        visible = [m for m in self.workspace.messages if m.channel == here.id and person_sees(self.workspace, person, m)]
        replies = Counter(m.thread_ts for m in visible if m.is_reply)
        view = self.workspace.top_view(person.id)
        return {
            "rev": self.workspace.changes.rev,
            "connected": self.sockets.connected,
            "team": slack.TEAM_NAME,
            "user": person.id,
            "channel": here.id,
            "commands": [command_row(c) for c in self.workspace.manifest.commands.values()],
            "users": [user_row(p) for p in self.workspace.people.values()],
            "channels": [self._channel_row(person, c) for c in mine],
            "messages": [self._row(m, replies) for m in [m for m in visible if not m.is_reply][-MOST_SHOWN:]],
            "thread": [self._row(m, replies) for m in visible if thread and thread in (m.ts, m.thread_ts)],
            "view": self._view_row(view) if view else None,
            "notes": [{"id": note.id, "text": note.text} for note in self.workspace.notes.get(person.id, [])],
        }

    def _channel_row(self, person: Person, channel: Channel) -> Json:
        seen = self.workspace.read.get((person.id, channel.id), "")
        unread = [m for m in self.workspace.messages if m.channel == channel.id and m.ts > seen and m.user != person.id]
        unread = [m for m in unread if person_sees(self.workspace, person, m)]
        mention = any(mentions(person, m) for m in unread) or (channel.kind == "im" and bool(unread))
        name = self.workspace.manifest.name if channel.kind == "im" else channel.name
        count = sum(not m.is_reply or channel.kind == "im" for m in unread)
        return {"id": channel.id, "name": name, "kind": channel.kind, "unread": count, "mention": mention}

    def _row(self, message: Message, replies: Counter[str | None]) -> Json:
        return {
            "ts": message.ts,
            "user": message.user,
            "bot": message.bot,
            "name": self.workspace.manifest.name if message.bot else self.workspace.people[message.user].real_name,
            "text": message.text,
            "blocks": message.blocks,
            "edited": message.edited,
            "ephemeral": message.ephemeral_to is not None,
            "thread_count": replies[message.ts],
            "thread_ts": message.thread_ts,
            "files": [{"id": file["id"], "name": file["name"], "size": file["size"]} for file in message.files],
        }

    def _view_row(self, view: View) -> Json:
        shape = slack_shapes.view(view)
        row = {key: shape[key] for key in ("id", "type", "title", "blocks", "submit", "close", "hash")}
        stack = len(self.workspace.stacks[view.user])
        return {**row, "state": view.values, "errors": view.errors, "stack": stack}

    # -- doing ------------------------------------------------------------------------------------------------------

    async def action(self, body: Json) -> Json:
        person = self.workspace.person(body["user"])
        chosen = {key: body[key] for key in CHOSEN if key in body}
        if body["container"] == "view":
            return answered(await self._view_action(person, body, chosen))
        message = self.workspace.message(body["channel"], body["ts"])
        if message is None or not person_sees(self.workspace, person, message):
            raise LookupError("That message is not there any more.")
        element = find_action(message.blocks, message.earlier, body["block_id"], body["action_id"])
        if element is None:
            raise LookupError(GONE)
        chosen = own_choice(element, chosen)
        return answered(await self.world.acts.click_message(person.id, message, body["block_id"], element, chosen))

    async def _view_action(self, person: Person, body: Json, chosen: Json) -> ClickResult:
        view = self._view(person, body)
        element = find_action(view.blocks, [], body["block_id"], body["action_id"])
        if element is None:
            raise LookupError(GONE)
        chosen = own_choice(element, chosen)
        slack_values.typed(view.values, body.get("values"))
        slack_values.typed(view.values, {body["block_id"]: {body["action_id"]: chosen}})
        return await self.world.acts.click_view(person.id, view, body["block_id"], element, chosen)

    def _view(self, person: Person, body: Json) -> View:
        view = self.workspace.views.get(body["view_id"])
        if view is None or view.user != person.id:
            raise LookupError("That dialog is closed.")
        return view

    async def submit(self, body: Json) -> Json:
        person = self.workspace.person(body["user"])
        view = self._view(person, body)
        slack_values.typed(view.values, body.get("values"))
        result = await self.world.acts.submit(person.id, view)
        if result.ok:
            return {"ok": True}
        return {"ok": False, "errors": result.errors} if result.errors else {"ok": False, "error": result.error}

    async def close(self, body: Json) -> Json:
        await self.world.acts.close(self._view(self.workspace.person(body["user"]), body))
        return {"ok": True}

    async def slash(self, body: Json) -> Json:
        return answered(await self.world.acts.slash(body["user"], body["text"].strip(), body["channel"]))

    async def say(self, body: Json) -> Json:
        if not body["text"].strip():
            return {"ok": False, "error": "There is nothing to send."}
        message = self.world.acts.say(body["user"], body["text"], body["channel"], body.get("thread_ts"))
        return {"ok": True, "ts": message.ts}

    async def read(self, body: Json) -> Json:
        person, channel = self.workspace.person(body["user"]), self.workspace.channel(body["channel"])
        last = max((m.ts for m in self.workspace.messages if m.channel == channel.id), default="")
        if self.workspace.read.get((person.id, channel.id), "") < last:
            self.workspace.read[person.id, channel.id] = last
            self.workspace.changed()
        return {"ok": True}


def doing(act: Callable[[Json], Awaitable[Json]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An endpoint that does one thing a person does; what cannot be done is said in words."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body: Any = await request.json()
            if not isinstance(body, dict):
                raise TypeError
            return web.json_response(await act(body))
        except LookupError as error:
            words = f"missing: {error.args[0]}" if isinstance(error, KeyError) else str(error)
            return web.json_response({"ok": False, "error": words}, status=400)
        except (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError):
            return web.json_response({"ok": False, "error": "This is not what the page sends."}, status=400)

    return handle


def answered(result: ClickResult) -> Json:
    return {"ok": result.acked, "error": result.error}


def own_choice(element: Json, chosen: Json) -> Json:
    """What the click chose; a button's value is its own, whatever the page says, and options are those of the menu."""
    if element["type"] == "button":
        return {}
    options = [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]
    picked = chosen.get("selected_option")
    if picked is not None and options and picked not in options:
        raise LookupError("That choice is not there any more.")
    return chosen


def user_row(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "real_name": person.real_name, "kind": person.kind}


def command_row(command: Command) -> Json:
    return {"command": command.name, "description": command.description, "usage_hint": command.usage_hint}


def mentions(person: Person, message: Message) -> bool:
    return f"<@{person.id}>" in message.text
