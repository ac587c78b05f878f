"""A small OpenAI-compatible endpoint on 127.0.0.1 whose answers a test writes down beforehand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class ModelDouble:
    """Gives the scripted answers one after another, the last one for ever; keeps every request body."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.script: list[tuple[int, Any]] = []
        self.url = ""

    def says(self, content: object, *, finish: str = "stop", refusal: str | None = None) -> None:
        """Answer with `content` (an object becomes JSON)."""
        text = content if isinstance(content, str) else json.dumps(content)
        message = {"role": "assistant", "content": text, "refusal": refusal}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "tiny-1", "choices": [choice], "usage": usage}
        self.script.append((200, body))

    def fails(self, status: int, code: str = "", message: str = "no") -> None:
        """Answer with an error."""
        self.script.append((status, {"error": {"message": message, "code": code, "type": "x"}}))

    async def answer(self, request: web.Request) -> web.Response:
        """Handle one completion request."""
        self.calls.append(await request.json())
        status, body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        headers = {"Retry-After": "0"} if status in (429, 500) else {}
        return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def model_double() -> AsyncIterator[ModelDouble]:
    """A running double."""
    double = ModelDouble()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", double.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield double
    finally:
        await runner.cleanup()
