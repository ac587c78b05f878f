"""The limits of the elements that stand inside blocks: buttons, menus, inputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.slack_checks import Problems
from bot.sandbox.slack_state import Json

Check = Callable[[Problems, Json, str], None]
INPUT_CHARACTERS = 3000


def confirm(problems: Problems, element: Json, pointer: str) -> None:
    if "confirm" not in element:
        return
    dialog, here = element["confirm"], f"{pointer}/confirm"
    if not problems.is_object(dialog, here) or not problems.needs(dialog, ("title", "text", "confirm", "deny"), here):
        return
    problems.keys(dialog, ("title", "text", "confirm", "deny", "style"), here)
    problems.text(dialog, "title", here, 100, plain=True)
    problems.text(dialog, "text", here, 300)
    problems.text(dialog, "confirm", here, 30, plain=True)
    problems.text(dialog, "deny", here, 30, plain=True)
    problems.one_of(dialog, "style", here, ("primary", "danger"))


def url(problems: Problems, thing: Json, key: str, pointer: str) -> None:
    problems.string(thing, key, pointer, 3000)
    if isinstance(thing.get(key), str) and not re.match(r"(?:https?://|mailto:)\S+\Z", thing[key]):
        problems.add("must be a valid URL", f"{pointer}/{key}")


def option(problems: Problems, value: Any, pointer: str) -> None:
    if not problems.is_object(value, pointer) or not problems.needs(value, ("text", "value"), pointer):
        return
    problems.keys(value, ("text", "value", "description", "url"), pointer)
    problems.text(value, "text", pointer, 75)
    problems.string(value, "value", pointer, 75)  # Slack's own sources disagree on 75 or 150; the smaller is safe
    problems.text(value, "description", pointer, 75)
    url(problems, value, "url", pointer)


def button(problems: Problems, element: Json, pointer: str) -> None:
    problems.keys(element, ("type", "action_id", "text", "value", "url", "style", "confirm", "accessibility_label"), pointer)
    problems.needs(element, ("text",), pointer)
    problems.text(element, "text", pointer, 75, plain=True)
    problems.string(element, "value", pointer, 2000)
    url(problems, element, "url", pointer)
    problems.string(element, "accessibility_label", pointer, 75)
    problems.one_of(element, "style", pointer, ("primary", "danger"))


def options(most: int, *, groups: bool = False) -> Check:
    """A check of a menu of at most `most` options."""

    def check(problems: Problems, element: Json, pointer: str) -> None:
        problems.several(element, "options", pointer, most, lambda value, here: option(problems, value, here))
        grouped = groups and "option_groups" in element
        if grouped:
            problems.several(element, "option_groups", pointer, 100, lambda value, here: group(problems, value, here))
        elif problems.needs(element, ("options",), pointer):
            values = [entry.get("value") for entry in element["options"] if isinstance(entry, dict)]
            if len(set(map(str, values))) < len(values):
                problems.add("option values must be unique", f"{pointer}/options")
        initial(problems, element, pointer)

    return check


def group(problems: Problems, value: Any, pointer: str) -> None:
    if not problems.is_object(value, pointer) or not problems.needs(value, ("label", "options"), pointer):
        return
    problems.text(value, "label", pointer, 75, plain=True)
    problems.several(value, "options", pointer, 100, lambda entry, here: option(problems, entry, here))


def initial(problems: Problems, element: Json, pointer: str) -> None:
    """What is chosen at first must be one of the options, exactly."""
    known = [*element.get("options", [])]
    for each in element.get("option_groups", []):
        known += each.get("options", []) if isinstance(each, dict) else []
    chosen = [("initial_option", element["initial_option"])] if "initial_option" in element else []
    chosen += [("initial_options", entry) for entry in element.get("initial_options", [])]
    for key, entry in chosen:
        if entry not in known:
            problems.add("must be one of the provided options", f"{pointer}/{key}")


def plain_text_input(problems: Problems, element: Json, pointer: str) -> None:
    problems.flag(element, "multiline", pointer)
    problems.whole(element, "min_length", pointer, 0, INPUT_CHARACTERS)
    problems.whole(element, "max_length", pointer, 1, INPUT_CHARACTERS)
    most = element.get("max_length", INPUT_CHARACTERS)
    if isinstance(most, int):
        problems.string(element, "initial_value", pointer, min(most, INPUT_CHARACTERS), least=0)


def nothing(_problems: Problems, _element: Json, _pointer: str) -> None:
    """An element without limits of its own."""


def matches(key: str, pattern: str, words: str) -> Check:
    def check(problems: Problems, element: Json, pointer: str) -> None:
        if key in element and not re.fullmatch(pattern, str(element[key])):
            problems.add(words, f"{pointer}/{key}")

    return check


MENU = ("placeholder", "focus_on_load")
SEVERAL = (*MENU, "max_selected_items")
# type -> its check, and the properties it has beside type, action_id and confirm
ELEMENTS: dict[str, tuple[Check, tuple[str, ...]]] = {
    "button": (button, ("text", "value", "url", "style", "accessibility_label")),
    "overflow": (options(5), ("options",)),
    "static_select": (options(100, groups=True), ("options", "option_groups", "initial_option", *MENU)),
    "multi_static_select": (options(100, groups=True), ("options", "option_groups", "initial_options", *SEVERAL)),
    "users_select": (nothing, ("initial_user", *MENU)),
    "multi_users_select": (nothing, ("initial_users", *SEVERAL)),
    "channels_select": (nothing, ("initial_channel", "response_url_enabled", *MENU)),
    "conversations_select": (
        nothing,
        ("initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter", *MENU),
    ),
    "radio_buttons": (options(10), ("options", "initial_option", "focus_on_load")),
    "checkboxes": (options(10), ("options", "initial_options", "focus_on_load")),
    "plain_text_input": (
        plain_text_input,
        ("initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", *MENU),
    ),
    "datepicker": (matches("initial_date", r"\d{4}-\d\d-\d\d", "must be a date like 2026-11-20"), ("initial_date", *MENU)),
    "timepicker": (matches("initial_time", r"\d\d:\d\d", "must be a time like 14:30"), ("initial_time", "timezone", *MENU)),
    "datetimepicker": (matches("initial_date_time", r"\d{10}", "must be 10 digits"), ("initial_date_time", "focus_on_load")),
}
CHOICES = frozenset(ELEMENTS) - {"plain_text_input"}
INPUTS = frozenset(ELEMENTS) - {"button", "overflow"}


def element(problems: Problems, value: Any, pointer: str, allowed: frozenset[str]) -> None:
    if not problems.is_object(value, pointer) or not problems.needs(value, ("type",), pointer):
        return
    if value["type"] not in allowed or value["type"] not in ELEMENTS:
        problems.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        return
    check, own = ELEMENTS[value["type"]]
    problems.keys(value, ("type", "action_id", "confirm", *own), pointer)
    problems.string(value, "action_id", pointer, 255)
    problems.text(value, "placeholder", pointer, 150, plain=True)
    confirm(problems, value, pointer)
    check(problems, value, pointer)
