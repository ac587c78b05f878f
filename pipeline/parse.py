"""Any bytes to an Email: guarded header by header and part by part, capped everywhere, never raising."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from bot.values import Address, Attachment, Email
from pipeline import calendar, html, language, parts, returned, signals, sniff, strip, tnef
from pipeline.charset import decoded, smuggled, tidy
from pipeline.documents import Documents
from pipeline.headers import addresses, decoded_header, message_ids, moment, one_line, raw_header, raw_headers
from pipeline.limits import Limits, Rules

_HEAD = 128 * 1024
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_NEXT_IN_MBOX = re.compile(rb"\n\r?\nFrom [^\s]{1,200} +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} ")
_FORWARDED = re.compile(r"(?:fwd?|wg|tr|rv|i|enc|doorst|pd|転送)\s*[:：]", re.IGNORECASE)
_DEFAULT = Rules()
_MOST = 100  #: people of one header
_NESTED_MAILS = 3  #: forwarded mails whose text is shown


@dataclass(slots=True)
class _Found:
    limits: Limits
    documents: Documents
    plain: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)
    authority: str = _DEFAULT.authority
    forwards: bool = False
    hidden: bool = False
    parts: int = 0

    def defect(self, code: str) -> None:
        if code not in self.defects:
            self.defects.append(code)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail, and the text of its attachments: ids are matched in that, it is kept nowhere."""

    email: Email
    attached_text: str


def parse(raw: bytes, rules: Rules = _DEFAULT) -> Email:
    """The mail in `raw`; whatever could not be read is missing from it and named in `defects`."""
    return dissect(raw, rules).email


def dissect(raw: bytes, rules: Rules = _DEFAULT) -> Parsed:
    """The same with the text of the attachments."""
    limits = rules.limits
    found = _Found(limits, Documents(limits), authority=rules.authority)
    message = _message(raw, found)
    found.forwards = bool(_FORWARDED.match(decoded_header(raw_header(message, "subject"))))
    try:
        _walk(message, found, 0)
    except Exception:  # a tree that cannot be walked still has headers
        found.defect("parts")
    text = _limited("\n\n".join(part for part in (*found.plain, *found.forwarded) if part.strip()), found)
    if not text.strip() and "structure" in found.defects:
        text = _limited(tidy(decoded(_after_headers(raw, limits), "")), found)
    if not text.strip():
        text = _limited(_any_text(message, found, 0), found)
    if found.documents.unread:
        found.defect("attachment-unread")
    return Parsed(_email(message, text, found, len(raw)), "\n\n".join(found.documents.pieces))


def envelope(raw: bytes, rules: Rules = _DEFAULT) -> Email:
    """The headers alone, from the first kilobytes: what a mail keeps whose reader was killed."""
    found = _Found(rules.limits, Documents(rules.limits), defects=["unreadable"], authority=rules.authority)
    return _email(_parsed(_headers(_start(raw[:_HEAD])), found), "", found, len(raw))


def _any_text(part: Message, found: _Found, depth: int) -> str:
    """For a mail without a text of its own: the first text among what is attached, a forwarded mail's for one."""
    if children := parts.children(part)[:20]:
        texts = (_any_text(child, found, depth + 1) for child in children) if depth < found.limits.nesting else iter(())
        return next((text for text in texts if text.strip()), "")
    kind = parts.kind(part)
    if kind not in ("text/plain", "text/html"):
        return ""
    text = _text_of(part, found)
    return html.to_text(text).text if kind == "text/html" else text


