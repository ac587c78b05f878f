"""`triage check`: a line for each thing, and what to do about what fails."""

from __future__ import annotations

import pytest

from bot import check
from tests.scenario.conftest import Office


async def test_all_is_well(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert await check.run(office.env) == 0
    said = capsys.readouterr().out
    assert "FAIL" not in said
    for name in ("settings", "keys", "database", "Slack bot token", "Slack app token", "channel #triage", "Gmail", "model"):
        assert f"ok    {name}" in said


async def test_everything_that_is_missing_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert await check.run({"HOME": "/nonexistent", "DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}) == 1
    said = capsys.readouterr().out
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GMAIL_CREDENTIALS", "TRIAGE_KEYS"):
        assert f"FAIL  settings: {name}" in said
    assert "hunter2" not in said


async def test_a_channel_without_the_bot_and_a_revoked_token(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.world.slack.archive("billing")
    assert await check.run(office.env) == 1
    assert "FAIL  channel #billing" in capsys.readouterr().out
    office.world.slack.revoke_token()
    assert await check.run(office.env) == 1
    said = capsys.readouterr().out
    assert "FAIL  Slack bot token" in said
    assert office.env["SLACK_BOT_TOKEN"] not in said


async def test_a_refused_mailbox_and_an_unknown_model(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.world.gmail.accounts.revoke()
    assert await check.run({**office.env, "OPENAI_MODEL": "no-such-model"}) == 1
    said = capsys.readouterr().out
    assert "FAIL  Gmail" in said
    assert "FAIL  model" in said
    assert "OPENAI_MODEL" in said
