"""How much of a mail is looked at, and what a team says about senders and ids: handed to the readers with every mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps; what lies beyond one is named in the mail's defects, never silently lost."""

    mail_mb: int = 64  #: bytes of a mail that are looked at
    parts: int = 300
    nesting: int = 30
    text_characters: int = 400_000  #: of readable text that are kept
    html_characters: int = 1_000_000  #: of one HTML part
    attachments: int = 100  #: that are listed
    attachment_mb: int = 20  #: larger ones are listed and not searched for ids
    attachment_characters: int = 100_000  #: of text out of all attachments of a mail
    attachment_seconds: float = 4.0  #: of processor time for the text of all attachments of a mail
    pdf_pages: int = 20

    @property
    def mail_bytes(self) -> int:
        return self.mail_mb * 1024 * 1024

    @property
    def attachment_bytes(self) -> int:
        return self.attachment_mb * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rules:
    """What a team set in triage.yaml about reading."""

    limits: Limits = Limits()
    block: tuple[str, ...] = ()  #: addresses and domains whose mail is set aside
    allow: tuple[str, ...] = ()  #: addresses and domains whose mail is never spam or bulk
    spam_points: float = 4.5  #: from which a mail is set aside as spam
    authority: str = "mx.google.com"  #: who may say in Authentication-Results that a sender is genuine
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: kind of id -> patterns
