"""The Slack Web API: one session, calls at a pace that Slack allows, errors as ours, messages that can be found again."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clients.pace import CARD, CLICK, Pace
from bot.clients.slack_calls import CHANNEL_CODES, METHODS, app_token_refused, code_of, retry_after, status_of, translate
from bot.clients.slack_directory import Directory
from bot.errors import Permanent, Temporary
from bot.values import Person

log = logging.getLogger("triage.slack")

Json = dict[str, Any]

TIMEOUT = 10.0  #: seconds for one call
UPLOADING = 60.0  #: seconds for the bytes of one file
RATE_TRIES = 3  #: how often one call waits for Slack's Retry-After before the job is put off
PAGES = 20  #: pages of history that a search for a lost message reads


class Access(Protocol):
    """The part of the settings that leads to Slack."""

    @property
    def bot_token(self) -> SecretStr: ...
    @property
    def app_token(self) -> SecretStr: ...
    @property
    def api_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in Slack, from auth.test."""

    user_id: str
    bot_id: str
    team_id: str
    team: str
    team_url: str
    enterprise_id: str | None
    scopes: frozenset[str]


class SlackClient:
    """Everything we ask of Slack. Only `bot.errors` come out of it.

    Two web clients share one session: one repeats idempotent calls after a lost connection or a 5xx, the other never does,
    because the first try of a post may have arrived. A 429 is waited out here and not by the SDK's handler, so that all calls
    of a kind pause together and a click goes first afterwards.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._session: aiohttp.ClientSession | None = None
        self._safe: AsyncWebClient | None = None
        self._once: AsyncWebClient | None = None
        self._paces: dict[str, Pace] = {}
        self._ending = False
        self._identity: Identity | None = None
        self.directory = Directory(self)

    async def start(self) -> None:
        """Open the session; inside the running loop, once."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
            self._safe = self._web([AsyncConnectionErrorRetryHandler(), AsyncServerErrorRetryHandler()])
            self._once = self._web([])

    def stop_waiting(self) -> None:
        """The process stops: calls that wait for their turn end as Temporary, those that need not wait go on."""
        self._ending = True
        for pace in self._paces.values():
            pace.end()

    async def close(self) -> None:
        """Close the session; calls after that fail."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> SlackClient:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _web(self, handlers: list[AsyncRetryHandler]) -> AsyncWebClient:
        token = self.access.bot_token.get_secret_value()
        return AsyncWebClient(token=token, base_url=self.access.api_url, session=self._session, retry_handlers=handlers)

    async def call(self, method: str, *, priority: int = CARD, pace: str = "", **arguments: Any) -> Mapping[str, Any]:
        """One method of the table with its answer; the only way in which calls leave."""
        return (await self._call(method, priority, pace, arguments)).data  # type: ignore[return-value]

    async def _call(self, method: str, priority: int, pace: str, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
        await self.start()
        how = METHODS[method]
        client = self._safe if how.again else self._once
        assert client is not None
        body = {name: value for name, value in arguments.items() if value is not None}
        sent: Json = {"json": body} if how.json else {"data": {name: _form(value) for name, value in body.items()}}
        gate = self._pace(method, pace) if how.per_minute else None
        for attempt in range(RATE_TRIES):
            if gate:
                await gate.turn(priority)
            try:
                return await client.api_call(method, **sent)
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
                if isinstance(error, SlackApiError) and status_of(error) == 429 and attempt < RATE_TRIES - 1:
                    await self._wait(gate, retry_after(error))
                    continue
                raise self._translated(error, method, body) from None
        raise AssertionError("unreachable")

    def _translated(self, error: BaseException, method: str, body: Mapping[str, Any]) -> Exception:
        channel = str(body.get("channel") or "")
        if isinstance(error, SlackApiError) and code_of(error) in CHANNEL_CODES:
            name = self.directory.forget(channel)
            return translate(error, method, name)
        return translate(error, method, self.directory.name_of(channel))

    @asynccontextmanager
    async def room_for_update(self, priority: int) -> AsyncIterator[None]:
        """Wait for the turn of one `update(priority=CLICK)` before taking what others wait for; unused turns go back."""
        if priority == CLICK:
            yield
            return
        gate = self._pace("chat.update", "")
        await gate.turn(priority)
        gate.back()  # the call itself takes it again, as a click that does not wait
        yield

    async def _wait(self, gate: Pace | None, seconds: float) -> None:
        if gate:
            gate.stop(seconds)
        else:
            await asyncio.sleep(seconds)

    def _pace(self, method: str, key: str) -> Pace:
        per_minute = METHODS[method].per_minute
        name = f"{method} {key}"
        if name not in self._paces:
            self._paces[name] = Pace(per_minute / 60, burst=25)
            if self._ending:
                self._paces[name].end()
        return self._paces[name]

    # Who and where

    async def auth(self, *, fresh: bool = False) -> Identity:
        """Who we are; asked once unless `fresh`. AuthFailed when the token is refused."""
        if self._identity is None or fresh:
            answer = await self._call("auth.test", CLICK, "", {})
            self._identity = _identity(answer)
        return self._identity

    async def open_connection(self) -> str:
        """The address for one Socket Mode connection; it is used soon or not at all, and is a secret."""
        await self.start()
        assert self._once is not None
        try:
            answer = await self._once.apps_connections_open(app_token=self.access.app_token.get_secret_value())
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise app_token_refused(error) from None
        return str(answer["url"])

    async def person(self, user_id: str) -> Person:
        """Who a Slack id is, remembered for some minutes."""
        return await self.directory.person(user_id)

    async def channel_id(self, name: str) -> str:
        """The id of a channel of that name; joins it when it is public. Permanent when there is none we can post in."""
        return await self.directory.channel_id(name)

    async def dm(self, user: str) -> str:
        """The id of our direct channel with a person."""
        return await self.directory.dm(user)

    # Messages

    async def post(
        self, channel_id: str, blocks: Sequence[Json], text: str, *, key: str, thread_ts: str | None = None, priority: int = CARD
    ) -> str:
        """Post a message that `find_by_key` can find; never tried twice. Ambiguous: it may stand there."""
        answer = await self.call(
            "chat.postMessage",
            priority=priority,
            pace=channel_id,
            channel=channel_id,
            blocks=list(blocks) or None,
            text=text,
            thread_ts=thread_ts,
            metadata={"event_type": "triage_message", "event_payload": {"key": key}},
            **_PLAIN,
        )
        return str(answer["ts"])

    async def update(self, channel_id: str, ts: str, blocks: Sequence[Json], text: str, *, priority: int = CARD) -> None:
        """Draw a message anew. Missing: it is gone."""
        await self.call(
            "chat.update",
            priority=priority,
            channel=channel_id,
            ts=ts,
            blocks=list(blocks),
            text=text,
            parse="none",
            link_names=False,
        )

    async def whisper(self, channel_id: str, user: str, text: str, thread_ts: str | None = None) -> None:
        """A line that only this person sees, and only now."""
        plain: Json = {"parse": "none", "link_names": False}
        await self.call(
            "chat.postEphemeral", priority=CLICK, channel=channel_id, user=user, text=text, thread_ts=thread_ts, **plain
        )

    async def find_by_key(self, channel_id: str, oldest: float, key: str, thread_ts: str | None = None) -> str | None:
        """The ts of the message that was posted under `key` since `oldest` (seconds), None when there is none."""
        method = "conversations.replies" if thread_ts else "conversations.history"
        cursor = ""
        for _ in range(PAGES):
            page = await self.call(
                method,
                channel=channel_id,
                ts=thread_ts,
                oldest=f"{max(0.0, oldest):.6f}",
                inclusive=True,
                include_all_metadata=True,
                limit=200,
                cursor=cursor or None,
            )
            found = [message for message in page.get("messages") or [] if key_of(message) == key]
            if found:
                return str(found[0]["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        log.warning("search for a lost message gave up pages=%s", PAGES)
        return None

    async def thread(self, channel_id: str, ts: str) -> list[Mapping[str, Any]]:
        """The messages of ours in a thread, oldest first, with the keys they were posted under. Missing: it is gone."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        for _ in range(PAGES):
            where: Json = {"channel": channel_id, "ts": ts, "include_all_metadata": True, "limit": 200, "cursor": cursor or None}
            page = await self.call("conversations.replies", **where)
            found += [message for message in page.get("messages") or [] if key_of(message)]
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return found

    async def permalink(self, channel_id: str, ts: str) -> str:
        """The address of a message."""
        answer = await self.call("chat.getPermalink", channel=channel_id, message_ts=ts)
        return str(answer["permalink"])

    async def tell(self, user: str, text: str) -> None:
        """A direct message as the answer to what a person just did."""
        await self.post(await self.dm(user), [], text, key=str(uuid.uuid4()), priority=CLICK)

    async def send_file(self, user: str, name: str, data: bytes, *, text: str) -> None:
        """Send a file to one person, in their direct channel and nowhere else. Ambiguous: it may stand there."""
        channel = await self.dm(user)
        method, length = "files.getUploadURLExternal", str(len(data))
        slot = await self.call(method, priority=CLICK, filename=name, length=length)
        await self._upload(str(slot["upload_url"]), data)
        files = [{"id": str(slot["file_id"]), "title": name}]
        method = "files.completeUploadExternal"
        await self.call(method, priority=CLICK, files=files, channel_id=channel, initial_comment=text)

    async def _upload(self, url: str, data: bytes) -> None:
        """The bytes go to the address that Slack gave, which is a secret; nothing is shared before the call after this."""
        assert self._session is not None
        try:
            async with self._session.post(url, data=data, timeout=aiohttp.ClientTimeout(total=UPLOADING)) as answer:
                if answer.status != 200:
                    raise Temporary(f"Slack did not take the file (status {answer.status}).")
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Temporary("Slack did not take the file.") from None

    # Modals

    async def open_view(self, trigger_id: str, view: Json) -> Json:
        """Open a modal; within three seconds of the click. The answer holds `id` and `hash`."""
        return dict((await self.call("views.open", priority=CLICK, trigger_id=trigger_id, view=view))["view"])

    async def push_view(self, trigger_id: str, view: Json) -> Json:
        """Put a modal on top of the one that the click came from."""
        return dict((await self.call("views.push", priority=CLICK, trigger_id=trigger_id, view=view))["view"])

    async def update_view(self, view_id: str, view: Json, hash: str | None = None) -> Json:
        """Replace a modal; with `hash`, Permanent(code="hash_conflict") when it changed meanwhile."""
        answer = await self.call("views.update", priority=CLICK, view_id=view_id, view=view, hash=hash)
        return dict(answer["view"])


_PLAIN: Json = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


def blocked_channel(error: Exception) -> bool:
    """Whether somebody has to let us into a channel before this can work."""
    return isinstance(error, Permanent) and error.code in CHANNEL_CODES


def _form(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def key_of(message: Mapping[str, Any]) -> str:
    """The key that a message was posted under, "" when it is none of ours."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key") or "") if isinstance(payload, dict) else ""


def _identity(answer: AsyncSlackResponse) -> Identity:
    found = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Identity(
        user_id=str(answer.get("user_id") or ""),
        bot_id=str(answer.get("bot_id") or ""),
        team_id=str(answer.get("team_id") or ""),
        team=str(answer.get("team") or ""),
        team_url=str(answer.get("url") or ""),
        enterprise_id=answer.get("enterprise_id"),
        scopes=frozenset(scope.strip() for scope in found.split(",") if scope.strip()),
    )
