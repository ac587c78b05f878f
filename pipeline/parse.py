"""Any bytes to an Email: guarded header by header and part by part, capped everywhere, never raising."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from bot.values import Address, Attachment, Email
from pipeline import html, language, strip
from pipeline.charset import decoded, tidy
from pipeline.headers import addresses, decoded_header, message_ids, moment, one_line, raw_header, raw_headers
from pipeline.words import words

LARGEST = 64 * 1024 * 1024  #: bytes that are looked at
MOST_PARTS = 300
DEEPEST = 30
LONGEST_TEXT = 400_000  #: characters of readable text that are kept
_HEAD = 128 * 1024
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)

#: What screening reads, beside what Email has fields for.
SCREENED = words(
    """auto-submitted precedence list-id list-unsubscribe list-post mailing-list x-auto-response-suppress x-autoreply
x-autorespond x-loop feedback-id return-path authentication-results arc-authentication-results x-triage-loop
x-triage-reply-id x-spam-flag x-spam-status x-failed-recipients x-mailer x-originating-ip x-campaign-id x-vacation thread-index
x-ms-exchange-generated-message-source delivered-to"""
)


@dataclass(slots=True)
class _Found:
    plain: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    hidden: bool = False
    markup: bool = False
    parts: int = 0


def parse(raw: bytes) -> Email:
    """The mail in `raw`; whatever could not be read is missing from it and named in `defects`."""
    found = _Found()
    message = _message(raw, found)
    try:
        _walk(message, found, 0)
    except Exception:  # a tree that cannot be walked still has headers
        found.defects.append("parts")
    text = _limited("\n\n".join(part for part in found.plain if part.strip()), found)
    if not text.strip() and "structure" in found.defects:
        text = _limited(tidy(decoded(_after_headers(raw), "")), found)
    if not text.strip():
        text = _limited(_any_text(message, found, 0), found)
    return _email(message, text, found, len(raw))


def _any_text(part: Message, found: _Found, depth: int) -> str:
    """For a mail without a text of its own: the first text among what is attached, a forwarded mail's for one."""
    children = part.get_payload()
    if isinstance(children, list) and depth < DEEPEST:
        texts = (_any_text(child, found, depth + 1) for child in children[:20] if isinstance(child, Message))
        return next((text for text in texts if text.strip()), "")
    kind = _type(part)
    if kind not in ("text/plain", "text/html"):
        return ""
    text = _text_of(part, found)
    return html.to_text(text).text if kind == "text/html" else text


def envelope(raw: bytes) -> Email:
    """The headers alone, from the first kilobytes: what a mail keeps whose reader was killed."""
    found = _Found(defects=["unreadable"])
    head = _start(raw[:_HEAD]).split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    return _email(_parsed(head + b"\n\n", found), "", found, len(raw))


