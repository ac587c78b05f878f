"""Writes what became of a mail: message, ticket, draft, event and the jobs that show it, in one transaction per fate."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Config
from bot.errors import LostRace
from bot.store import customers, drafts, mailroom, messages, notices, queue, tickets
from bot.store.db import Database
from bot.store.models import Message, Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action, Status
from bot.values import Decision, DraftText, Priority, Reading, Triage

log = logging.getLogger("triage.intake")

#: A closed conversation that is taken up again after this long is a new ticket.
REOPENS_FOR = timedelta(days=14)

_RANK = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2, Priority.URGENT: 3}


class Fate(StrEnum):
    """What becomes of a mail that came in."""

    OPENED = "opened"  #: a ticket of its own
    JOINED = "joined"  #: the customer wrote again
    NOTED = "noted"  #: a line on its ticket that wakes nobody
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was known of a mail's conversation while it was read; filing starts over when that changed."""

    ticket: Ticket | None
    table: Mapping[str, str]
    unanswered: tuple[Message, ...] = ()  #: earlier mails of the customer that nobody answered

    @property
    def over(self) -> bool:
        """Closed so long ago that a new mail is a new ticket, linked to this one."""
        closed_at = self.ticket.closed_at if self.ticket and self.ticket.status == Status.CLOSED else None
        return closed_at is not None and closed_at < now() - REOPENS_FOR

    def same_as(self, other: Conversation) -> bool:
        """Whether what the reading was based on still holds."""
        return (
            (self.ticket and self.ticket.id) == (other.ticket and other.ticket.id)
            and self.table == other.table
            and [m.id for m in self.unanswered] == [m.id for m in other.unanswered]
            and self.over == other.over
        )


@dataclass(frozen=True, slots=True)
class Understood:
    """One mail after all steps."""

    fate: Fate
    reading: Reading
    triage: Triage | None = None
    decision: Decision | None = None
    draft: DraftText | None = None
    reason: str = ""  #: why it is set aside or needs nobody
    by: str = ""  #: the Slack id of who brought it back


@dataclass(frozen=True, slots=True)
class Filed:
    """The fate is written; `ticket_id` is None for what was set aside or had its fate already."""

    ticket_id: UUID | None = field(default=None)


