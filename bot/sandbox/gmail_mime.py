"""Reads and touches up raw mails the way Gmail does: any bytes are accepted, and none raise."""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
import email.utils
import re
from dataclasses import dataclass
from html.parser import HTMLParser

Headers = list[tuple[str, str]]

_HEADER_BYTES = 256 * 1024
_VALUE_CHARACTERS = 16 * 1024
_MOST_PARTS = 200
_HTML_CHARACTERS = 300 * 1024
_BLANK_LINE = re.compile(rb"\r?\n(?=\r?\n)")
_PREFIX = re.compile(r"^\s*(?:re|fwd?|aw|wg|sv|antw|tr|rv|ref)\s*(?:\[\d{1,3}\])?\s*:", re.IGNORECASE)


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and everything after it, together the whole mail."""
    if found := _BLANK_LINE.search(raw):
        return raw[: found.end()], raw[found.end() :]
    return raw, b""


def headers_of(raw: bytes) -> Headers:
    """Every header in order, unfolded, with encoded words decoded; lines that are no header are passed over."""
    head = split(raw[:_HEADER_BYTES])[0]
    unfolded: list[bytes] = []
    for line in head.splitlines():
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1] += b" " + line.strip()
        else:
            unfolded.append(line)
    found = []
    for line in unfolded:
        name, colon, value = line.partition(b":")
        if colon and name and not any(byte <= 32 or byte >= 127 for byte in name):
            found.append((name.decode("ascii"), _decoded(_text(value.strip()))))
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _decoded(value: str) -> str:
    value = value[:_VALUE_CHARACTERS]
    if "=?" in value:
        try:
            value = str(email.header.make_header(email.header.decode_header(value)))
        except Exception:  # the standard library raises a dozen kinds here; Gmail shows such a header as it came
            return value
    return " ".join(value.split())


def header(headers: Headers, name: str) -> str:
    """The first header of that name, or nothing."""
    return next((value for known, value in headers if known.lower() == name.lower()), "")


def addresses(value: str) -> list[tuple[str, str]]:
    """(name, address) of every mailbox in a header's value; addresses in lower case, what has none left out."""
    try:
        pairs = email.utils.getaddresses([value])
    except Exception:  # hostile address lists make the standard library raise IndexError and others
        return []
    return [(name, address.lower()) for name, address in pairs if "@" in address]


def message_ids(value: str) -> list[str]:
    """The ids in a Message-ID, In-Reply-To or References value, with their angle brackets."""
    return re.findall(r"<[^<>\s]{1,998}>", value)


def base_subject(subject: str) -> str:
    """The subject as Gmail compares it for threading: without reply prefixes, case and spacing."""
    while match := _PREFIX.match(subject):
        subject = subject[match.end() :]
    return " ".join(subject.split()).casefold()


def has_prefix(subject: str) -> bool:
    """Whether the subject says already that this is an answer or a forward."""
    return _PREFIX.match(subject) is not None


def with_header(raw: bytes, name: str, value: str | None) -> bytes:
    """The mail with that header set once (or taken out, for None), every other byte as it was."""
    head, rest = split(raw)
    kept: list[bytes] = []
    skipping = False
    for line in head.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            skipping = line.partition(b":")[0].strip().lower() == name.lower().encode()
        if not skipping:
            kept.append(line)
    if kept and not kept[-1].endswith(b"\n"):
        kept[-1] += b"\r\n"
    newline = b"\n" if kept and not kept[0].endswith(b"\r\n") else b"\r\n"
    if value is not None:
        kept.append(f"{name}: {value}".encode() + newline)
    return b"".join(kept) + (rest or newline)


def parsed(raw: bytes) -> email.message.Message | None:
    """The mail as the forgiving old parser sees it; None when even that gives up."""
    try:
        return email.message_from_bytes(raw, policy=email.policy.compat32)
    except Exception:  # a hostile nesting of parts ends in RecursionError and the like
        return None


def children(part: email.message.Message) -> list[email.message.Message]:
    """What a container holds; nothing for a leaf, whose payload the old parser may fail to decode."""
    inside = part.get_payload() if part.is_multipart() else []
    return [child for child in inside if isinstance(child, email.message.Message)]


def content(part: email.message.Message) -> bytes:
    """One leaf's bytes, with its transfer encoding undone."""
    if part.is_multipart():
        return _attached(part)
    try:
        decoded = part.get_payload(decode=True)
    except Exception:  # broken base64 and the like
        return b""
    return decoded if isinstance(decoded, bytes) else b""


def _attached(part: email.message.Message) -> bytes:
    try:
        return b"".join(child.as_bytes() for child in children(part))
    except Exception:  # what was read leniently cannot always be written again
        return b""


def filename(part: email.message.Message) -> str:
    """The attachment's name, or nothing."""
    try:
        return _decoded(part.get_filename() or ("attached mail.eml" if part.get_content_maintype() == "message" else ""))
    except Exception:  # broken RFC 2231 parameters
        return ""


def leaves(raw: bytes) -> list[email.message.Message]:
    """Every part that is not a container, at most 200; an attached mail counts as one part."""
    message = parsed(raw)
    if message is None:
        return []
    found: list[email.message.Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(children(part)))
        else:
            found.append(part)
    return found


@dataclass(frozen=True)
class Words:
    """What a person sees of a mail: its text, whether that came as HTML only, and what is attached."""

    text: str
    html: bool
    attachments: list[dict[str, str | int]]


def words(raw: bytes) -> Words:
    """What a person sees of this mail."""
    found: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    attached: list[dict[str, str | int]] = []
    for part in leaves(raw):
        kind, name = part.get_content_type(), filename(part)
        if name:
            attached.append({"name": name, "type": kind, "size": _size(part)})
        elif kind in found and part.get_content_disposition() != "attachment":
            found[kind].append(_charset_text(part))
    if any(text.strip() for text in found["text/plain"]):
        return Words("\n".join(found["text/plain"]).replace("\r\n", "\n").strip(), False, attached)
    return Words(html_text("\n".join(found["text/html"])), bool(found["text/html"]), attached)


def _size(part: email.message.Message) -> int:
    """A leaf's size; base64 is counted and not decoded, since a mail may hold 25 MB of it."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64" or part.is_multipart():
        return len(content(part))
    try:
        written = str(part.get_payload())
    except Exception:  # a payload that the old parser cannot decode
        return 0
    return max(0, (len(written) - written.count("\n") - written.count("\r")) * 3 // 4 - written[-4:].count("="))


def _charset_text(part: email.message.Message) -> str:
    raw = content(part)
    for charset in (_charset(part), "utf-8"):
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def _charset(part: email.message.Message) -> str:
    try:
        return part.get_content_charset() or "utf-8"
    except Exception:  # broken RFC 2231 parameters
        return "utf-8"


class _Words(HTMLParser):
    """Collects the visible words of an HTML mail."""

    _BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})
    _HIDDEN = frozenset({"style", "script", "title", "head"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag in self._BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN and self._hidden:
            self._hidden -= 1
        elif tag in self._BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def html_text(html: str) -> str:
    """HTML as lines of plain words; good enough to read on the page."""
    reader = _Words()
    try:
        reader.feed(html[:_HTML_CHARACTERS])
        reader.close()
    except Exception:  # html.parser raises AssertionError on some broken markup; show what was read until then
        reader.words.append("")
    lines = [line.strip() for line in "".join(reader.words).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
