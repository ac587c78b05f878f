"""Finds a value that a person wants hidden: in any case, with or without accents, however its white space is broken. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from pipeline.redact.placeholders import PLACEHOLDER
from pipeline.redact.spans import Span

HIDDEN = "!"  #: before a placeholder in a ticket's table: a person hid the value, so it is looked for in every later text
SHORTEST = 3  #: characters of a value, white space apart
_INSIDE = 5  #: letters from which on a value is also looked for inside longer words
_NO_BLANKS = "\u2e80"  #: from here on Unicode has the scripts that put no blanks between words
_GAP = r"\s[\s>|]*"  #: white space, over the marks that quoting puts at a line's beginning
_SEPARATORS = r"[\s().\-/\u2010-\u2015]*"
_NUMBER = re.compile(r"\+?[\d\s().\-/\u2010-\u2015]+")
_NOTHING = ("Mn", "Cf")  #: marks on letters, and characters that nobody sees


def folded(value: str) -> str:
    """A value as it is compared: one blank for any white space, no case, no accents."""
    return " ".join(_fold(value)[0].split())


def squeezed(value: str) -> str:
    """Its letters and digits alone: how a name stands in a domain."""
    return "".join(char for char in folded(value) if char.isalnum())


def occurrences(text: str, value: str) -> list[tuple[int, int]]:
    """Where `value` stands in `text`, as (start, end); never inside a placeholder."""
    return _found(text, *_seen(text), value)


def _seen(text: str) -> tuple[str, Sequence[int]]:
    return _fold(PLACEHOLDER.sub(lambda match: "\0" * len(match.group(0)), text))


def _found(text: str, shown: str, origin: Sequence[int], value: str) -> list[tuple[int, int]]:
    wanted = folded(value)
    if len(wanted.replace(" ", "")) < SHORTEST or not any(char.isalnum() for char in wanted):
        return []
    found = []
    for match in _pattern(wanted).finditer(shown):
        end = origin[match.end() - 1] + 1
        while end < len(text) and unicodedata.category(text[end]) in _NOTHING:
            end += 1
        found.append((origin[match.start()], end))
    return found


def hide(text: str, value: str, stand_in: Callable[[str], str]) -> tuple[str, int]:
    """`text` with every occurrence replaced by what `stand_in` makes of it, and how many there were."""
    out, at, count = list[str](), 0, 0
    for start, end in occurrences(text, value):
        if start < at:
            continue
        out += [text[at:start], stand_in(text[start:end])]
        at, count = end, count + 1
    return ("".join([*out, text[at:]]), count) if count else (text, 0)


def known(text: str, table: Mapping[str, str]) -> list[tuple[Span, str]]:
    """Every place where a value stands that a person hid on this ticket before, with its placeholder."""
    hidden = {key.removeprefix(HIDDEN): value for key, value in table.items() if key.startswith(HIDDEN)}
    if not hidden:
        return []
    shown, origin = _seen(text)
    found = []
    for placeholder, value in hidden.items():
        kind = PLACEHOLDER.fullmatch(placeholder)
        if kind is not None:
            found += [(Span(*place, kind.group(1)), placeholder) for place in _found(text, shown, origin, value)]
    return found


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` without case and accents, and for each of its characters where it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    shown, origin = list[str](), list[int]()
    for at, char in enumerate(text):
        plain = char.lower() if char.isascii() else _plain(char)
        shown.append(plain)
        origin += [at] * len(plain)
    return "".join(shown), origin


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    parts = unicodedata.normalize("NFKD", char.translate(_STROKES)).casefold()
    return "".join(part for part in unicodedata.normalize("NFKD", parts) if unicodedata.category(part) not in _NOTHING)


#: Letters whose stroke is no separate mark to Unicode, though people type them without it.
_STROKES = str.maketrans("łŁøØđĐħĦıŧŦ", "lLoOdDhHitT")


def _pattern(wanted: str) -> re.Pattern[str]:
    digits = [char for char in wanted if char.isdigit()]
    if len(digits) >= _INSIDE and _NUMBER.fullmatch(wanted):
        lead = r"\+?" if wanted.startswith("+") else ""
        return re.compile(rf"(?<!\d){lead}{_SEPARATORS.join(digits)}(?!\d)")
    body = _GAP.join(re.escape(word) for word in wanted.split())
    inside = len(wanted) >= _INSIDE or any(char >= _NO_BLANKS for char in wanted)
    return re.compile(body if inside else rf"(?<!\w){body}(?!\w)")
