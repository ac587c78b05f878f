"""The types that flow between rooms: frozen, and with no behaviour beyond reading themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text that went through the redactor, or that is our own and holds no customer data.

    The only kind of text that may reach a channel, a DM, the model or a log. It is made in `pipeline.redact` (from mail
    and people's texts), by `bot.store` (reading back a column that was filled from one) and by `trusted` below; a test
    holds every other module to that. Personal data stands in it as `<TYPE_n>`.
    """

    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


def trusted(text: str) -> Redacted:
    """Our own words (template text, labels) as Redacted. Never call it with anything a customer or a model wrote."""
    return Redacted(text)


class Category(StrEnum):
    """What a mail is about; a closed set, checked in code after every model answer."""

    LEAD = "lead"
    SUPPORT = "support"
    BILLING = "billing"
    VENDOR = "vendor"
    SPAM = "spam"
    CAREER = "career"
    LEGAL = "legal"
    OTHER = "other"


class Role(StrEnum):
    """What somebody named in triage.yaml may do beyond answering."""

    AGENT = "agent"
    LEAD = "lead"  #: exports tickets
    LEGAL = "legal"  #: opens attachments of legal mail
    ADMIN = "admin"  #: exports tickets


class Priority(StrEnum):
    """How soon somebody should look; `URGENT` is for outages, safety and legal deadlines."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header. `email` is lower case; `name` is decoded, one line, possibly empty. Personal data."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment as the MIME tree describes it; `size` in bytes, `inline` for images that the HTML shows."""

    name: str
    type: str
    size: int
    sha256: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Email:
    """One parsed mail with real values: never leaves the reader's caller except sealed. All headers are one line each."""

    message_id: str
    subject: str
    sender: Address | None
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    text: str  #: the whole readable text
    new_text: str  #: what the person wrote now; equals `text` where stripping is unsure
    language: str  #: ISO 639-1, or "" when unsure
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  #: lower-case names of the few headers that screening reads
    hidden_text: bool = False  #: the HTML hides text from the human reader: an injection sign
    defects: tuple[str, ...] = ()  #: short codes, never content
    size: int = 0
    language_confidence: float = 0.0  #: 0 to 1
    earlier: int = 0  #: how many mails of the conversation came before this one, as far as it tells


@dataclass(frozen=True, slots=True)
class Screening:
    """Whether a mail is set aside, and why. `kind` "" means: it is for people."""

    kind: Literal["", "auto-reply", "bounce", "bulk", "spam", "ours"]
    reason: str  #: one clause in our own words, never the mail's; shown to people
    answerable: bool = True  #: False: never answer it automatically (RFC 3834 and practice)


@dataclass(frozen=True, slots=True)
class RedactedMail:
    """The redacted views of one mail and the placeholder table of its ticket (placeholder -> first spelling)."""

    subject: Redacted
    new_text: Redacted
    full_text: Redacted
    table: Mapping[str, str]  #: "<PERSON_1>" -> "Ana Silva"; personal data, only ever stored sealed
    sender: str = ""  #: the placeholder that stands for the sender's name, "" when the mail has none


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader returns for any bytes whatsoever. `redacted` is None when reading failed: nothing may leave then."""

    email: Email
    screening: Screening
    redacted: RedactedMail | None
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: what survives redaction: order, invoice, ...
    risks: tuple[str, ...] = ()  #: "hidden-text", "injection", "spoofed-sender", ... short codes
    company: str = ""  #: the registered domain of the sender's company, "" for mail providers

    @property
    def readable(self) -> bool:
        """Whether the mail could be parsed and redacted."""
        return self.redacted is not None


@dataclass(frozen=True, slots=True)
class Triage:
    """What a mail is, according to `source`. Every text is redacted."""

    category: Category
    priority: Priority
    summary: Redacted
    asks: tuple[Redacted, ...]
    entities: Mapping[str, tuple[str, ...]]
    confidence: float  #: 0 to 1
    outage: bool = False  #: the customer cannot work at all
    needs_no_answer: bool = False  #: "Thanks!" and the like
    source: str = "rules"  #: "rules", or the model's name; a sandbox's stand-in says "recorded"
    reasons: tuple[str, ...] = ()  #: rules fired, fallbacks taken; our own words


class DraftKind(StrEnum):
    """An answer settles what was asked; an acknowledgement only says that we read it."""

    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"


@dataclass(frozen=True, slots=True)
class DraftText:
    """A proposed reply with placeholders in it; `flags` are reasons why a person must look (from pipeline.check)."""

    kind: DraftKind
    body: Redacted
    source: str  #: "template:NAME", a model's name, or "recorded"
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the ticket goes and why; all reasons are our own words."""

    category: Category
    channel: str  #: a channel name from the configuration, without '#'
    priority: Priority
    due_at: datetime
    needs_review: bool
    alert_oncall: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyData:
    """A reply's state as the card shows it."""

    status: str
    revision: int
    by: str  #: Slack id of who approved, "" for none
    leaves_at: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""  #: plain cause and next step


