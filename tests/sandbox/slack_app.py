"""A small Slack app made of the real libraries, and the manifest it runs under: what the Slack stand-in is tested with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from bot.sandbox.timings import Timings

Json = dict[str, Any]
SCOPES = ["app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:write"]
SCOPES += ["im:history", "im:read", "im:write", "reactions:write", "users:read"]
EVENTS = ["app_home_opened", "app_mention", "member_joined_channel", "message.channels", "message.im"]


def manifest(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """A manifest like ours; `without` leaves scopes or events out."""
    tree = {
        "_metadata": {"major_version": 1},
        "display_information": {"name": "Triage"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Triage"},
            "shortcuts": [{"name": "Create ticket", "type": "message", "callback_id": "make", "description": "x"}],
            "slash_commands": [{"command": "/triage", "description": "x", "should_escape": True}],
        },
        "oauth_config": {"scopes": {"bot": [scope for scope in SCOPES if scope not in without]}},
        "settings": {
            "event_subscriptions": {"bot_events": [event for event in EVENTS if event not in without]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }
    path = folder / "manifest.yml"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


@asynccontextmanager
async def slack_only(folder: Path, timings: Timings | None = None, without: tuple[str, ...] = ()) -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest(folder, without=without), timings=timings) as sandbox:
        yield sandbox


@dataclass
class Bot:
    """The app under a sandbox: its Bolt app, its client without retries, and every body it was sent."""

    app: AsyncApp
    client: AsyncWebClient
    handler: AsyncSocketModeHandler
    bodies: list[Json] = field(default_factory=list)


@asynccontextmanager
async def connected(sandbox: Sandbox, register: Callable[[Bot], None] | None = None) -> AsyncIterator[Bot]:
    """A running app; listeners are added by `register`."""
    tokens = sandbox.slack.environment()
    async with aiohttp.ClientSession() as session:
        url = tokens["SLACK_API_URL"]
        client = AsyncWebClient(tokens["SLACK_BOT_TOKEN"], base_url=url, session=session, retry_handlers=[])

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id="T0LARK", bot_token=tokens["SLACK_BOT_TOKEN"], bot_user_id="U0TRIAGE"
            )

        app = AsyncApp(client=client, authorize=authorize)
        handler = AsyncSocketModeHandler(app, tokens["SLACK_APP_TOKEN"], ping_interval=0.2)
        bot = Bot(app, client, handler)

        @app.middleware
        async def remember(body: Json, next_: Callable[[], Awaitable[Any]]) -> Any:
            bot.bodies.append(body)
            return await next_()

        if register is not None:
            register(bot)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await sandbox.slack.eventually(lambda: sandbox.slack.connected, what="the app to connect")
        try:
            yield bot
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def buttons(*labels: str) -> Json:
    elements = [{"type": "button", "text": plain(label), "action_id": f"do.{label.lower()}", "value": label} for label in labels]
    return {"type": "actions", "block_id": "act:1:1", "elements": elements}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def entry(label: str, block_id: str = "body", **element: Any) -> Json:
    """An input block with one text field."""
    field_ = {"type": "plain_text_input", "action_id": "text", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": field_}


def modal(*blocks: Json, title: str = "Reply", **more: Any) -> Json:
    return {"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": list(blocks), **more}


@asynccontextmanager
async def refusal() -> AsyncIterator[Refusal]:
    """The one error a call inside is refused with."""
    caught = Refusal()
    try:
        yield caught
    except SlackApiError as error:
        answer = error.response.data
        caught.error, caught.messages = answer["error"], answer.get("response_metadata", {}).get("messages", [])
        caught.status, caught.answer, caught.headers = error.response.status_code, answer, error.response.headers
    else:
        raise AssertionError("the call was not refused")


@dataclass
class Refusal:
    error: str = ""
    messages: list[str] = field(default_factory=list)
    status: int = 0
    answer: Json = field(default_factory=dict)
    headers: Json = field(default_factory=dict)
