"""A Bolt app over real HTTP and WebSocket: cards, clicks, modals, commands and events as it sees them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.slack_app import Bot, buttons, connected, entry, modal, section


async def test_a_click_changes_the_card(slack_sandbox: Sandbox) -> None:
    def register(bot: Bot) -> None:
        @bot.app.action("do.claim")
        async def claim(ack: Any, body: Any, client: Any) -> None:
            await ack()
            where = body["container"]
            blocks = [section(f"Claimed by <@{body['user']['id']}>"), buttons("Reassign")]
            await client.chat_update(channel=where["channel_id"], ts=where["message_ts"], text="claimed", blocks=blocks)

    async with connected(slack_sandbox, register) as bot:
        await bot.client.chat_postMessage(
            channel="C0TRIAGE", text="a card", blocks=[section("Refund &amp; more"), buttons("Claim")]
        )
        card = await slack_sandbox.slack.card("Refund & more")
        assert card.buttons == ["Claim"]
        assert (await card.click("Claim", by="ana")).acked
        await card.until(lambda c: "Ana" in c.blocks_text)
        assert card.buttons == ["Reassign"]
        with pytest.raises(LookupError, match="Reassign"):
            await card.click("Claim", by="ben")


async def test_a_modal_is_filled_refused_and_sent(slack_sandbox: Sandbox) -> None:
    sent: list[Any] = []

    def register(bot: Bot) -> None:
        @bot.app.action("do.edit")
        async def edit(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=modal(entry("Reply"), callback_id="send"))

        @bot.app.view("send")
        async def send(ack: Any, view: Any) -> None:
            text = view["state"]["values"]["body"]["text"]["value"]
            if text == "no":
                await ack(response_action="errors", errors={"body": "Say more."})
            else:
                await ack()
                sent.append(text)

    async with connected(slack_sandbox, register) as bot:
        await bot.client.chat_postMessage(channel="C0TRIAGE", text="a card", blocks=[section("Card"), buttons("Edit")])
        await (await slack_sandbox.slack.card("Card")).click("Edit", by="ben")
        view = await slack_sandbox.slack.view("ben")
        assert (view.title, view.fields) == ("Reply", {"Reply": ""})
        assert await view.submit() == {"Reply": "Please complete this required field."}
        view.fill("Reply", "no")
        assert await view.submit() == {"Reply": "Say more."}
        assert view.open
        view.fill("Reply", "Dear Ana, yes.")
        assert await view.submit() == {}
        assert not view.open
        assert sent == ["Dear Ana, yes."]


async def test_a_command_whispers(slack_sandbox: Sandbox) -> None:
    def register(bot: Bot) -> None:
        @bot.app.command("/triage")
        async def triage(ack: Any, command: Any, respond: Any) -> None:
            await ack(f"You said {command['text']}")
            await respond("and later")

    async with connected(slack_sandbox, register):
        assert (await slack_sandbox.slack.slash("ana", "/triage queue @ben #billing")).acked
        await slack_sandbox.slack.eventually(lambda: len(slack_sandbox.slack.whispers("ana")) == 2)
        assert sorted(slack_sandbox.slack.whispers("ana")) == [
            "You said queue @Ben Okafor #billing",
            "and later",
        ]  # Bolt acks every 10 ms
        assert slack_sandbox.slack.whispers("ben") == []
        wrong = await slack_sandbox.slack.slash("ana", "/nothing")
        assert wrong.error == "/nothing is not a valid command."


async def test_messages_and_mentions_arrive_as_events(slack_sandbox: Sandbox) -> None:
    arrived: asyncio.Queue[Any] = asyncio.Queue()

    def register(bot: Bot) -> None:
        @bot.app.event("message")
        @bot.app.event("app_mention")
        async def hear(event: Any) -> None:
            await arrived.put((event["type"], event["channel"]))

    async with connected(slack_sandbox, register):
        await slack_sandbox.slack.say("ana", "not for the bot", channel="general")
        await slack_sandbox.slack.say("ana", "hello @Triage")
        await slack_sandbox.slack.tell_bot("ben", "shorter please")
        kinds = sorted([await arrived.get() for _ in range(3)])
    assert kinds == [("app_mention", "C0TRIAGE"), ("message", "C0TRIAGE"), ("message", "D0BEN")]


async def test_an_app_that_does_not_listen_to_direct_messages(tmp_path: Path) -> None:
    bare = tmp_path / "bare.yml"
    await asyncio.to_thread(
        bare.write_text, '{"features": {}, "oauth_config": {"scopes": {"bot": ["chat:write"]}}}', encoding="utf-8"
    )
    async with Sandbox(bare) as sandbox:
        with pytest.raises(LookupError, match="turned off"):
            await sandbox.slack.tell_bot("ana", "hello?")


async def test_a_file_that_is_no_manifest(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yml"
    await asyncio.to_thread(empty.touch)
    with pytest.raises(ValueError, match=r"empty\.yml is not a Slack app manifest"):
        await Sandbox(empty).start()


async def test_waiting_says_what_there_was_instead(slack_sandbox: Sandbox) -> None:
    async with connected(slack_sandbox) as bot:
        await bot.client.chat_postMessage(channel="C0TRIAGE", text="Another card")
        with pytest.raises(TimeoutError, match=r"a card with 'Refund'; there are:\n#triage: Another card"):
            await slack_sandbox.slack.card("Refund", timeout=0.01)
        with pytest.raises(TimeoutError, match="a modal for ana called 'Reply'"):
            await slack_sandbox.slack.view("ana", title="Reply", timeout=0.01)
        with pytest.raises(LookupError, match="nobody is called 'zoe'"):
            await slack_sandbox.slack.slash("zoe", "/triage")
