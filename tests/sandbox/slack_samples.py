"""Recorded shapes of real Slack payloads: the judge of what the stand-in sends."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

HELLO: Json = {
    "type": "hello",
    "num_connections": 1,
    "connection_info": {"app_id": "A1"},
    "debug_info": {"host": "applink-7fc4fdbb64-4x5xq", "build_number": 10, "approximate_connection_time": 18060},
}
DISCONNECT: Json = {"type": "disconnect", "reason": "warning", "debug_info": {"host": "applink-7fc4fdbb64-4x5xq"}}
ENVELOPE: Json = {"envelope_id": "<uuid>", "type": "interactive", "accepts_response_payload": True, "payload": {}}
EVENT_ENVELOPE: Json = {**ENVELOPE, "retry_attempt": 0, "retry_reason": ""}

_PEOPLE: Json = {
    "user": {"id": "U1", "username": "dana", "name": "dana", "team_id": "T1"},
    "api_app_id": "A1",
    "token": "x",
    "team": {"id": "T1", "domain": "acme"},
    "enterprise": None,
    "is_enterprise_install": False,
}
ACTION: Json = {
    "action_id": "ticket.claim",
    "block_id": "act:T-1042:1",
    "text": {"type": "plain_text", "text": "Claim", "emoji": True},
    "value": '{"t":"T-1042","r":1}',
    "style": "primary",
    "type": "button",
    "action_ts": "1763628010.123456",
}
MESSAGE_ACTION: Json = {
    "type": "block_actions",
    **_PEOPLE,
    "container": {
        "type": "message",
        "message_ts": "1763628000.000100",
        "channel_id": "C1",
        "is_ephemeral": False,
        "thread_ts": "1763628000.000100",
    },
    "trigger_id": "111.222.abc",
    "channel": {"id": "C1", "name": "support-triage"},
    "message": {
        "type": "message",
        "user": "UBOT",
        "bot_id": "B1",
        "app_id": "A1",
        "ts": "1763628000.000100",
        "text": "...",
        "team": "T1",
        "blocks": [],
        "metadata": {},
    },
    "state": {"values": {}},
    "response_url": "https://hooks.slack.com/actions/T1/1/abc",
    "actions": [ACTION],
}
VIEW: Json = {
    "id": "V1",
    "team_id": "T1",
    "type": "modal",
    "blocks": [],
    "private_metadata": '{"t":"T-1042","r":2}',
    "callback_id": "draft.send",
    "state": {"values": {"body": {"text": {"type": "plain_text_input", "value": "Hi Ana"}}}},
    "hash": "1763628100.3wRYuk3R",
    "title": {"type": "plain_text", "text": "Reply to Ana"},
    "clear_on_close": False,
    "notify_on_close": True,
    "close": {"type": "plain_text", "text": "Cancel"},
    "submit": {"type": "plain_text", "text": "Send"},
    "previous_view_id": None,
    "root_view_id": "V1",
    "app_id": "A1",
    "external_id": "",
    "app_installed_team_id": "T1",
    "bot_id": "B1",
}
VIEW_ACTION: Json = {
    "type": "block_actions",
    **_PEOPLE,
    "container": {"type": "view", "view_id": "V1"},
    "trigger_id": "111.222.abc",
    "view": VIEW,
    "actions": [ACTION],
}
VIEW_SUBMISSION: Json = {
    "type": "view_submission",
    **_PEOPLE,
    "trigger_id": "111.222.def",
    "view": VIEW,
    "response_urls": [],
}
VIEW_CLOSED: Json = {"type": "view_closed", **_PEOPLE, "view": VIEW, "is_cleared": False}
MESSAGE_SHORTCUT: Json = {
    "type": "message_action",
    **_PEOPLE,
    "callback_id": "make",
    "trigger_id": "111.222.abc",
    "action_ts": "1763628010.123456",
    "channel": {"id": "C1", "name": "support-triage"},
    "message_ts": "1763628000.000100",
    "message": {"type": "message", "user": "U1", "ts": "1763628000.000100", "text": "...", "team": "T1"},
    "response_url": "https://hooks.slack.com/actions/T1/1/abc",
}
COMMAND: Json = {
    "token": "x",
    "team_id": "T1",
    "team_domain": "acme",
    "channel_id": "C1",
    "channel_name": "support-triage",
    "user_id": "U1",
    "user_name": "dana",
    "command": "/triage",
    "text": "queue",
    "api_app_id": "A1",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/T1/1/abc",
    "trigger_id": "111.222.abc",
}
EVENT: Json = {
    "token": "x",
    "team_id": "T1",
    "api_app_id": "A1",
    "event": {},
    "type": "event_callback",
    "event_id": "Ev1",
    "event_time": 1763628000,
    "authorizations": [
        {"enterprise_id": None, "team_id": "T1", "user_id": "UBOT", "is_bot": True, "is_enterprise_install": False}
    ],
    "is_ext_shared_channel": False,
    "event_context": "4-...",
}
MESSAGE_IM: Json = {
    "client_msg_id": "m",
    "type": "message",
    "text": "hi",
    "user": "U1",
    "ts": "1763628000.000100",
    "team": "T1",
    "blocks": [{"type": "rich_text", "block_id": "b", "elements": []}],
    "channel": "D1",
    "event_ts": "1763628000.000100",
    "channel_type": "im",
}
APP_MENTION: Json = {
    "client_msg_id": "m",
    "type": "app_mention",
    "user": "U1",
    "text": "<@UBOT> hi",
    "ts": "1763628000.000100",
    "channel": "C1",
    "team": "T1",
    "event_ts": "1763628000.000100",
    "blocks": [],
    "thread_ts": "1763628000.000100",
}
HOME_OPENED: Json = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1763628000.000100"}


def differences(real: Any, ours: Any, *, more: frozenset[str] = frozenset(), path: str = "") -> list[str]:
    """Where the shape of `ours` is not that of `real`; `more` are keys that ours may have beyond."""
    if isinstance(real, dict) and isinstance(ours, dict):
        absent = [f"{path}/{key} is missing" for key in real.keys() - ours.keys()]
        extra = [f"{path}/{key} is not Slack's" for key in ours.keys() - real.keys() - more] if real else []
        inner = [
            words
            for key in real.keys() & ours.keys()
            for words in differences(real[key], ours[key], more=more, path=f"{path}/{key}")
        ]
        return absent + extra + inner
    if isinstance(real, list) and isinstance(ours, list):
        return [words for entry in ours for words in differences(real[0], entry, more=more, path=f"{path}[]")] if real else []
    return [] if type(real) is type(ours) else [f"{path} is {type(ours).__name__}, Slack sends {type(real).__name__}"]
