"""The payloads that the pretend Slack sends to the app: clicks, submissions, commands, events."""

from __future__ import annotations

import time

from bot.sandbox import slack_shapes, slack_values
from bot.sandbox import slack_state as slack
from bot.sandbox.slack_state import Channel, Json, Message, Person, View, Workspace

LEGACY_TOKEN = "sandbox-verification-token"


def _common(person: Person) -> Json:
    return {
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": slack.APP,
        "token": LEGACY_TOKEN,
        "team": {"id": slack.TEAM, "domain": slack.DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _moment() -> str:
    return f"{time.time():.6f}"


def action(block_id: str, element: Json, chosen: Json) -> Json:
    """One entry of `actions`: the element that was used and what was chosen in it."""
    entry: Json = {"action_id": element["action_id"], "block_id": block_id, "type": element["type"], "action_ts": _moment()}
    if element["type"] == "button":
        entry |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        entry["text"] = {"emoji": True, **entry["text"]}
    else:
        entry |= {key: element[key] for key in ("placeholder", "initial_option", "initial_user") if key in element}
    return {**entry, **chosen}


def message_action(workspace: Workspace, person: Person, message: Message, entry: Json) -> Json:
    """block_actions in a message; an ephemeral one has no `message`."""
    channel = workspace.channels[message.channel]
    hidden = message.ephemeral_to is not None
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": hidden}
    payload = {
        "type": "block_actions",
        **_common(person),
        "container": container,
        "trigger_id": workspace.trigger(person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": slack_values.first(message.blocks)},
        "response_url": workspace.hook(channel.id, person.id, message),
        "actions": [entry],
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    if not hidden:
        payload["message"] = slack_shapes.message(workspace, message, thread=True)
    return payload


def view_action(workspace: Workspace, person: Person, view: View, entry: Json) -> Json:
    return {
        "type": "block_actions",
        **_common(person),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.trigger(person.id, view.id),
        "view": slack_shapes.view(view),
        "actions": [entry],
    }


def view_submission(workspace: Workspace, person: Person, view: View) -> Json:
    trigger = workspace.trigger(person.id, view.id)
    base = {"type": "view_submission", **_common(person), "trigger_id": trigger}
    return {**base, "view": slack_shapes.view(view), "response_urls": []}


def view_closed(person: Person, view: View, *, cleared: bool) -> Json:
    return {"type": "view_closed", **_common(person), "view": slack_shapes.view(view), "is_cleared": cleared}


def shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    base = {"type": "shortcut", **_common(person), "callback_id": callback_id}
    return {**base, "trigger_id": workspace.trigger(person.id), "action_ts": _moment()}


def message_shortcut(workspace: Workspace, person: Person, callback_id: str, message: Message) -> Json:
    channel = workspace.channels[message.channel]
    return {
        **shortcut(workspace, person, callback_id),
        "type": "message_action",
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message.ts,
        "message": slack_shapes.message(workspace, message),
        "response_url": workspace.hook(channel.id, person.id, message),
    }


def command(workspace: Workspace, person: Person, channel: Channel, name: str, text: str) -> Json:
    return {
        "token": LEGACY_TOKEN,
        "team_id": slack.TEAM,
        "team_domain": slack.DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": slack.APP,
        "is_enterprise_install": "false",
        "response_url": workspace.hook(channel.id, person.id),
        "trigger_id": workspace.trigger(person.id),
    }


def channel_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else channel.name


def event(workspace: Workspace, inner: Json) -> Json:
    authorization = {
        "enterprise_id": None,
        "team_id": slack.TEAM,
        "user_id": slack.BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    name = inner.get("channel")
    channel = workspace.channels.get(name) if isinstance(name, str) else None
    members = channel.members if channel is not None else set()
    foreign = any(workspace.people[m].kind == "foreign" for m in members if m in workspace.people)
    return {
        "token": LEGACY_TOKEN,
        "team_id": slack.TEAM,
        "api_app_id": slack.APP,
        "event": inner,
        "type": "event_callback",
        "event_id": workspace.fresh("Ev"),
        "event_time": int(time.time()),
        "authorizations": [authorization],
        "is_ext_shared_channel": foreign,
        "event_context": f"4-{workspace.fresh('')}",
    }
