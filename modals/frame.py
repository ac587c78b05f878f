"""What all our modals share: the frame, the metadata in it, and plain text that Slack cannot read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    InputBlock,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import InputInteractiveElement
from slack_sdk.models.views import View

from modals.parts import clean, clip, escape, mrkdwn

#: `{block_id: {action_id: {...}}}` as Slack sends it in `view.state.values`.
Values = Mapping[str, Mapping[str, Mapping[str, Any]]]

SECTION = 2_900  #: characters in one section; Slack's limit is 3,000
BLOCKS = 100  #: blocks in one modal


def modal(
    callback: str,
    title: str,
    blocks: Sequence[Block],
    *,
    meta: Mapping[str, Any] | None = None,
    submit: str | None = None,
    close: str = "Close",
) -> dict[str, Any]:
    """A modal as the JSON that views.open takes; the SDK's models check Slack's limits on the way."""
    view = View(
        type="modal",
        callback_id=callback,
        title=PlainTextObject(text=title, emoji=False),
        submit=PlainTextObject(text=submit, emoji=False) if submit else None,
        close=PlainTextObject(text=close, emoji=False),
        private_metadata=json.dumps(meta or {}, separators=(",", ":")),
        blocks=list(blocks),
    )
    view.validate_json()
    return view.to_dict()


def read_meta(text: str) -> dict[str, Any]:
    """The metadata of a modal; empty when it is not ours or was damaged."""
    try:
        meta = json.loads(text or "{}")
    except ValueError:
        return {}
    return meta if isinstance(meta, dict) else {}


def said(text: str, block_id: str | None = None) -> SectionBlock:
    """A section of our own mrkdwn; whatever came from outside must be escaped before it gets here."""
    return SectionBlock(text=mrkdwn(text[:3_000]), block_id=block_id)


def note(text: str) -> ContextBlock:
    """Small print in our own mrkdwn."""
    return ContextBlock(elements=[mrkdwn(text[:3_000])])


def fields(pairs: Sequence[tuple[str, str]]) -> SectionBlock:
    """Up to ten labelled real values, escaped and cut to what a field holds."""
    return SectionBlock(fields=[mrkdwn(f"*{label}*\n{escape(clip(value, 1_900)) or ' '}") for label, value in pairs[:10]])


def asked(
    block_id: str, label: str, element: InputInteractiveElement, *, optional: bool = False, hint: str | None = None
) -> InputBlock:
    """One input with its label."""
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label, emoji=False),
        element=element,
        optional=optional,
        hint=PlainTextObject(text=hint, emoji=False) if hint else None,
    )


def verbatim(text: str, most: int) -> tuple[list[SectionBlock], int]:
    """`text` in plain sections (no markup, mention or link can arise), at most `most` of them, and how much was left out."""
    blocks: list[SectionBlock] = []
    rest = clean(text)
    while rest and len(blocks) < most:
        cut = _end(rest)
        piece, rest = rest[:cut], rest[cut:]
        if piece.strip():
            blocks.append(SectionBlock(text=PlainTextObject(text=piece, emoji=False)))
    return blocks, len(rest)


def _end(text: str) -> int:
    """Where the first section of a long text ends: at a line where there is one."""
    if len(text) <= SECTION:
        return len(text)
    at = text.rfind("\n", SECTION // 2, SECTION)
    return SECTION if at < 0 else at + 1


def typed(values: Values, block_id: str, action_id: str) -> str:
    """What stands in a text input; Slack sends null for an empty one."""
    value = values.get(block_id, {}).get(action_id, {}).get("value")
    return value if isinstance(value, str) else ""


def picked(values: Values, block_id: str, action_id: str) -> tuple[str, ...]:
    """The values ticked in checkboxes or picked in a select."""
    state = values.get(block_id, {}).get(action_id, {})
    options = state.get("selected_options") or ([state["selected_option"]] if state.get("selected_option") else [])
    return tuple(str(option["value"]) for option in options if isinstance(option, dict) and "value" in option)


def result(title: str, text: str) -> dict[str, Any]:
    """A modal that only says what happened."""
    return modal("said", title, [said(text)])
