"""Socket Mode of the pretend Slack: connections, envelopes, acknowledgements, redelivery."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox import slack_payloads, slack_state
from bot.sandbox.slack_api import WebApi
from bot.sandbox.slack_state import Json, Workspace

MOST_CONNECTIONS = 10
MOST_FRAME = 1 << 20
CLOSING_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Link:
    """One connection and the envelopes it still owes an answer to."""

    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, envelope_id: str, payload: Json | None) -> bool:
        future = self.waiting.pop(envelope_id, None)
        if future is None or future.done():
            return False
        future.set_result(payload)
        return True


class SocketMode:
    def __init__(self, workspace: Workspace, api: WebApi) -> None:
        self.workspace, self.api = workspace, api
        self.links: list[Link] = []
        self.sent: deque[Json] = deque(maxlen=1000)  # the newest envelopes
        self._turn = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ageing: set[asyncio.Task[Any]] = set()  # the tasks that end connections of old age
        workspace.publish = self.publish

    @property
    def connected(self) -> bool:
        return bool(self.links)

    # -- the connection ---------------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        expires = self.api.tickets.pop(request.query.get("ticket", ""), 0.0)
        if time.monotonic() >= expires:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        pings = self.workspace.timings.ping_seconds
        socket = web.WebSocketResponse(heartbeat=pings, max_msg_size=MOST_FRAME, timeout=CLOSING_SECONDS)
        await socket.prepare(request)
        if len(self.links) >= MOST_CONNECTIONS:
            await socket.send_str(disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(Link(socket, request), request.query.get("debug_reconnects") == "true")
        return socket

    async def _serve(self, link: Link, short: bool) -> None:
        seconds = min(360.0, self.workspace.timings.connection_seconds) if short else self.workspace.timings.connection_seconds
        await link.socket.send_str(hello(len(self.links) + 1, seconds))
        self.links.append(link)
        self.workspace.changed()
        ageing = self.spawn(self._refresh(link, seconds))
        self._ageing.add(ageing)
        try:
            async for frame in link.socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(link, frame.data)
        finally:
            ageing.cancel()
            self._ageing.discard(ageing)
            self._gone(link)

    def _gone(self, link: Link) -> None:
        if link in self.links:
            self.links.remove(link)
        link.gone.set()
        for envelope_id in list(link.waiting):
            link.waiting.pop(envelope_id).cancel()
        self.workspace.changed()

    async def _refresh(self, link: Link, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._warn(link, "warning")

    async def _warn(self, link: Link, reason: str) -> None:
        with suppress(ConnectionError):  # the other side may be gone already
            await link.socket.send_str(disconnect(reason))
            if reason in ("warning", "refresh_requested"):  # a good client leaves by itself
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.workspace.timings.warning_seconds):
                        await link.gone.wait()
            await link.socket.close()

    def disconnect(self, reason: str) -> asyncio.Task[None]:
        """Send a disconnect frame to every connection and close it; reason "drop" cuts the line without a word."""
        return self.spawn(self._disconnect(list(self.links), reason))

    async def _disconnect(self, links: list[Link], reason: str) -> None:
        for link in links:
            if link in self.links:
                self.links.remove(link)  # nothing new goes down this line
        self.workspace.changed()
        if reason == "drop":
            for link in links:
                if link.request.transport is not None:
                    link.request.transport.close()
        else:
            await asyncio.gather(*(self._warn(link, reason) for link in links))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def idle(self) -> None:
        """Wait until everything that was on its way has been acknowledged or given up."""
        await asyncio.gather(*(task for task in self._tasks if task not in self._ageing), return_exceptions=True)

    async def close(self) -> None:
        await asyncio.gather(*(link.socket.close() for link in self.links))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- envelopes --------------------------------------------------------------------------------------------------

    def _acknowledged(self, link: Link, data: str) -> None:
        try:
            frame = json.loads(data)
        except ValueError:
            return
        known = isinstance(frame, dict) and link.settle(str(frame.get("envelope_id")), frame.get("payload"))
        if known and frame.get("payload"):
            self.api.record("ack", frame["payload"], "")

    async def deliver(self, kind: str, payload: Json, *, attempt: int = 0) -> tuple[bool, Json | None]:
        """Send one envelope down any line; whether it was acknowledged in time, and with what."""
        link = self._next_link()
        if link is None:
            return False, None
        event = kind == "events_api"
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "accepts_response_payload": not event,
            "payload": payload,
        }
        if event:
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        link.waiting[envelope["envelope_id"]] = answer
        self.sent.append(envelope)
        try:
            await link.socket.send_str(json.dumps(envelope))
            async with asyncio.timeout(self.workspace.timings.ack_seconds):
                return True, await asyncio.shield(answer)
        except (TimeoutError, ConnectionError):
            return False, None
        except asyncio.CancelledError:
            if answer.cancelled():  # the line went down while we waited
                return False, None
            raise
        finally:
            link.waiting.pop(envelope["envelope_id"], None)

    def _next_link(self) -> Link | None:
        if not self.links:
            return None
        self._turn += 1
        return self.links[self._turn % len(self.links)]

    def publish(self, event: Json) -> None:
        """Tell the app of an event, if it subscribed to it; again, later, when it does not acknowledge."""
        if subscription(event) not in self.workspace.manifest.events:
            return
        body = slack_payloads.event(self.workspace, event)
        self.spawn(self._deliver_event(body))

    async def _deliver_event(self, body: Json) -> None:
        for attempt, pause in enumerate((None, *self.workspace.timings.redelivery)):
            if pause is not None:
                await asyncio.sleep(pause)
            acked, _ = await self.deliver("events_api", body, attempt=attempt)
            if acked:
                return


def subscription(event: Json) -> str:
    """The name under which the manifest subscribes to an event."""
    if event["type"] != "message":
        return str(event["type"])
    return {"im": "message.im"}.get(event.get("channel_type", ""), "message.channels")


def hello(connections: int, seconds: float) -> str:
    info = {"host": "applink-sandbox", "build_number": 10, "approximate_connection_time": int(seconds)}
    frame = {"type": "hello", "num_connections": connections, "connection_info": {"app_id": slack_state.APP}, "debug_info": info}
    return json.dumps(frame)


def disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})
