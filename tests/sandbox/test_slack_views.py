"""Modals and Home through the real client: trigger ids, hashes, stacks, what was typed, what the app may answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from bot.sandbox.timings import Timings
from tests.sandbox.slack_app import Bot, buttons, connected, entry, modal, plain, refusal, section, slack_only

MENU = {
    "type": "static_select",
    "action_id": "reason",
    "options": [{"text": plain("Solved"), "value": "solved"}, {"text": plain("Duplicate"), "value": "duplicate"}],
}


def trigger(sandbox: Sandbox, user: str = "U0ANA", view_id: str | None = None) -> str:
    return sandbox.slack.workspace.trigger(user, view_id)


async def test_a_trigger_works_once(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    key = trigger(slack_sandbox)
    await client.views_open(trigger_id=key, view=modal(entry("Reply")))
    async with refusal() as refused:
        await client.views_open(trigger_id=key, view=modal(entry("Reply")))
    assert refused.error == "exchanged_trigger_id"
    async with refusal() as refused:
        await client.views_open(trigger_id="1.2.nonsense", view=modal(entry("Reply")))
    assert refused.error == "invalid_trigger_id"


async def test_an_invalid_view_does_not_spend_the_trigger(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    key = trigger(slack_sandbox)
    async with refusal() as refused:
        await client.views_open(trigger_id=key, view=modal(entry("Reply"), title="x" * 25))
    assert refused.messages == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    await client.views_open(trigger_id=key, view=modal(entry("Reply")))


async def test_a_trigger_expires(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with slack_only(tmp_path, Timings(trigger_seconds=0)) as sandbox:
        tokens = sandbox.slack.environment()
        client = AsyncWebClient(tokens["SLACK_BOT_TOKEN"], base_url=tokens["SLACK_API_URL"], session=http, retry_handlers=[])
        async with refusal() as refused:
            await client.views_open(trigger_id=trigger(sandbox), view=modal(entry("Reply")))
        assert refused.error == "expired_trigger_id"


async def test_an_update_needs_the_newest_hash(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    opened = (await client.views_open(trigger_id=trigger(slack_sandbox), view=modal(entry("Reply"))))["view"]
    changed = await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(entry("Reply"), title="Two"))
    assert changed["view"]["hash"] != opened["hash"]
    async with refusal() as refused:
        await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(entry("Reply"), title="Three"))
    assert refused.error == "hash_conflict"
    await client.views_update(view_id=opened["id"], view=modal(entry("Reply"), title="Four"))  # without a hash: no check
    assert (await slack_sandbox.slack.view("ana")).title == "Four"
    async with refusal() as refused:
        await client.views_update(view_id="V0", view=modal(entry("Reply")))
    assert refused.error == "not_found"


async def test_typed_text_survives_an_update_with_the_same_ids(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=trigger(slack_sandbox), view=modal(entry("Reply"), external_id="mine"))
    view = await slack_sandbox.slack.view("ana")
    view.fill("Reply", "half a sentence")
    await client.views_update(external_id="mine", view=modal(section("The customer wrote again"), entry("Reply")))
    assert view.fields == {"Reply": "half a sentence"}
    await client.views_update(view_id=view.view.id, view=modal(entry("Reply", "other", initial_value="fresh")))
    assert view.fields == {"Reply": "fresh"}


async def test_three_views_are_a_full_stack(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = (await client.views_open(trigger_id=trigger(slack_sandbox), view=modal(entry("A"), title="1")))["view"]
    for title in ("2", "3"):
        pushed = await client.views_push(trigger_id=trigger(slack_sandbox, view_id="V"), view=modal(entry("A"), title=title))
        assert pushed["view"]["root_view_id"] == first["id"]
    async with refusal() as refused:
        await client.views_push(trigger_id=trigger(slack_sandbox, view_id="V"), view=modal(entry("A"), title="4"))
    assert refused.error == "push_limit_reached"
    await (await slack_sandbox.slack.view("ana")).close()
    assert (await slack_sandbox.slack.view("ana")).title == "2"


async def test_external_ids_are_unique(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=trigger(slack_sandbox), view=modal(entry("A"), external_id="one"))
    async with refusal() as refused:
        await client.views_open(trigger_id=trigger(slack_sandbox, "U0BEN"), view=modal(entry("A"), external_id="one"))
    assert refused.error == "duplicate_external_id"


async def test_home_is_published_and_opened(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [section("Two tickets")]}
    first = (await client.views_publish(user_id="U0ANA", view=home))["view"]
    again = (await client.views_publish(user_id="U0ANA", view=home, hash=first["hash"]))["view"]
    assert (again["id"], slack_sandbox.slack.home("ana")) == (first["id"], "Two tickets")
    async with refusal() as refused:
        await client.views_publish(user_id="U0ANA", view=home, hash=first["hash"])
    assert refused.error == "hash_conflict"


def opener(view: dict[str, Any], answer: dict[str, Any] | None = None, closed: list[str] | None = None) -> Any:
    """An app that opens `view` on a click, answers a submission with `answer`, and notes what was closed."""

    def register(bot: Bot) -> None:
        @bot.app.action("do.edit")
        async def edit(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view={**view, "callback_id": "mine", "notify_on_close": True})

        @bot.app.view("mine")
        async def submitted(ack: Any) -> None:
            await ack(**(answer or {}))

        @bot.app.view_closed("mine")
        async def gone(ack: Any, view: Any, body: Any) -> None:
            await ack()
            if closed is not None:
                closed.append(f"{view['title']['text']} {body['is_cleared']}")

    return register


async def opened(sandbox: Sandbox, bot: Bot) -> Any:
    await bot.client.chat_postMessage(channel="C0TRIAGE", text="a card", blocks=[section("Card"), buttons("Edit")])
    await (await sandbox.slack.card("Card")).click("Edit", by="ana")
    return await sandbox.slack.view("ana")


async def test_a_submission_may_update_or_push(slack_sandbox: Sandbox) -> None:
    for action, stack in (("update", 1), ("push", 2)):
        answer = {"response_action": action, "view": modal(entry("Reply"), title=f"After {action}")}
        async with connected(slack_sandbox, opener(modal(entry("Reply", initial_value="x")), answer)) as bot:
            view = await opened(slack_sandbox, bot)
            assert await view.submit() == {}
            assert (await slack_sandbox.slack.view("ana", title=f"After {action}")).open
            assert len(slack_sandbox.slack.workspace.stacks["U0ANA"]) == stack


async def test_a_submission_may_clear(slack_sandbox: Sandbox) -> None:
    async with connected(slack_sandbox, opener(modal(section("Sure?")), {"response_action": "clear"})) as bot:
        view = await opened(slack_sandbox, bot)
        assert await view.submit() == {}
        assert not view.open


async def test_errors_must_name_input_blocks(slack_sandbox: Sandbox) -> None:
    answer = {"response_action": "errors", "errors": {"nowhere": "x"}}
    async with connected(slack_sandbox, opener(modal(entry("Reply", initial_value="x")), answer)) as bot:
        view = await opened(slack_sandbox, bot)
        assert "invalid_arguments" in (await view.submit())[""]
        assert "invalid_arguments" in slack_sandbox.slack.notes("ana")[0]
        assert view.open


async def test_closing_tells_the_app_that_asked(slack_sandbox: Sandbox) -> None:
    closed: list[str] = []
    async with connected(slack_sandbox, opener(modal(entry("Reply")), closed=closed)) as bot:
        await (await opened(slack_sandbox, bot)).close()
        await slack_sandbox.slack.eventually(lambda: not slack_sandbox.slack.workspace.stacks["U0ANA"])
        await slack_sandbox.slack.sockets.idle()
    assert closed == ["Reply False"]


async def test_menus_people_and_dispatching(slack_sandbox: Sandbox) -> None:
    heard: list[Any] = []
    people = {
        "type": "input",
        "block_id": "who",
        "label": plain("Assign to"),
        "element": {"type": "users_select", "action_id": "who"},
    }
    reason = {"type": "section", "block_id": "why", "text": plain("Reason"), "accessory": MENU}

    def register(bot: Bot) -> None:
        opener(modal(people, reason))(bot)

        @bot.app.action("reason")
        async def chosen(ack: Any, body: Any) -> None:
            await ack()
            heard.append((body["actions"][0]["selected_option"]["value"], body["view"]["state"]["values"]["who"]["who"]))

    async with connected(slack_sandbox, register) as bot:
        view = await opened(slack_sandbox, bot)
        assert view.fields == {"Assign to": "", "Reason": ""}
        view.choose("Assign to", "Ben Okafor")
        assert (await view.choose("Reason", "Duplicate")).acked
        assert heard == [("duplicate", {"type": "users_select", "selected_user": "U0BEN"})]
        assert view.fields == {"Assign to": "U0BEN", "Reason": "Duplicate"}
