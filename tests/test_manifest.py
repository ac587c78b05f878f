"""manifest.yml against Slack's schema, the scopes our calls need, the events we handle and the listeners we registered."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_bolt.async_app import AsyncApp

import handlers
import modals
from bot.clients.slack_calls import APP_METHODS, METHODS
from modals import card
from tests.cards.samples import SAMPLES

ROOT = Path(__file__).parent.parent
SCHEMA = Path(__file__).parent / "manifest" / "slack.schema.1.0.0.json"
#: The only scopes that this app may ever ask for, from Slack's list; a new one is a decision.
SCOPES = {
    *("channels:history", "channels:join", "channels:read", "chat:write", "commands", "groups:history", "groups:read"),
    *("files:write", "im:history", "im:write", "users:read"),
}
#: What Slack demands for an event, for every event that we might subscribe.
EVENT_SCOPES = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "tokens_revoked": (),
    "app_uninstalled": (),
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def scopes(manifest: dict[str, Any]) -> set[str]:
    return set(manifest["oauth_config"]["scopes"]["bot"])


def events(manifest: dict[str, Any]) -> set[str]:
    return set(manifest["settings"].get("event_subscriptions", {}).get("bot_events", []))


def test_slack_would_accept_it(manifest: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(manifest)] == []


def test_what_the_schema_forgets(manifest: dict[str, Any], scopes: set[str]) -> None:
    assert re.fullmatch(r"#[0-9a-f]{6}", manifest["display_information"]["background_color"])
    assert scopes <= SCOPES
    assert events(manifest) <= set(EVENT_SCOPES)
    assert len(manifest["oauth_config"]["scopes"]["bot"]) == len(scopes)


def test_it_asks_for_exactly_what_our_calls_need(scopes: set[str]) -> None:
    assert scopes == {scope for method in METHODS.values() for scope in method.scopes} | {"commands"}


def test_events_have_their_scopes_and_their_listeners(manifest: dict[str, Any], scopes: set[str], heard: Heard) -> None:
    for event in events(manifest):
        assert set(EVENT_SCOPES[event]) <= scopes
    assert {event.split(".")[0] for event in events(manifest)} == heard.names("event")


def test_it_works_over_socket_mode_and_can_write_to_people(manifest: dict[str, Any]) -> None:
    settings, home = manifest["settings"], manifest["features"]["app_home"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert home["messages_tab_enabled"]
    assert "request_url" not in json.dumps(manifest)
    assert not home["home_tab_enabled"]  # nothing publishes one: "views.publish" is no method of ours
    assert "views.publish" not in METHODS


# The listeners


class Heard(AsyncApp):
    """An app that remembers what it was told to listen to."""

    def __init__(self) -> None:
        super().__init__(name="heard", authorize=cast(Any, nobody), request_verification_enabled=False)
        self.told: list[tuple[str, str | re.Pattern[str]]] = []

    def names(self, kind: str) -> set[str]:
        return {name for told, name in self.told if told == kind and isinstance(name, str)}

    def hears(self, kind: str, name: str) -> bool:
        """Whether a listener, other than the catch-all, was registered for this id."""
        return any(told == kind and matches(pattern, name) for told, pattern in self.told)


def matches(pattern: str | re.Pattern[str], name: str) -> bool:
    if isinstance(pattern, str):
        return pattern == name
    return pattern.pattern != ".*" and pattern.fullmatch(name) is not None


def remembers(kind: str) -> Any:
    """The registration method of `kind`, which first notes what it is asked."""
    register = getattr(AsyncApp, kind)

    def method(self: Heard, constraint: Any, *args: Any, **more: Any) -> Any:
        self.told.append((kind, constraint))
        return register(self, constraint, *args, **more)

    return method


for _kind in ("action", "command", "event", "shortcut", "view"):
    setattr(Heard, _kind, remembers(_kind))


async def nobody() -> None:
    """No request ever comes."""


@pytest.fixture(scope="module")
def heard() -> Heard:
    app = Heard()
    nothing = cast(Any, None)  # registering touches none of them
    handlers.register_all(app, nothing, nothing, nothing)
    return app


def test_commands_and_shortcuts_are_the_registered_ones(manifest: dict[str, Any], heard: Heard) -> None:
    features = manifest["features"]
    assert {command["command"] for command in features["slash_commands"]} == heard.names("command")
    assert {shortcut["callback_id"] for shortcut in features.get("shortcuts", [])} == heard.names("shortcut")


def test_every_button_of_a_card_is_listened_to(heard: Heard) -> None:
    shown = {str(button.action_id) for data in SAMPLES.values() for button in card.buttons(data)}
    assert [action for action in sorted(shown) if not heard.hears("action", action)] == []


def test_every_modal_with_a_submit_is_listened_to(heard: Heard) -> None:
    for path in sorted(Path(modals.__path__[0]).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        found = re.search(r'^CALLBACK = "([^"]+)"', text, re.MULTILINE)
        if found and "submit=" in text:
            assert heard.hears("view", found[1]), found[1]


# The calls


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module that runs in the bot."""
    for room in ("bot", "handlers", "pipeline", "modals"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("bot/sandbox/"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def test_every_method_of_the_table_is_called_and_no_other() -> None:
    named = {
        node.value
        for name, tree in trees()
        if name.startswith("bot/clients/slack") and name != "bot/clients/slack_calls.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+(\.[a-z]+)+[a-zA-Z]*", node.value)
    }
    assert {name for name in named if name.split(".")[0] in {method.split(".")[0] for method in METHODS}} == set(METHODS)


def test_calls_leave_through_the_client_only() -> None:
    """The SDK's own method per API method (`chat_postMessage`) would go around our pace, our retries and this test."""
    families = ("admin_", "apps_", "auth_", "chat_", "conversations_", "files_", "reactions_", "users_", "views_")
    found = {
        (name, attr) for name, tree in trees() for attr, _ in called(tree) if attr.startswith(families) or attr == "api_call"
    }
    assert found == {("bot/clients/slack.py", "api_call"), ("bot/clients/slack.py", "apps_connections_open")}
    assert set(APP_METHODS) == {"apps.connections.open"}


def test_the_notice_of_the_schema_is_shipped_with_it() -> None:
    notice = (SCHEMA.parent / "LICENSE.slackapi-manifest-schema").read_text(encoding="utf-8")
    assert "MIT License" in notice
    assert "Slack Technologies" in notice


def test_the_manifest_holds_no_secret() -> None:
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert not re.search(r"xox[a-z]-|xapp-", text)
