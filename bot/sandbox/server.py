"""The outside world on this machine: Slack, Gmail, the model and the page behind one address on the loopback interface."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox import slack_manifest
from bot.sandbox.changes import Changes
from bot.sandbox.gmail import GmailWorld
from bot.sandbox.model import ModelWorld
from bot.sandbox.slack import SlackWorld
from bot.sandbox.slack_ui import SlackPage
from bot.sandbox.timings import Timings

PAGE = Path(__file__).parent / "page"
BODY_BYTES = 60 * 1024 * 1024
CLOSING_SECONDS = 1.0
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """Start it, or use it as an async context manager; `url`, `slack`, `gmail` and `model` are there from then on."""

    slack: SlackWorld
    gmail: GmailWorld
    model: ModelWorld

    def __init__(
        self,
        manifest: Path,
        *,
        port: int = 0,
        mailbox: str = "support@larkspur.example",
        timings: Timings | None = None,
        seed_mails: Path | None = None,
    ) -> None:
        self.manifest, self.port, self.seed_mails = manifest, port, seed_mails
        self.timings, self.mailbox, self.changes = timings or Timings(), mailbox, Changes()
        self._runner: web.AppRunner | None = None
        self._live: set[web.WebSocketResponse] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> Self:
        manifest = await asyncio.to_thread(slack_manifest.read, self.manifest)
        self.slack = SlackWorld(manifest, self.timings, self.changes)
        self.gmail = GmailWorld(self.mailbox, timings=self.timings.gmail, on_change=self.changes.changed)
        self.model = ModelWorld(on_change=self.changes.changed)
        app = web.Application(client_max_size=BODY_BYTES, middlewares=[self._guard])
        app.add_routes([*self.slack.routes(), *SlackPage(self.slack).routes(), *self.gmail.routes(), *self.model.routes()])
        app.add_routes([web.get("/", page), web.get("/page/{name:.+}", page), web.get("/ui/live", self._push)])
        app.add_routes([web.get("/archives/{channel}/{message}", permalink)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        except OSError:
            await self.stop()
            raise
        self.port = self._runner.addresses[0][1]
        self.slack.workspace.base_url = self.url
        for mail in await asyncio.to_thread(mails_in, self.seed_mails):
            await self.gmail.deliver(mail)
        return self

    async def stop(self) -> None:
        if self._runner is None:
            return
        runner, self._runner = self._runner, None
        await self.slack.sockets.close()
        for socket in list(self._live):
            await socket.close()
        await runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def eventually(self, true: Callable[[], object], timeout: float = 15, what: str = "something to become true") -> None:
        """Wait for anything in Slack, the mailbox or the model."""
        await self.changes.until(true, timeout, lambda: what)

    def env(self, folder: Path) -> dict[str, str]:
        """The environment that points the bot here; writes a Gmail credentials file into `folder`."""
        token_uri, credentials = f"{self.url}/google/token", folder / "gmail-credentials.json"
        credentials.touch(mode=0o600)
        credentials.write_text(json.dumps(self.gmail.accounts.authorized_user(token_uri)), encoding="utf-8")
        return {
            **self.slack.environment(),
            "GMAIL_CREDENTIALS": str(credentials),
            "GMAIL_API_URL": f"{self.url}/gmail/",
            "GMAIL_TOKEN_URI": token_uri,
            "OPENAI_API_KEY": self.model.api_key,
            "OPENAI_BASE_URL": f"{self.url}/openai/v1",
            "OPENAI_MODEL": "recorded-answers",
        }

    # -- the door ---------------------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nobody but this machine, and no page but ours: other names for the host and other origins are refused."""
        hosts = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        origin = request.headers.get("Origin")
        if request.host not in hosts or (origin is not None and origin not in [f"http://{host}" for host in hosts]):
            return web.json_response({"ok": False, "error": "not from here"}, status=403)
        return await handler(request)

    async def _push(self, request: web.Request) -> web.WebSocketResponse:
        """Tell the page of every change; it asks for what it shows."""
        socket = web.WebSocketResponse(heartbeat=self.timings.ping_seconds)
        await socket.prepare(request)
        self._live.add(socket)
        pushing = asyncio.create_task(self._tell(socket))
        try:
            async for _ in socket:
                pass  # the page only listens
        finally:
            pushing.cancel()
            self._live.discard(socket)
        return socket

    async def _tell(self, socket: web.WebSocketResponse) -> None:
        rev = self.changes.rev
        with suppress(ConnectionError):  # the page was closed
            while not socket.closed:
                await socket.send_json({"rev": rev})
                rev = await self.changes.next(rev)


async def page(request: web.Request) -> web.StreamResponse:
    """A file of the page; nothing outside its folder."""
    name = request.match_info.get("name", "index.html")
    file = await asyncio.to_thread(within_page, name)
    if file is None:
        return web.Response(status=404, text="not here", headers=HEADERS)
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(file, headers={**HEADERS, "Content-Type": kind})


def within_page(name: str) -> Path | None:
    file = (PAGE / name).resolve()
    return file if file.is_relative_to(PAGE.resolve()) and file.is_file() else None


async def permalink(request: web.Request) -> web.Response:
    """Where chat.getPermalink points: the page, at that message."""
    digits = request.match_info["message"].removeprefix("p")
    raise web.HTTPFound(f"/#{request.match_info['channel']}/{digits[:10]}.{digits[10:]}")


def mails_in(folder: Path | None) -> list[Path]:
    return sorted(folder.glob("*.eml")) if folder is not None else []
