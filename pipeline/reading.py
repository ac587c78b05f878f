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


def read(raw: bytes, known: Mapping[str, str], ours: frozenset[str], labels: frozenset[str], allow: tuple[str, ...]) -> Reading:
    """The reading of `raw`; a mail that cannot be redacted has `redacted` None, so that nothing of it can leave."""
    email = parse.parse(raw)
    screening = screen(email, ours, labels)
    try:
        redacted: RedactedMail | None = redact.mail(email, known, (*allow, *ours))
    except Exception:  # fail closed, whatever it was
        redacted = None
        email = _with_defect(email, "redaction")
    named = entities(f"{redacted.subject.text}\n{redacted.full_text.text}") if redacted else {}
    return Reading(email, screening, redacted, named, risks(email))


def mask(text: str, known: Mapping[str, str], allow: tuple[str, ...]) -> tuple[Redacted, dict[str, str]]:
    """One text redacted."""
    return redact.text(text, known, allow)


def warm() -> None:
    """Load what reading needs, before the first mail."""
    from pipeline.redact import masking

    masking.warm()
    parse.parse(b"Subject: warm\n\nThis loads the detector of languages before the first mail arrives.\n")


def _with_defect(email: Email, defect: str) -> Email:
    from dataclasses import replace

    return replace(email, defects=(*email.defects, defect))
def attachment(raw: bytes, sha256: str) -> bytes | None:
    """The bytes of one attachment."""
    return attached.attachment(raw, sha256)


