"""Gmail's search language, as far as the stand-in knows it; an operator it does not know is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from bot.sandbox.gmail_store import Mail, Mailstore, invalid

Test = Callable[[Mail], bool]

_TERM = re.compile(r'(-?)(?:([a-zA-Z_0-9]+):)?(?:"([^"]*)"|(\S+))')
_DAYS = {"d": 1, "m": 30, "y": 365}
_PLACES = {
    "inbox": "INBOX",
    "sent": "SENT",
    "spam": "SPAM",
    "trash": "TRASH",
    "chats": "CHAT",
    "drafts": "DRAFT",
    "draft": "DRAFT",
}


def compiled(query: str, store: Mailstore) -> tuple[list[Test], bool]:
    """The tests that all must hold, and whether the query itself asks for spam and trash."""
    tests: list[Test] = []
    everywhere = False
    if unknown := re.search(r"[(){}]|\bOR\b|\bAROUND\b", query):
        raise invalid(f"the sandbox does not know {unknown[0]!r} in a search")
    for minus, operator, quoted, word in _TERM.findall(query):
        value = quoted or word
        test = _test(operator.lower(), value, store)
        tests.append(_negated(test) if minus else test)
        everywhere |= not minus and operator.lower() in ("in", "label") and value.lower() in ("anywhere", "spam", "trash")
        everywhere |= operator.lower() == "rfc822msgid"
    return tests, everywhere


def _negated(test: Test) -> Test:
    return lambda mail: not test(mail)


def _test(operator: str, value: str, store: Mailstore) -> Test:
    makers: dict[str, Callable[[str, Mailstore], Test]] = {
        "": lambda word, _: _contains(word),
        "in": _in,
        "label": _in,
        "is": _is,
        "newer_than": lambda age, at: _since(at.timings.clock() - _seconds(age)),
        "older_than": lambda age, at: _negated(_since(at.timings.clock() - _seconds(age))),
        "after": lambda moment, _: _since(_moment(moment)),
        "before": lambda moment, _: _negated(_since(_moment(moment))),
        "rfc822msgid": lambda wanted, _: _message_id(wanted),
        "from": lambda word, _: _in_header("From", word),
        "to": lambda word, _: _in_header("To", word),
        "cc": lambda word, _: _in_header("Cc", word),
        "subject": lambda word, _: _in_header("Subject", word),
        "has": _has,
    }
    if operator not in makers:
        raise invalid(f"the sandbox does not know the search operator {operator!r}")
    return makers[operator](value, store)


def _in(place: str, store: Mailstore) -> Test:
    if place.lower() == "anywhere":
        return lambda mail: True
    wanted = (
        _PLACES.get(place.lower())
        or store.label_id(place)
        or next(
            (known for known, name in store.labels.items() if name.lower().replace("/", "-").replace(" ", "-") == place.lower()),
            None,
        )
    )
    return lambda mail: wanted in mail.labels


def _is(state: str, _: Mailstore) -> Test:
    if state not in ("unread", "read", "starred", "important"):
        raise invalid(f"the sandbox does not know is:{state}")
    if state == "read":
        return lambda mail: "UNREAD" not in mail.labels
    return lambda mail: state.upper() in mail.labels


def _has(thing: str, _: Mailstore) -> Test:
    if thing != "attachment":
        raise invalid(f"the sandbox does not know has:{thing}")
    return lambda mail: bool(mail.words.attachments)


def _seconds(age: str) -> float:
    if not re.fullmatch(r"\d{1,5}[dmy]", age):
        raise invalid(f"not an age: {age!r}")
    return int(age[:-1]) * _DAYS[age[-1]] * 86400.0


def _moment(value: str) -> float:
    if re.fullmatch(r"\d{9,12}", value):
        return float(value)
    if found := re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", value):
        try:
            return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC).timestamp()
        except ValueError:
            pass
    raise invalid(f"not a moment: {value!r}")


def _since(moment: float) -> Test:
    return lambda mail: mail.internal_ms >= moment * 1000


def _message_id(wanted: str) -> Test:
    bare = wanted.strip("<>")
    return lambda mail: mail.header("Message-ID").strip("<> ") == bare


def _in_header(name: str, word: str) -> Test:
    return lambda mail: word.casefold() in mail.header(name).casefold()


def _contains(word: str) -> Test:
    folded = word.casefold()
    return lambda mail: folded in mail.header("Subject").casefold() or folded in mail.text.casefold()
