"""Slack's bodies become types; whatever else comes is refused in words and never as a crash."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import payload
from handlers.command import days_of
from handlers.guard import _plain
from handlers.payload import Place, Target, Unknown

TICKET = "6f1c0c9e-2f3b-4a55-9a53-0d5b6c1f7a10"
VALUE = f'{{"t":"{TICKET}","v":3,"r":1}}'

#: As in Slack's reference: a button in a message.
IN_MESSAGE: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0LARK"},
    "api_app_id": "A0TRIAGE",
    "container": {"type": "message", "message_ts": "1763628000.000100", "channel_id": "C0TRIAGE", "is_ephemeral": False},
    "trigger_id": "111.222.abc",
    "team": {"id": "T0LARK", "domain": "larkspur"},
    "enterprise": None,
    "channel": {"id": "C0TRIAGE", "name": "triage"},
    "message": {"type": "message", "ts": "1763628000.000100", "text": "...", "blocks": []},
    "state": {"values": {}},
    "response_url": "https://hooks.slack.example/actions/T/1/abc",
    "actions": [{"action_id": "ticket.claim", "block_id": "act:1042:3", "value": VALUE, "type": "button", "action_ts": "1.2"}],
}
IN_MODAL: dict[str, Any] = {
    **{key: value for key, value in IN_MESSAGE.items() if key not in ("channel", "message", "response_url")},
    "container": {"type": "view", "view_id": "V1"},
    "view": {"id": "V1", "type": "modal", "callback_id": "ticket.more", "private_metadata": '{"t":"x","c":"C0TRIAGE"}'},
}
SUBMITTED: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T0LARK"},
    "user": {"id": "U0ANA", "team_id": "T0OTHER"},
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "draft.send",
        "private_metadata": '{"c":"C0TRIAGE"}',
        "state": {"values": {"reply:0": {"text": {"type": "plain_text_input", "value": "Hi"}}}},
    },
    "response_urls": [],
}
COMMAND: dict[str, Any] = {
    "command": "/triage",
    "text": "  stats 7d ",
    "user_id": "U0ANA",
    "team_id": "T0LARK",
    "channel_id": "C0TRIAGE",
    "trigger_id": "111.222.abc",
    "response_url": "https://hooks.slack.example/commands/T/1/abc",
}


def test_a_click_in_a_message() -> None:
    click = payload.click(IN_MESSAGE)
    assert click.place == Place("U0ANA", "C0TRIAGE", response_url="https://hooks.slack.example/actions/T/1/abc")
    assert click.target == Target(UUID(TICKET), 3, 1)
    assert (click.action, click.trigger, click.stranger) == ("ticket.claim", "111.222.abc", False)


@pytest.mark.parametrize(("thread", "told_in"), [("1763628000.000100", ""), ("1763628000.000001", "1763628000.000001")])
def test_a_click_on_a_reply_is_answered_in_its_thread_and_one_on_the_card_in_the_channel(thread: str, told_in: str) -> None:
    body = {**IN_MESSAGE, "container": {**IN_MESSAGE["container"], "thread_ts": thread}}
    assert payload.click(body).place.thread == told_in


def test_a_click_in_a_modal_knows_the_channel_it_came_from() -> None:
    assert payload.click(IN_MODAL).place == Place("U0ANA", "C0TRIAGE", view="V1", callback="ticket.more")


def test_a_submission_of_somebody_from_another_organisation() -> None:
    sent = payload.submission(SUBMITTED)
    assert sent.stranger
    assert sent.values["reply:0"]["text"]["value"] == "Hi"
    assert (sent.view_id, sent.place.channel) == ("V1", "C0TRIAGE")


def test_a_command() -> None:
    found = payload.command(COMMAND)
    assert (found.text, found.place.user, found.place.channel) == ("stats 7d", "U0ANA", "C0TRIAGE")


@pytest.mark.parametrize("value", ["", "{", "[]", "null", "7", '{"t":7}', '{"t":"no"}', f'{{"t":"{TICKET}","v":"x"}}'])
def test_a_value_that_is_not_ours_is_unknown(value: str) -> None:
    with pytest.raises(Unknown):
        Target.read(value)


@pytest.mark.parametrize(
    "body", [{}, {"actions": []}, {"actions": [{}], "user": {}}, {"actions": "x", "user": 7}, {"view": None}]
)
def test_a_body_that_is_not_ours_is_unknown(body: dict[str, Any]) -> None:
    with pytest.raises(Unknown):
        payload.click(body)
    with pytest.raises(Unknown):
        payload.submission(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["user", "id", "view", "container", "channel", "actions", "private_metadata"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["user", "view", "container", "channel", "actions", "user_id", "team"]), _JSON))
def test_no_body_whatsoever_crashes_the_door(body: dict[str, Any]) -> None:
    assert isinstance(payload.place(body), Place)
    for parse in (payload.click, payload.submission):
        try:
            parse(body)
        except Unknown:
            continue


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7d", 7),
        ("7", 7),
        ("2w", 14),
        ("1 day", 1),
        ("3 weeks", 21),
        ("0d", None),
        ("9999d", None),
        ("soon", None),
        ("-1d", None),
    ],
)
def test_days_are_read_or_refused(text: str, days: int | None) -> None:
    assert days_of(text) == days


def test_a_field_error_has_no_markup() -> None:
    said = _plain("<@U0ANA> already has this one, since <!date^1795^{time}|2026-11-20 10:20 UTC>.")
    assert said == "A colleague already has this one, since 2026-11-20 10:20 UTC."
