"""The sandbox's door and its page: who may come in, what the page gets, and what a person can do through it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.sandbox import server
from bot.sandbox.server import Sandbox
from tests.sandbox.slack_app import Bot, Json, buttons, connected, entry, modal, plain, section

PATHS = ["/", "/ui/state", "/ui/live", "/slack/api/auth.test", "/gmail/gmail/v1/users/me/profile", "/openai/v1/models"]


@pytest.mark.parametrize("path", PATHS)
async def test_other_hosts_and_origins_are_refused(slack_sandbox: Sandbox, http: aiohttp.ClientSession, path: str) -> None:
    port = slack_sandbox.port
    for wrong in (
        {"Host": f"sandbox.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
    ):
        async with http.get(f"{slack_sandbox.url}{path}", headers=wrong) as response:
            assert response.status == 403, wrong


async def test_our_own_page_comes_in(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    port = slack_sandbox.port
    for right in ({"Host": f"localhost:{port}"}, {"Origin": f"http://localhost:{port}"}, {"Origin": slack_sandbox.url}):
        async with http.get(f"{slack_sandbox.url}/ui/state", headers=right) as response:
            assert response.status == 200, right


async def test_a_taken_port_is_an_error_and_leaves_nothing_running(slack_sandbox: Sandbox) -> None:
    second = Sandbox(slack_sandbox.manifest, port=slack_sandbox.port)
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.stop()


async def test_it_listens_on_the_loopback_interface_only(slack_sandbox: Sandbox) -> None:
    assert slack_sandbox._runner is not None
    assert [address[0] for address in slack_sandbox._runner.addresses] == ["127.0.0.1"]


async def test_the_page_loads_nothing_from_elsewhere(
    slack_sandbox: Sandbox, http: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html>hello", encoding="utf-8")
    (page / "app.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(server, "PAGE", page)
    async with http.get(slack_sandbox.url) as response:
        assert (response.status, response.content_type, await response.text()) == (200, "text/html", "<!doctype html>hello")
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with http.get(f"{slack_sandbox.url}/page/app.js") as response:
        assert response.content_type == "text/javascript"
    for outside in ("/page/..%2fsecret.txt", "/page/%2e%2e/secret.txt", "/page/none.js", "/page//etc/passwd"):
        async with http.get(URL(slack_sandbox.url + outside, encoded=True)) as response:
            assert response.status == 404, outside


async def test_a_link_to_a_message_opens_the_page(
    slack_sandbox: Sandbox, http: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel="C0TRIAGE", text="x"))["ts"]
    link = (await client.chat_getPermalink(channel="C0TRIAGE", message_ts=ts))["permalink"]
    async with http.get(link, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, f"/#C0TRIAGE/{ts}")


async def test_the_environment_leads_here(slack_sandbox: Sandbox, tmp_path: Path) -> None:
    env = await asyncio.to_thread(slack_sandbox.env, tmp_path)
    assert {name for name, value in env.items() if slack_sandbox.url in value} == {
        "SLACK_API_URL",
        "GMAIL_API_URL",
        "GMAIL_TOKEN_URI",
        "OPENAI_BASE_URL",
    }
    assert (env["SLACK_BOT_TOKEN"][:5], env["SLACK_APP_TOKEN"][:5], env["OPENAI_MODEL"]) == ("xoxb-", "xapp-", "recorded-answers")
    mode = await asyncio.to_thread(lambda: Path(env["GMAIL_CREDENTIALS"]).stat().st_mode)
    assert mode & 0o077 == 0


# -- the page's view ------------------------------------------------------------------------------------------------


class Page:
    """The page, as far as the server sees it."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.url, self.http = sandbox.url, http

    async def state(self, user: str = "U0ANA", channel: str = "C0TRIAGE", thread: str = "") -> Json:
        query = {"user": user, "channel": channel, "thread": thread}
        async with self.http.get(f"{self.url}/ui/state", params=query) as response:
            assert response.status == 200
            state: Json = await response.json()
            return state

    async def post(self, what: str, status: int = 200, **body: Any) -> Json:
        async with self.http.post(f"{self.url}/ui/{what}", json=body) as response:
            assert response.status == status, await response.text()
            answer: Json = await response.json()
            return answer


@pytest.fixture(name="page")
def _page(slack_sandbox: Sandbox, http: aiohttp.ClientSession) -> Page:
    return Page(slack_sandbox, http)


