"""Every limit of the blocks that our views use: the last value that is taken and the first that is refused."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from bot.sandbox.slack_blocks import MESSAGE_CHARACTERS, blocks, characters, view
from bot.sandbox.slack_checks import Problems
from tests.sandbox.slack_app import Json, buttons, entry, modal, plain, refusal, section


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str = "o", value: str = "v", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(n), str(n)) for n in range(count)]


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Do"), "action_id": "a", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def many(count: int) -> Json:
    return actions(*(button(action_id=str(n)) for n in range(count)))


def menu(kind: str, count: int, **more: Any) -> Json:
    return actions({"type": kind, "action_id": "a", "options": options(count), **more})


def confirmed(**more: Any) -> Json:
    dialog = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}
    return actions(button(confirm=dialog))


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://pictures.example/a.png", "alt_text": "a", **more}


def field(**more: Any) -> Json:
    return {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "a"}, **more}


def text_input(**more: Any) -> Json:
    return field(element={"type": "plain_text_input", "action_id": "a", **more})


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


x = "x".__mul__
# name -> (a block at the limit, a block over it, where the pointer points)
LIMITS: dict[str, tuple[Json, Json, str]] = {
    "block_id": ({"type": "divider", "block_id": x(255)}, {"type": "divider", "block_id": x(256)}, "/block_id"),
    "text empty": (section("x"), section(""), "/text/text"),
    "section text": (section(x(3000)), section(x(3001)), "/text/text"),
    "section fields": (
        {"type": "section", "fields": [mrkdwn("x")] * 10},
        {"type": "section", "fields": [mrkdwn("x")] * 11},
        "/fields",
    ),
    "section field": (
        {"type": "section", "fields": [mrkdwn(x(2000))]},
        {"type": "section", "fields": [mrkdwn(x(2001))]},
        "/fields/0/text",
    ),
    "section nothing": (section("x"), {"type": "section"}, ""),
    "section expand": ({**section("x"), "expand": True}, {**section("x"), "expand": "yes"}, "/expand"),
    "header": ({"type": "header", "text": plain(x(150))}, {"type": "header", "text": plain(x(151))}, "/text/text"),
    "header kind": ({"type": "header", "text": plain("x")}, {"type": "header", "text": mrkdwn("x")}, "/text/type"),
    "header level": (
        {"type": "header", "text": plain("x"), "level": 4},
        {"type": "header", "text": plain("x"), "level": 5},
        "/level",
    ),
    "context": (context(*[mrkdwn("x")] * 10), context(*[mrkdwn("x")] * 11), "/elements"),
    "context none": (context(mrkdwn("x")), context(), "/elements"),
    "actions": (many(25), many(26), "/elements"),
    "action_id": (actions(button(action_id=x(255))), actions(button(action_id=x(256))), "/elements/0/action_id"),
    "action_id twice": (many(2), actions(button(), button()), "/elements"),
    "image alt": (image(alt_text=x(2000)), image(alt_text=x(2001)), "/alt_text"),
    "image alt missing": (image(), {"type": "image", "image_url": "https://pictures.example/a.png"}, ""),
    "image title": (image(title=plain(x(2000))), image(title=plain(x(2001))), "/title/text"),
    "image url": (image(), image(image_url="https://pictures.example/" + x(3000)), "/image_url"),
    "input label": (field(label=plain(x(2000))), field(label=plain(x(2001))), "/label/text"),
    "input hint": (field(hint=plain(x(2000))), field(hint=plain(x(2001))), "/hint/text"),
    "input button": (field(), field(element=button()), "/element/type"),
    "button text": (actions(button(text=plain(x(75)))), actions(button(text=plain(x(76)))), "/elements/0/text/text"),
    "button mrkdwn": (actions(button()), actions(button(text=mrkdwn("x"))), "/elements/0/text/type"),
    "button value": (actions(button(value=x(2000))), actions(button(value=x(2001))), "/elements/0/value"),
    "button url": (
        actions(button(url="https://a.example")),
        actions(button(url="https://a.example/" + x(3000))),
        "/elements/0/url",
    ),
    "button url kind": (actions(button(url="http://a.example")), actions(button(url="javascript:x")), "/elements/0/url"),
    "button label": (
        actions(button(accessibility_label=x(75))),
        actions(button(accessibility_label=x(76))),
        "/elements/0/accessibility_label",
    ),
    "button style": (actions(button(style="danger")), actions(button(style="blue")), "/elements/0/style"),
    "overflow": (menu("overflow", 5), menu("overflow", 6), "/elements/0/options"),
    "overflow none": (menu("overflow", 1), menu("overflow", 0), "/elements/0/options"),
    "select": (menu("static_select", 100), menu("static_select", 101), "/elements/0/options"),
    "placeholder": (
        menu("static_select", 1, placeholder=plain(x(150))),
        menu("static_select", 1, placeholder=plain(x(151))),
        "/elements/0/placeholder/text",
    ),
    "initial option": (
        menu("static_select", 1, initial_option=option("0", "0")),
        menu("static_select", 1, initial_option=option("1", "1")),
        "/elements/0/initial_option",
    ),
    "option text": (
        actions({"type": "overflow", "options": [option(x(75))]}),
        actions({"type": "overflow", "options": [option(x(76))]}),
        "/elements/0/options/0/text/text",
    ),
    "option value": (
        actions({"type": "overflow", "options": [option(value=x(75))]}),
        actions({"type": "overflow", "options": [option(value=x(76))]}),
        "/elements/0/options/0/value",
    ),
    "option values twice": (
        menu("static_select", 2),
        actions({"type": "static_select", "options": [option(), option()]}),
        "/elements/0/options",
    ),
    "option description": (
        actions({"type": "overflow", "options": [option(description=plain(x(75)))]}),
        actions({"type": "overflow", "options": [option(description=plain(x(76)))]}),
        "/elements/0/options/0/description/text",
    ),
    "group label": (
        actions({"type": "static_select", "option_groups": [{"label": plain(x(75)), "options": options(1)}]}),
        actions({"type": "static_select", "option_groups": [{"label": plain(x(76)), "options": options(1)}]}),
        "/elements/0/option_groups/0/label/text",
    ),
    "radio": (menu("radio_buttons", 10), menu("radio_buttons", 11), "/elements/0/options"),
    "checkboxes": (menu("checkboxes", 10), menu("checkboxes", 11), "/elements/0/options"),
    "text max_length": (text_input(max_length=3000), text_input(max_length=3001), "/element/max_length"),
    "text min_length": (text_input(min_length=0), text_input(min_length=-1), "/element/min_length"),
    "text initial": (text_input(initial_value=x(3000)), text_input(initial_value=x(3001)), "/element/initial_value"),
    "text initial short": (
        text_input(initial_value="xx", max_length=2),
        text_input(initial_value="xxx", max_length=2),
        "/element/initial_value",
    ),
    "text placeholder": (
        text_input(placeholder=plain(x(150))),
        text_input(placeholder=plain(x(151))),
        "/element/placeholder/text",
    ),
    "confirm title": (confirmed(title=plain(x(100))), confirmed(title=plain(x(101))), "/elements/0/confirm/title/text"),
    "confirm text": (confirmed(text=mrkdwn(x(300))), confirmed(text=mrkdwn(x(301))), "/elements/0/confirm/text/text"),
    "confirm yes": (confirmed(confirm=plain(x(30))), confirmed(confirm=plain(x(31))), "/elements/0/confirm/confirm/text"),
    "confirm no": (confirmed(deny=plain(x(30))), confirmed(deny=plain(x(31))), "/elements/0/confirm/deny/text"),
    "unknown block": ({"type": "divider"}, {"type": "table", "rows": []}, "/type"),
    "unknown element": (actions(button()), actions({"type": "icon_button"}), "/elements/0/type"),
    "unknown property": ({"type": "divider"}, {"type": "divider", "colour": "red"}, ""),
    "date": (
        actions({"type": "datepicker", "initial_date": "2026-11-20"}),
        actions({"type": "datepicker", "initial_date": "tomorrow"}),
        "/elements/0/initial_date",
    ),
    "rich text": (
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "button", "text": "x"}]}]},
        "/elements/0/elements/0/type",
    ),
    "not an object": ({"type": "divider"}, "divider", ""),  # type: ignore[dict-item]
}


def found(value: list[Any], surface: Any = "modal") -> list[str]:
    problems = Problems()
    blocks(problems, value, surface)
    return problems.found


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit(name: str) -> None:
    good, bad, pointer = LIMITS[name]
    assert found([good]) == []
    words = found([{"type": "divider"}, bad])
    assert [w for w in words if w.endswith(f"[json-pointer:/blocks/1{pointer}]")], words


def test_blocks_are_counted_by_surface() -> None:
    assert found([{"type": "divider"}] * 50, "message") == []
    assert found([{"type": "divider"}] * 51, "message") == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    assert found([{"type": "divider"}] * 100, "modal") == []
    assert found([{"type": "divider"}] * 101, "home") == ["[ERROR] no more than 100 items allowed [json-pointer:/blocks]"]


def test_block_ids_are_unique() -> None:
    twice = [{"type": "divider", "block_id": "d"}] * 2
    assert found(twice) == ['[ERROR] `block_id` "d" already exists [json-pointer:/blocks/1/block_id]']


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"title": plain("")}, "/view/title/text"),
        ({"title": {"type": "mrkdwn", "text": "x"}}, "/view/title/type"),
        ({"submit": plain("x" * 25)}, "/view/submit/text"),
        ({"close": plain("x" * 25)}, "/view/close/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"external_id": "x" * 256}, "/view/external_id"),
        ({"colour": "red"}, "/view"),
        ({"type": "window"}, "/view/type"),
        ({"blocks": [{"type": "section"}]}, "/view/blocks/0"),
    ],
)
def test_each_limit_of_a_view(wrong: Json, pointer: str) -> None:
    good = modal(entry("Reply"), private_metadata="x" * 3000, callback_id="x" * 255, close=plain("x" * 24), title="x" * 24)
    problems = Problems()
    view(problems, good)
    assert problems.found == []
    view(problems, {**good, **wrong})
    assert [words for words in problems.found if words.endswith(f"[json-pointer:{pointer}]")], problems.found


def test_an_input_needs_a_submit_button() -> None:
    without = {key: value for key, value in modal(entry("Reply")).items() if key != "submit"}
    problems = Problems()
    view(problems, without)
    assert problems.found == ["[ERROR] missing required field: submit [json-pointer:/view]"]


async def test_the_client_sees_errors_as_slack_words_them(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    async with refusal() as posted:
        await client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[section("x" * 3001)])
    words = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert (posted.error, posted.messages) == ("invalid_blocks", [words])
    async with refusal() as opened:
        await client.views_open(trigger_id=slack_sandbox.slack.workspace.trigger("U0ANA"), view={"type": "modal"})
    assert opened.error == "invalid_arguments"
    assert opened.messages == ["[ERROR] missing required field: blocks [json-pointer:/view]"]


async def test_whole_messages_and_views_have_limits(slack_sandbox: Sandbox, client: AsyncWebClient) -> None:
    full = [section("x" * 3000)] * (MESSAGE_CHARACTERS // 3000)
    assert characters(full) == MESSAGE_CHARACTERS
    ts = (await client.chat_postMessage(channel="C0TRIAGE", text="x" * 40_001, blocks=full))["ts"]
    assert len(slack_sandbox.slack.messages("triage")[0].text) == 40_000
    async with refusal() as refused:
        await client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[*full, buttons("Claim")])
    assert refused.error == "msg_blocks_too_long"
    await client.chat_update(channel="C0TRIAGE", ts=ts, text="x" * 4000)
    async with refusal() as refused:
        await client.chat_update(channel="C0TRIAGE", ts=ts, text="x" * 4001)
    assert refused.error == "msg_too_long"
    async with refusal() as refused:
        key = slack_sandbox.slack.workspace.trigger("U0ANA")
        await client.views_open(trigger_id=key, view={**modal(*[section("é" * 3000)] * 50), "title": plain("x")})
    assert refused.error == "view_too_large"


@pytest.mark.parametrize("value", [None, {}, [None], [{"type": 7}], [{"type": "actions", "elements": {}}], [{"type": "input"}]])
def test_nonsense_is_refused_in_words(value: Any) -> None:
    assert found(value)
