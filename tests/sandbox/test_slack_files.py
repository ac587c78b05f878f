"""Files in the Slack stand-in: announced, sent, shared once, readable only where they were shared."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.sandbox.slack_app import refusal, slack_only

DATA = b"%PDF-1.7 an invoice"


async def announced(client: AsyncWebClient, size: int = len(DATA)) -> tuple[str, str]:
    answer = await client.files_getUploadURLExternal(filename="invoice.pdf", length=size)
    return str(answer["upload_url"]), str(answer["file_id"])


async def test_a_file_reaches_one_person(slack_sandbox: Sandbox, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    slack = slack_sandbox.slack
    channel = (await client.conversations_open(users="U0ANA"))["channel"]["id"]
    url, file_id = await announced(client)
    assert (await http.post(url, data=DATA)).status == 200
    await client.files_completeUploadExternal(
        files=[{"id": file_id, "title": "Invoice"}], channel_id=channel, initial_comment="Here"
    )
    (file,) = slack.files("ana")
    assert (file.name, file.data) == ("invoice.pdf", DATA)
    assert slack.dms("ana") == ["Here"]
    row = await (await http.get(f"{slack_sandbox.url}/ui/state?user=U0ANA&channel={channel}")).json()
    assert row["messages"][-1]["files"] == [{"id": file_id, "name": "invoice.pdf", "size": len(DATA)}]
    saved = await http.get(f"{slack_sandbox.url}/ui/file/{file_id}?user=U0ANA")
    assert await saved.read() == DATA
    assert saved.headers["Content-Disposition"] == "attachment"
    assert (await http.get(f"{slack_sandbox.url}/ui/file/{file_id}?user=U0BEN")).status == 404


async def test_bytes_are_taken_once_and_only_as_announced(
    slack_sandbox: Sandbox, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    url, file_id = await announced(client, size=3)
    assert (await http.post(url, data=DATA)).status == 400
    assert (await http.post(url, data=b"abc")).status == 404
    async with refusal() as never_sent:
        await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0TRIAGE")
    assert never_sent.error == "file_not_found"
    url, file_id = await announced(client)
    assert (await http.post(url, data=DATA)).status == 200
    await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0TRIAGE")
    async with refusal() as twice:
        await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0TRIAGE")
    assert twice.error == "file_not_found"


@pytest.mark.parametrize(("channel", "error"), [("C0NOWHERE", "channel_not_found"), ("C0GENERAL", "not_in_channel")])
async def test_channels_are_checked(
    slack_sandbox: Sandbox, client: AsyncWebClient, http: aiohttp.ClientSession, channel: str, error: str
) -> None:
    url, file_id = await announced(client)
    await http.post(url, data=DATA)
    async with refusal() as refused:
        await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=channel)
    assert refused.error == error


@pytest.mark.parametrize("length", ["0", "many", str(10**12)])
async def test_lengths_are_checked(slack_sandbox: Sandbox, client: AsyncWebClient, length: str) -> None:
    async with refusal() as refused:
        await client.api_call("files.getUploadURLExternal", data={"filename": "a.txt", "length": length})
    assert refused.error == "invalid_arguments"


async def test_the_scope_is_needed(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, without=("files:write",)) as sandbox:
        tokens = sandbox.slack.environment()
        client = AsyncWebClient(tokens["SLACK_BOT_TOKEN"], base_url=tokens["SLACK_API_URL"], session=http, retry_handlers=[])
        async with refusal() as refused:
            await announced(client)
    assert refused.error == "missing_scope"