class Filing:
    """The writing half of intake."""

    def __init__(self, db: Database, vault: Vault, config: Config) -> None:
        self._db, self._vault, self._config = db, vault, config

    async def conversation(self, s: AsyncSession, message: Message, reading: Reading | None = None) -> Conversation:
        """What is known of the conversation that `message` belongs to; nobody else files into it until the transaction ends.

        A failure report that came as a conversation of its own belongs to the one whose reply it gives back.
        """
        ticket = await tickets.by_thread(s, message.mailbox_id, message.gmail_thread_id)
        if ticket is None and reading is not None and gives_back(reading):
            headers = reading.email.headers
            hashes = [self._vault.blind(one) for one in headers.get("returned-ids", "").split()[:50]]
            ticket = await mailroom.returned_to(s, message.mailbox_id, headers.get("returned-reply-id", ""), hashes)
        if ticket is None or ticket.erased_at is not None:  # nothing joins a ticket whose text was erased
            return Conversation(None, {})
        unanswered = await mailroom.unanswered(s, ticket.id)
        return Conversation(ticket, tickets.open_table(self._vault, ticket), tuple(unanswered))

    async def file(self, message: Message, understood: Understood, based_on: Conversation) -> Filed | None:
        """Write the fate; None when the conversation changed since it was read, so that it must be read again."""
        async with self._db.transaction() as s:
            talk = await self.conversation(s, message, None if understood.by else understood.reading)
            current = await messages.get(s, message.id)
            if current is None or current.fate != ("aside" if understood.by else None):
                if understood.by:
                    raise brought_back(current)
                return Filed()
            if not talk.same_as(based_on):
                return None
            ticket_id = await self._write(s, current, understood, talk)
        log.info("filed message=%s fate=%s ticket=%s", message.id, understood.fate, ticket_id)
        return Filed(ticket_id)

    async def _write(self, s: AsyncSession, message: Message, mail: Understood, talk: Conversation) -> UUID | None:
        match mail.fate, talk.ticket:
            case Fate.ASIDE, _:
                await self._save(s, message, mail, None, "aside")
                return None
            case Fate.NOTED, Ticket() as ticket:
                return await self._note(s, message, mail, ticket)
            case Fate.JOINED, Ticket() as ticket:
                return await self._join(s, message, mail, ticket, talk)
        return await self._open(s, message, mail, talk)

    async def _open(self, s: AsyncSession, message: Message, mail: Understood, talk: Conversation) -> UUID:
        """A ticket of its own, linked to the one that was closed long ago if there is one."""
        columns = _facts(mail) | await self._sender(s, mail.reading)
        ticket = await tickets.create(
            s,
            mailbox_id=message.mailbox_id,
            gmail_thread_id=message.gmail_thread_id,
            actor=mail.by or tickets.TRIAGE,
            action=Action.RESTORE if mail.by else Action.CREATE,
            why=f"set aside before: {message.reason}" if mail.by else "",
            details={"message": str(message.id), "category": columns["category"], "confidence": columns["confidence"]},
            table=mail.reading.redacted.table if mail.reading.redacted else talk.table,
            linked_from=talk.ticket.id if talk.ticket else None,
            received_at=message.received_at,
            due_at=None if message.backlog else mail.decision and mail.decision.due_at,
            **columns,
        )
        await self._save(s, message, mail, ticket, "ticket")
        await self._propose(s, ticket, message, mail, talk)
        await self._tell(s, ticket, message, mail)
        return ticket.id

    async def _join(self, s: AsyncSession, message: Message, mail: Understood, ticket: Ticket, talk: Conversation) -> UUID:
        """The customer wrote again: the ticket is open, what was drafted before is retired, its owner is told."""
        if mail.reading.redacted:
            await tickets.add_table(s, ticket.id, mail.reading.redacted.table)
        await self._save(s, message, mail, ticket, "line")
        ticket = await tickets.transition(
            s,
            ticket.id,
            Action.CUSTOMER_WROTE,
            actor=mail.by or tickets.CUSTOMER,
            why="brought back from what was set aside" if mail.by else "",
            details={"message": str(message.id)},
            **_changes(ticket, mail, message),
        )
        await self._propose(s, ticket, message, mail, talk)
        if not message.backlog:
            await notices.customer_wrote(s, ticket)
        await self._tell(s, ticket, message, mail)
        return ticket.id

    async def _note(self, s: AsyncSession, message: Message, mail: Understood, ticket: Ticket) -> UUID:
        """A thank-you or an automatic answer stands in the thread and changes nothing."""
        if mail.reading.redacted:
            await tickets.add_table(s, ticket.id, mail.reading.redacted.table)
        await self._save(s, message, mail, ticket, "line")
        details = {"message": str(message.id)}
        await tickets.transition(s, ticket.id, Action.NOTED, actor=tickets.CUSTOMER, why=mail.reason, details=details)
        return ticket.id

    async def _propose(self, s: AsyncSession, ticket: Ticket, message: Message, mail: Understood, talk: Conversation) -> None:
        """The new draft, which answers whatever is unanswered; without one the old draft is retired all the same."""
        if mail.draft is None:
            await drafts.retire(s, ticket.id)
            return
        await drafts.add(
            s,
            ticket.id,
            kind=mail.draft.kind,
            source=mail.draft.source,
            body=mail.draft.body,
            flags=mail.draft.flags,
            answers=[str(m.id) for m in (*(() if talk.over else talk.unanswered), message)],
        )

    async def _tell(self, s: AsyncSession, ticket: Ticket, message: Message, mail: Understood) -> None:
        """On-call hears of an outage, and Gmail gets its label."""
        if mail.decision is not None and mail.decision.alert_oncall and not message.backlog:
            await notices.outage(s, ticket, channel=self._config.channels.oncall)
        await queue.enqueue(s, queue.TIDY, str(ticket.id))

    async def _save(self, s: AsyncSession, message: Message, mail: Understood, ticket: Ticket | None, fate: str) -> None:
        """The mail's own row: what was read of it, and its fate."""
        if mail.by and ticket is not None:
            restored = await messages.bring_back(s, message.id, by=mail.by, ticket_id=ticket.id, fate=fate)
            restored.reason = ""
            if mail.reading.redacted is not None:  # placeholders are those of the ticket now
                restored.subject, restored.text = mail.reading.redacted.subject.text, mail.reading.redacted.new_text.text
            return
        who = await self._sender(s, mail.reading)
        await messages.save_read(
            s,
            message.id,
            mail.reading,
            fate=fate,
            reason=mail.reason,
            ticket_id=ticket.id if ticket else None,
            customer_number=who["customer_number"],
            domain=who["domain"],
        )

    async def _sender(self, s: AsyncSession, reading: Reading) -> dict[str, Any]:
        sender = reading.email.sender
        if sender is None:
            return {"customer_hash": "", "customer_number": None, "domain": ""}
        return {
            "customer_mark": reading.redacted.sender if reading.redacted else "",
            "customer_hash": self._vault.blind(sender.email),
            "customer_number": await customers.handle(s, self._vault, sender.email),
            "domain": reading.company,
        }


