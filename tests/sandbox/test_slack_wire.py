"""Socket Mode on the wire: hello, acknowledgements, redelivery, disconnects, and the real client's way back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from bot.sandbox.timings import Timings
from tests.sandbox import slack_samples as real
from tests.sandbox.slack_app import Bot, buttons, connected, section, slack_only
from tests.sandbox.slack_samples import differences

IMPATIENT = Timings(ack_seconds=0.05, redelivery=(0.0, 0.01, 0.02))


async def address(sandbox: Sandbox, http: aiohttp.ClientSession) -> str:
    headers = {"Authorization": f"Bearer {sandbox.slack.environment()['SLACK_APP_TOKEN']}"}
    async with http.post(f"{sandbox.url}/slack/api/apps.connections.open", headers=headers) as response:
        answer = await response.json()
    return str(answer["url"])


@asynccontextmanager
async def wire(sandbox: Sandbox, http: aiohttp.ClientSession) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare connection, greeted."""
    async with http.ws_connect(await address(sandbox, http)) as socket:
        hello = await socket.receive_json()
        assert differences(real.HELLO, hello) == []
        yield socket


async def test_a_url_opens_one_connection(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = await address(slack_sandbox, http)
    async with http.ws_connect(url) as socket:
        assert (await socket.receive_json())["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)
    await slack_sandbox.slack.eventually(lambda: not slack_sandbox.slack.connected)


async def test_a_url_expires(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(link_seconds=0)) as sandbox:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(await address(sandbox, http))


async def test_pings_are_answered_with_their_body(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(await address(slack_sandbox, http), autoping=False) as socket:
        await socket.receive_json()
        await socket.ping(b"sdk-ping-pong:1")
        pong = await socket.receive()
    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_an_eleventh_connection_is_one_too_many(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    sockets = [await http.ws_connect(await address(slack_sandbox, http)) for _ in range(10)]
    async with http.ws_connect(await address(slack_sandbox, http)) as eleventh:
        frame = await eleventh.receive_json()
    assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
    for socket in sockets:
        await socket.close()


async def test_an_event_that_is_not_acknowledged_comes_again(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, IMPATIENT) as sandbox, wire(sandbox, http) as socket:
        await sandbox.slack.say("ana", "hello")
        envelopes = [await socket.receive_json() for _ in range(4)]
        await sandbox.slack.sockets.idle()
        assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [(0, ""), *((n, "timeout") for n in (1, 2, 3))]
        assert len({e["payload"]["event_id"] for e in envelopes}) == 1
        assert len({e["envelope_id"] for e in envelopes}) == 4
        assert differences(real.EVENT_ENVELOPE, envelopes[0]) == []
        assert not envelopes[0]["accepts_response_payload"]


async def test_an_event_that_is_acknowledged_does_not(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, IMPATIENT) as sandbox, wire(sandbox, http) as socket:
        await sandbox.slack.say("ana", "hello")
        await socket.receive_json()  # the first is lost
        again = await socket.receive_json()
        await socket.send_json({"envelope_id": again["envelope_id"]})
        await sandbox.slack.sockets.idle()
        assert len(sandbox.slack.sockets.sent) == 2


async def test_an_event_waits_for_a_connection(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(redelivery=(0.0, 0.2))) as sandbox:
        await sandbox.slack.say("ana", "is anybody there?")
        async with wire(sandbox, http) as socket:
            envelope = await socket.receive_json()
            assert (envelope["retry_attempt"], envelope["payload"]["event"]["text"]) == (2, "is anybody there?")
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await sandbox.slack.sockets.idle()


async def test_events_nobody_subscribed_to_are_not_sent(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, without=("message.channels",)) as sandbox, wire(sandbox, http) as socket:
        await sandbox.slack.say("ana", "internal")
        await sandbox.slack.tell_bot("ana", "to the bot")
        envelope = await socket.receive_json()
        assert envelope["payload"]["event"]["text"] == "to the bot"
        await socket.send_json({"envelope_id": envelope["envelope_id"]})


async def test_a_click_that_is_not_acknowledged_is_an_error_and_is_not_repeated(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with slack_only(tmp_path, IMPATIENT, without=("message.channels",)) as sandbox:
        async with connected(sandbox) as bot:
            await bot.client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[section("Card"), buttons("Claim")])
        await sandbox.slack.eventually(lambda: not sandbox.slack.connected)
        card = await sandbox.slack.card("Card")
        async with wire(sandbox, http):
            sent = len(sandbox.slack.sockets.sent)
            result = await card.click("Claim", by="ana")
            assert len(sandbox.slack.sockets.sent) == sent + 1
        assert (result.acked, result.error) == (False, "We had some trouble connecting. Try again?")
        assert sandbox.slack.notes("ana") == ["Triage did not respond. We had some trouble connecting. Try again?"]
        assert not (await card.click("Claim", by="ana")).acked  # nobody is connected at all


async def test_nonsense_acknowledgements_change_nothing(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, IMPATIENT) as sandbox, wire(sandbox, http) as socket:
        for frame in ("", "{", "[]", "7", json.dumps({"envelope_id": "unknown"})):
            await socket.send_str(frame)
        slash = asyncio.create_task(sandbox.slack.slash("ana", "/triage help"))
        envelope = await socket.receive_json()
        assert differences(real.ENVELOPE, envelope) == []
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "Hello"}})
        assert (await slash).acked
        assert sandbox.slack.whispers("ana") == ["Hello"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "drop"])
async def test_the_real_client_comes_back(tmp_path: Path, reason: str) -> None:
    async with slack_only(tmp_path, Timings(warning_seconds=0.05)) as sandbox, connected(sandbox, claiming) as bot:
        before = sandbox.slack.sockets.links[0]
        await sandbox.slack.disconnect_sockets(reason)
        await sandbox.slack.eventually(lambda: sandbox.slack.connected and sandbox.slack.sockets.links[0] is not before)
        await bot.client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[section("Card"), buttons("Claim")])
        assert (await (await sandbox.slack.card("Card")).click("Claim", by="ana")).acked


def claiming(bot: Bot) -> None:
    @bot.app.action("do.claim")
    async def claim(ack: Any) -> None:
        await ack()

    @bot.app.event("message")
    async def hear() -> None:
        """Our own post, which Bolt acknowledges."""


async def test_old_connections_are_warned_and_closed(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    timings = Timings(connection_seconds=0.02, warning_seconds=0)
    async with slack_only(tmp_path, timings) as sandbox, wire(sandbox, http) as socket:
        frame = await socket.receive_json()
        assert differences(real.DISCONNECT, frame) == []
        assert frame["reason"] == "warning"
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
