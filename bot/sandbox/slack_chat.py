"""The chat methods of the pretend Slack: post, update, delete, whisper, permalink, reactions."""

from __future__ import annotations

from typing import Any

from bot.sandbox import slack_blocks, slack_shapes
from bot.sandbox import slack_state as slack
from bot.sandbox.slack_args import Args, Refused, missing
from bot.sandbox.slack_checks import Problems
from bot.sandbox.slack_state import BOT_USER, Blocks, Channel, Json, Message, Workspace

POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
METADATA_BYTES = 16_000  # Slack has a limit and does not say which


def channel_of(workspace: Workspace, args: Args, *, ims_by_user: bool = False) -> Channel:
    """The channel that a call names by id, which the bot is in."""
    name = args.required("channel")
    if ims_by_user and name in workspace.people:
        return workspace.im(name)
    channel = workspace.channels.get(name)
    if channel is None:
        raise Refused("channel_not_found")
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def blocks_of(workspace: Workspace, args: Args) -> Blocks | None:
    """Checked blocks, with ids; None when the call has none."""
    blocks: Any = args.parsed("blocks", list, "invalid_blocks_format")
    if blocks is None:
        return None
    return checked(workspace, blocks)


def checked(workspace: Workspace, blocks: Blocks) -> Blocks:
    problems = Problems()
    slack_blocks.blocks(problems, blocks, "message")
    if problems.found:
        raise Refused("invalid_blocks", problems.found)
    if slack_blocks.characters(blocks) > slack_blocks.MESSAGE_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return slack.name_blocks(workspace, slack.copied(blocks))


def metadata_of(args: Args) -> Json | None:
    metadata: Any = args.parsed("metadata", dict, "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def unsupported(args: Args, *names: str) -> None:
    for name in names:
        if args.has(name) and args.given[name] not in ("[]", []):
            raise Refused("invalid_arguments", [f"[ERROR] not offered here: {name}"])


def post_message(workspace: Workspace, args: Args) -> Json:
    channel = channel_of(workspace, args, ims_by_user=True)
    if channel.archived:
        raise Refused("is_archived")
    if channel.kind == "im" and not workspace.manifest.messages:
        raise Refused("messages_tab_disabled")
    message = Message(channel.id, workspace.timestamp(), BOT_USER, **_content(workspace, args), bot=True)
    message.metadata = metadata_of(args)
    message.thread_ts = thread_of(workspace, args, channel)
    workspace.post(message)
    if message.thread_ts is not None:
        _broadcast(workspace, args)
    shape = slack_shapes.message(workspace, message)
    workspace.publish({**shape, "channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind})
    return {"channel": channel.id, "ts": message.ts, "message": shape}


def thread_of(workspace: Workspace, args: Args, channel: Channel) -> str | None:
    """The thread a call names; that of the root when it names a reply."""
    if not args.has("thread_ts"):
        return None
    parent = workspace.message(channel.id, args.text("thread_ts"))
    if parent is None:
        raise Refused("thread_not_found")
    return parent.thread_ts or parent.ts


def _broadcast(_workspace: Workspace, args: Args) -> None:
    if args.flag("reply_broadcast"):
        raise Refused("invalid_arguments", ["[ERROR] not offered here: reply_broadcast"])


def _content(workspace: Workspace, args: Args) -> dict[str, Any]:
    unsupported(args, "attachments", "markdown_text", "as_user")
    blocks, text = blocks_of(workspace, args), args.text("text")
    if not blocks and not text:
        raise Refused("no_text")
    return {"text": text[:POST_CHARACTERS], "blocks": blocks or []}


def _own(workspace: Workspace, args: Args, refusal: str) -> Message:
    channel = workspace.channels.get(args.required("channel"))
    if channel is None:
        raise Refused("channel_not_found")
    message = workspace.message(channel.id, args.required("ts"))
    if message is None or message.ephemeral_to is not None:
        raise Refused("message_not_found")
    if message.user != BOT_USER:
        raise Refused(refusal)
    if channel.archived:
        raise Refused("is_inactive")
    return message


def update(workspace: Workspace, args: Args) -> Json:
    """Text alone removes the blocks; neither text nor blocks keeps both; metadata stays unless given."""
    message = _own(workspace, args, "cant_update_message")
    unsupported(args, "attachments", "markdown_text")
    if not args.has("text") and not args.has("blocks") and not args.has("metadata"):
        raise Refused("no_text")
    blocks, text = blocks_of(workspace, args), args.text("text", message.text)
    if len(text) > UPDATE_CHARACTERS:
        raise Refused("msg_too_long")
    if blocks is None:
        blocks = [] if args.has("text") else message.blocks
    metadata = metadata_of(args)
    message.rewrite(text, blocks)
    message.metadata = metadata or message.metadata
    workspace.changed()
    shape = slack_shapes.message(workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shape}


def delete(workspace: Workspace, args: Args) -> Json:
    message = _own(workspace, args, "cant_delete_message")
    workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(workspace: Workspace, args: Args) -> Json:
    channel, user = channel_of(workspace, args), args.required("user")
    if user not in channel.members or user == BOT_USER:
        raise Refused("user_not_in_channel")
    message = Message(channel.id, workspace.timestamp(), BOT_USER, **_content(workspace, args), bot=True, ephemeral_to=user)
    message.thread_ts = thread_of(workspace, args, channel)
    workspace.post(message)
    return {"message_ts": message.ts}


def get_permalink(workspace: Workspace, args: Args) -> Json:
    channel = channel_of(workspace, args)
    if not args.has("message_ts"):
        raise missing("message_ts")
    message = workspace.message(channel.id, args.text("message_ts"))
    if message is None or message.ephemeral_to is not None:
        raise Refused("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    link = f"{workspace.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(workspace: Workspace, args: Args) -> Json:
    channel = channel_of(workspace, args)
    args.required("name")
    if workspace.message(channel.id, args.required("timestamp")) is None:
        raise Refused("message_not_found")
    return {}