async def test_each_person_sees_their_own_workspace(slack_sandbox: Sandbox, page: Page, client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0TRIAGE", text="hello <@U0ANA>"))["ts"]
    await client.chat_postMessage(channel="C0TRIAGE", text="reply", thread_ts=root)
    await client.chat_postEphemeral(channel="C0TRIAGE", user="U0ANA", text="psst")
    await client.chat_postMessage(channel="U0ANA", text="a direct one")
    ana, ben, fay = [await page.state(user) for user in ("U0ANA", "U0BEN", "U0FAY")]
    assert [(m["text"], m["ephemeral"], m["thread_count"]) for m in ana["messages"]] == [
        ("hello <@U0ANA>", False, 1),
        ("psst", True, 0),
    ]
    assert [m["text"] for m in ben["messages"]] == ["hello <@U0ANA>"]
    assert [c["name"] for c in fay["channels"]] == ["triage", "Triage"]
    unread = {c["name"]: (c["kind"], c["unread"], c["mention"]) for c in ana["channels"]}
    assert (unread["triage"], unread["Triage"]) == (("channel", 2, True), ("im", 1, True))
    await page.post("read", user="U0ANA", channel="C0TRIAGE")
    after = {c["name"]: c["unread"] for c in (await page.state())["channels"]}
    assert (after["triage"], after["Triage"]) == (0, 1)
    assert [m["text"] for m in (await page.state(thread=root))["thread"]] == ["hello <@U0ANA>", "reply"]
    assert {u["id"]: u["kind"] for u in ana["users"]}["U0FAY"] == "foreign"


async def test_changes_are_pushed(slack_sandbox: Sandbox, page: Page, client: AsyncWebClient) -> None:
    async with page.http.ws_connect(f"{slack_sandbox.url}/ui/live") as live:
        first = (await live.receive_json())["rev"]
        await client.chat_postMessage(channel="C0TRIAGE", text="x")
        assert (await live.receive_json())["rev"] > first
        await slack_sandbox.gmail.write("Nora <nora@acme.example>", "Hello", "A mail changes the page as well.")
        assert (await live.receive_json())["rev"] > first + 1


def app(bot: Bot) -> None:
    select = {"type": "users_select", "action_id": "who"}
    assign = {"type": "input", "block_id": "who", "label": plain("Assign to"), "element": select}

    @bot.app.action("do.edit")
    async def edit(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(entry("Reply"), assign, callback_id="send"))

    @bot.app.view("send")
    async def send(ack: Any, view: Any, client: Any, body: Any) -> None:
        values = view["state"]["values"]
        if values["who"]["who"]["selected_user"] == "U0GUS":
            await ack(response_action="errors", errors={"who": "Guests cannot take tickets."})
            return
        await ack()
        await client.chat_postMessage(channel="C0TRIAGE", text=f"sent: {values['body']['text']['value']}")


async def test_a_person_works_through_the_page(slack_sandbox: Sandbox, page: Page) -> None:
    async with connected(slack_sandbox, app) as bot:
        ts = (await bot.client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[section("Card"), buttons("Edit")]))["ts"]
        click = {"user": "U0ANA", "container": "message", "channel": "C0TRIAGE", "ts": ts, "block_id": "act:1:1"}
        assert await page.post("action", **click, action_id="do.edit", value="Edit") == {"ok": True, "error": ""}
        await slack_sandbox.slack.view("ana")
        view = (await page.state())["view"]
        assert (view["title"]["text"], view["stack"], sorted(view["state"])) == ("Reply", 1, ["body", "who"])
        assert "private_metadata" not in view
        submit = {"user": "U0ANA", "view_id": view["id"]}
        text = {"body": {"text": {"value": "Hello"}}}
        assert await page.post("submit", **submit, values=text) == {
            "ok": False,
            "errors": {"who": "Please complete this required field."},
        }
        values = {**text, "who": {"who": {"selected_user": "U0GUS"}}}
        assert (await page.post("submit", **submit, values=values))["errors"] == {"who": "Guests cannot take tickets."}
        assert (await page.state())["view"]["state"]["body"]["text"]["value"] == "Hello"
        values["who"] = {"who": {"selected_user": "U0BEN"}}
        nonsense = {"body": {"text": {"value": 7}, "other": {}}, "who": 3, "elsewhere": {"x": {"value": "x"}}}
        assert (await page.post("submit", **submit, values=nonsense))["errors"] == {"who": "Guests cannot take tickets."}
        assert await page.post("submit", **submit, values=values) == {"ok": True}
        assert (await slack_sandbox.slack.card("sent: Hello")).text == "sent: Hello"
        assert (await page.state())["view"] is None


