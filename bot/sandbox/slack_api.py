"""The Web API of the pretend Slack: one door for every method, where token, scope, rate and faults are looked at."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox import slack_chat as chat
from bot.sandbox import slack_conversations as rooms
from bot.sandbox import slack_views as views
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.limits import Limits
from bot.sandbox.slack_args import Args, Refused
from bot.sandbox.slack_files import Files
from bot.sandbox.slack_state import Json, Workspace

Scopes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Method:
    run: Callable[[Workspace, Args], Json]
    tier: str
    scopes: Callable[[Workspace, Args], Scopes] = lambda _workspace, _args: ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came; `error` is what was answered, empty for ok."""

    method: str
    args: Json
    error: str


def _needs(*scopes: str) -> Callable[[Workspace, Args], Scopes]:
    return lambda _workspace, _args: scopes


def _of_channel(verb: str) -> Callable[[Workspace, Args], Scopes]:
    return lambda workspace, args: rooms.scopes_of_channel(workspace, args, verb)


METHODS: dict[str, Method] = {
    "auth.test": Method(rooms.auth_test, "special"),
    "chat.postMessage": Method(chat.post_message, "posts", _needs("chat:write")),
    "chat.update": Method(chat.update, "tier_3", _needs("chat:write")),
    "chat.delete": Method(chat.delete, "tier_3", _needs("chat:write")),
    "chat.postEphemeral": Method(chat.post_ephemeral, "tier_4", _needs("chat:write")),
    "chat.getPermalink": Method(chat.get_permalink, "special"),
    "reactions.add": Method(chat.add_reaction, "tier_3", _needs("reactions:write")),
    "users.info": Method(rooms.users_info, "tier_4", _needs("users:read")),
    "users.list": Method(rooms.users_list, "tier_2", _needs("users:read")),
    "conversations.list": Method(rooms.conversations_list, "tier_2", lambda _workspace, args: rooms.scopes_of_types(args)),
    "conversations.info": Method(rooms.conversations_info, "tier_3", _of_channel("read")),
    "conversations.members": Method(rooms.conversations_members, "tier_4", _of_channel("read")),
    "conversations.join": Method(rooms.conversations_join, "tier_3", _needs("channels:join")),
    "conversations.open": Method(rooms.conversations_open, "tier_3", _needs("im:write")),
    "conversations.history": Method(rooms.conversations_history, "tier_3", _of_channel("history")),
    "conversations.replies": Method(rooms.conversations_replies, "tier_3", _of_channel("history")),
    "views.open": Method(views.views_open, "tier_4"),
    "views.push": Method(views.views_push, "tier_4"),
    "views.update": Method(views.views_update, "tier_4"),
    "views.publish": Method(views.views_publish, "tier_4"),
}
KEPT_CALLS = 50_000
OPEN_CONNECTION = "apps.connections.open"