def gives_back(reading: Reading) -> bool:
    """Whether the mail is a failure report that names the mail it is about."""
    headers = reading.email.headers
    return reading.screening.kind == "bounce" and bool(headers.get("returned-ids") or headers.get("returned-reply-id"))


def _facts(mail: Understood) -> dict[str, Any]:
    """What the steps found out, as columns of a new ticket; only what was triaged becomes one."""
    reading, triage, decision = mail.reading, mail.triage, mail.decision
    assert triage is not None
    assert decision is not None
    return {
        "category": decision.category.value,
        "priority": decision.priority.value,
        "confidence": triage.confidence,
        "outage": triage.outage,
        "needs_review": decision.needs_review,
        "review_reason": decision.reasons[0] if decision.needs_review and decision.reasons else "",
        "subject": reading.redacted.subject.text if reading.redacted else "",
        "summary": triage.summary.text,
        "asks": [ask.text for ask in triage.asks],
        "entities": {name: list(values) for name, values in triage.entities.items()},
        "reasons": list(decision.reasons),
        "source": triage.source,
        "language": reading.email.language,
        "channel": decision.channel,
        "readable": reading.readable,
        "risks": list(reading.risks),
    }


def _changes(ticket: Ticket, mail: Understood, message: Message) -> dict[str, Any]:
    """What a further mail changes: the words and the urgency; not the category, the channel or the subject people know it by."""
    new = _facts(mail)
    alarming = new["needs_review"] and (bool(new["risks"]) or not new["readable"])  # that its category is unsure is old news
    kept = max(Priority(ticket.priority), Priority(new["priority"]), key=_RANK.__getitem__)
    entities = {name: list(dict.fromkeys([*ticket.entities.get(name, []), *values])) for name, values in new["entities"].items()}
    return {
        "summary": new["summary"],
        "asks": new["asks"],
        "source": new["source"],
        "language": new["language"] or ticket.language,
        "priority": kept.value,
        "outage": ticket.outage or new["outage"],
        "entities": {**ticket.entities, **entities},
        "reasons": new["reasons"],
        "risks": sorted({*ticket.risks, *new["risks"]}),
        "readable": new["readable"],
        "needs_review": alarming or ticket.needs_review,
        "review_reason": new["review_reason"] if alarming else ticket.review_reason,
        "due_at": None if message.backlog else mail.decision and mail.decision.due_at,
    }


def brought_back(message: Message | None) -> LostRace:
    """Somebody else was faster with Bring back."""
    who = message.brought_back_by if message else None
    said = f"<@{who}> already brought this mail back." if who else "This mail is not in the set-aside list any more."
    return LostRace(said, winner=who)
