"""The methods about channels, people and the app itself in the pretend Slack."""

from __future__ import annotations

import base64
from typing import Any

from bot.sandbox import slack_shapes
from bot.sandbox import slack_state as slack
from bot.sandbox.slack_args import Args, Refused
from bot.sandbox.slack_chat import channel_of
from bot.sandbox.slack_state import BOT_USER, Channel, Json, Message, Workspace

MOST_ROWS = 999


def auth_test(workspace: Workspace, _args: Args) -> Json:
    return {
        "url": f"{workspace.base_url}/",
        "team": slack.TEAM_NAME,
        "user": "triage",
        "team_id": slack.TEAM,
        "user_id": BOT_USER,
        "bot_id": slack.BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, args: Args) -> Json:
    name = args.required("user")
    if name == BOT_USER:
        return {"user": slack_shapes.bot_user(workspace)}
    if name not in workspace.people:
        raise Refused("user_not_found")
    return {"user": slack_shapes.user(workspace.people[name])}


def users_list(workspace: Workspace, args: Args) -> Json:
    everybody = [slack_shapes.user(person) for person in workspace.people.values()]
    rows, cursor = page([*everybody, slack_shapes.bot_user(workspace)], args, default=1000)
    return {"members": rows, "cache_ts": 1763628000, **cursor}


def page(rows: list[Any], args: Args, default: int) -> tuple[list[Any], Json]:
    """One page of rows and the cursor of the next, empty on the last."""
    limit, start = args.number("limit", default, 1000), 0
    if args.text("cursor"):
        try:
            start = int(base64.b64decode(args.text("cursor"), validate=True))
        except ValueError:
            raise Refused("invalid_cursor") from None
    after = base64.b64encode(str(start + limit).encode()).decode() if start + limit < len(rows) else ""
    return rows[start : start + limit], {"response_metadata": {"next_cursor": after}}


def conversations_list(workspace: Workspace, args: Args) -> Json:
    types = set(args.text("types", "public_channel").replace(" ", "").split(","))
    if not types <= {"public_channel", "private_channel", "im", "mpim"}:
        raise Refused("invalid_types")
    kinds = {"public_channel": "channel", "im": "im"}
    wanted = {kinds[name] for name in types if name in kinds}
    hidden = args.flag("exclude_archived")
    found = [c for c in workspace.channels.values() if c.kind in wanted and not (hidden and c.archived)]
    rows, cursor = page([slack_shapes.channel(workspace, c) for c in found], args, default=100)
    return {"channels": rows, **cursor}


def _known(workspace: Workspace, args: Args) -> Channel:
    channel = workspace.channels.get(args.required("channel"))
    if channel is None:
        raise Refused("channel_not_found")
    return channel


def conversations_info(workspace: Workspace, args: Args) -> Json:
    return {"channel": slack_shapes.channel(workspace, _known(workspace, args))}


def conversations_members(workspace: Workspace, args: Args) -> Json:
    rows, cursor = page(sorted(_known(workspace, args).members), args, default=100)
    return {"members": rows, **cursor}


def conversations_join(workspace: Workspace, args: Args) -> Json:
    channel = _known(workspace, args)
    if channel.kind == "im":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    extra: Json = {}
    if BOT_USER in channel.members:
        extra = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        joined(workspace, channel)
    return {"channel": slack_shapes.channel(workspace, channel), **extra}


def joined(workspace: Workspace, channel: Channel, by: str = "") -> None:
    channel.members.add(BOT_USER)
    workspace.changed()
    event: Json = {"type": "member_joined_channel", "user": BOT_USER, "channel": channel.id, "channel_type": "C"}
    workspace.publish({**event, "team": slack.TEAM, "event_ts": workspace.timestamp(), **({"inviter": by} if by else {})})


def conversations_open(workspace: Workspace, args: Args) -> Json:
    if args.has("channel"):
        channel = _known(workspace, args)
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    users = [name for name in args.required("users").split(",") if name]
    if len(users) != 1:
        raise Refused("invalid_arguments", ["[ERROR] only conversations of two are offered here"])
    if users[0] not in workspace.people:
        raise Refused("user_not_found")
    known = "D" + users[0].removeprefix("U") in workspace.channels
    channel = workspace.im(users[0])
    shape = slack_shapes.channel(workspace, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shape, **({"no_op": True, "already_open": True} if known else {})}


def _rows(workspace: Workspace, args: Args, found: list[Message], *, thread: bool) -> Json:
    """A page of messages between `oldest` and `latest`, which are included only on request."""
    oldest, latest = args.text("oldest", "0"), args.text("latest", "99999999999")
    inclusive, limit = args.flag("inclusive"), args.number("limit", 100 if not thread else 1000, 1000)
    within = [m for m in found if _between(m.ts, oldest, latest, inclusive)]
    rows, cursor = page(within, args, default=limit)
    shapes = [slack_shapes.message(workspace, m, metadata=args.flag("include_all_metadata"), thread=True) for m in rows]
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": shapes, "has_more": more, "pin_count": 0, **(cursor if more else {})}


def _between(ts: str, oldest: str, latest: str, inclusive: bool) -> bool:
    try:
        low, high, here = float(oldest), float(latest), float(ts)
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    return low <= here <= high if inclusive else low < here < high


def conversations_history(workspace: Workspace, args: Args) -> Json:
    channel = channel_of(workspace, args)
    found = [m for m in workspace.messages if m.channel == channel.id and not m.is_reply and m.ephemeral_to is None]
    return _rows(workspace, args, sorted(found, key=lambda m: m.ts, reverse=True), thread=False)


def conversations_replies(workspace: Workspace, args: Args) -> Json:
    channel = channel_of(workspace, args)
    parent = workspace.message(channel.id, args.required("ts"))
    if parent is None or parent.ephemeral_to is not None:
        raise Refused("thread_not_found")
    if parent.is_reply:
        return _rows(workspace, args, [parent], thread=True)
    replies = [m for m in workspace.replies(channel.id, parent.ts) if m.ephemeral_to is None]
    return _rows(workspace, args, [parent, *replies], thread=True)


def scopes_of_channel(workspace: Workspace, args: Args, verb: str) -> tuple[str, ...]:
    """`channels:read` or `im:read`, by what kind of conversation the call names."""
    channel = workspace.channels.get(args.text("channel"))
    return (f"{'im' if channel is not None and channel.kind == 'im' else 'channels'}:{verb}",)


def scopes_of_types(args: Args) -> tuple[str, ...]:
    families = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
    types = args.text("types", "public_channel").replace(" ", "").split(",")
    return tuple(f"{families[name]}:read" for name in types if name in families)
