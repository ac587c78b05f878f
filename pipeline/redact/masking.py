"""Finds all personal data in a mail's texts and puts one ticket-wide table of placeholders in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.values import Address, Email, Redacted, RedactedMail
from pipeline.redact import hiding, ner
from pipeline.redact.cues import cued
from pipeline.redact.engine import patterns
from pipeline.redact.ids import guarded, ids
from pipeline.redact.names import listed, name_parts, spread
from pipeline.redact.placeholders import Table, inert
from pipeline.redact.places import grown, places
from pipeline.redact.spans import Span, union
from pipeline.redact.spared import folded, is_allowed, is_company, spared

NEW_LIMIT = 20_000  #: characters of new text that are redacted and shown; the original keeps the rest
FULL_LIMIT = 40_000
_CUT = "\n[… the rest is in the original]"


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    spans: tuple[Span, ...]


def mail(email: Email, known: Mapping[str, str], allow: tuple[str, ...] = ()) -> RedactedMail:
    """The mail's subject and texts with personal data masked; names in headers count in all of them."""
    table = Table(known)
    allowed = folded(allow)
    sender = _sender(email, table, allowed)
    subject = _found(inert(email.subject), allowed)
    full = _found(inert(_cut(email.text, FULL_LIMIT)), allowed)
    new = _within(inert(_cut(email.new_text, NEW_LIMIT)), full) or _found(inert(_cut(email.new_text, NEW_LIMIT)), allowed)
    texts = (subject, new, full)
    names = _names(texts, [address.name for address in _people(email, allowed)], table)
    masked = [_masked(text, names, table, allowed) for text in texts]
    return RedactedMail(Redacted(masked[0]), Redacted(masked[1]), Redacted(masked[2]), dict(table.values), sender)


def text(body: str, known: Mapping[str, str], allow: tuple[str, ...] = ()) -> tuple[Redacted, dict[str, str]]:
    """One text (a note, an edited draft) redacted with a ticket's table."""
    table = Table(known)
    allowed = folded(allow)
    found = _found(inert(_cut(body, FULL_LIMIT)), allowed)
    masked = _masked(found, _names((found,), [], table), table, allowed)
    return Redacted(masked), dict(table.values)


def marked(body: str, headers: Iterable[str] = (), allow: tuple[str, ...] = ()) -> list[Span]:
    """Where `text` and `mail` would mask, given the names of a mail's headers: what measuring needs."""
    allowed = folded(allow)
    found = _found(body, allowed)
    return _spans(found, _names((found,), headers, Table({})), allowed)


def warm() -> None:
    """Load and run everything once, so that the first mail does not wait for it."""
    text("Hello Ana, call me at +1 202 555 0143 about order 1234.\nBest regards\nAna", {})


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + _CUT


def _people(email: Email, allowed: frozenset[str]) -> list[Address]:
    """Whose names the headers give: nobody of ours, no company and no desk."""
    known = (address for address in (email.sender, email.reply_to, *email.to, *email.cc) if address)
    return [address for address in known if address.email.casefold() not in allowed and _personal(address.name)]


def _personal(name: str) -> bool:
    """Whether a header's display name can be a person's: no address, no company, nothing in the shape of our placeholders."""
    return bool(name) and "@" not in name and inert(f"<{name}>") == f"<{name}>" and not is_company(name)


def _sender(email: Email, table: Table, allowed: frozenset[str]) -> str:
    """The placeholder of the sender's name: the first person of a new ticket."""
    name = " ".join(email.sender.name.split()) if email.sender else ""
    if not _personal(name) or name.casefold() in allowed:
        return ""
    placeholder = table.placeholder("PERSON", name)
    if "," in name:
        last, _, first = name.partition(",")
        table.alias("PERSON", f"{first.strip()} {last.strip()}", placeholder)
    return placeholder


def _found(text: str, allowed: frozenset[str]) -> _Text:
    areas = ids(text)
    spans = guarded([*patterns(text), *cued(text), *places(text), *listed(text)], text, areas)
    spans += grown(text, ner.found(text, spans, areas))
    return _Text(text, tuple(spared(text, spans, allowed)))


def _within(part: str, whole: _Text) -> _Text | None:
    """The spans of a text that is a piece of another, without looking for them twice."""
    at = whole.text.find(part) if part else -1
    if at < 0:
        return _Text(part, ()) if not part else None
    spans = (Span(s.start - at, s.end - at, s.kind, s.weak) for s in whole.spans if s.start >= at and s.end <= at + len(part))
    return _Text(part, tuple(spans))


def _names(texts: Iterable[_Text], headers: Iterable[str], table: Table) -> list[str]:
    names = [value for placeholder, value in table.values.items() if placeholder.startswith("<PERSON_")]
    names += headers
    for found in texts:
        names += [found.text[s.start : s.end] for s in found.spans if s.kind == "PERSON"]
    return list(dict.fromkeys(" ".join(name.split()) for name in names))


def _spans(found: _Text, names: list[str], allowed: frozenset[str]) -> list[Span]:
    others = [s for s in spread(found.text, names) if not is_allowed(found.text[s.start : s.end], allowed)]
    return union([*found.spans, *others])


def _masked(found: _Text, names: list[str], table: Table, allowed: frozenset[str]) -> str:
    owners = name_parts(names)
    out: list[str] = []
    at = 0
    for span in union([*_spans(found, names, allowed), *_hidden(found.text, table)]):
        value = found.text[span.start : span.end]
        out += [found.text[at : span.start], _placeholder(span, value, owners, table)]
        at = span.end
    return "".join([*out, found.text[at:]])


def _hidden(text: str, table: Table) -> list[Span]:
    """What a person hid on this ticket, with its placeholder for every spelling."""
    found = hiding.known(text, table.values)
    for span, placeholder in found:
        table.alias(span.kind, text[span.start : span.end], placeholder)
    return [span for span, _ in found]


def _owner(value: str, owners: Mapping[str, str]) -> str:
    """The whole name that every part of `value` belongs to, or ""."""
    wholes = {owners.get(part.casefold(), "") for part in value.replace(",", " ").split()}
    return wholes.pop() if len(wholes) == 1 else ""


def _placeholder(span: Span, value: str, owners: Mapping[str, str], table: Table) -> str:
    """A part of a known name stands for the same person as the whole."""
    if span.kind == "PERSON":
        whole = _owner(value, owners)
        if whole and whole.casefold() != value.casefold():
            return table.placeholder("PERSON", whole)
    return table.placeholder(span.kind, value)
