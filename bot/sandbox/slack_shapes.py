"""How people, channels, messages and views look on the wire."""

from __future__ import annotations

from bot.sandbox import slack_state as slack
from bot.sandbox.slack_state import Channel, Json, Message, Person, View, Workspace


def user(person: Person) -> Json:
    shape: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": False,
        "real_name": person.real_name,
        "tz": "Europe/London",
        "tz_offset": 0,
        "profile": {"real_name": person.real_name, "display_name": person.name, "team": person.team_id},
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.kind == "guest",
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1763628000,
    }
    if person.kind == "foreign":
        shape["is_stranger"] = True
    return shape


def bot_user(workspace: Workspace) -> Json:
    shape = user(Person(slack.BOT_USER, "triage", workspace.manifest.name))
    shape["is_bot"] = True
    shape["profile"] |= {"bot_id": slack.BOT_ID, "api_app_id": slack.APP}
    return shape


def channel(workspace: Workspace, which: Channel) -> Json:
    if which.kind == "im":
        return {"id": which.id, "created": 1763628000, "is_im": True, "is_archived": False, "user": which.person, "is_open": True}
    foreign = any(workspace.people[m].kind == "foreign" for m in which.members if m in workspace.people)
    return {
        "id": which.id,
        "name": which.name,
        "name_normalized": which.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": which.archived,
        "is_general": which.name == "general",
        "is_shared": foreign,
        "is_ext_shared": foreign,
        "is_org_shared": False,
        "is_member": slack.BOT_USER in which.members,
        "created": 1763628000,
        "creator": "U0ANA",
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(which.members),
    }


def message(workspace: Workspace, which: Message, *, metadata: bool = True, thread: bool = False) -> Json:
    shape: Json = {"type": "message", "user": which.user, "ts": which.ts, "text": which.text, "team": slack.TEAM}
    if which.bot:
        shape |= {"bot_id": slack.BOT_ID, "app_id": slack.APP, "bot_profile": bot_profile(workspace)}
    if which.blocks:
        shape["blocks"] = slack.copied(which.blocks)
    if which.files:
        shape["files"] = slack.copied(which.files)
    if which.edited:
        shape["edited"] = {"user": (which.bot and slack.BOT_ID) or which.user, "ts": which.ts}
    if metadata and which.metadata is not None:
        shape["metadata"] = which.metadata
    if which.thread_ts is not None:
        shape["thread_ts"] = which.thread_ts
        if which.is_reply:
            shape["parent_user_id"] = _author(workspace, which)
    replies = workspace.replies(which.channel, which.ts) if thread else []
    if replies:
        users = list(dict.fromkeys(reply.user for reply in replies))
        shape |= {"thread_ts": which.ts, "reply_count": len(replies), "reply_users": users, "reply_users_count": len(users)}
        shape |= {"latest_reply": replies[-1].ts, "is_locked": False, "subscribed": True}
    return shape


def _author(workspace: Workspace, reply: Message) -> str:
    parent = workspace.message(reply.channel, reply.thread_ts or "")
    return parent.user if parent else ""


def bot_profile(workspace: Workspace) -> Json:
    return {"id": slack.BOT_ID, "app_id": slack.APP, "name": workspace.manifest.name, "deleted": False, "team_id": slack.TEAM}


def view(which: View) -> Json:
    body = which.body
    shape: Json = {
        "id": which.id,
        "team_id": slack.TEAM,
        "type": which.type,
        "blocks": slack.copied(which.blocks),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": which.values},
        "hash": which.hash,
        "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": which.previous,
        "root_view_id": which.root,
        "app_id": slack.APP,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": slack.TEAM,
        "bot_id": slack.BOT_ID,
    }
    return shape
