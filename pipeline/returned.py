"""What a failure report gives back of our mail: the ids by which it is matched to its ticket, and why it failed."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from pipeline import parts
from pipeline.headers import message_ids, one_line, raw_headers

_STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_IN_TEXT = re.compile(r"^[ \t>]{0,8}(?:Message-ID|In-Reply-To|References):[ \t]{0,4}((?:\s?<[^<>\s]{1,250}>){1,20})", re.I | re.M)
_REPLY_IN_TEXT = re.compile(r"^[ \t>]{0,8}X-Triage-Reply-Id:[ \t]{0,4}([0-9a-f-]{36})", re.I | re.M)
_REPLY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_READ = 60_000


def note(part: Message, kind: str, found: dict[str, str]) -> None:
    """Remember the ids of the mail that `part` returns, or the status that it reports."""
    if kind == "message/delivery-status":
        status = next((match for child in parts.children(part)[:10] if (match := _STATUS.search(str(child)[:4000]))), None)
        if status:
            found.setdefault("returned-status", status.group(1))
        return
    inner = next(iter(parts.children(part)), None)
    if inner is None:
        data, _ = parts.content(part)
        inner = BytesParser(policy=compat32).parsebytes(data[:_READ], headersonly=True)
    ids = [one for name in ("message-id", "in-reply-to", "references") for one in message_ids(" ".join(raw_headers(inner, name)))]
    _keep(found, ids, " ".join(raw_headers(inner, "x-triage-reply-id")))


def in_text(text: str) -> dict[str, str]:
    """The same where a report pastes the returned headers into its text."""
    found: dict[str, str] = {}
    text = text[:_READ]
    if "essage-id:" not in text.lower():
        return found
    reply = _REPLY_IN_TEXT.search(text)
    _keep(
        found, [one for match in _IN_TEXT.finditer(text) for one in message_ids(match.group(1))], reply.group(1) if reply else ""
    )
    return found


def _keep(found: dict[str, str], ids: list[str], reply: str) -> None:
    if ids:
        found.setdefault("returned-ids", one_line(" ".join(dict.fromkeys(ids)))[:4000])
    if match := _REPLY.search(reply):
        found.setdefault("returned-reply-id", match.group(0).lower())
