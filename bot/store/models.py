"""The tables. Columns named `sealed_*` hold AES-GCM ciphertext; every plain text column is redacted or our own words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def now() -> datetime:
    """The present, with a time zone."""
    return datetime.now(UTC)


def _time(**kw: Any) -> Any:
    return Field(sa_type=sa.DateTime(timezone=True), **kw)


def _json(factory: Any) -> Any:
    return Field(default_factory=factory, sa_type=JSONB, nullable=False)


class Mailbox(SQLModel, table=True):
    """A shared mailbox that we poll. The cursor moves only in the transaction that stored what it yielded."""

    __tablename__ = "mailbox"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    address: str = Field(unique=True)
    history_id: str | None = None
    connected_at: datetime | None = _time(default=None)
    polled_at: datetime | None = _time(default=None)  #: last poll that went well
    trouble: str = ""  #: what is wrong and what to do, "" when all is well


class Message(SQLModel, table=True):
    """One mail, in or out, and its one fate. Made (state queued) in the transaction that moves the cursor."""

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("mailbox_id", "gmail_id"),
        sa.Index("ix_message_thread", "mailbox_id", "gmail_thread_id"),
        sa.Index("ix_message_aside", "fate", "received_at"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    mailbox_id: UUID = Field(foreign_key="mailbox.id")
    gmail_id: str
    gmail_thread_id: str = ""
    ticket_id: UUID | None = Field(default=None, foreign_key="ticket.id", index=True)
    direction: str = "in"  #: in, out
    backlog: bool = False  #: came with the first connection: raises no DM
    state: str = "queued"  #: queued -> read | gone (deleted in Gmail before we read it)
    fate: str | None = None  #: ticket (opened one), line (joined one), aside, ours
    reason: str = ""  #: why it was set aside; our own words
    received_at: datetime = _time(default_factory=now)
    sealed_raw: bytes | None = None
    sealed_details: bytes | None = None  #: JSON of the Email, real values
    subject: str = ""  #: redacted
    text: str = ""  #: redacted new text
    language: str = ""
    attachments: list[dict[str, Any]] = _json(list)  #: [{"type": ..., "size": ..., "inline": ...}], no names
    defects: list[str] = _json(list)
    risks: list[str] = _json(list)
    answerable: bool = True
    sender_hash: str = Field(default="", index=True)
    message_id_hash: str = Field(default="", index=True)
    customer_number: int | None = None
    domain: str = ""
    brought_back_by: str | None = None
    erased_at: datetime | None = _time(default=None)  #: somebody's data was erased: it is not fetched from Gmail again
    created_at: datetime = _time(default_factory=now)


class Customer(SQLModel, table=True):
    """A stable handle for an address that we only know by its keyed hash."""

    __tablename__ = "customer"
    address_hash: str = Field(primary_key=True)
    number: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(start=101), unique=True, nullable=False))
    created_at: datetime = _time(default_factory=now)


class Ticket(SQLModel, table=True):
    """One conversation. `version` moves with every change; a transition is a guarded UPDATE on it."""

    __tablename__ = "ticket"
    __table_args__ = (
        sa.Index("ix_ticket_thread", "mailbox_id", "gmail_thread_id"),
        sa.Index("ix_ticket_status", "status", "due_at"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(start=1001), unique=True, nullable=False))
    mailbox_id: UUID = Field(foreign_key="mailbox.id")
    gmail_thread_id: str
    linked_from: UUID | None = Field(default=None, foreign_key="ticket.id")
    version: int = 1
    status: str = "open"
    owner: str | None = None
    category: str = "other"
    priority: str = "normal"
    confidence: float = 0.0
    outage: bool = False
    needs_review: bool = False
    review_reason: str = ""
    subject: str = ""  #: redacted
    summary: str = ""  #: redacted
    asks: list[str] = _json(list)  #: redacted
    entities: dict[str, list[str]] = _json(dict)
    reasons: list[str] = _json(list)  #: why it was decided so; our own words
    source: str = "rules"
    language: str = ""
    channel: str = "triage"  #: the channel's name
    customer_hash: str = Field(default="", index=True)
    customer_number: int | None = None
    customer_mark: str = ""  #: the placeholder that stands for the customer's name
    domain: str = ""
    readable: bool = True
    risks: list[str] = _json(list)
    sealed_table: bytes | None = None  #: placeholder -> first spelling, JSON
    answered_by: str = ""  #: "", a Slack id, or "gmail"
    chain: str = ""  #: keyed hash of the newest event, so that cutting off the end of the history shows
    received_at: datetime = _time(default_factory=now)
    due_at: datetime | None = _time(default=None)
    first_answer_at: datetime | None = _time(default=None)
    closed_at: datetime | None = _time(default=None)
    erased_at: datetime | None = _time(default=None)  #: its text is gone: forgotten on request, or archived
    archived_at: datetime | None = _time(default=None)  #: only counted in daily_count from then on
    resigned_to: int = 0  #: events up to this one were signed anew because the keys that signed them were lost
    created_at: datetime = _time(default_factory=now)
    updated_at: datetime = _time(default_factory=now)


class Draft(SQLModel, table=True):
    """One revision of a proposed reply; revisions are never overwritten."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "revision"),)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    revision: int
    kind: str = "answer"
    source: str = ""
    body: str = ""  #: redacted, with placeholders
    sealed_body: bytes | None = None  #: the exact text with real values when a person wrote it
    sha256: str = ""  #: keyed fingerprint of the text with real values
    author: str | None = None  #: Slack id when a person wrote it
    flags: list[str] = _json(list)
    answers: list[str] = _json(list)  #: ids of the message rows it answers
    created_at: datetime = _time(default_factory=now)
    retired_at: datetime | None = _time(default=None)


