"""What the stand-in sends has the shape of what Slack sends: keys and types, compared with recorded payloads."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.sandbox import slack_samples as real
from tests.sandbox.slack_app import Bot, connected, entry, modal, plain, section
from tests.sandbox.slack_samples import differences

METADATA = {"event_type": "triage_card", "event_payload": {"key": "k"}}
CLAIM = {"type": "button", "text": plain("Claim"), "action_id": "do.claim", "value": "1", "style": "primary"}
EDIT = {"type": "button", "text": plain("Edit"), "action_id": "do.edit", "value": "2"}
BLOCKS = [section("Card"), {"type": "actions", "block_id": "act:1:1", "elements": [CLAIM, EDIT]}]
MORE = frozenset({"bot_profile", "thread_ts", "parent_user_id"})


def acknowledging(bodies: asyncio.Queue[Any]) -> Any:
    """An app that acknowledges everything, opens a modal on Edit, and hands on each body."""

    def register(bot: Bot) -> None:
        @bot.app.middleware
        async def hand_on(body: Any, next_: Any) -> Any:
            await bodies.put(body)
            return await next_()

        @bot.app.action("do.edit")
        async def edit(ack: Any, body: Any, client: Any) -> None:
            await ack()
            view = modal(entry("Reply", initial_value="Hi"), {"type": "actions", "elements": [CLAIM]}, callback_id="send")
            view |= {"notify_on_close": True, "close": plain("Cancel"), "private_metadata": "{}"}
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        for listen in (bot.app.action("do.claim"), bot.app.view("send"), bot.app.view_closed("send"), bot.app.command("/triage")):
            listen(_ack)
        bot.app.shortcut("make")(_ack)
        for event in ("message", "app_mention", "app_home_opened"):
            bot.app.event(event)(_ack)

    return register


async def _ack(ack: Any) -> None:
    await ack()


async def post(client: AsyncWebClient, **more: Any) -> str:
    posted = await client.chat_postMessage(channel="C0TRIAGE", text="a card", blocks=BLOCKS, metadata=METADATA, **more)
    return str(posted["ts"])


async def test_clicks_and_modals(slack_sandbox: Sandbox) -> None:
    bodies: asyncio.Queue[Any] = asyncio.Queue()
    async with connected(slack_sandbox, acknowledging(bodies)) as bot:
        await post(bot.client)
        card = await slack_sandbox.slack.card("Card")
        await card.click("Claim", by="ana")
        sample = {**real.MESSAGE_ACTION, "container": {**real.MESSAGE_ACTION["container"]}}
        del sample["container"]["thread_ts"]
        assert differences(sample, await bodies.get(), more=MORE) == []
        await card.click("Edit", by="ana")
        await bodies.get()
        view = await slack_sandbox.slack.view("ana")
        await view.click("Claim")
        assert differences(real.VIEW_ACTION, await bodies.get(), more=frozenset({"body"})) == []
        await view.submit()
        submission = await bodies.get()
        assert differences(real.VIEW_SUBMISSION, submission) == []
        assert submission["view"]["state"]["values"]["body"]["text"] == {"type": "plain_text_input", "value": "Hi"}
        await card.click("Edit", by="ana")
        await bodies.get()
        await (await slack_sandbox.slack.view("ana")).close()
        assert differences(real.VIEW_CLOSED, await bodies.get()) == []


async def test_a_click_in_a_thread_names_the_thread(slack_sandbox: Sandbox) -> None:
    bodies: asyncio.Queue[Any] = asyncio.Queue()
    async with connected(slack_sandbox, acknowledging(bodies)) as bot:
        root = await post(bot.client)
        await slack_sandbox.slack.say("ana", "a note", thread_ts=root)
        assert (await bodies.get())["event"]["thread_ts"] == root
        await bot.client.chat_postEphemeral(channel="C0TRIAGE", user="U0ANA", text="x", blocks=BLOCKS, thread_ts=root)
        await (await slack_sandbox.slack.whisper("ana")).click("Claim", by="ana")
        body = await bodies.get()
        sample = {key: value for key, value in real.MESSAGE_ACTION.items() if key != "message"}
        assert differences(sample, body) == []
        assert (body["container"]["is_ephemeral"], body["container"]["thread_ts"]) == (True, root)


async def test_commands_and_shortcuts(slack_sandbox: Sandbox) -> None:
    bodies: asyncio.Queue[Any] = asyncio.Queue()
    async with connected(slack_sandbox, acknowledging(bodies)):
        await slack_sandbox.slack.slash("ana", "/triage queue")
        command = await bodies.get()
        assert differences(real.COMMAND, command) == []
        assert (command["text"], command["is_enterprise_install"], command["channel_name"]) == ("queue", "false", "triage")
        said = await slack_sandbox.slack.say("ben", "a customer rang")
        await bodies.get()
        await slack_sandbox.slack.shortcut("ana", "make", said)
        assert differences(real.MESSAGE_SHORTCUT, await bodies.get()) == []


async def test_events(slack_sandbox: Sandbox) -> None:
    bodies: asyncio.Queue[Any] = asyncio.Queue()
    async with connected(slack_sandbox, acknowledging(bodies)) as bot:
        await slack_sandbox.slack.tell_bot("ana", "shorter")
        body = await bodies.get()
        assert differences(real.EVENT, body) == []
        assert differences(real.MESSAGE_IM, body["event"]) == []
        root = await post(bot.client)
        await slack_sandbox.slack.say("ana", "@Triage & <friends>", thread_ts=root)
        events = {body["event"]["type"]: body["event"] for body in [await bodies.get() for _ in range(2)]}
        assert differences(real.APP_MENTION, events["app_mention"], more=MORE) == []
        assert events["app_mention"]["text"] == "<@U0TRIAGE> &amp; &lt;friends&gt;"
        await slack_sandbox.slack.open_home("ana")
        assert differences(real.HOME_OPENED, (await bodies.get())["event"]) == []


async def test_people_of_other_organisations_carry_their_team(slack_sandbox: Sandbox) -> None:
    bodies: asyncio.Queue[Any] = asyncio.Queue()
    async with connected(slack_sandbox, acknowledging(bodies)) as bot:
        await post(bot.client)
        await (await slack_sandbox.slack.card("Card")).click("Claim", by="fay")
        body = await bodies.get()
    assert (body["user"]["team_id"], body["team"]["id"]) == ("T0OTHER", "T0LARK")