@dataclass(frozen=True, slots=True)
class CardData:
    """Everything a card shows. The card is a pure function of this, and this a pure function of the rows."""

    ticket: str  #: UUID as text; goes into button values
    number: int
    version: int
    status: str
    owner: str | None  #: Slack id
    category: str
    priority: str
    confidence: float
    needs_review: bool
    review_reason: str
    subject: Redacted
    summary: Redacted
    asks: tuple[Redacted, ...]
    language: str
    customer: str  #: "C-214"
    domain: str  #: "" when unknown or a free-mail one
    earlier: int  #: how many tickets this customer had before
    mails: int  #: how many mails of the customer are on the ticket
    received_at: datetime
    due_at: datetime | None
    source: str  #: Triage.source
    draft: Redacted | None
    draft_revision: int
    draft_kind: str
    draft_source: str
    draft_flags: tuple[str, ...] = ()
    draft_retired: bool = False
    reply: ReplyData | None = None
    answered_by: str = ""  #: "", a Slack id, or "gmail" when a colleague answered from Gmail itself
    gmail_url: str = ""
    channel: str = ""
    readable: bool = True
    attachments: int = 0
    risks: tuple[str, ...] = ()
    one_click: bool = False  #: PRODUCT.md, "When one click sends"
    why_not_one_click: tuple[str, ...] = ()
    draft_author: str = ""  #: Slack id of the person who wrote the draft, "" when nobody did
    claimed_at: datetime | None = None  #: when the present owner got it
    answered_at: datetime | None = None  #: when the newest answer left
    acknowledged_at: datetime | None = None  #: when the newest acknowledgement left
    closed_at: datetime | None = None
    closed_by: str = ""  #: Slack id
    close_reason: str = ""
    follows: int = 0  #: number of the closed ticket that this one continues, 0 for none
    outage: bool = False
    erased: bool = False  #: its text is gone: forgotten on request, or archived


@dataclass(frozen=True, slots=True)
class ThreadMail:
    """One mail of the customer as the thread under the card shows it."""

    message: str  #: id of the message row
    received_at: datetime
    subject: Redacted
    text: Redacted
    attachments: tuple[tuple[str, int], ...] = ()  #: (type, size in bytes); names may hold personal data
    readable: bool = True
    aside: str = ""  #: why it needs nobody ("out-of-office"), "" for a mail that does


@dataclass(frozen=True, slots=True)
class ThreadEvent:
    """One event of the ticket as the thread shows it. `why` is redacted or our own words."""

    seq: int
    at: datetime
    actor: str  #: a Slack id, or "triage", "customer", "gmail"
    action: str
    why: Redacted
    to: str = ""  #: Slack id of who got the ticket, for a reassignment


@dataclass(frozen=True, slots=True)
class Person:
    """Who clicked. `local` is False for people of other organisations; `guest` covers single- and multi-channel guests."""

    id: str
    name: str
    guest: bool = False
    local: bool = True
    bot: bool = False
