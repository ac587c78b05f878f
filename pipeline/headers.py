"""Reads single mail headers: each one guarded on its own, so that a broken one costs itself and not the mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from bot.values import Address
from pipeline.charset import decoded

_LONGEST = 4000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+")
_ENCODED_GAP = re.compile(r"\?=\s+=\?")
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,255}")
_NAME_EDGE = re.compile(r"^[\s\"'<>,;:]+|[\s\"'<>,;:]+$")
_ID = re.compile(r"<[^<>\s]{1,250}>")


def one_line(text: str) -> str:
    """White space, line ends, control and direction characters collapsed: safe to show, to store and to copy."""
    return _CONTROL.sub(" ", text).strip()


def raw_header(message: Message, name: str) -> str:
    """The first header called `name` as it stands in the mail, unfolded and cut; "" when there is none."""
    return next(raw_headers(message, name), "")


def raw_headers(message: Message, name: str) -> Iterator[str]:
    """All headers called `name`, from the top."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            text = str(value)[:_LONGEST]
            yield decoded(text.encode("ascii", "surrogateescape"), "") if not text.isascii() else text


def decoded_header(text: str) -> str:
    """RFC 2047 words decoded, as one line; the raw text where that fails."""
    if "=?" not in text:
        return one_line(text)
    try:
        chunks = decode_header(_ENCODED_GAP.sub("?==?", text.replace("\r", " ").replace("\n", " ")))
        return one_line("".join(c if isinstance(c, str) else decoded(c, charset or "") for c, charset in chunks))
    except Exception:  # decode_header raises several kinds on crafted words
        return one_line(text)


def addresses(values: Iterable[str], *, most: int = 100) -> tuple[Address, ...]:
    """The mailboxes of address headers, parsed before their names are decoded so that a name cannot smuggle one in."""
    found: dict[str, Address] = {}
    for value in values:
        for name, email in _pairs(one_line(value)):
            match = _EMAIL.fullmatch(email.strip())
            if match and len(found) < most:
                address = email.strip().lower()
                found.setdefault(address, Address(_NAME_EDGE.sub("", decoded_header(name))[:200], address))
    return tuple(found.values())


def _pairs(value: str) -> list[tuple[str, str]]:
    try:
        pairs = [(name, email) for name, email in getaddresses([value]) if _EMAIL.fullmatch(email.strip())]
    except Exception:  # getaddresses raises on some broken groups
        pairs = []
    if pairs:
        return pairs
    return [(value[: m.start()].strip(' <"'), m.group(0)) for m in _EMAIL.finditer(value)][:1]


def message_ids(text: str, *, most: int = 100) -> tuple[str, ...]:
    """The <...> ids of a References, In-Reply-To or Message-ID header in their order."""
    return tuple(dict.fromkeys(_ID.findall(text)))[-most:]


def moment(text: str) -> datetime | None:
    """A Date header as an aware UTC time, or None."""
    try:
        parsed = parsedate_to_datetime(one_line(text))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # ValueError, TypeError, IndexError, OverflowError: all seen
        return None
