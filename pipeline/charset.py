"""Bytes of a mail part to text: the declared charset, then UTF-8, then a guess, then cp1252."""

from __future__ import annotations

import codecs
import re

#: Codecs that are no charsets, or that take quadratic time.
_UNWANTED = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem", "utf-7-imap"})
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]{12,}")
_GUESS_FROM = 20_000
_SHORT = 120  #: bytes; a guess from fewer is no better than cp1252
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]{1,3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_ESCAPED = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}


def decoded(data: bytes, declared: str) -> str:
    """`data` as text, never failing; lone surrogates and NULs are gone."""
    for charset in (_known(declared), "utf-8"):
        if charset:
            try:
                return _clean(data.decode(charset))
            except (UnicodeError, ValueError):
                continue
    return _clean(_guessed(data))


def tidy(text: str) -> str:
    """Line ends as \\n and without characters that a reader cannot see: they hide words from people and from patterns."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def smuggled(text: str) -> bool:
    """Whether words stand in `text` in the invisible twins of the ASCII letters, which only a model reads."""
    return bool(_TAGS.search(text))


def _known(name: str) -> str:
    name = name.strip().strip("\"'").lower().replace("_", "-")[:40]
    if not name or name in _UNWANTED:
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # gb2312 and latin-1 are what mailers write when they mean their supersets.
    wider = {"gb2312": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8"}
    return wider.get(info.name, info.name) if getattr(info, "_is_text_encoding", True) else ""


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    if len(_MULTIBYTE.findall(data[:_GUESS_FROM])) >= len(_HIGH.findall(data[:_GUESS_FROM])) // 4 or len(data) < _SHORT:
        return _mixed(data)
    try:
        best = from_bytes(data[:_GUESS_FROM]).best()
        if best is not None:
            return data.decode(best.encoding)
    except Exception:  # a guess must not fail a mail
        pass
    return data.decode("cp1252", "replace")


def _mixed(data: bytes) -> str:
    """UTF-8 with bytes of another charset among it, each of those read as cp1252."""
    return data.decode("utf-8", "surrogateescape").translate(_ESCAPED)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
