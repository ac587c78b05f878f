"""Reads single MIME parts: type, name, parameters and bytes, each guarded, because the parser's answers raise on crafted ones."""

from __future__ import annotations

import re
from email.message import Message

from pipeline.headers import decoded_header, one_line

CALENDAR = frozenset({"text/calendar", "application/ics"})


def kind(part: Message) -> str:
    """The content type, lower case."""
    try:
        return part.get_content_type()
    except Exception:
        return "text/plain"


def disposition(part: Message) -> str:
    """attachment, inline or ""."""
    try:
        return part.get_content_disposition() or ""
    except Exception:
        return ""


def parameter(part: Message, name: str) -> str:
    """A parameter of the content type."""
    try:
        value = part.get_param(name, "")
        return str(value[2] if isinstance(value, tuple) else value or "")
    except Exception:
        return ""


def file_name(part: Message) -> str:
    """A name as text only: path parts and control characters are gone."""
    try:
        name = decoded_header(str(part.get_filename("") or ""))
    except Exception:
        name = ""
    return safe_name(name)


def safe_name(name: str) -> str:
    """`name` without path parts and control characters, at most 120 characters."""
    return re.split(r"[/\\]", one_line(name.encode("utf-8", "replace").decode()))[-1][:120]


def children(part: Message) -> list[Message]:
    """The parts of a container; none for a leaf."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def content(part: Message) -> tuple[bytes, bool]:
    """The decoded bytes of a leaf or of an attached message, and whether decoding worked."""
    try:
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            return data, True
        inner = next(iter(children(part)), None)
        return (inner.as_bytes() if inner is not None else b""), True
    except Exception:  # broken transfer encodings, surrogates in a nested message
        payload = part.get_payload()
        return (payload.encode("utf-8", "replace") if isinstance(payload, str) else b""), False


def unflowed(text: str) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one; quoted lines and the signature mark do not."""
    out: list[str] = []
    open_line = False
    for line in text.split("\n"):
        body = line[1:] if line.startswith(" ") else line
        if open_line and not line.startswith(">"):
            out[-1] += body
        else:
            out.append(body)
        open_line = body.endswith(" ") and body != "-- " and not line.startswith(">")
    return "\n".join(out)