async def test_what_is_gone_or_not_theirs_is_refused_in_words(slack_sandbox: Sandbox, page: Page, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0BILLING", text="x", blocks=[buttons("Edit")]))["ts"]
    opened = await client.views_open(trigger_id=slack_sandbox.slack.workspace.trigger("U0ANA"), view=modal(entry("Reply")))
    click = {"container": "message", "channel": "C0BILLING", "ts": ts, "block_id": "act:1:1", "action_id": "do.edit"}
    refused = [
        await page.post("action", 400, user="U0GUS", **click),
        await page.post("action", 400, user="U0ANA", **{**click, "ts": "1.1"}),
        await page.post("action", 400, user="U0ANA", **{**click, "action_id": "forged"}),
        await page.post("action", 400, user="U0NOBODY", **click),
        await page.post("action", 400, user="U0ANA"),
        await page.post("submit", 400, user="U0BEN", view_id=opened["view"]["id"], values={}),
        await page.post("close", 400, user="U0ANA", view_id="V0"),
        await page.post("say", 400, user="U0GUS", channel="C0BILLING", text="hello"),
    ]
    assert all(answer["error"] and not answer["ok"] for answer in refused)
    assert refused[2]["error"] == "That button is not there any more."


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"user": 7, "channel": [], "text": {}}'])
async def test_nonsense_is_refused(slack_sandbox: Sandbox, http: aiohttp.ClientSession, body: str) -> None:
    for what in ("action", "submit", "close", "slash", "say", "read"):
        async with http.post(f"{slack_sandbox.url}/ui/{what}", data=body) as response:
            assert response.status == 400, what


async def test_a_stale_screen_may_still_click_what_it_shows(slack_sandbox: Sandbox, page: Page) -> None:
    heard: list[str] = []

    def register(bot: Bot) -> None:
        @bot.app.action("do.claim")
        async def claim(ack: Any, body: Any) -> None:
            await ack()
            heard.append(body["actions"][0]["value"])

    async with connected(slack_sandbox, register) as bot:
        ts = (await bot.client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[section("Card"), buttons("Claim")]))["ts"]
        stale = (await slack_sandbox.slack.card("Card")).frozen()
        await bot.client.chat_update(channel="C0TRIAGE", ts=ts, text="x", blocks=[section("Card")])
        assert (await stale.click("Claim", by="ana")).acked
        click = {"user": "U0ANA", "container": "message", "channel": "C0TRIAGE", "ts": ts, "block_id": "act:1:1"}
        assert (await page.post("action", **click, action_id="do.claim", value="forged"))["ok"]
    assert heard == ["Claim", "Claim"]


async def test_writing_and_commands(slack_sandbox: Sandbox, page: Page) -> None:
    async with connected(slack_sandbox, listening) as bot:
        root = (await bot.client.chat_postMessage(channel="C0TRIAGE", text="root"))["ts"]
        assert (await page.post("say", user="U0ANA", channel="C0TRIAGE", thread_ts=root, text="a note for @ben"))["ok"]
        assert [m["text"] for m in (await page.state(thread=root))["thread"]] == ["root", "a note for <@U0BEN>"]
        assert not (await page.post("say", user="U0ANA", channel="C0TRIAGE", text="  "))["ok"]
        assert (await page.post("slash", user="U0ANA", channel="C0TRIAGE", text="/triage help"))["ok"]
        assert [m["text"] for m in (await page.state())["messages"] if m["ephemeral"]] == ["help"]
        wrong = await page.post("slash", user="U0ANA", channel="C0TRIAGE", text="/triag")
        assert wrong == {"ok": False, "error": "/triag is not a valid command."}
        assert [note["text"] for note in (await page.state())["notes"]] == ["/triag is not a valid command."]


def listening(bot: Bot) -> None:
    @bot.app.command("/triage")
    async def triage(ack: Any, command: Any) -> None:
        await ack(command["text"])

    @bot.app.event("message")
    async def hear() -> None:
        """Notes are none of this app's business."""