def _start(raw: bytes) -> bytes:
    """Without byte order mark, blank lines and what an mbox export adds: its line on top, its quoting, the next mail."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw[:6].lower() in (b">from ", b"from \t") or raw[:5] == b"From ":
        raw = raw.split(b"\n", 1)[-1]
        following = _NEXT_IN_MBOX.search(raw)
        raw = (raw[: following.start() + 1] if following else raw).replace(b"\n>From ", b"\nFrom ")
    return raw


def _headers(raw: bytes) -> bytes:
    return raw[:_HEAD].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0] + b"\n\n"


def _after_headers(raw: bytes, limits: Limits) -> bytes:
    for gap in (b"\r\n\r\n", b"\n\n"):
        if gap in raw:
            return raw.split(gap, 1)[1][: limits.text_characters]
    return b""


def _message(raw: bytes, found: _Found) -> Message:
    if len(raw) > found.limits.mail_bytes:
        found.defect("too-large")
        raw = raw[: found.limits.mail_bytes]
    raw = _start(raw)
    if not raw.strip():
        found.defect("empty")
    if sum(1 for _, _ in zip(_BOUNDARY.finditer(raw), range(found.limits.parts + 1), strict=False)) > found.limits.parts:
        found.defect("structure")
        raw = _headers(raw)
    return _parsed(raw, found)


def _parsed(raw: bytes, found: _Found) -> Message:
    try:
        return BytesParser(policy=compat32).parsebytes(raw)
    except Exception:  # RecursionError on nesting, others on broken boundaries
        found.defect("structure")
    try:
        return BytesParser(policy=compat32).parsebytes(_headers(raw), headersonly=True)
    except Exception:
        return Message()


def _walk(part: Message, found: _Found, depth: int) -> None:
    found.parts += 1
    if depth > found.limits.nesting or found.parts > found.limits.parts:
        found.defect("nested")
        return
    kind = parts.kind(part)
    children = parts.children(part)
    if kind in ("message/rfc822", "text/rfc822-headers", "message/delivery-status", "message/feedback-report") and depth > 0:
        returned.note(part, kind, found.returned)
    if kind.startswith("message/") and depth > 0:
        _attach(part, kind, found)
        if kind == "message/rfc822" and children and found.forwards and len(found.forwarded) < _NESTED_MAILS:
            found.forwarded.append(_forwarded(children[0], found))
    elif children:
        for child in _chosen(kind, children, found):
            _walk(child, found, depth + 1)
    else:
        _leaf(part, kind, found)


def _forwarded(inner: Message, found: _Found) -> str:
    """A mail that was forwarded as an attachment, with its headers as mail programs write them."""
    head = [f"{name}: {decoded_header(raw_header(inner, name))[:300]}" for name in ("From", "Date", "Subject", "To")]
    return "\n".join(["---------- Forwarded message ----------", *head, "", _any_text(inner, found, 0)])


def _chosen(kind: str, children: list[Message], found: _Found) -> list[Message]:
    """Of alternatives the plain text, unless it is empty or only points at the HTML; everything of other containers."""
    if kind != "multipart/alternative" or len(children) > found.limits.parts:
        return children
    plain = [child for child in children if parts.kind(child) == "text/plain"]
    rest = [child for child in children if parts.kind(child) != "text/plain"]
    count = len(_text_of(plain[0], found).split()) if plain else 0
    if count >= 8 or (count and not any(_has_markup(child) for child in rest)):
        _note_hidden(rest, found)
        return plain[:1] + [child for child in rest if not _has_markup(child)]
    return rest if any(_has_markup(child) for child in rest) else children


def _has_markup(part: Message) -> bool:
    children = parts.children(part)
    return any(parts.kind(child) == "text/html" for child in children[:20]) if children else parts.kind(part) == "text/html"


def _note_hidden(alternatives: list[Message], found: _Found) -> None:
    """HTML beside the plain text is not shown, but hidden words and inline images in it are noted."""
    for part in alternatives:
        if children := parts.children(part)[:20]:
            _note_hidden([child for child in children if parts.kind(child) == "text/html"], found)
            for child in children:
                if not parts.kind(child).startswith(("text/", "multipart/")):
                    _attach(child, parts.kind(child), found)
        elif parts.kind(part) == "text/html":
            found.hidden = found.hidden or html.to_text(_text_of(part, found), found.limits.html_characters).hidden


def _leaf(part: Message, kind: str, found: _Found) -> None:
    if kind.startswith("multipart/"):  # it says that it has parts and has none
        found.defect("structure")
        payload = getattr(part, "_payload", "")  # get_payload() replaces the bytes that no charset was declared for
        found.plain.append(tidy(decoded(payload.encode("utf-8", "surrogateescape"), "")) if isinstance(payload, str) else "")
        return
    name = parts.file_name(part)
    if kind in parts.CALENDAR:
        found.events.append(calendar.invitation(_text_of(part, found)))
    attached = parts.disposition(part) == "attachment" or (bool(name) and not kind.startswith("text/html"))
    if attached or not kind.startswith("text/") or kind in parts.CALENDAR:
        _attach(part, kind, found)
        return
    text = _text_of(part, found)
    if kind == "text/html":
        text = _shown(text, found)
    elif parts.parameter(part, "format").lower() == "flowed":
        text = parts.unflowed(text)
    found.plain.append(text)


def _shown(markup: str, found: _Found) -> str:
    shown = html.to_text(markup, found.limits.html_characters)
    found.hidden = found.hidden or shown.hidden
    if shown.clipped:
        found.defect("html-clipped")
    return shown.text


def _text_of(part: Message, found: _Found) -> str:
    data, whole = parts.content(part)
    if not whole:
        found.defect("encoding")
    text = decoded(data[: 4 * found.limits.text_characters], parts.parameter(part, "charset"))
    found.hidden = found.hidden or smuggled(text)
    return tidy(text)


def _attach(part: Message, kind: str, found: _Found) -> None:
    data, whole = parts.content(part)
    if not whole:
        found.defect("attachment")
    inline = bool(part.get("content-id")) and kind.startswith("image/") and parts.disposition(part) != "attachment"
    name = parts.file_name(part) or ("forwarded message" if kind == "message/rfc822" else kind.split("/")[0])
    _list(data, name, kind, found, inline=inline)
    if (kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat") and (
        packed := tnef.unpack(data)
    ):
        for inner_name, inner in packed.files:
            _list(inner, parts.safe_name(inner_name), "application/octet-stream", found)
        if not any(text.strip() for text in found.plain):
            found.plain.append(packed.text or _shown(tidy(decoded(packed.html, "")), found))


def _list(data: bytes, name: str, kind: str, found: _Found, *, inline: bool = False) -> None:
    if len(found.attachments) >= found.limits.attachments:
        found.defect("attachments-clipped")
        return
    real = kind if kind.startswith("message/") else sniff.true_type(data, name, kind)
    if sniff.runs(real, name):
        found.defect("runnable-attachment")
    found.attachments.append(Attachment(name, real, len(data), hashlib.sha256(data).hexdigest(), inline))
    if not kind.startswith("message/"):
        found.documents.add(data, real, name)


def _limited(text: str, found: _Found) -> str:
    if len(text) <= found.limits.text_characters:
        return text.strip("\n")
    found.defect("text-clipped")
    return text[: found.limits.text_characters]


def _one(message: Message, name: str, found: _Found) -> Address | None:
    """The first address of a header; that there were more is noted, since somebody may be left out of a reply."""
    named = addresses(raw_headers(message, name), most=2)
    if len(named) > 1:
        found.defect(f"several-{name}")
    return next(iter(named), None)


def _many(message: Message, name: str, found: _Found) -> tuple[Address, ...]:
    named = addresses(raw_headers(message, name), most=_MOST + 1)
    if len(named) > _MOST:
        found.defect(f"clipped-{name}")
    return named[:_MOST]


def _email(message: Message, text: str, found: _Found, size: int) -> Email:
    sender = _one(message, "from", found)
    written = strip.split(text, sender.name if sender else "")
    events = [event for event in found.events if event][:3]
    code, confidence = language.measured(written.new)
    return Email(
        message_id=next(iter(message_ids(raw_header(message, "message-id"))), one_line(raw_header(message, "message-id"))[:250]),
        subject=decoded_header(raw_header(message, "subject"))[:500],
        sender=sender,
        reply_to=_one(message, "reply-to", found),
        to=_many(message, "to", found),
        cc=_many(message, "cc", found),
        in_reply_to=next(iter(message_ids(raw_header(message, "in-reply-to"))), ""),
        references=message_ids(" ".join(raw_headers(message, "references"))),
        date=moment(raw_header(message, "date")),
        text="\n\n".join([text, *events] if text.strip() else events),
        new_text="\n\n".join([written.new, *events] if written.new.strip() else events),
        language=code,
        attachments=tuple(found.attachments),
        headers=signals.screened(message, found.authority) | returned.in_text(text) | found.returned,
        hidden_text=found.hidden,
        defects=tuple(found.defects),
        size=size,
        language_confidence=confidence,
        earlier=max(written.earlier, len(message_ids(" ".join(raw_headers(message, "references"))))),
    )
