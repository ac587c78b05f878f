"""Redaction: what makes `Redacted` values out of mail. Presidio is imported only when a text is masked (in a reader)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.values import Email, Redacted, RedactedMail
from pipeline.redact.placeholders import clipped, from_model, in_words, inert, joined, placeholders, restore, taken

__all__ = ["clipped", "from_model", "in_words", "inert", "joined", "mail", "placeholders", "restore", "taken", "text"]


def mail(email: Email, known: Mapping[str, str], allow: tuple[str, ...] = ()) -> RedactedMail:
    """The redacted views of a mail. Slow and heavy (presidio): call it in a reader process only."""
    from pipeline.redact import masking

    return masking.mail(email, known, allow)


def text(body: str, known: Mapping[str, str], allow: tuple[str, ...] = ()) -> tuple[Redacted, dict[str, str]]:
    """One text redacted, with the ticket's table grown by what was found. Call it in a reader process only."""
    from pipeline.redact import masking

    return masking.text(body, known, allow)
