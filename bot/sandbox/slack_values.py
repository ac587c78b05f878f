"""What stands in the inputs of a view or message: first values, what a person typed, what is missing."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack_state import Blocks, Json, interactive

# element type -> (key in the state, key of the first value, first value when there is none)
STATE: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", ()),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", ()),
    "channels_select": ("selected_channel", "initial_channel", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", ()),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
}
REQUIRED = "Please complete this required field."


def first(blocks: Blocks, kept: dict[str, Json] | None = None) -> dict[str, Json]:
    """The state of fresh blocks; what was typed under the same block and action id stays."""
    values: dict[str, Json] = {}
    for block in blocks:
        for element in interactive(block):
            if element["type"] not in STATE:
                continue
            key, initial, empty = STATE[element["type"]]
            start = element.get(initial, list(empty) if empty == () else empty)
            state = {"type": element["type"], key: start}
            before = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
            if before is not None and before["type"] == element["type"]:
                state = before
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def typed(values: dict[str, Json], given: object) -> None:
    """Take over what a person typed, as far as there is an input for it."""
    if not isinstance(given, dict):
        return
    for block_id, actions in given.items():
        for action_id, state in (actions if isinstance(actions, dict) else {}).items():
            known = values.get(block_id, {}).get(action_id)
            if known is None or not isinstance(state, dict):
                continue
            key = STATE[known["type"]][0]
            if key in state and _belongs(key, state[key]):
                known[key] = state[key] if state[key] != "" else None


def _belongs(key: str, value: object) -> bool:
    """Whether a value is of the kind that such an input holds."""
    if key.endswith("s"):
        return isinstance(value, list)
    kinds = {"selected_option": dict, "selected_date_time": int}
    return value is None or isinstance(value, kinds.get(key, str))


def unfinished(blocks: Blocks, values: dict[str, Json]) -> dict[str, str]:
    """What the Slack client itself refuses before it asks the app: block_id -> words."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            value = values[block["block_id"]][element["action_id"]][STATE[element["type"]][0]]
            words = _complaint(element, value, bool(block.get("optional")))
            if words:
                errors[block["block_id"]] = words
    return errors


def _complaint(element: Json, value: Any, optional: bool) -> str:
    if not value:
        return "" if optional else REQUIRED
    if element["type"] == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if len(value) < least:
            return f"Must be at least {least} characters."
        if len(value) > most:
            return f"Must be at most {most} characters."
    return ""
