"""The command line as a person meets it: help, mistakes, and the demo that reads nobody's real settings."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import cli

POISON = {
    "SLACK_BOT_TOKEN": "xoxb-poison",
    "SLACK_APP_TOKEN": "xapp-poison",
    "SLACK_API_URL": "https://poison.invalid/api/",
    "GMAIL_CREDENTIALS": "/nonexistent/poison.json",
    "GMAIL_API_URL": "https://poison.invalid/",
    "GMAIL_TOKEN_URI": "https://poison.invalid/token",
    "OPENAI_API_KEY": "sk-poison",
    "OPENAI_BASE_URL": "https://poison.invalid/v1",
    "OPENAI_MODEL": "poison",
    "DATABASE_URL": "postgresql://poison:poison@poison.invalid/poison",
    "TRIAGE_CONFIG": "/nonexistent/poison.yaml",
}


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"triage {version('slack-triage')}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["demo", "--help"],
        ["run", "--help"],
        ["check", "--help"],
        ["db", "upgrade", "--help"],
        ["keys", "rotate", "--help"],
        ["forget", "--help"],
        ["audit", "verify", "--help"],
    ],
)
def test_every_command_explains_itself(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 0
    assert len(capsys.readouterr().out) > 100


@pytest.mark.parametrize(
    "words", [[], ["dmeo"], ["demo", "--port", "seven"], ["demo", "--port", "70000"], ["demo", "--mail", "/nonexistent"]]
)
def test_mistakes_exit_with_2_and_a_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert "triage" in capsys.readouterr().err


def test_run_without_settings_names_every_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in POISON:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run"]) == 2
    said = capsys.readouterr().err
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GMAIL_CREDENTIALS"):
        assert f"{name}: is missing" in said


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert cli.main(["demo", "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
    assert "Choose another" in capsys.readouterr().err


@pytest.mark.timeout(300)
async def test_the_demo_ignores_every_production_setting_and_delivers_a_folder(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "own.eml").write_bytes(
        b"From: Olga <olga@own.example>\r\nTo: support@larkspur.example\r\nSubject: From my folder\r\n\r\nHello\r\n"
    )
    env = {**os.environ, **POISON, "TRIAGE_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "bot.cli", "demo", "--no-browser", "--no-model", "--mail", str(mails)]
    demo = await asyncio.create_subprocess_exec(*command, env=env, cwd=tmp_path, stdout=PIPE, stderr=PIPE)
    try:
        assert demo.stdout is not None
        url = (await demo.stdout.readline()).decode().split()[-1]
        async with asyncio.timeout(200), aiohttp.ClientSession(url) as page, page.ws_connect("/ui/live") as live:
            while "From my folder" not in await cards(page):
                await live.receive_json()  # the next change of anything
            assert "From my folder" in json.dumps(await get(page, "/ui/mail"))
    finally:
        demo.send_signal(signal.SIGTERM)
        said = b"".join(await asyncio.wait_for(demo.communicate(), 60)).decode()
    assert demo.returncode == 0
    assert "poison" not in said
    assert "olga" not in said.lower()


async def cards(page: aiohttp.ClientSession) -> str:
    """Everything that stands in the channels where the mail may have gone."""
    paths = [f"/ui/state?user=U0ANA&channel={channel}" for channel in ("C0TRIAGE", "C0SALES", "C0BILLING")]
    return json.dumps([(await get(page, path))["messages"] for path in paths])


async def get(page: aiohttp.ClientSession, path: str) -> Any:
    async with page.get(path) as answer:
        return await answer.json()
