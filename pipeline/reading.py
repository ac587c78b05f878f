"""What a reader process does with one mail: parse, strip, screen, redact. Never raises; presidio is imported here only."""

from __future__ import annotations

from collections.abc import Mapping

from bot.values import Email, Reading, Redacted, RedactedMail
from pipeline import attached, parse, redact
from pipeline.company import company
from pipeline.entities import entities, ids
from pipeline.limits import Rules
from pipeline.risks import risks
from pipeline.screen import screen

_MOST = 20  #: numbers of a kind
_RULES = Rules()
#: A mail that takes every way: HTML, a company, a phone number, a file.
_WARMING = b"""From: Ida Berg <ida@berg.example>
Subject: Order LS-1
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/html

<p>This loads what the first mail needs: the detector of languages, names such as Ida Berg, +44 20 7946 0958.</p>
--B
Content-Type: application/pdf; name=a.pdf

%PDF-1.4
--B--
"""


def read(
    raw: bytes,
    known: Mapping[str, str],
    ours: frozenset[str],
    labels: frozenset[str],
    allow: tuple[str, ...],
    rules: Rules = _RULES,
) -> Reading:
    """The reading of `raw`; a mail that cannot be redacted has `redacted` None, so that nothing of it can leave."""
    parsed = parse.dissect(raw, rules)
    email = parsed.email
    screening = screen(email, ours, labels, rules)
    try:
        redacted: RedactedMail | None = redact.mail(email, known, (*allow, *ours))
    except Exception:  # fail closed, whatever it was
        redacted = None
        email = _with_defect(email, "redaction")
    named = dict(entities(f"{redacted.subject.text}\n{redacted.full_text.text}", rules.ids)) if redacted else {}
    if redacted and parsed.attached_text.strip():
        for kind, values in _attached_ids(parsed.attached_text, allow, rules).items():
            named[kind] = tuple(dict.fromkeys((*named.get(kind, ()), *values)))[:_MOST]
    return Reading(email, screening, redacted, named, risks(email, rules.authority), _company(email))


def _attached_ids(text: str, allow: tuple[str, ...], rules: Rules) -> dict[str, tuple[str, ...]]:
    """Order, invoice and other numbers that attachments name; only those that the redactor lets pass."""
    found = {kind: values for kind, values in ids(text, rules.ids).items() if values}
    lines = [f"{kind} {value}" for kind, values in found.items() for value in values]
    try:
        passed = set(redact.text("\n".join(lines), {}, allow)[0].text.split("\n")) if lines else set()
    except Exception:  # fail closed
        return {}
    return {kind: kept for kind, values in found.items() if (kept := tuple(v for v in values if f"{kind} {v}" in passed))}


def _company(email: Email) -> str:
    return company(email.sender.email) if email.sender else ""


def mask(text: str, known: Mapping[str, str], allow: tuple[str, ...]) -> tuple[Redacted, dict[str, str]]:
    """One text redacted."""
    return redact.text(text, known, allow)


def attachment(raw: bytes, sha256: str) -> bytes | None:
    """The bytes of one attachment."""
    return attached.attachment(raw, sha256)


def warm() -> None:
    """Load what reading needs, before the first mail."""
    from pipeline.redact import masking

    masking.warm()
    read(_WARMING, {}, frozenset(), frozenset(), ())


def _with_defect(email: Email, defect: str) -> Email:
    from dataclasses import replace

    return replace(email, defects=(*email.defects, defect))
