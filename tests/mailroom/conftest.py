"""The sandbox's mailbox on a real port, and the client that talks to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.clients.gmail import GmailClient
from bot.sandbox.gmail import GmailWorld


@dataclass(frozen=True)
class Post:
    """The stand-in for Gmail at its URL, with a credentials file that it accepts."""

    gmail: GmailWorld
    url: str
    credentials: Path
    opened: list[GmailClient] = field(default_factory=list)

    def client(
        self,
        *,
        credentials: Path | None = None,
        api_url: str = "",
        token_uri: str = "",
        timeout: float = 5.0,
        attempts: int = 4,
    ) -> GmailClient:
        """A new client of this mailbox, closed at the end of the test."""
        client = GmailClient(
            credentials or self.credentials,
            api_url or f"{self.url}/gmail/",
            token_uri or f"{self.url}/google/token",
            threads=2,
            timeout=timeout,
            attempts=attempts,
        )
        self.opened.append(client)
        return client


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Gmail's stand-in, serving on 127.0.0.1."""
    world = GmailWorld()
    app = web.Application(client_max_size=60 * 1024 * 1024)
    app.add_routes(world.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps(world.accounts.authorized_user(f"http://127.0.0.1:{port}/google/token")))
    post = Post(world, f"http://127.0.0.1:{port}", credentials)
    yield post
    for client in post.opened:
        await client.close()
    await runner.cleanup()


@pytest.fixture
def client(post: Post) -> GmailClient:
    """A client of the stand-in."""
    return post.client()
