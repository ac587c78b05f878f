"""Socket Mode against the stand-in: no auth.test stampede, events once, and a connection that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clients.slack import SlackClient
from bot.clients.socket import Socket, build_app
from bot.errors import AuthFailed
from bot.sandbox.faults import Fault
from bot.sandbox.slack import SlackWorld
from bot.settings import SlackSettings
from bot.store import seen
from bot.store.db import Database

BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Press"}, "action_id": "press", "value": "x"}
BLOCKS: list[dict[str, Any]] = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]


@pytest.fixture
async def app(slack: SlackClient) -> AsyncApp:
    return build_app(slack, await slack.auth())


@pytest.fixture
async def socket(app: AsyncApp, slack: SlackClient, access: SlackSettings) -> AsyncIterator[Socket]:
    quick = Socket(app, access.app_token, slack, look_every=0.02, unhealthy_after=0.05)
    async with quick:
        yield quick


async def test_many_first_clicks_ask_who_we_are_no_more(
    app: AsyncApp, socket: Socket, slack: SlackClient, world: SlackWorld
) -> None:
    pressed: list[str] = []

    async def press(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        pressed.append(body["user"]["id"])

    app.action("press")(press)
    await slack.post("C0TRIAGE", BLOCKS, "Press", key="k")
    card = await world.card("Press")
    before = sum(call.method == "auth.test" for call in world.calls)
    results = await asyncio.gather(*(card.click("Press", by=name) for name in ("ana", "ben", "chloe") * 4))
    assert all(result.acked for result in results)
    assert sorted(pressed) == sorted(["U0ANA", "U0BEN", "U0CHLOE"] * 4)
    assert sum(call.method == "auth.test" for call in world.calls) - before <= 1


@pytest.mark.parametrize("reason", ["refresh_requested", "drop"])
async def test_the_connection_comes_back(socket: Socket, world: SlackWorld, reason: str) -> None:
    assert socket.connected
    await world.disconnect_sockets(reason)
    await until(lambda: world.connected and socket.connected)


async def test_a_silent_connection_is_rebuilt(socket: Socket, world: SlackWorld) -> None:
    assert socket._handler is not None
    socket._handler.client.stale = True
    socket._handler.client.auto_reconnect_enabled = False
    await until(lambda: socket.rebuilt == 1 and socket.connected)
    assert socket.trouble == ""


async def test_a_revoked_token_is_trouble_and_not_the_end(
    app: AsyncApp, slack: SlackClient, access: SlackSettings, world: SlackWorld
) -> None:
    async with Socket(app, access.app_token, slack, look_every=0.05, keepalive_every=0) as socket:
        world.revoke_token()
        await until(lambda: "SLACK_BOT_TOKEN" in socket.trouble)
        world.workspace.token_error = None
        await until(lambda: socket.trouble == "")


async def until(true: Any) -> None:
    """Wait for something that the bot notices by itself, of which the pretend Slack does not hear."""
    for _ in range(1_500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_slack_being_away_at_the_start_is_waited_out(
    app: AsyncApp, slack: SlackClient, access: SlackSettings, world: SlackWorld
) -> None:
    world.faults.add(Fault("apps.connections.open", "5xx", times=2))
    async with Socket(app, access.app_token, slack, look_every=0.02) as socket:
        assert not socket.connected
        await until(lambda: socket.connected)


async def test_a_refused_app_token_ends_the_start(app: AsyncApp, access: SlackSettings) -> None:
    wrong = access.model_copy(update={"app_token": SecretStr("xapp-wrong")})
    async with SlackClient(wrong) as client:
        with pytest.raises(AuthFailed, match="SLACK_APP_TOKEN"):
            await Socket(app, wrong.app_token, client).start()


async def test_an_event_that_comes_again_is_acknowledged_and_not_handled(slack: SlackClient, database: Database) -> None:
    async def first_time(key: str) -> bool:
        async with database.transaction() as s:
            return await seen.first_time(s, key)

    app = build_app(slack, await slack.auth(), first_time=first_time)
    handled: list[str] = []

    async def hear(event: dict[str, Any]) -> None:
        handled.append(event["type"])

    app.event("app_mention")(hear)
    event = {"type": "app_mention", "user": "U0ANA", "text": "hi", "ts": "1.1", "channel": "C0TRIAGE", "event_ts": "1.1"}
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T0LARK", "api_app_id": "A0TRIAGE", "event": event}
    for _ in range(3):
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert response.status == 200
    await until(lambda: handled)
    assert handled == ["app_mention"]
