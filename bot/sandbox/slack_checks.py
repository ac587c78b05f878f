"""The small checks that Block Kit validation is made of; each failure is worded as Slack words it, with a JSON pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack_state import Json


@dataclass(slots=True)
class Problems:
    found: list[str] = field(default_factory=list)

    def add(self, words: str, pointer: str) -> None:
        self.found.append(f"[ERROR] {words} [json-pointer:{pointer}]")

    # Each check returns whether all is well, so that callers can stop where looking further makes no sense.

    def is_object(self, value: object, pointer: str) -> bool:
        if not isinstance(value, dict):
            self.add("must be an object", pointer)
        return isinstance(value, dict)

    def keys(self, thing: Json, known: Iterable[str], pointer: str) -> None:
        for key in thing.keys() - set(known):
            self.add(f"invalid additional property: {key}", pointer)

    def needs(self, thing: Json, names: Iterable[str], pointer: str) -> bool:
        absent = [name for name in names if name not in thing]
        for name in absent:
            self.add(f"missing required field: {name}", pointer)
        return not absent

    def string(self, thing: Json, key: str, pointer: str, most: int, least: int = 1) -> None:
        if key not in thing:
            return
        value = thing[key]
        if not isinstance(value, str):
            self.add("must be a string", f"{pointer}/{key}")
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", f"{pointer}/{key}")
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", f"{pointer}/{key}")

    def flag(self, thing: Json, key: str, pointer: str) -> None:
        if key in thing and not isinstance(thing[key], bool):
            self.add("must be a boolean", f"{pointer}/{key}")

    def one_of(self, thing: Json, key: str, pointer: str, allowed: tuple[str, ...]) -> None:
        if key in thing and thing[key] not in allowed:
            self.add(f"must be one of: {', '.join(allowed)}", f"{pointer}/{key}")

    def whole(self, thing: Json, key: str, pointer: str, least: int, most: int) -> None:
        value = thing.get(key, least)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.add(f"must be a number from {least} to {most}", f"{pointer}/{key}")

    def several(self, thing: Json, key: str, pointer: str, most: int, each: Callable[[Any, str], None], least: int = 1) -> None:
        if key not in thing:
            return
        values, here = thing[key], f"{pointer}/{key}"
        if not isinstance(values, list):
            self.add("must be an array", here)
            return
        if len(values) > most:
            self.add(f"no more than {most} items allowed", here)
        if len(values) < least:
            self.add(f"no less than {least} items allowed", here)
        for index, value in enumerate(values[:most]):
            each(value, f"{here}/{index}")

    def text(self, thing: Json, key: str, pointer: str, most: int, plain: bool = False) -> None:
        if key in thing:
            self.text_object(thing[key], f"{pointer}/{key}", most, plain)

    def text_object(self, value: Any, pointer: str, most: int, plain: bool = False) -> None:
        if not self.is_object(value, pointer) or not self.needs(value, ("type", "text"), pointer):
            return
        self.one_of(value, "type", pointer, ("plain_text",) if plain else ("plain_text", "mrkdwn"))
        self.keys(value, ("type", "text", "emoji") if value["type"] == "plain_text" else ("type", "text", "verbatim"), pointer)
        self.flag(value, "emoji", pointer)
        self.flag(value, "verbatim", pointer)
        self.string(value, "text", pointer, most)
