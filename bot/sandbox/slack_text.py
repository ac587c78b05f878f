"""What a person reads of Slack's markup: mentions as names, links as their label, dates as their fallback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack_state import BOT_USER, Blocks, Json, Message, Workspace, interactive

TOKEN = re.compile(r"<([^<>]*)>")


def readable(workspace: Workspace, text: str) -> str:
    """`text` as it stands on the screen, except for stars and underscores."""
    shown = TOKEN.sub(lambda match: _token(workspace, match.group(1)), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(workspace: Workspace, inner: str) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        name = target[1:]
        if name in workspace.people:
            return f"@{workspace.people[name].real_name}"
        return f"@{workspace.manifest.name}" if name == BOT_USER else target
    if target.startswith("#"):
        channel = workspace.channels.get(target[1:])
        return f"#{channel.name}" if channel else target
    if target.startswith("!"):
        return label or f"@{target[1:]}"
    return label or target


def blocks_text(workspace: Workspace, blocks: Blocks) -> str:
    """Everything that can be read in the blocks, a line for each text."""
    return "\n".join(readable(workspace, text) for block in blocks for text in _texts(block))


def seen(workspace: Workspace, message: Message) -> str:
    """What the channel shows: the blocks, or the text where there are none."""
    return blocks_text(workspace, message.blocks) or readable(workspace, message.text)


def words(workspace: Workspace, message: Message) -> str:
    """Text and blocks together, for searching; read once per version of the message."""
    if message.words is None:
        message.words = f"{readable(workspace, message.text)}\n{seen(workspace, message)}"
    return message.words


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        if value and all(isinstance(entry, dict) and entry.get("type") in ("text", "link", "user", "emoji") for entry in value):
            yield "".join(_leaf(entry) for entry in value)
            return
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in ("text", "alt_text", "initial_value") and isinstance(entry, str):
                yield entry
            elif key not in ("confirm", "options", "option_groups"):
                yield from _texts(entry)


def _leaf(entry: Json) -> str:
    if entry["type"] == "user":
        return f"<@{entry['user_id']}>"
    if entry["type"] == "emoji":
        return f":{entry['name']}:"
    return str(entry.get("text") or entry.get("url", ""))


def labels(workspace: Workspace, blocks: Blocks) -> list[str]:
    """The labels of all buttons, and of the choices of all overflow menus."""
    return [label for _, _, label, _ in handles(workspace, blocks)]


def handles(workspace: Workspace, blocks: Blocks) -> Iterator[tuple[str, Json, str, Json]]:
    """Everything that one click can use: block id, element, its label, what the click chooses."""
    for block in blocks:
        for element in interactive(block):
            if element["type"] == "button":
                yield block["block_id"], element, readable(workspace, element["text"]["text"]), {}
            elif element["type"] == "overflow":
                for option in element["options"]:
                    yield block["block_id"], element, readable(workspace, option["text"]["text"]), {"selected_option": option}
