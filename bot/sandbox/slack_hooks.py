"""response_url of the pretend Slack: five uses within half an hour."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from bot.sandbox.slack_acts import respond
from bot.sandbox.slack_api import WebApi
from bot.sandbox.slack_args import Refused
from bot.sandbox.slack_state import Workspace


class Hooks:
    def __init__(self, workspace: Workspace, api: WebApi) -> None:
        self.workspace, self.api = workspace, api

    async def handle(self, request: web.Request) -> web.Response:
        hook = self.workspace.hooks.get(request.match_info["id"])
        if hook is None or time.monotonic() >= hook.expires:
            return refusal("expired_url", 404)
        if hook.uses < 1:
            return refusal("used_url", 404)
        hook.uses -= 1
        try:
            answer: Any = await request.json()
        except ValueError:
            return refusal("invalid_payload", 400)
        if not isinstance(answer, dict):
            return refusal("invalid_payload", 400)
        self.api.record("response_url", answer, "")
        try:
            respond(self.workspace, hook.channel, hook.user, answer, hook.message)
        except Refused as refused:
            return web.json_response(refused.answer(), status=400)
        return web.json_response({"ok": True})


def refusal(error: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)