def _start(raw: bytes) -> bytes:
    """Without byte order mark, blank lines and the mbox line that some exports put on top."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw[:6].lower() in (b">from ", b"from \t") or raw[:5] == b"From ":
        raw = raw.split(b"\n", 1)[-1]
    return raw


def _after_headers(raw: bytes) -> bytes:
    for gap in (b"\r\n\r\n", b"\n\n"):
        if gap in raw:
            return raw.split(gap, 1)[1][:LONGEST_TEXT]
    return b""


def _message(raw: bytes, found: _Found) -> Message:
    if len(raw) > LARGEST:
        found.defects.append("too-large")
        raw = raw[:LARGEST]
    raw = _start(raw)
    if not raw.strip():
        found.defects.append("empty")
    if len(_BOUNDARY.findall(raw)) > MOST_PARTS:
        found.defects.append("structure")
        raw = raw[:_HEAD].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0] + b"\n\n"
    return _parsed(raw, found)


def _parsed(raw: bytes, found: _Found) -> Message:
    try:
        return BytesParser(policy=compat32).parsebytes(raw)
    except Exception:  # RecursionError on nesting, others on broken boundaries
        found.defects.append("structure")
    try:
        return BytesParser(policy=compat32).parsebytes(raw[:_HEAD].split(b"\n\n", 1)[0] + b"\n\n", headersonly=True)
    except Exception:
        return Message()


def _walk(part: Message, found: _Found, depth: int) -> None:
    found.parts += 1
    if depth > DEEPEST or found.parts > MOST_PARTS:
        if "nested" not in found.defects:
            found.defects.append("nested")
        return
    kind = _type(part)
    children = part.get_payload()
    if kind.startswith("message/") and depth > 0:
        _attach(part, kind, found)
    elif isinstance(children, list):
        for child in _chosen(kind, [child for child in children if isinstance(child, Message)], found):
            _walk(child, found, depth + 1)
    else:
        _leaf(part, kind, found)


def _chosen(kind: str, children: list[Message], found: _Found) -> list[Message]:
    """Of alternatives the plain text, unless it is empty or only points at the HTML; everything of other containers."""
    if kind != "multipart/alternative" or len(children) > MOST_PARTS:
        return children
    plain = [child for child in children if _type(child) == "text/plain"]
    rest = [child for child in children if _type(child) != "text/plain"]
    words = len(_text_of(plain[0], found).split()) if plain else 0
    if words >= 8 or (words and not any(_has_markup(child) for child in rest)):
        _note_hidden(rest, found)
        return plain[:1] + [child for child in rest if not _has_markup(child)]
    return rest if any(_has_markup(child) for child in rest) else children


def _has_markup(part: Message) -> bool:
    payload = part.get_payload()
    if isinstance(payload, list):
        return any(_type(child) == "text/html" for child in payload[:20] if isinstance(child, Message))
    return _type(part) == "text/html"


def _note_hidden(parts: list[Message], found: _Found) -> None:
    """HTML beside the plain text is not shown, but hidden words and inline images in it are noted."""
    for part in parts:
        payload = part.get_payload()
        if isinstance(payload, list):
            children = [child for child in payload[:20] if isinstance(child, Message)]
            _note_hidden([child for child in children if _type(child) == "text/html"], found)
            for child in children:
                if not _type(child).startswith(("text/", "multipart/")):
                    _attach(child, _type(child), found)
        elif _type(part) == "text/html":
            found.hidden = found.hidden or html.to_text(_text_of(part, found)).hidden


def _leaf(part: Message, kind: str, found: _Found) -> None:
    if kind.startswith("multipart/"):  # it says that it has parts and has none
        found.defects.append("structure")
        payload = getattr(part, "_payload", "")  # get_payload() replaces the bytes that no charset was declared for
        found.plain.append(tidy(decoded(payload.encode("utf-8", "surrogateescape"), "")) if isinstance(payload, str) else "")
        return
    name = _file_name(part)
    attached = _disposition(part) == "attachment" or (bool(name) and not kind.startswith("text/html"))
    if attached or not kind.startswith("text/") or kind == "text/calendar":
        _attach(part, kind, found)
        return
    text = _text_of(part, found)
    if kind == "text/html":
        found.markup = True
        shown = html.to_text(text)
        found.hidden = found.hidden or shown.hidden
        if shown.clipped:
            found.defects.append("html-clipped")
        text = shown.text
    elif str(_parameter(part, "format")).lower() == "flowed":
        text = _unflowed(text)
    found.plain.append(text)


def _text_of(part: Message, found: _Found) -> str:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # broken transfer encodings
        found.defects.append("encoding")
        payload = part.get_payload()
        data = payload.encode("utf-8", "replace") if isinstance(payload, str) else b""
    return tidy(decoded(data[: 4 * LONGEST_TEXT], _parameter(part, "charset"))) if isinstance(data, bytes) else ""


def _attach(part: Message, kind: str, found: _Found) -> None:
    if len(found.attachments) >= 100:
        return
    try:
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            data = inner.as_bytes() if isinstance(inner, Message) else b""
    except Exception:  # the list shows what can be known
        data = b""
        found.defects.append("attachment")
    inline = bool(part.get("content-id")) and kind.startswith("image/") and _disposition(part) != "attachment"
    name = _file_name(part) or ("forwarded message" if kind == "message/rfc822" else kind.split("/")[0])
    found.attachments.append(Attachment(name, kind, len(data), hashlib.sha256(data).hexdigest(), inline))


def _type(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:
        return "text/plain"


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except Exception:
        return ""


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
        return str(value[2] if isinstance(value, tuple) else value or "")
    except Exception:
        return ""


def _file_name(part: Message) -> str:
    """A name as text only: path parts and control characters are gone."""
    try:
        name = decoded_header(str(part.get_filename("") or ""))
    except Exception:
        name = ""
    return re.split(r"[/\\]", one_line(name.encode("utf-8", "replace").decode()))[-1][:120]


def _unflowed(text: str) -> str:
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


def _limited(text: str, found: _Found) -> str:
    if len(text) <= LONGEST_TEXT:
        return text.strip("\n")
    found.defects.append("text-clipped")
    return text[:LONGEST_TEXT]


def _one(message: Message, name: str) -> Address | None:
    return next(iter(addresses(raw_headers(message, name), most=1)), None)


def _email(message: Message, text: str, found: _Found, size: int) -> Email:
    new_text = strip.strip(text)
    return Email(
        message_id=next(iter(message_ids(raw_header(message, "message-id"))), one_line(raw_header(message, "message-id"))[:250]),
        subject=decoded_header(raw_header(message, "subject"))[:500],
        sender=_one(message, "from"),
        reply_to=_one(message, "reply-to"),
        to=addresses(raw_headers(message, "to")),
        cc=addresses(raw_headers(message, "cc")),
        in_reply_to=next(iter(message_ids(raw_header(message, "in-reply-to"))), ""),
        references=message_ids(" ".join(raw_headers(message, "references"))),
        date=moment(raw_header(message, "date")),
        text=text,
        new_text=new_text,
        language=language.detect(new_text),
        attachments=tuple(found.attachments),
        headers=_screened(message),
        hidden_text=found.hidden,
        defects=tuple(dict.fromkeys(found.defects)),
        size=size,
    )


def _screened(message: Message) -> dict[str, str]:
    kept = {name: one_line(raw_header(message, name))[:1000] for name in SCREENED}
    kept = {name: value for name, value in kept.items() if value}
    trusted = [one_line(value) for value in raw_headers(message, "authentication-results")]
    if trusted:
        kept["authentication-results"] = next((v for v in trusted if v.lower().startswith("mx.google.com")), trusted[0])[:2000]
    kept["content-type"] = _type(message) + (f"; report-type={_parameter(message, 'report-type').lower()}")
    kept["body"] = "html" if _only_markup(message) else "text"
    for name in ("date", "message-id", "from", "to"):
        kept[f"has-{name}"] = "yes" if raw_header(message, name).strip() else ""
    return kept


def _only_markup(message: Message) -> bool:
    try:
        kinds = [_type(part) for part, _ in zip(message.walk(), range(MOST_PARTS), strict=False)]
    except Exception:
        return False
    return "text/html" in kinds and "text/plain" not in kinds
