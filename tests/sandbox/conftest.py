"""Fixtures of the Slack stand-in's tests: a running sandbox, a real client without retries, and a bare session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.sandbox.slack_app import slack_only


@pytest.fixture(name="slack_sandbox")
async def _slack_sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with slack_only(tmp_path) as sandbox:
        yield sandbox


@pytest.fixture(name="http")
async def _http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(name="client")
def _client(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> AsyncWebClient:
    tokens = slack_sandbox.slack.environment()
    return AsyncWebClient(tokens["SLACK_BOT_TOKEN"], base_url=tokens["SLACK_API_URL"], session=http, retry_handlers=[])