@dataclass(slots=True)
class WebApi:
    workspace: Workspace
    faults: Faults
    limits: Limits = field(default_factory=Limits)
    calls: list[Call] = field(default_factory=list)
    tickets: dict[str, float] = field(default_factory=dict)  # of Socket Mode URLs not used yet
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        self.files = Files(self.workspace)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = self.faults.take(method)
        args: Json = {}
        try:
            args, token = await read(request)
            if fault is not None:
                await suffer(fault)
            answer: Json = {"ok": True, **self._run(method, Args(args), token)}
        except RateLimited as limited:
            self.record(method, args, "ratelimited")
            return limited.response()
        except ConnectionAbortedError:
            self.record(method, args, "dropped")
            return dropped(request)
        except Refused as refused:
            answer = refused.answer()
        self.record(method, args, answer.get("error", ""))
        if fault is not None and fault.kind == "drop":
            return dropped(request)  # the work is done, the caller will never know
        return web.json_response(answer, headers=self._headers(method), status=_status(answer))

    def _headers(self, method: str) -> dict[str, str]:
        scopes = "connections:write" if method == OPEN_CONNECTION else ",".join(sorted(self.workspace.manifest.scopes))
        return {"x-oauth-scopes": scopes, "x-slack-req-id": secrets.token_hex(16), "Cache-Control": "no-store"}

    def record(self, method: str, args: Json, error: str) -> None:
        self.calls.append(Call(method, args, error))
        if len(self.calls) > 2 * KEPT_CALLS:
            del self.calls[:KEPT_CALLS]

    def _run(self, method: str, args: Args, token: str) -> Json:
        if method != OPEN_CONNECTION and method not in self._methods():
            raise Refused("unknown_method", req_method=method)
        self._authorize(method, token)
        if method == OPEN_CONNECTION:
            self._throttle(method, "tier_3")
            return self._open_connection()
        known = self._methods()[method]
        self._throttle(f"{method} {args.text('channel')}" if known.tier == "posts" else method, known.tier)
        needed, provided = known.scopes(self.workspace, args), self.workspace.manifest.scopes
        if not set(needed) <= provided:
            raise Refused("missing_scope", needed=",".join(needed), provided=",".join(sorted(provided)))
        return known.run(self.workspace, args)

    def _methods(self) -> dict[str, Method]:
        """The methods of the table and those about files, which remember what was sent."""
        write = _needs("files:write")
        return METHODS | {
            "files.getUploadURLExternal": Method(self.files.get_url, "tier_4", write),
            "files.completeUploadExternal": Method(self.files.complete, "tier_4", write),
        }

    def _authorize(self, method: str, token: str) -> None:
        if not token:
            raise Refused("not_authed")
        expected = self.workspace.app_token if method == OPEN_CONNECTION else self.workspace.bot_token
        if token not in (self.workspace.app_token, self.workspace.bot_token):
            raise Refused("invalid_auth")
        if self.workspace.token_error is not None:
            raise Refused(self.workspace.token_error)
        if token != expected:
            raise Refused("not_allowed_token_type")

    def _throttle(self, name: str, tier: str) -> None:
        wait = self.limits.wait(name, getattr(self.workspace.timings, tier))
        if wait > 0:
            raise RateLimited(30 if math.isinf(wait) else max(1, math.ceil(wait)))

    def _open_connection(self) -> Json:
        ticket = secrets.token_urlsafe(18)
        self.tickets[ticket] = time.monotonic() + self.workspace.timings.link_seconds
        return {"url": f"ws{self.workspace.base_url.removeprefix('http')}/slack/link/?ticket={ticket}&app_id=A0TRIAGE"}


class RateLimited(Exception):
    """Too many calls; carries the seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after

    def response(self) -> web.Response:
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(self.retry_after)}
        )


def dropped(request: web.Request) -> web.Response:
    """Close the connection instead of answering."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def suffer(fault: Fault) -> None:
    """Do to a call what its fault says, as far as it happens before the work."""
    if fault.kind == "429":
        raise RateLimited(fault.retry_after)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "error":
        raise Refused(fault.error)
    elif fault.kind == "5xx":
        raise Refused("fatal_error", http_status=fault.status)
    elif fault.kind == "drop" and fault.before:
        raise ConnectionAbortedError


def _status(answer: Json) -> int:
    return int(answer.pop("http_status", 200))


async def read(request: web.Request) -> tuple[Json, str]:
    """Arguments and token of a call: query, form or JSON; the token in the header or beside the arguments."""
    args: Json = dict(request.query)
    kind = request.content_type if request.can_read_body else ""
    if kind == "application/json":
        args |= _json(await request.text())
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    elif kind:
        raise Refused("invalid_post_type")
    in_body = args.pop("token", "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    in_header = token.strip() if scheme.lower() == "bearer" else ""
    body_counts = not request.path.endswith(OPEN_CONNECTION)
    return args, in_header or (str(in_body) if body_counts else "")


def _json(text: str) -> Json:
    try:
        value: Any = json.loads(text)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value
