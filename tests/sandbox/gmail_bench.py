"""Runs the mail and model stand-ins on a port, with Google's and OpenAI's own clients to drive them."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from typing import Any

import google_auth_httplib2
import httplib2
from aiohttp import ClientSession, web
from google.auth.credentials import Credentials
from google.oauth2.credentials import Credentials as UserCredentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from bot.sandbox.gmail import GmailWorld
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.google import SCOPE
from bot.sandbox.model import ModelWorld

Json = dict[str, Any]


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    """The stand-ins, where they listen, and how to ask them."""

    url: str
    gmail: GmailWorld
    model: ModelWorld
    session: ClientSession
    executor: ThreadPoolExecutor
    _local: threading.local = field(default_factory=threading.local)
    _opened: list[httplib2.Http] = field(default_factory=list)

    @property
    def token_uri(self) -> str:
        return f"{self.url}/google/token"

    def credentials(self) -> Credentials:
        """The authorized user that the stand-in's file describes; `from_authorized_user_info` would ignore its `token_uri`."""
        file = self.gmail.accounts.authorized_user(self.token_uri)
        wanted = {name: file[name] for name in ("refresh_token", "client_id", "client_secret", "token_uri")}
        return UserCredentials(None, scopes=[SCOPE], **wanted)  # type: ignore[no-untyped-call]

    async def ask(self, *path: str, credentials: Credentials | None = None, user: str = "me", **arguments: Any) -> Any:
        """`await bench.ask("messages", "get", id=...)`: one call by Google's client, each thread with its own Http."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, partial(self._execute, path, credentials, user, arguments))

    async def error(self, *path: str, **arguments: Any) -> HttpError:
        """The same for a call that must fail."""
        try:
            answer = await self.ask(*path, **arguments)
        except HttpError as error:
            return error
        raise AssertionError(f"answered {answer}")

    def _execute(self, path: tuple[str, ...], credentials: Credentials | None, user: str, arguments: Json) -> Any:
        http = self._http(credentials)
        options = {"api_endpoint": f"{self.url}/gmail/"}
        service = build("gmail", "v1", http=http, static_discovery=True, cache_discovery=False, client_options=options)
        resource = service.users()
        for part in path[:-1]:
            resource = getattr(resource, part)()
        return getattr(resource, path[-1])(userId=user, **arguments).execute(http=http, num_retries=0)

    def _http(self, credentials: Credentials | None) -> google_auth_httplib2.AuthorizedHttp:
        if credentials is None and hasattr(self._local, "http"):
            return self._local.http
        plain = httplib2.Http(timeout=5, proxy_info=None)
        self._opened.append(plain)
        http = google_auth_httplib2.AuthorizedHttp(credentials or self.credentials(), http=plain)
        if credentials is None:
            self._local.http = http
        return http

    async def fetch(self, verb: str, path: str, **options: Any) -> tuple[int, Json]:
        """One call past Google's client, for what that refuses to ask; `path` is below the user."""
        form = self.gmail.accounts.authorized_user(self.token_uri) | {"grant_type": "refresh_token"}
        async with self.session.post(self.token_uri, data=form) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.request(verb, f"{self.url}/gmail/gmail/v1/users/me{path}", headers=headers, **options) as answer:
            return answer.status, await answer.json()

    def close(self) -> None:
        """Let go of every thread and connection."""
        self.executor.shutdown()
        for http in self._opened:
            http.close()


@asynccontextmanager
async def bench(timings: GmailTimings | None = None) -> AsyncIterator[Bench]:
    """Both stand-ins, listening."""
    gmail, model = GmailWorld(timings=timings), ModelWorld()
    app = web.Application(client_max_size=60 * 2**20)
    app.add_routes([*gmail.routes(), *model.routes()])
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    executor = ThreadPoolExecutor(4)
    async with ClientSession() as session:
        running = Bench(url, gmail, model, session, executor)
        try:
            yield running
        finally:
            running.close()
    await runner.cleanup()


def mail(sender: str = "Ada Byron <ada@byron.example>", subject: str = "Hello", text: str = "Hi there", **headers: str) -> bytes:
    """A small plain mail; `in_reply_to=` becomes In-Reply-To."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, headers.pop("to", "support@larkspur.example"), subject
    for name, value in headers.items():
        message["-".join(word.capitalize() for word in name.split("_"))] = value
    message.set_content(text)
    return message.as_bytes()


def raw(message: bytes) -> str:
    """Bytes as the API takes them."""
    return base64.urlsafe_b64encode(message).decode()


def reason(error: HttpError) -> str:
    """Google's one-word reason in an error."""
    return str(error.error_details[0]["reason"])
