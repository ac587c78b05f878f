"""The door of the Gmail stand-in: which URL is which method, who may call it, what it costs and how it can fail."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox import gmail_messages as messages
from bot.sandbox import gmail_outbox as outbox
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.gmail_messages import Call, Json
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.gmail_store import GmailError, Mailstore, invalid
from bot.sandbox.google import GoogleAccounts
from bot.sandbox.striking import struck

Method = Callable[[Call], Json | None]

PREFIX = "/gmail/gmail/v1/users/{user}"

_MESSAGE, _THREAD, _DRAFT, _LABEL = "/messages/{id}", "/threads/{id}", "/drafts/{id}", "/labels/{id}"

# verb, path below the user, name, quota units (reference: Google's table of 2026-05-01), method
METHODS: tuple[tuple[str, str, str, int, Method], ...] = (
    ("GET", "/profile", "getProfile", 1, messages.profile),
    ("GET", "/history", "history.list", 2, messages.list_history),
    ("GET", "/messages", "messages.list", 5, messages.list_messages),
    ("POST", "/messages/send", "messages.send", 100, outbox.send_message),
    ("POST", "/messages/batchModify", "messages.batchModify", 50, messages.batch_modify),
    ("GET", _MESSAGE, "messages.get", 20, messages.get),
    ("DELETE", _MESSAGE, "messages.delete", 10, messages.delete),
    ("POST", _MESSAGE + "/modify", "messages.modify", 5, messages.modify),
    ("POST", _MESSAGE + "/trash", "messages.trash", 5, messages.trash),
    ("POST", _MESSAGE + "/untrash", "messages.untrash", 5, messages.untrash),
    ("GET", _MESSAGE + "/attachments/{attachment}", "attachments.get", 20, messages.attachment),
    ("GET", "/threads", "threads.list", 10, messages.list_threads),
    ("GET", _THREAD, "threads.get", 40, messages.get_thread),
    ("POST", _THREAD + "/modify", "threads.modify", 10, messages.modify_thread),
    ("GET", "/drafts", "drafts.list", 5, outbox.list_drafts),
    ("POST", "/drafts", "drafts.create", 10, outbox.create_draft),
    ("POST", "/drafts/send", "drafts.send", 100, outbox.send_draft),
    ("GET", _DRAFT, "drafts.get", 20, outbox.get_draft),
    ("PUT", _DRAFT, "drafts.update", 15, outbox.update_draft),
    ("DELETE", _DRAFT, "drafts.delete", 10, outbox.delete_draft),
    ("GET", "/labels", "labels.list", 1, outbox.list_labels),
    ("POST", "/labels", "labels.create", 5, outbox.create_label),
    ("GET", _LABEL, "labels.get", 1, outbox.get_label),
    ("DELETE", _LABEL, "labels.delete", 5, outbox.delete_label),
    ("GET", "/settings/sendAs", "settings.sendAs.list", 1, outbox.list_send_as),
)


@dataclass(frozen=True)
class GmailCall:
    """One request as it was made; kept for tests to look at."""

    method: str
    path: dict[str, str]
    query: dict[str, list[str]]
    body: Json


@dataclass
class _Quota:
    """Units spent in the last minute."""

    timings: GmailTimings
    spent: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0

    def spend(self, units: int) -> None:
        now = self.timings.clock()
        while self.spent and self.spent[0][0] <= now - 60:
            self.total -= self.spent.popleft()[1]
        if self.total + units > self.timings.units_per_minute:
            raise rate_limited(self.timings.quota_status)
        self.spent.append((now, units))
        self.total += units


def rate_limited(code: int = 429) -> GmailError:
    """What Gmail says to somebody who asks too much."""
    reason = "rateLimitExceeded" if code == 429 else "userRateLimitExceeded"
    return GmailError(code, reason, "User-rate limit exceeded.", "RESOURCE_EXHAUSTED" if code == 429 else "PERMISSION_DENIED")


def error_response(error: GmailError, headers: dict[str, str] | None = None) -> web.Response:
    """An error in the form that Google's client library reads."""
    detail = {"message": error.message, "domain": "usageLimits" if error.code == 429 else "global", "reason": error.reason}
    inside = {"code": error.code, "message": error.message, "errors": [detail], "status": error.status}
    return web.json_response({"error": inside}, status=error.code, headers=headers)


class GmailApi:
    """Answers Gmail's REST API from a mailstore."""

    def __init__(self, store: Mailstore, accounts: GoogleAccounts, faults: Faults, changed: Callable[[], None]) -> None:
        self.store, self.accounts, self.faults, self.changed = store, accounts, faults, changed
        self.calls: list[GmailCall] = []
        self._quota = _Quota(store.timings)

    def routes(self) -> list[web.RouteDef]:
        """Every method at its URL; any other path below /gmail is not found."""
        known = [web.route(verb, PREFIX + path, self._door(name, units, method)) for verb, path, name, units, method in METHODS]
        return [*known, web.route("*", "/gmail/{rest:.*}", self._unknown)]

    async def _unknown(self, request: web.Request) -> web.Response:
        return error_response(GmailError(404, "notFound", "The requested URL was not found on this server.", "NOT_FOUND"))

    def _door(self, name: str, units: int, method: Method) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                call = await self._call(request, name)
                self._quota.spend(units)
                return await self._carried_out(request, name, method, call)
            except GmailError as error:
                headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if error.code == 401 else None
                return error_response(error, headers)

        return answer

    async def _call(self, request: web.Request, name: str) -> Call:
        body = await _body(request)
        if not self.accounts.valid(request.headers.get("Authorization", "")):
            message = "Request had invalid authentication credentials. Expected OAuth 2 access token or other valid credential."
            raise GmailError(401, "authError", message, "UNAUTHENTICATED")
        path = dict(request.match_info)
        user = path.pop("user")
        if user not in ("me", self.store.address):
            raise GmailError(403, "forbidden", f"Delegation denied for {self.store.address}", "PERMISSION_DENIED")
        query = {key: request.query.getall(key) for key in request.query}
        self.calls.append(GmailCall(name, path, query, body))
        return Call(self.store, path, query, body)

    async def _carried_out(self, request: web.Request, name: str, method: Method, call: Call) -> web.Response:
        async def act() -> web.Response:
            return self._answer(method, call)

        return await struck(request, self.faults.take(name), act, _failure)

    def _answer(self, method: Method, call: Call) -> web.Response:
        before = self.store.history_id
        try:
            found = method(call)
        except GmailError as error:
            return error_response(error)
        if self.store.history_id != before:
            self.changed()
        return web.Response(status=204) if found is None else web.json_response(found)


async def _body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw:
        return {}
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise invalid("Invalid JSON payload received.")
    return body


def _failure(fault: Fault) -> web.Response:
    retry = {"Retry-After": str(fault.retry_after)}
    if fault.kind == "429":
        return error_response(rate_limited(), retry)
    if fault.kind == "error":
        return error_response(GmailError(fault.status, fault.error, fault.error, fault.error.upper()))
    return error_response(GmailError(fault.status, "backendError", "The service is currently unavailable.", "UNAVAILABLE"))
