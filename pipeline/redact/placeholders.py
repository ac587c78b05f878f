"""Placeholders such as <PERSON_1>: making a ticket's table, putting values back, and reading them as words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.values import Redacted

PLACEHOLDER = re.compile(r"<([A-Z][A-Z]{1,15})_(\d{1,4})>")
_LOOKALIKE = re.compile(r"[<＜﹤]\s*([A-Za-z][A-Za-z_]{1,19}_\d{1,6})\s*[>＞﹥]")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
_DIGITS = re.compile(r"(?<![\w.,-])\+?\d(?:[ \u00a0./()-]{0,2}\d){11,18}(?!\w)")

#: How people read a kind on a card; the number follows.
WORDS: Mapping[str, str] = {
    "PERSON": "person",
    "EMAIL": "e-mail address",
    "PHONE": "phone number",
    "CARD": "card number",
    "IBAN": "bank account",
    "ACCOUNT": "bank account number",
    "ID": "personal id",
    "SECRET": "secret",
    "LINK": "private link",
    "ADDRESS": "postal address",
    "BIRTHDATE": "date of birth",
    "IP": "IP address",
    "DEVICE": "device address",
    "HIDDEN": "hidden value",
}


def placeholders(body: str) -> tuple[str, ...]:
    """The distinct placeholders of `body` in reading order."""
    return tuple(dict.fromkeys(match.group(0) for match in PLACEHOLDER.finditer(body)))


def restore(body: str, table: Mapping[str, str]) -> str:
    """`body` with the real values of `table` in it; placeholders that the table does not know stay as they are."""
    return PLACEHOLDER.sub(lambda match: table.get(match.group(0), match.group(0)), body)


def in_words(body: Redacted, sender: str) -> Redacted:
    """`body` as people read it: "the customer", "person 2", "e-mail address 1". `sender` is the customer's placeholder."""

    def word(match: re.Match[str]) -> str:
        if match.group(0) == sender:
            return "the customer"
        kind = WORDS.get(match.group(1), match.group(1).lower())
        return f"{kind} {match.group(2)}"

    return Redacted(PLACEHOLDER.sub(word, body.text))


def inert(text: str) -> str:
    """`text` with whatever a customer wrote in a placeholder's shape made harmless: <PERSON_1> becomes ‹PERSON_1›."""
    return _LOOKALIKE.sub(r"‹\1›", text)


def from_model(text: str, *, limit: int, one_line: bool = False) -> Redacted:
    """A model's words as Redacted: it saw redacted text only, and any address or long number that it made up is cut out."""
    cleaned = "".join(char for char in text if char == "\n" or char.isprintable())
    cleaned = " ".join(cleaned.split()) if one_line else cleaned.strip()
    cleaned = _DIGITS.sub("[number]", _ADDRESS.sub("[address]", cleaned))
    return Redacted(cleaned if len(cleaned) <= limit else cleaned[: limit - 1].rstrip() + "…")


def taken(text: str) -> Redacted:
    """Words that stood in a text that was Redacted already: a sentence of it, a beginning."""
    return Redacted(text)


def joined(*parts: Redacted | str, between: str = "\n") -> Redacted:
    """Redacted texts and our own words (the plain strings: prompts and labels, never a customer's) as one text."""
    return Redacted(between.join(part.text if isinstance(part, Redacted) else part for part in parts))


def clipped(text: Redacted, limit: int) -> Redacted:
    """`text` cut at `limit` characters, with an ellipsis where something is missing; a placeholder is never cut in two."""
    if len(text.text) <= limit:
        return text
    head = text.text[: limit - 1]
    opened = head.rfind("<")
    if opened > max(head.rfind(">"), len(head) - 24):
        head = head[:opened]
    return Redacted(head.rstrip() + "…")


class Table:
    """One ticket's placeholders while a text is masked: the same value always gets the same one, numbered in reading order."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.values: dict[str, str] = dict(known)
        self._by_key: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        for placeholder, value in known.items():
            match = PLACEHOLDER.fullmatch(placeholder)
            if match:
                kind, number = match.group(1), int(match.group(2))
                self._counts[kind] = max(self._counts.get(kind, 0), number)
                self._by_key.setdefault((kind, _folded(kind, value)), placeholder)

    def placeholder(self, kind: str, value: str) -> str:
        """The placeholder of `value`, made when the value is new."""
        key = (kind, _folded(kind, value))
        if key not in self._by_key:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._by_key[key] = f"<{kind}_{self._counts[kind]}>"
            self.values[self._by_key[key]] = " ".join(value.split())
        return self._by_key[key]

    def alias(self, kind: str, value: str, placeholder: str) -> None:
        """Let `value` (a first name, say) stand for the same one as `placeholder`."""
        self._by_key.setdefault((kind, _folded(kind, value)), placeholder)


def _folded(kind: str, value: str) -> str:
    if kind in {"PHONE", "CARD", "IBAN", "ACCOUNT"}:
        return "".join(char for char in value if char.isalnum() or char == "+").casefold()
    return " ".join(value.split()).casefold()
