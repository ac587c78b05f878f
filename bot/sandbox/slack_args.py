"""The arguments of one Web API call, however they came, and the refusals of Slack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack_state import Json


class Refused(Exception):
    """The call fails as Slack would fail it."""

    def __init__(self, error: str, messages: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(error)
        self.error, self.messages, self.extra = error, list(messages), extra

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


def missing(name: str) -> Refused:
    return Refused("invalid_arguments", [f"[ERROR] missing required field: {name}"])


@dataclass(frozen=True, slots=True)
class Args:
    """Arguments by name; values are strings from a form or JSON values from a JSON body."""

    given: Json

    def has(self, name: str) -> bool:
        return self.given.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise Refused("invalid_arguments", [f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str) -> bool:
        return str(self.given.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def parsed(self, name: str, kind: type, error: str) -> Any:
        """A JSON argument, given as JSON or as a string of it; None when absent."""
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise Refused(error) from None
        if not isinstance(value, kind):
            raise Refused(error)
        return value
