"""Outlook's winmail.dat (TNEF): the files and the text in it, read with bounds at every step."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_SIGNATURE = 0x223E9F78
_BODY, _PROPERTIES, _NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x800C, 0x9003, 0x9002, 0x8010, 0x800F, 0x9005
_PLAIN_BODY, _HTML_BODY, _LONG_NAME = 0x1000, 0x1013, 0x3707
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_MANY = 1000


@dataclass(slots=True)
class Packed:
    """What was in it; `files` are names and bytes."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    text: str = ""
    html: bytes = b""


def unpack(data: bytes) -> Packed | None:
    """The contents; None for bytes that are no TNEF. What is broken ends the reading, what was read before it stays."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    packed = Packed()
    try:
        for kind, value in _attributes(data):
            _take(packed, kind, value)
    except (struct.error, IndexError, ValueError):
        pass
    packed.files = [(name or "attachment", content) for name, content in packed.files]
    return packed


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(_MANY):
        if at + 9 > len(data):
            return
        _, kind, length = struct.unpack_from("<BII", data, at)
        if at + 9 + length > len(data):
            return
        yield kind & 0xFFFF, data[at + 9 : at + 9 + length]
        at += 9 + length + 2  # the checksum


def _take(packed: Packed, kind: int, value: bytes) -> None:
    if kind == _BODY:
        packed.text = packed.text or _words(value)
    elif kind == _NEW_FILE and len(packed.files) < 100:
        packed.files.append(("", b""))
    elif kind == _TITLE and packed.files:
        packed.files[-1] = (_words(value), packed.files[-1][1])
    elif kind == _DATA and packed.files:
        packed.files[-1] = (packed.files[-1][0], value)
    elif kind == _FILE_PROPERTIES and packed.files:
        name = next((found for prop, found in _properties(value) if prop == _LONG_NAME), b"")
        packed.files[-1] = (_words(name) or packed.files[-1][0], packed.files[-1][1])
    elif kind == _PROPERTIES:
        for prop, found in _properties(value):
            if prop == _PLAIN_BODY:
                packed.text = packed.text or _words(found)
            elif prop == _HTML_BODY:
                packed.html = packed.html or found


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """MAPI properties: id and bytes (of the first value); wide strings come as UTF-8."""
    count, at = struct.unpack_from("<I", data)[0], 4
    for _ in range(min(count, _MANY)):
        kind, prop = struct.unpack_from("<HH", data, at)
        at += 4
        if prop & 0x8000:
            at = _past_name(data, at)
        base, many = kind & 0x0FFF, bool(kind & 0x1000)
        if base in _FIXED and not many:
            at += _FIXED[base]
            continue
        values = struct.unpack_from("<I", data, at)[0]
        at += 4
        for number in range(min(values, _MANY)):
            if base in _FIXED:
                at += _FIXED[base]
                continue
            length = struct.unpack_from("<I", data, at)[0]
            found = data[at + 4 : at + 4 + length]
            at += 4 + length + (-length) % 4
            if number == 0:
                yield prop, found.decode("utf-16-le", "replace").encode() if base == 0x1F else found


def _past_name(data: bytes, at: int) -> int:
    """Named properties carry a set's id and a number or a name."""
    by_name = struct.unpack_from("<I", data, at + 16)[0]
    if not by_name:
        return at + 24
    length = struct.unpack_from("<I", data, at + 20)[0]
    return int(at + 24 + length + (-length) % 4)


def _words(value: bytes) -> str:
    from pipeline.charset import decoded, tidy

    return tidy(decoded(value.rstrip(b"\x00"), "")).strip()
