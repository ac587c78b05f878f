"""The Web API stand-in through the real client: tokens, scopes, messages, history, rates and faults."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Fault
from bot.sandbox.server import Sandbox
from bot.sandbox.timings import UNLIMITED, Rate, Timings
from tests.sandbox.slack_app import SCOPES, Json, buttons, modal, refusal, section, slack_only

METADATA = {"event_type": "triage_card", "event_payload": {"ticket": "T-1", "key": "k"}}
NEVER_AGAIN = Rate(0, 2)  # two calls, then none


def client_of(sandbox: Sandbox, http: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    tokens = sandbox.slack.environment()
    token = tokens["SLACK_BOT_TOKEN"] if token is None else token
    return AsyncWebClient(token, base_url=tokens["SLACK_API_URL"], session=http, retry_handlers=[])


# -- tokens and scopes ----------------------------------------------------------------------------------------------


async def test_auth_test_says_who_we_are(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0TRIAGE", "B0TRIAGE", "T0LARK")
    assert answer["url"] == f"{slack_sandbox.url}/"
    assert answer.headers["x-oauth-scopes"].split(",") == sorted(SCOPES)


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_a_wrong_token(slack_sandbox: Sandbox, http: aiohttp.ClientSession, token: str, error: str) -> None:
    async with refusal() as refused:
        await client_of(slack_sandbox, http, token).auth_test()
    assert refused.error == error


async def test_each_token_has_its_own_door(slack_sandbox: Sandbox, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    app_token = slack_sandbox.slack.environment()["SLACK_APP_TOKEN"]
    async with refusal() as posted:
        await client_of(slack_sandbox, http, app_token).chat_postMessage(channel="C0TRIAGE", text="x")
    async with refusal() as opened:
        await client.apps_connections_open(app_token=client.token or "")
    assert posted.error == opened.error == "not_allowed_token_type"
    assert (await client.apps_connections_open(app_token=app_token))["url"].startswith("ws://127.0.0.1:")


async def test_a_revoked_token(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    slack_sandbox.slack.revoke_token()
    async with refusal() as refused:
        await client.auth_test()
    assert refused.error == "token_revoked"


@pytest.mark.parametrize(
    ("scope", "method", "args"),
    [
        ("chat:write", "chat.postMessage", {"channel": "C0TRIAGE", "text": "x"}),
        ("chat:write", "chat.postEphemeral", {"channel": "C0TRIAGE", "user": "U0ANA", "text": "x"}),
        ("channels:history", "conversations.history", {"channel": "C0TRIAGE"}),
        ("channels:history", "conversations.replies", {"channel": "C0TRIAGE", "ts": "1.1"}),
        ("channels:read", "conversations.list", {}),
        ("channels:read", "conversations.info", {"channel": "C0TRIAGE"}),
        ("channels:read", "conversations.members", {"channel": "C0TRIAGE"}),
        ("channels:join", "conversations.join", {"channel": "C0GENERAL"}),
        ("im:write", "conversations.open", {"users": "U0ANA"}),
        ("im:read", "conversations.list", {"types": "im"}),
        ("users:read", "users.info", {"user": "U0ANA"}),
        ("users:read", "users.list", {}),
        ("reactions:write", "reactions.add", {"channel": "C0TRIAGE", "timestamp": "1.1", "name": "eyes"}),
    ],
)
async def test_a_missing_scope(
    tmp_path: Path, http: aiohttp.ClientSession, scope: str, method: str, args: dict[str, Any]
) -> None:
    async with slack_only(tmp_path, without=(scope,)) as sandbox:
        async with refusal() as refused:
            await client_of(sandbox, http).api_call(method, json=args)
        assert (refused.error, refused.answer["needed"]) == ("missing_scope", scope)
        assert scope not in refused.answer["provided"].split(",")


# -- how arguments may come -----------------------------------------------------------------------------------------


async def test_unknown_methods_and_odd_bodies(
    slack_sandbox: Sandbox, http: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    async with refusal() as unknown:
        await client.api_call("chat.shout")
    assert (unknown.error, unknown.answer["req_method"]) == ("unknown_method", "chat.shout")
    bodies = [("{", "invalid_json"), ("[]", "json_not_object")]
    for body, error in bodies:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.token}"}
        async with http.post(f"{slack_sandbox.url}/slack/api/auth.test", data=body, headers=headers) as response:
            assert (await response.json())["error"] == error


async def test_form_json_and_query_mean_the_same(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    blocks = [section("hello")]
    await client.api_call("chat.postMessage", json={"channel": "C0TRIAGE", "text": "x", "blocks": blocks})
    await client.api_call("chat.postMessage", data={"channel": "C0TRIAGE", "text": "x", "blocks": str(blocks).replace("'", '"')})
    await client.api_call("chat.postMessage", http_verb="GET", params={"channel": "C0TRIAGE", "text": "x"})
    assert [bool(m.blocks) for m in slack_sandbox.slack.messages("triage")] == [True, True, False]


# -- messages -------------------------------------------------------------------------------------------------------


async def test_update_keeps_and_removes_as_slack_does(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0TRIAGE", text="one", blocks=[section("a")], metadata=METADATA)
    message, ts = slack_sandbox.slack.messages("triage")[0], posted["ts"]
    await client.chat_update(channel="C0TRIAGE", ts=ts, text="two", blocks=[section("b")])
    assert (message.text, message.metadata, message.edited) == ("two", METADATA, False)
    other = {**METADATA, "event_type": "other"}
    await client.api_call("chat.update", json={"channel": "C0TRIAGE", "ts": ts, "metadata": other})
    assert (message.text, bool(message.blocks), (message.metadata or {})["event_type"]) == ("two", True, "other")
    await client.chat_update(channel="C0TRIAGE", ts=ts, text="three")
    assert (message.text, message.blocks, message.edited) == ("three", [], True)


async def test_what_cannot_be_posted_or_changed(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    said = await slack_sandbox.slack.say("ana", "mine")
    slack_sandbox.slack.archive("sales")
    calls: list[tuple[str, Json, str]] = [
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0SALES", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "C0TRIAGE"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0TRIAGE", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C0TRIAGE", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_schema"),
        ("chat.update", {"channel": "C0TRIAGE", "ts": "1.1", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "C0TRIAGE", "ts": said.ts, "text": "x"}, "cant_update_message"),
        ("chat.delete", {"channel": "C0TRIAGE", "ts": said.ts}, "cant_delete_message"),
        ("chat.postEphemeral", {"channel": "C0BILLING", "user": "U0GUS", "text": "x"}, "user_not_in_channel"),
        ("chat.getPermalink", {"channel": "C0TRIAGE", "message_ts": "1.1"}, "message_not_found"),
        ("reactions.add", {"channel": "C0TRIAGE", "timestamp": "1.1", "name": "eyes"}, "message_not_found"),
        ("users.info", {"user": "U0NONE"}, "user_not_found"),
        ("conversations.open", {"users": "U0NONE"}, "user_not_found"),
        ("conversations.replies", {"channel": "C0TRIAGE", "ts": "1.1"}, "thread_not_found"),
    ]
    for method, args, error in calls:
        async with refusal() as refused:
            await client.api_call(method, json=args)
        assert (method, refused.error) == (method, error)


async def test_whispers_threads_and_links(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0TRIAGE", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0TRIAGE", text="reply", thread_ts=root))["ts"]
    await client.chat_postMessage(channel="C0TRIAGE", text="reply to a reply", thread_ts=reply)
    await client.chat_postEphemeral(channel="C0TRIAGE", user="U0ANA", text="psst", thread_ts=root)
    card = await slack_sandbox.slack.card("root")
    assert card.thread() == ["reply", "reply to a reply"]
    assert (slack_sandbox.slack.whispers("ana"), slack_sandbox.slack.whispers("ben")) == (["psst"], [])
    link = await client.chat_getPermalink(channel="C0TRIAGE", message_ts=reply)
    assert link["permalink"] == f"{slack_sandbox.url}/archives/C0TRIAGE/p{reply.replace('.', '')}?thread_ts={root}&cid=C0TRIAGE"


async def test_direct_messages(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users="U0ANA")
    assert opened["channel"]["id"] == "D0ANA"
    await client.chat_postMessage(channel="D0ANA", text="assigned to you")
    await client.chat_postMessage(channel="U0ANA", text="by user id")
    assert slack_sandbox.slack.dms("ana") == ["assigned to you", "by user id"]
    assert slack_sandbox.slack.dms("ben") == []
    async with refusal() as refused:
        await client.chat_update(channel="U0ANA", ts="1.1", text="x")
    assert refused.error == "channel_not_found"


async def test_history_pages_and_shows_metadata_on_request(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="C0TRIAGE", text=str(n), metadata=METADATA))["ts"] for n in range(5)]
    await client.chat_postMessage(channel="C0TRIAGE", text="reply", thread_ts=stamps[0])
    first = await client.conversations_history(channel="C0TRIAGE", limit=3)
    assert [m["text"] for m in first["messages"]] == ["4", "3", "2"]
    assert first["has_more"]
    assert all("metadata" not in m for m in first["messages"])
    rest = await client.conversations_history(
        channel="C0TRIAGE", limit=3, cursor=first["response_metadata"]["next_cursor"], include_all_metadata=True
    )
    assert [m["text"] for m in rest["messages"]] == ["1", "0"]
    assert (rest["has_more"], rest["messages"][0]["metadata"], rest["messages"][1]["reply_count"]) == (False, METADATA, 1)
    since = await client.conversations_history(channel="C0TRIAGE", oldest=stamps[3])
    assert [m["text"] for m in since["messages"]] == ["4"]
    since = await client.conversations_history(channel="C0TRIAGE", oldest=stamps[3], inclusive=True)
    assert [m["text"] for m in since["messages"]] == ["4", "3"]
    replies = await client.conversations_replies(channel="C0TRIAGE", ts=stamps[0])
    assert [m["text"] for m in replies["messages"]] == ["0", "reply"]


async def test_channels_are_listed_joined_and_left(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = await client.conversations_list(limit=2)
    assert [c["name"] for c in first["channels"]] == ["triage", "triage-oncall"]
    last = await client.conversations_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [(c["name"], c["is_member"]) for c in last["channels"]] == [("billing", True), ("sales", True), ("general", False)]
    assert last["response_metadata"]["next_cursor"] == ""
    await client.conversations_join(channel="C0GENERAL")
    assert (await client.conversations_info(channel="C0GENERAL"))["channel"]["is_member"]
    assert "U0TRIAGE" in (await client.conversations_members(channel="C0GENERAL"))["members"]
    slack_sandbox.slack.remove_bot("general")
    async with refusal() as refused:
        await client.chat_postMessage(channel="C0GENERAL", text="x")
    assert refused.error == "not_in_channel"


async def test_people_are_members_guests_and_strangers(client: AsyncWebClient) -> None:
    ana, gus, fay = [(await client.users_info(user=name))["user"] for name in ("U0ANA", "U0GUS", "U0FAY")]
    assert (ana["is_restricted"], gus["is_restricted"], fay["team_id"], fay["is_stranger"]) == (False, True, "T0OTHER", True)
    assert "is_stranger" not in ana
    assert [m["id"] for m in (await client.users_list())["members"]][-1] == "U0TRIAGE"
    assert (await client.conversations_info(channel="C0TRIAGE"))["channel"]["is_ext_shared"]


# -- rates and faults -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tier", "method", "args"),
    [
        ("tier_2", "users.list", {}),
        ("tier_3", "chat.update", {"channel": "C0TRIAGE", "ts": "1.1", "text": "x"}),
        ("tier_4", "views.open", {"trigger_id": "1.1.x", "view": modal()}),
        ("special", "auth.test", {}),
        ("posts", "chat.postMessage", {"channel": "C0TRIAGE", "text": "x"}),
    ],
)
async def test_every_tier_ends(tmp_path: Path, http: aiohttp.ClientSession, tier: str, method: str, args: dict[str, Any]) -> None:
    changed: Any = {tier: NEVER_AGAIN}
    async with slack_only(tmp_path, replace(Timings(), **changed)) as sandbox:
        for _ in range(2):
            with suppress(SlackApiError):  # refused for another reason, it counts all the same
                await client_of(sandbox, http).api_call(method, json=args)
        async with refusal() as refused:
            await client_of(sandbox, http).api_call(method, json=args)
        assert (refused.status, refused.error) == (429, "ratelimited")
        assert int(refused.headers["Retry-After"]) >= 1


async def test_posts_are_counted_per_channel(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(posts=Rate(0, 1))) as sandbox:
        client = client_of(sandbox, http)
        await client.chat_postMessage(channel="C0TRIAGE", text="x")
        await client.chat_postMessage(channel="C0BILLING", text="x")
        async with refusal() as refused:
            await client.chat_postMessage(channel="C0TRIAGE", text="x")
        assert refused.status == 429


async def test_unlimited_is_unlimited(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(special=UNLIMITED)) as sandbox:
        for _ in range(20):
            await client_of(sandbox, http).auth_test()


async def test_a_client_that_waits_gets_through(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    slack_sandbox.slack.faults.add(Fault("auth.test", "429", times=2, retry_after=0))
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    assert (await client.auth_test())["ok"]
    assert [call.error for call in slack_sandbox.slack.calls] == ["ratelimited", "ratelimited", ""]


async def test_faults_strike_as_often_as_asked(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    faults = slack_sandbox.slack.faults
    faults.add(Fault("chat.postMessage", "5xx"))
    async with refusal() as failed:
        await client.chat_postMessage(channel="C0TRIAGE", text="x")
    assert (failed.status, slack_sandbox.slack.messages("triage")) == (503, [])
    faults.add(Fault("*", "error", error="fatal_error"))
    async with refusal() as refused:
        await client.auth_test()
    assert refused.error == "fatal_error"
    faults.add(Fault("auth.test", "slow", seconds=0.05))
    before = time.monotonic()
    await client.auth_test()
    assert time.monotonic() - before >= 0.05
    assert (len(faults.struck), faults.waiting) == (3, [])


async def test_a_dropped_call_was_done_or_not(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    slack_sandbox.slack.faults.add(Fault("chat.postMessage", "drop"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C0TRIAGE", text="done")
    slack_sandbox.slack.faults.add(Fault("chat.postMessage", "drop", before=True))
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C0TRIAGE", text="not done")
    assert [m.text for m in slack_sandbox.slack.messages("triage")] == ["done"]


async def test_calls_are_remembered(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[buttons("Claim")])
    assert [(call.method, call.args["channel"]) for call in slack_sandbox.slack.calls] == [("chat.postMessage", "C0TRIAGE")]
