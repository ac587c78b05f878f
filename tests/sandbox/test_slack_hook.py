"""response_url: five uses within its time; it whispers, posts, replaces and deletes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.server import Sandbox
from bot.sandbox.slack_state import Message
from bot.sandbox.timings import Timings
from tests.sandbox.slack_app import Json, section, slack_only


async def use(http: aiohttp.ClientSession, url: str, body: Any) -> tuple[int, Json]:
    async with http.post(url, json=body) as response:
        return response.status, await response.json()


def whispered(sandbox: Sandbox) -> Message:
    workspace = sandbox.slack.workspace
    message = Message("C0TRIAGE", workspace.timestamp(), "U0TRIAGE", "psst", [], bot=True, ephemeral_to="U0ANA")
    return workspace.post(message)


async def test_five_uses(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = slack_sandbox.slack.workspace.hook("C0TRIAGE", "U0ANA")
    for number in range(5):
        assert await use(http, url, {"text": str(number)}) == (200, {"ok": True})
    assert await use(http, url, {"text": "6"}) == (404, {"ok": False, "error": "used_url"})
    assert slack_sandbox.slack.whispers("ana") == ["0", "1", "2", "3", "4"]
    assert slack_sandbox.slack.messages("triage") == []


async def test_it_expires(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(hook_seconds=0)) as sandbox:
        url = sandbox.slack.workspace.hook("C0TRIAGE", "U0ANA")
        assert await use(http, url, {"text": "x"}) == (404, {"ok": False, "error": "expired_url"})
        assert (await use(http, f"{sandbox.url}/slack/hook/nonsense", {"text": "x"}))[0] == 404


async def test_it_may_speak_to_all(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = slack_sandbox.slack.workspace.hook("C0TRIAGE", "U0ANA")
    await use(http, url, {"text": "listen", "response_type": "in_channel"})
    assert [m.text for m in slack_sandbox.slack.messages("triage")] == ["listen"]


async def test_it_replaces_and_deletes_a_whisper(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = slack_sandbox.slack.workspace.hook("C0TRIAGE", "U0ANA", whispered(slack_sandbox))
    await use(http, url, {"blocks": [section("new")], "replace_original": True})
    assert slack_sandbox.slack.whispers("ana") == ["new"]
    await use(http, url, {"delete_original": True})
    assert slack_sandbox.slack.whispers("ana") == []


async def test_nonsense_is_refused(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = slack_sandbox.slack.workspace.hook("C0TRIAGE", "U0ANA")
    bodies: list[Any] = [[], {"text": ""}, {"blocks": [section("")]}, {"blocks": 7}]
    answers = [await use(http, url, body) for body in bodies]
    errors = [(status, answer["error"]) for status, answer in answers]
    assert errors == [(400, "invalid_payload"), (400, "no_text"), (400, "invalid_blocks"), (400, "invalid_blocks")]
