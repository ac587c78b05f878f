"""Every envelope is acknowledged, no exception leaves a listener, and the person hears what became of the click."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.clients.socket import build_app
from bot.config import Config
from bot.desk import Desk
from bot.errors import Temporary
from bot.sandbox.faults import Fault
from bot.sandbox.server import Sandbox
from bot.settings import SlackSettings
from bot.values import Person
from handlers import register_all
from handlers.guard import Floor
from modals.more import MoreData
from tests.desk.conftest import MANIFEST
from tests.desk.office import Office, Workplace
from tests.unit.test_payload import COMMAND, IN_MESSAGE, IN_MODAL, SUBMITTED

SECRET = "Nora Quist nora@customer.example"


class Broken(Desk):
    """A desk whose acts fail in every way."""

    error: Exception = RuntimeError(SECRET)

    async def claim(self, ticket_id: Any, by: Person) -> None:
        raise self.error

    async def close(self, ticket_id: Any, by: Person, reason: str, note: str = "") -> None:
        raise self.error

    async def more(self, ticket_id: Any, by: Person, *, channel: str = "", said: str = "") -> MoreData:
        raise self.error

    async def queue(self, team_url: str = "") -> str:
        raise self.error


@pytest.fixture
async def broken(office: Office) -> AsyncIterator[tuple[AsyncApp, Floor, Sandbox, Broken]]:
    """Real listeners over a desk that fails; bodies are dispatched straight to Bolt."""
    async with Sandbox(MANIFEST) as sandbox:
        access = SlackSettings.model_validate(
            {name.removeprefix("SLACK_").lower(): value for name, value in sandbox.slack.environment().items()}
        )
        async with SlackClient(access) as client:
            await client.channel_id("triage")
            app = build_app(client, await client.auth())

            async def restore(*_: object) -> Any:
                raise Temporary

            config = Config()
            desk = Broken(office.db, office.vault, office.masking, config, restore)
            floor = register_all(app, desk, Board(office.db, office.vault, client, config), client)
            yield app, floor, sandbox, desk
            await floor.drain()


async def dispatched(app: AsyncApp, body: dict[str, Any]) -> Any:
    return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))


@pytest.mark.parametrize(
    "body",
    [
        IN_MESSAGE | {"actions": [{"action_id": "ticket.snooze_2031", "block_id": "x", "type": "button", "value": "old"}]},
        IN_MESSAGE
        | {"actions": [{"action_id": "ticket.open_gmail", "block_id": "x", "type": "button", "url": "https://x.example"}]},
        IN_MESSAGE | {"actions": [{"action_id": "pick", "block_id": "x", "type": "overflow", "selected_option": {"value": "1"}}]},
        IN_MESSAGE | {"actions": [{"action_id": "ticket.claim", "block_id": "x", "type": "button", "value": "not ours"}]},
        SUBMITTED | {"view": SUBMITTED["view"] | {"callback_id": "from.2031"}},
        SUBMITTED | {"type": "view_closed"},
        SUBMITTED | {"view": {"id": "V1", "type": "modal"}},
        SUBMITTED | {"view": {"id": "V1", "type": "workflow_step", "callback_id": "x"}, "workflow_step": {}},
        {"type": "shortcut", "callback_id": "x", "user": {"id": "U0ANA"}, "team": {"id": "T0LARK"}, "trigger_id": "1.2.3"},
        {"type": "message_action", "callback_id": "x", "user": {"id": "U0ANA"}, "team": {"id": "T0LARK"}, "message": {}},
        {"type": "block_suggestion", "action_id": "x", "value": "", "user": {"id": "U0ANA"}, "team": {"id": "T0LARK"}},
        {"type": "event_callback", "team_id": "T0LARK", "event": {"type": "team_rename"}, "event_id": "Ev1"},
        {"type": "event_callback", "team_id": "T0LARK", "event": {}, "event_id": "Ev2"},
        {"type": "dialog_submission", "callback_id": "x", "user": {"id": "U0ANA"}, "team": {"id": "T0LARK"}, "state": ""},
        {"type": "something_of_2031", "team": {"id": "T0LARK"}},
        COMMAND | {"command": "/other"},
    ],
)
async def test_whatever_slack_sends_is_acknowledged(
    broken: tuple[AsyncApp, Floor, Sandbox, Broken], body: dict[str, Any]
) -> None:
    app, *_ = broken
    assert (await dispatched(app, body)).status == 200


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError(SECRET), "a mistake in Triage"),
        (Temporary("Slack is away"), "try again"),
        (ValueError(SECRET), "a mistake in Triage"),
    ],
)
async def test_a_listener_that_fails_tells_the_person_and_logs_no_content(
    broken: tuple[AsyncApp, Floor, Sandbox, Broken], caplog: pytest.LogCaptureFixture, error: Exception, said: str
) -> None:
    app, floor, sandbox, desk = broken
    desk.error = error
    with caplog.at_level(logging.DEBUG, logger="triage"):
        assert (await dispatched(app, IN_MESSAGE)).status == 200
        await floor.drain()
    await sandbox.slack.eventually(lambda: sandbox.slack.whispers("ana"), what="a word to Ana")
    assert said in sandbox.slack.whispers("ana")[0]
    assert "Nora" not in caplog.text + sandbox.slack.whispers("ana")[0]


async def test_a_failing_submission_keeps_the_modal_and_says_why_at_a_field(
    broken: tuple[AsyncApp, Floor, Sandbox, Broken],
) -> None:
    app, *_ = broken
    values = {"reason": {"reason": {"selected_option": {"value": "answered"}}}, "note": {"text": {"value": "typed"}}}
    meta = f'{{"t":"{uuid4()}"}}'
    view = {"id": "V1", "type": "modal", "callback_id": "ticket.close", "private_metadata": meta, "state": {"values": values}}
    answer = await dispatched(app, SUBMITTED | {"user": {"id": "U0ANA", "team_id": "T0LARK"}, "view": view})
    assert answer.status == 200
    assert "a mistake in Triage" in answer.body
    assert '"response_action": "errors"' in answer.body
    assert '"reason"' in answer.body


async def test_a_modal_of_an_older_version_is_refused_in_words(broken: tuple[AsyncApp, Floor, Sandbox, Broken]) -> None:
    app, *_ = broken
    answer = await dispatched(app, SUBMITTED)
    assert (answer.status, "older version" in answer.body) == (200, True)


async def test_an_error_in_a_modal_of_ours_is_told_where_the_channel_is_known(
    broken: tuple[AsyncApp, Floor, Sandbox, Broken],
) -> None:
    app, floor, sandbox, _ = broken
    assert (await dispatched(app, IN_MODAL)).status == 200
    await floor.drain()
    assert "a mistake in Triage" in sandbox.slack.whispers("ana")[0]


async def test_when_nothing_can_be_whispered_it_is_said_in_a_dm(broken: tuple[AsyncApp, Floor, Sandbox, Broken]) -> None:
    app, floor, sandbox, _ = broken
    sandbox.slack.faults.add(Fault(method="chat.postEphemeral", kind="5xx", times=9))
    assert (await dispatched(app, IN_MESSAGE)).status == 200
    await floor.drain()
    assert "a mistake in Triage" in sandbox.slack.dms("ana")[0]


async def test_a_command_whose_answer_cannot_be_delivered_is_whispered(broken: tuple[AsyncApp, Floor, Sandbox, Broken]) -> None:
    app, floor, sandbox, _ = broken
    body = COMMAND | {"text": "queue", "response_url": f"{sandbox.url}/slack/hook/none"}
    assert (await dispatched(app, body)).status == 200
    await floor.drain()
    assert "a mistake in Triage" in sandbox.slack.whispers("ana")[0]


async def test_slack_being_away_never_reaches_bolt(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    for method in ("chat.update", "chat.postEphemeral", "users.info", "views.open", "conversations.open"):
        workplace.slack.faults.add(Fault(method=method, kind="5xx", times=50))
    for label in ("Claim", "Edit", "More…"):
        assert (await card.click(label, by="ana")).acked
    await workplace.floor.drain()
    assert await workplace.office.actions(ticket) in (["create"], ["create", "claim"])
