"""Reads from the app manifest what the pretend workspace must enforce: scopes, events, commands, shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    should_escape: bool
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    callback_id: str
    kind: str  # "message" or "global"


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: dict[str, Command]
    shortcuts: dict[str, Shortcut]
    interactive: bool
    home: bool
    messages: bool  # the app may write to people directly
    hears: bool  # and they to the app


def read(path: Path) -> Manifest:
    """The manifest at `path`; a ValueError says what is not there."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(tree, dict) or "features" not in tree:
        raise ValueError(f"{path.name} is not a Slack app manifest: it has no `features`")
    features: dict[str, Any] = tree["features"]
    settings: dict[str, Any] = tree.get("settings") or {}
    home: dict[str, Any] = features.get("app_home") or {}
    scopes = ((tree.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    events = (settings.get("event_subscriptions") or {}).get("bot_events") or []
    commands = [command(entry) for entry in features.get("slash_commands") or []]
    shortcuts = [Shortcut(entry["callback_id"], entry["type"]) for entry in features.get("shortcuts") or []]
    return Manifest(
        name=(features.get("bot_user") or {}).get("display_name") or "bot",
        scopes=frozenset(scopes),
        events=frozenset(events),
        commands={command.name: command for command in commands},
        shortcuts={shortcut.callback_id: shortcut for shortcut in shortcuts},
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
        home=bool(home.get("home_tab_enabled")),
        messages=bool(home.get("messages_tab_enabled", True)),
        hears=not home.get("messages_tab_read_only_enabled", True),
    )


def command(entry: dict[str, Any]) -> Command:
    words = (str(entry.get(key) or "") for key in ("description", "usage_hint"))
    return Command(str(entry["command"]), bool(entry.get("should_escape")), *words)
