"""The client against the stand-in for Slack: errors become ours, nothing is posted twice, names are found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clients.pace import CARD, CLICK, THREAD, Pace
from bot.clients.slack import SlackClient
from bot.errors import Ambiguous, AuthFailed, Missing, Permanent, Temporary
from bot.sandbox.faults import Fault
from bot.sandbox.slack import SlackWorld
from bot.settings import SlackSettings

SAID: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": "Said", "verbatim": True}}]
VIEW: dict[str, Any] = {"type": "modal", "callback_id": "v", "title": {"type": "plain_text", "text": "One"}, "blocks": SAID}


def count(world: SlackWorld, method: str) -> int:
    return sum(call.method == method for call in world.calls)


async def test_who_we_are(slack: SlackClient, world: SlackWorld) -> None:
    one, two = await asyncio.gather(slack.auth(), slack.auth())
    assert one == two
    assert (one.team_id, one.user_id, one.bot_id) == ("T0LARK", "U0TRIAGE", "B0TRIAGE")
    assert {"chat:write", "commands", "users:read"} <= one.scopes
    assert one.team_url.startswith("http")


async def test_people_are_told_apart(slack: SlackClient, world: SlackWorld) -> None:
    ana, gus, fay, nobody = [await slack.person(user) for user in ("U0ANA", "U0GUS", "U0FAY", "U0NOBODY")]
    assert (ana.guest, ana.local, ana.name) == (False, True, "ana")
    assert gus.guest
    assert not fay.local
    assert not nobody.local
    asked = count(world, "users.info")
    assert await slack.person("U0ANA") == ana
    assert count(world, "users.info") == asked


async def test_channels_are_found_once_and_joined(slack: SlackClient, world: SlackWorld) -> None:
    ids = await asyncio.gather(*(slack.channel_id(name) for name in ("general", "#general", "general")))
    assert set(ids) == {"C0GENERAL"}
    assert count(world, "conversations.list") == 1
    assert count(world, "conversations.join") == 1
    with pytest.raises(Permanent, match="no channel #nowhere") as refused:
        await slack.channel_id("nowhere")
    assert refused.value.code == "channel_not_found"


async def test_a_message_is_found_by_its_key(slack: SlackClient, world: SlackWorld) -> None:
    first = await slack.post("C0TRIAGE", SAID, "Said", key="one")
    for number in range(3):
        await slack.post("C0TRIAGE", SAID, "Said", key=f"reply {number}", thread_ts=first)
    assert await slack.find_by_key("C0TRIAGE", 0, "one") == first
    assert await slack.find_by_key("C0TRIAGE", 0, "two") is None
    assert await slack.find_by_key("C0TRIAGE", float(first) + 60, "one") is None
    assert await slack.find_by_key("C0TRIAGE", 0, "reply 2", thread_ts=first)
    assert await slack.find_by_key("C0TRIAGE", 0, "reply 2") is None


async def test_a_post_is_never_tried_twice(slack: SlackClient, world: SlackWorld) -> None:
    for fault in (Fault("chat.postMessage", "drop"), Fault("chat.postMessage", "5xx"), Fault("chat.postMessage", "error")):
        world.faults.add(fault)
        before = count(world, "chat.postMessage")
        with pytest.raises(Ambiguous):
            await slack.post("C0TRIAGE", SAID, "Said", key="k")
        assert count(world, "chat.postMessage") == before + 1


async def test_what_may_be_repeated_is_repeated(slack: SlackClient, world: SlackWorld) -> None:
    ts = await slack.post("C0TRIAGE", SAID, "Said", key="k")
    world.faults.add(Fault("chat.update", "drop"))
    await slack.update("C0TRIAGE", ts, SAID, "Said again")
    assert world.messages("triage")[-1].text == "Said again"
    world.faults.add(Fault("chat.update", "error", times=2, error="fatal_error"))
    with pytest.raises(Temporary):
        await slack.update("C0TRIAGE", ts, SAID, "Said")


async def test_slowing_down(slack: SlackClient, world: SlackWorld) -> None:
    world.faults.add(Fault("users.info", "429", times=2, retry_after=0))
    assert (await slack.person("U0BEN")).name
    world.faults.add(Fault("users.info", "429", times=9, retry_after=0))
    with pytest.raises(Temporary) as busy:
        await slack.person("U0CHLOE")
    assert busy.value.retry_after == 0


async def test_refusals_are_plain(slack: SlackClient, world: SlackWorld) -> None:
    with pytest.raises(Missing):
        await slack.update("C0TRIAGE", "1.000001", SAID, "Said")
    with pytest.raises(Permanent, match=r"invalid_blocks.*/0") as wrong:
        await slack.post("C0TRIAGE", [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}], "x", key="k")
    assert "xxx" not in str(wrong.value)
    world.faults.add(Fault("chat.postMessage", "error", error="missing_scope"))
    with pytest.raises(Permanent, match=r"manifest\.yml"):
        await slack.post("C0TRIAGE", SAID, "Said", key="k")
    world.revoke_token()
    with pytest.raises(AuthFailed, match="SLACK_BOT_TOKEN") as refused:
        await slack.auth(fresh=True)
    assert "xoxb" not in str(refused.value)


async def test_slack_that_is_not_there(access: SlackSettings) -> None:
    nowhere = access.model_copy(update={"api_url": "http://127.0.0.1:9/api/"})
    async with SlackClient(nowhere) as client:
        with pytest.raises(Temporary, match="cannot be reached"):
            await client.post("C0TRIAGE", SAID, "Said", key="k")  # nothing was sent, so it is not ambiguous
        with pytest.raises(Temporary):
            await client.auth()


async def test_a_wrong_app_token_says_where_to_get_one(access: SlackSettings) -> None:
    wrong = access.model_copy(update={"app_token": SecretStr("xapp-wrong")})
    async with SlackClient(wrong) as client:
        with pytest.raises(AuthFailed, match="SLACK_APP_TOKEN") as refused:
            await client.open_connection()
    assert "xapp-wrong" not in str(refused.value)


async def test_whispers_and_direct_messages(slack: SlackClient, world: SlackWorld) -> None:
    await slack.whisper("C0TRIAGE", "U0ANA", "Ben was faster.")
    assert world.whispers("ana") == ["Ben was faster."]
    await slack.tell("U0BEN", "Hello Ben.")
    assert world.dms("ben") == ["Hello Ben."]
    assert await slack.dm("U0BEN") == await slack.dm("U0BEN")
    assert count(world, "conversations.open") == 1


async def test_no_word_of_ours_becomes_a_link_by_itself(slack: SlackClient, world: SlackWorld) -> None:
    await slack.post("C0TRIAGE", SAID, "see evil.example", key="k")
    (sent,) = [call for call in world.calls if call.method == "chat.postMessage"]
    assert (sent.args["parse"], sent.args["link_names"]) == ("none", False)
    assert (sent.args["unfurl_links"], sent.args["unfurl_media"]) == (False, False)
    assert sent.args["metadata"]["event_payload"] == {"key": "k"}


async def test_a_modal_needs_a_fresh_click(slack: SlackClient) -> None:
    with pytest.raises(Permanent):
        await slack.open_view("not.a.trigger", VIEW)


async def test_only_known_methods_are_called(slack: SlackClient) -> None:
    with pytest.raises(KeyError):
        await slack.call("chat.delete", channel="C0TRIAGE", ts="1.0")


async def test_clicks_go_first_and_threads_last() -> None:
    pace = Pace(per_second=1_000, burst=1)
    order: list[str] = []

    async def go(name: str, priority: int) -> None:
        await pace.turn(priority)
        order.append(name)

    await pace.turn(CARD)
    await asyncio.gather(go("thread", THREAD), go("card", CARD), go("click", CLICK), go("card again", CARD))
    assert order == ["click", "card", "card again", "thread"]


async def test_a_pause_holds_everybody_and_a_cancelled_waiter_costs_nothing() -> None:
    pace = Pace(per_second=1_000, burst=5)
    pace.stop(0.01)
    waiting = [asyncio.create_task(pace.turn(priority)) for priority in (CLICK, THREAD, CARD)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[0].done()
    assert waiting[2].done()


async def test_threads_leave_the_most_of_a_burst_to_cards() -> None:
    pace = Pace(per_second=0.001, burst=10)
    for _ in range(4):
        await pace.turn(THREAD)
    late = asyncio.create_task(pace.turn(THREAD))
    for _ in range(6):
        await pace.turn(CARD)
    assert not late.done()
    late.cancel()