class Reply(SQLModel, table=True):
    """The intent to send one approved draft revision; unique, so that an approval cannot happen twice."""

    __tablename__ = "reply"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "revision"),
        sa.Index(
            "uq_reply_in_flight",
            "ticket_id",
            unique=True,
            postgresql_where=sa.text("status in ('proposed','held','sending','uncertain')"),
        ),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    draft_id: UUID = Field(foreign_key="draft.id")
    revision: int  #: the draft's
    kind: str = "answer"
    status: str = "held"
    approved_by: str = ""
    approved_at: datetime = _time(default_factory=now)
    leaves_at: datetime = _time(default_factory=now)
    sealed_raw: bytes | None = None  #: the exact approved MIME bytes
    raw_sha256: str = ""  #: keyed fingerprint of these bytes
    gmail_thread_id: str = ""
    gmail_draft_id: str | None = None
    gmail_draft_message_id: str | None = None
    gmail_message_id: str | None = Field(default=None, index=True)
    sent_at: datetime | None = _time(default=None)
    error: str = ""
    updated_at: datetime = _time(default_factory=now)


class Event(SQLModel, table=True):
    """Who did what, when, from, to, why. A keyed hash chain per ticket, so that tampering shows."""

    __tablename__ = "event"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "seq"),)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    seq: int
    at: datetime = _time(default_factory=now)
    actor: str  #: a Slack id, or "triage", "customer", "gmail"
    action: str
    from_status: str | None = None
    to_status: str | None = None
    why: str = ""  #: our own words or redacted
    details: dict[str, Any] = _json(dict)
    salt: bytes = b""
    digest: str = ""  #: salted SHA-256 of the details: erasing the details leaves the chain verifiable
    mac: str = ""


class Card(SQLModel, table=True):
    """One Slack message that shows (or showed) a ticket. `id` is the key in the message's metadata."""

    __tablename__ = "card"
    __table_args__ = (
        sa.Index("uq_card_live", "ticket_id", unique=True, postgresql_where=sa.text("state in ('sending','live')")),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)
    channel: str  #: the channel's name
    channel_id: str = ""
    ts: str = ""
    state: str = "sending"  #: sending -> live -> retired (a newer card replaced it; shown as a link) -> gone
    version: int = 0  #: the ticket version it shows
    link_shown: bool = False  #: a retired card was rewritten as a link
    mail_seq: int = 0  #: how many mails of the ticket stand in its thread
    draft_ts: str = ""
    draft_revision: int = 0  #: the revision that its thread shows
    event_seq: int = 0  #: events up to this one stand in its thread
    mails: list[str] = _json(list)  #: ids of the message rows that stand in its thread
    hidden_seq: int = 0  #: its thread shows nothing that was hidden by the events up to this one
    posting: str = ""  #: key of the thread message that is being posted; "" when none is
    shown: str = ""  #: digest of what it shows, so that drawing the same again costs nothing
    base_seq: int = 0  #: the ticket's newest event when it was posted
    sending_since: datetime | None = _time(default=None)
    posted_at: datetime | None = _time(default=None)


class Notice(SQLModel, table=True):
    """One DM or on-call post that is owed. Unique on its key, so that it is owed once."""

    __tablename__ = "notice"
    key: str = Field(primary_key=True)  #: for example "assigned:TICKET:VERSION"
    ticket_id: UUID | None = Field(default=None, foreign_key="ticket.id")
    kind: str
    to: str  #: a Slack user id, or "#channel-name"
    text: str = ""  #: our own words or redacted
    state: str = "owed"  #: owed -> sending -> said | dropped; said -> stale when its text changed -> said
    channel_id: str = ""
    ts: str = ""
    created_at: datetime = _time(default_factory=now)


class Verdict(SQLModel, table=True):
    """What the virus scanner said of a file that we only know by the keyed hash of its content."""

    __tablename__ = "verdict"
    file_hash: str = Field(primary_key=True)
    state: str  #: clean, infected
    at: datetime = _time(default_factory=now)


class Seen(SQLModel, table=True):
    """Keys of what was handled once and must not be handled again: Slack event ids, submitted view ids."""

    __tablename__ = "seen"
    key: str = Field(primary_key=True)
    at: datetime = _time(default_factory=now)


class DailyCount(SQLModel, table=True):
    """What is left of archived tickets and mails: how many of a kind on a day."""

    __tablename__ = "daily_count"
    day: date = Field(primary_key=True)
    mailbox_id: UUID = Field(foreign_key="mailbox.id", primary_key=True)
    category: str = Field(primary_key=True)  #: "" for mails that were no ticket
    kind: str = Field(primary_key=True)  #: a field of lists.Numbers
    many: int = 0
    seconds: list[float] = _json(list)  #: of first_answer: how long each took, so that a median can still be told


class Receipt(SQLModel, table=True):
    """What upkeep did, in counts: erasures, retention, keys that were given up. No personal data."""

    __tablename__ = "receipt"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = _time(default_factory=now)
    kind: str  #: forget, retention, accept-loss, drop-key
    counts: dict[str, int] = _json(dict)


class KeyHolder(SQLModel, table=True):
    """A running process and the keys that it can read; a new key is written with when all of them have it."""

    __tablename__ = "key_holder"
    process: str = Field(primary_key=True)
    keys: list[str] = _json(list)  #: names only
    writes: str = ""  #: the name of the key that it seals with
    seen_at: datetime = _time(default_factory=now)


class KeyMark(SQLModel, table=True):
    """A keyed fingerprint of the keys that never change, so that foreign ones are noticed before they are used."""

    __tablename__ = "key_mark"
    purpose: str = Field(primary_key=True)  #: index, chain
    mark: str
