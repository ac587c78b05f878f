"""Socket Mode: the Bolt app that listens, and a connection that is watched and rebuilt when it falls silent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack import Identity, SlackClient
from bot.errors import AuthFailed, Temporary, VendorError

log = logging.getLogger("triage.socket")

FirstTime = Callable[[str], Awaitable[bool]]
Next = Callable[[], Awaitable[BoltResponse]]

PING = 10.0  #: seconds between two pings
CONNECT = 30.0  #: seconds for one connection to stand
STALE_AFTER_PINGS = 4  #: unanswered ones after which the SDK gives up on a connection


def build_app(slack: SlackClient, identity: Identity, *, first_time: FirstTime | None = None) -> AsyncApp:
    """The Bolt app without listeners.

    `authorize` answers from `identity`, since Bolt would otherwise call auth.test once for every early request. `first_time`
    tells whether an event id is new (in the shared database): Slack delivers an event again when an ack was late.
    """
    known = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        team=identity.team,
        url=identity.team_url,
        bot_user_id=identity.user_id,
        bot_id=identity.bot_id,
        bot_token=slack.access.bot_token.get_secret_value(),
        bot_scopes=sorted(identity.scopes),
    )

    async def authorize() -> AuthorizeResult:
        return known

    # Without a token of its own: the one from `authorize` is used, and Bolt has nothing to warn about.
    patient = AsyncRateLimitErrorRetryHandler(max_retry_count=2)
    client = AsyncWebClient(base_url=slack.access.api_url, timeout=10, retry_handlers=[patient])
    # Bolt gives the logger of this name the root's level: named "triage" it would silence ours.
    app = AsyncApp(name="slack_bolt.triage", client=client, authorize=authorize, request_verification_enabled=False)
    if first_time is not None:
        app.middleware(_once(first_time))
    return app


def _once(first_time: FirstTime) -> Callable[..., Awaitable[BoltResponse]]:
    async def only_new_events(req: AsyncBoltRequest, next_: Next) -> BoltResponse:
        event = req.body.get("event_id") if req.body.get("type") == "event_callback" else None
        if event and not await first_time(f"event:{event}"):
            log.info("event came again id=%s", event)
            return BoltResponse(status=200)  # acknowledged, so that Slack stops
        return await next_()

    return only_new_events


class Socket:
    """One Socket Mode connection. A watchdog closes it and builds a new one when it has been unhealthy for too long."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: SecretStr,
        slack: SlackClient,
        *,
        look_every: float = 15.0,
        keepalive_every: float = 60.0,
        unhealthy_after: float = 60.0,
    ) -> None:
        self.app = app
        self.slack = slack
        self._app_token = app_token
        self._look_every = look_every
        self._keepalive_every = keepalive_every
        self._unhealthy_after = unhealthy_after
        self._handler: AsyncSocketModeHandler | None = None
        self._watchdog: asyncio.Task[None] | None = None
        self.trouble = ""  #: what an admin should know, "" when all is well
        self.rebuilt = 0  #: how often the watchdog built a new connection

    @property
    def connected(self) -> bool:
        """Whether frames can arrive now."""
        session = self._handler.client.current_session if self._handler else None
        return session is not None and not session.closed and self._fresh()

    async def start(self) -> None:
        """Connect and keep watch. Slack being away is waited out in the background; AuthFailed or Permanent is an admin's."""
        try:
            await self._open()
        except Temporary as error:
            self.trouble = str(error)
            log.warning("cannot connect yet: %s", error)
        self._watchdog = asyncio.create_task(self._watch(), name="slack socket watchdog")

    async def stop(self) -> None:
        """Close the connection; what listeners are doing goes on."""
        if self._watchdog:
            self._watchdog.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watchdog
        await self._close()

    async def __aenter__(self) -> Socket:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _open(self) -> None:
        url = await self.slack.open_connection()  # asked here, since the SDK would try a refused token for ever
        handler = AsyncSocketModeHandler(self.app, self._app_token.get_secret_value(), ping_interval=PING)
        self._handler = handler
        client: Any = handler.client  # the SDK leaves its methods without types
        client.wss_uri = url
        try:
            await asyncio.wait_for(client.connect(), CONNECT)
        except TimeoutError:
            await self._close()
            raise Temporary("Slack gave an address but no connection.") from None
        self.trouble = ""
        log.info("connected")

    async def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        client: Any = handler.client
        tasks = [task for task in (client.message_processor, client.current_session_monitor, client.message_receiver) if task]
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await client.close()
        await asyncio.gather(*tasks, return_exceptions=True)  # the SDK cancels them and does not wait

    async def _watch(self) -> None:
        unhealthy_since: float | None = None
        said = time.monotonic()
        while True:
            await asyncio.sleep(self._look_every)
            if time.monotonic() - said >= self._keepalive_every:
                said = time.monotonic()
                await self._keepalive()
            if self.connected:
                unhealthy_since = None
                continue
            unhealthy_since = unhealthy_since or time.monotonic()
            if self._handler is None or time.monotonic() - unhealthy_since >= self._unhealthy_after:
                await self._rebuild()
                unhealthy_since = None

    async def _keepalive(self) -> None:
        """auth.test wakes connections that went silent, and tells when the token was revoked."""
        try:
            await self.slack.auth(fresh=True)
            self.trouble = ""
        except AuthFailed as error:
            if self.trouble != str(error):
                log.error("%s", error)
            self.trouble = str(error)
        except VendorError as error:
            log.warning("keepalive failed kind=%s", type(error).__name__)

    async def _rebuild(self) -> None:
        self.rebuilt += 1
        log.warning("no connection for too long, building a new one times=%s", self.rebuilt)
        await self._close()
        try:
            await self._open()
        except VendorError as error:
            self.trouble = str(error)
            log.warning("cannot connect kind=%s", type(error).__name__)

    def _fresh(self) -> bool:
        """Whether a pong came lately."""
        client = self._handler.client if self._handler else None
        if client is None or client.closed or client.stale:
            return False
        last = client.last_ping_pong_time
        return last is None or time.time() - last < PING * STALE_AFTER_PINGS
