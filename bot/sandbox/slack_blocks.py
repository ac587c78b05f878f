"""The limits of blocks, messages and views; a block type that this product does not use is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Literal

from bot.sandbox.slack_checks import Problems
from bot.sandbox.slack_elements import CHOICES, INPUTS, element, url
from bot.sandbox.slack_state import Blocks, Json

Surface = Literal["message", "modal", "home"]
MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 12_000
VIEW_BYTES = 250 * 1024


def blocks(problems: Problems, value: Any, surface: Surface, pointer: str = "/blocks") -> None:
    """Everything wrong with the blocks of one surface."""
    holder = {"blocks": value}
    at = pointer.removesuffix("/blocks")
    problems.several(holder, "blocks", at, MOST_BLOCKS[surface], lambda block, here: _block(problems, block, here), least=0)
    if not isinstance(value, list) or problems.found:
        return
    seen: set[str] = set()
    for index, block in enumerate(value):
        name = block.get("block_id")
        if name in seen:
            problems.add(f"`block_id` {json.dumps(name)} already exists", f"{pointer}/{index}/block_id")
        if name is not None:
            seen.add(name)
        _unique_actions(problems, block, f"{pointer}/{index}")


def view(problems: Problems, value: Any, pointer: str = "/view") -> None:
    """Everything wrong with a modal or a Home tab."""
    if not problems.is_object(value, pointer) or not problems.needs(value, ("type", "blocks"), pointer):
        return
    common = ("type", "blocks", "private_metadata", "callback_id", "external_id")
    if value["type"] == "modal":
        problems.keys(
            value, (*common, "title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"), pointer
        )
        problems.needs(value, ("title",), pointer)
        if "submit" not in value and any(isinstance(b, dict) and b.get("type") == "input" for b in value["blocks"]):
            problems.add("missing required field: submit", pointer)
    elif value["type"] == "home":
        problems.keys(value, common, pointer)
    else:
        problems.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        return
    for name in ("title", "submit", "close"):
        problems.text(value, name, pointer, 24, plain=True)
    for name in ("clear_on_close", "notify_on_close", "submit_disabled"):
        problems.flag(value, name, pointer)
    problems.string(value, "private_metadata", pointer, 3000, least=0)
    problems.string(value, "callback_id", pointer, 255, least=0)
    problems.string(value, "external_id", pointer, 255, least=0)
    blocks(problems, value["blocks"], value["type"], f"{pointer}/blocks")


def too_large(value: Json) -> bool:
    return len(json.dumps(value, ensure_ascii=False).encode()) > VIEW_BYTES


def characters(value: Blocks) -> int:
    """What counts towards the budget of a message: every visible text."""
    return sum(len(text) for text in _texts(value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in ("text", "alt_text") and isinstance(entry, str):
                yield entry
            elif not isinstance(entry, str):
                yield from _texts(entry)


def _block(problems: Problems, value: Any, pointer: str) -> None:
    if not problems.is_object(value, pointer) or not problems.needs(value, ("type",), pointer):
        return
    if value["type"] not in BLOCKS:
        problems.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        return
    check, own = BLOCKS[value["type"]]
    problems.keys(value, ("type", "block_id", *own), pointer)
    problems.string(value, "block_id", pointer, 255)
    check(problems, value, pointer)


def _unique_actions(problems: Problems, block: Json, pointer: str) -> None:
    if block["type"] != "actions":
        return
    names = [entry["action_id"] for entry in block["elements"] if "action_id" in entry]
    for name in {name for name in names if names.count(name) > 1}:
        problems.add(f"`action_id` {json.dumps(name)} already exists", f"{pointer}/elements")


def _section(problems: Problems, block: Json, pointer: str) -> None:
    if "text" not in block and "fields" not in block:
        problems.add("missing required field: text or fields", pointer)
    problems.text(block, "text", pointer, 3000)
    problems.several(block, "fields", pointer, 10, lambda entry, here: problems.text_object(entry, here, 2000))
    problems.flag(block, "expand", pointer)
    accessory = block.get("accessory")
    if isinstance(accessory, dict) and accessory.get("type") == "image":
        _image_element(problems, accessory, f"{pointer}/accessory")
    elif "accessory" in block:
        element(problems, accessory, f"{pointer}/accessory", CHOICES)


def _header(problems: Problems, block: Json, pointer: str) -> None:
    problems.needs(block, ("text",), pointer)
    problems.text(block, "text", pointer, 150, plain=True)
    if "level" in block:
        problems.whole(block, "level", pointer, 1, 4)


def _context(problems: Problems, block: Json, pointer: str) -> None:
    def each(entry: Any, here: str) -> None:
        if isinstance(entry, dict) and entry.get("type") == "image":
            _image_element(problems, entry, here)
        else:
            problems.text_object(entry, here, 3000)

    problems.needs(block, ("elements",), pointer)
    problems.several(block, "elements", pointer, 10, each)


def _actions(problems: Problems, block: Json, pointer: str) -> None:
    problems.needs(block, ("elements",), pointer)
    problems.several(block, "elements", pointer, 25, lambda entry, here: element(problems, entry, here, CHOICES))


def _divider(_problems: Problems, _block: Json, _pointer: str) -> None:
    """Nothing can be wrong with a line."""


def _image(problems: Problems, block: Json, pointer: str) -> None:
    problems.needs(block, ("image_url", "alt_text"), pointer)
    url(problems, block, "image_url", pointer)
    problems.string(block, "alt_text", pointer, 2000)
    problems.text(block, "title", pointer, 2000, plain=True)


def _image_element(problems: Problems, value: Json, pointer: str) -> None:
    problems.keys(value, ("type", "image_url", "alt_text"), pointer)
    problems.needs(value, ("image_url", "alt_text"), pointer)
    url(problems, value, "image_url", pointer)
    problems.string(value, "alt_text", pointer, 2000)


def _input(problems: Problems, block: Json, pointer: str) -> None:
    if not problems.needs(block, ("label", "element"), pointer):
        return
    problems.text(block, "label", pointer, 2000, plain=True)
    problems.text(block, "hint", pointer, 2000, plain=True)
    problems.flag(block, "optional", pointer)
    problems.flag(block, "dispatch_action", pointer)
    element(problems, block["element"], f"{pointer}/element", INPUTS)


RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
RICH_LEAVES = ("text", "link", "user", "channel", "usergroup", "emoji", "date", "broadcast", "color")


def _rich_text(problems: Problems, block: Json, pointer: str) -> None:
    problems.needs(block, ("elements",), pointer)
    problems.several(block, "elements", pointer, 100, lambda entry, here: _rich_part(problems, entry, here, RICH_PARTS), least=0)


def _rich_part(problems: Problems, value: Any, pointer: str, allowed: tuple[str, ...]) -> None:
    if not problems.is_object(value, pointer) or not problems.needs(value, ("type",), pointer):
        return
    kind = value["type"]
    if kind not in allowed:
        problems.add(f"unsupported type: {kind}", f"{pointer}/type")
        return
    inside = {"rich_text_list": ("rich_text_section",)}.get(kind, RICH_LEAVES)
    if kind in RICH_PARTS and problems.needs(value, ("elements",), pointer):
        problems.several(value, "elements", pointer, 1000, lambda entry, here: _rich_part(problems, entry, here, inside), least=0)
    elif kind == "text" and problems.needs(value, ("text",), pointer):
        problems.string(value, "text", pointer, 3000)


BLOCKS: dict[str, tuple[Callable[[Problems, Json, str], None], tuple[str, ...]]] = {
    "section": (_section, ("text", "fields", "accessory", "expand")),
    "header": (_header, ("text", "level")),
    "context": (_context, ("elements",)),
    "actions": (_actions, ("elements",)),
    "divider": (_divider, ()),
    "image": (_image, ("image_url", "alt_text", "title")),
    "input": (_input, ("label", "element", "hint", "optional", "dispatch_action")),
    "rich_text": (_rich_text, ("elements",)),
}
