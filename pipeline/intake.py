"""The conductor: takes one queued mail from Gmail through the steps and gives it its one fate."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from uuid import UUID

from bot.clients.gmail import GmailClient
from bot.config import Config
from bot.errors import Missing, Temporary
from bot.store import mailroom, messages
from bot.store.db import Database
from bot.store.models import Message
from bot.store.vault import Vault
from bot.values import Category, DraftText, Reading, Screening, Triage
from pipeline import check, compose, decide
from pipeline.classify import Classifier
from pipeline.draft import Drafter
from pipeline.filing import Conversation, Fate, Filing, Understood, brought_back, gives_back
from pipeline.outgoing import Outgoing
from pipeline.reader import Reader

log = logging.getLogger("triage.intake")

_TRIES = 5
_QUIET = frozenset({"auto-reply", "bounce"})  #: in a conversation these are a line that wakes nobody


@dataclass(frozen=True, slots=True)
class Steps:
    """The pipeline's steps that keep something between two mails."""

    reader: Reader
    classifier: Classifier
    drafter: Drafter


class Intake:
    """Takes mails in. `mailbox` is the address that is polled, `ours` every address that is we."""

    def __init__(
        self, db: Database, vault: Vault, gmail: GmailClient, steps: Steps, config: Config, *, mailbox: str, ours: frozenset[str]
    ) -> None:
        self._db, self._vault, self._gmail, self.steps, self._config = db, vault, gmail, steps, config
        self._mailbox, self._ours = mailbox, ours | {mailbox}
        self._filing = Filing(db, vault, config)
        self._outgoing = Outgoing(db, vault)

    async def take(self, message_id: str) -> None:
        """Give a queued mail its fate; nothing to do when it has one. Mails of a conversation are taken in their order."""
        async with self._db.read() as s:
            message = await messages.get(s, UUID(message_id))
            earlier = await mailroom.queued_before(s, message) if message is not None else []
        if message is None or message.state != "queued":
            return
        for other in earlier:
            await self._take_first(other)
        await self._take(message)

    async def _take_first(self, other: Message) -> None:
        try:
            await self._take(other)
        except Exception as error:  # its own job tries again and reports; it must not hold up what came after it
            log.warning("earlier mail waits message=%s error=%s", other.id, type(error).__name__)

    async def _take(self, message: Message) -> None:
        raw, labels = await self._fetch(message)
        if raw is None:
            return
        async with self._db.read() as s:
            message = await messages.get(s, message.id) or message
        if "SENT" in labels and "INBOX" not in labels:
            talk = await self._conversation(message)
            reading = await self.steps.reader.read(raw, known=talk.table, ours=self._ours, labels=labels)
            await self._outgoing.file(message, reading)
        else:
            await self._file(message, raw, labels)

    async def _fetch(self, message: Message) -> tuple[bytes | None, frozenset[str]]:
        """The original and its labels; it is sealed before anything is tried with it. None: deleted before it was ever read."""
        try:
            mail = await self._gmail.raw(message.gmail_id)
        except Missing:
            if (kept := messages.open_raw(self._vault, message)) is not None:
                return kept, frozenset({"INBOX"})
            async with self._db.transaction() as s:
                await messages.mark_gone(s, message.id)
            log.info("gone message=%s", message.id)
            return None, frozenset()
        async with self._db.transaction() as s:
            await messages.save_raw(s, message.id, mail.raw, thread_id=mail.ref.thread_id, received_at=mail.received_at)
        return mail.raw, mail.ref.labels

    async def restore(self, message_id: str | UUID, by: str) -> UUID:
        """Make a ticket of a set-aside mail after all; returns the ticket. LostRace: somebody else brought it back."""
        async with self._db.read() as s:
            message = await messages.get(s, UUID(str(message_id)))
        raw = await self._original(message) if message is not None else None
        if message is None or message.fate != "aside" or raw is None:
            raise brought_back(message)
        ticket = await self._file(message, raw, frozenset({"INBOX"}), by=by)
        if ticket is None:
            raise brought_back(message)
        return ticket

    async def _original(self, message: Message) -> bytes | None:
        """The original, from Gmail when its time here is over; None when it is gone there too, or was erased."""
        if (kept := messages.open_raw(self._vault, message)) is not None or message.erased_at is not None:
            return kept
        try:
            return (await self._gmail.raw(message.gmail_id)).raw
        except Missing:
            return None

    async def _file(self, message: Message, raw: bytes, labels: frozenset[str], *, by: str = "") -> UUID | None:
        """Read, understand and file; once more when the conversation changed meanwhile."""
        for _ in range(_TRIES):
            talk = await self._conversation(message)
            reading = await self.steps.reader.read(raw, known=talk.table, ours=self._ours, labels=labels)
            if talk.ticket is None and not by and gives_back(reading):
                talk = await self._conversation(message, reading)
                if talk.ticket is not None:
                    reading = await self.steps.reader.read(raw, known=talk.table, ours=self._ours, labels=labels)
            understood = await self._understand(message, reading, talk, by)
            if (filed := await self._filing.file(message, understood, talk)) is not None:
                return filed.ticket_id
        raise Temporary("The conversation keeps changing while its mail is read.")

    async def _conversation(self, message: Message, reading: Reading | None = None) -> Conversation:
        async with self._db.read() as s:
            return await self._filing.conversation(s, message, reading)

    async def _understand(self, message: Message, reading: Reading, talk: Conversation, by: str) -> Understood:
        fate = None if by else _by_screening(reading.screening, talk)
        if fate is not None:
            return Understood(fate, reading, reason=reading.screening.reason)
        triage = await self.steps.classifier.classify(reading)
        if not by and talk.ticket is None and triage.category is Category.SPAM and triage.confidence >= self._config.review_below:
            return Understood(Fate.ASIDE, reading, triage, reason="it reads like spam")
        if not by and talk.ticket is not None and triage.needs_no_answer and not reading.risks:
            return Understood(Fate.NOTED, reading, triage, reason="it needs no answer")
        if talk.ticket is not None and not talk.over:
            triage = replace(triage, category=Category(talk.ticket.category))  # what people know the conversation as
        draft = await self._draft(triage, reading, talk)
        return replace(self._decided(message, reading, talk, triage, by), draft=draft)

    def _decided(self, message: Message, reading: Reading, talk: Conversation, triage: Triage, by: str) -> Understood:
        decision = decide.decide(
            triage, config=self._config, received_at=message.received_at, readable=reading.readable, risks=reading.risks
        )
        fate = Fate.OPENED if talk.ticket is None or talk.over else Fate.JOINED
        return Understood(fate, reading, triage, decision, by=by)

    async def _draft(self, triage: Triage, reading: Reading, talk: Conversation) -> DraftText | None:
        """A draft that answers everything unanswered, with the reasons why a person must look at it."""
        who = compose.recipients(reading.email, self._ours, self._mailbox)
        if not who.to or reading.redacted is None:
            return None
        earlier = () if talk.over else talk.unanswered
        language = reading.email.language or (talk.ticket.language if talk.ticket else "")
        draft = await self.steps.drafter.draft(triage, reading, tuple(map(mailroom.text, earlier)), language)
        if draft is None:
            return None
        flags = check.flags(
            draft.body,
            sender_placeholder=reading.redacted.sender,
            table=reading.redacted.table,
            mail=reading.redacted,
            triage=triage,
            recipients_note=" ".join(who.notes) or None,
            risks=reading.risks,
        )
        return replace(draft, flags=tuple(dict.fromkeys((*draft.flags, *flags))))


def _by_screening(screening: Screening, talk: Conversation) -> Fate | None:
    """What screening alone decides. In a conversation an automatic answer is a line, and a list's headers say nothing."""
    if not screening.kind:
        return None
    if talk.ticket is None:
        return Fate.ASIDE
    if screening.kind in _QUIET:
        return Fate.NOTED
    return None if screening.kind == "bulk" else Fate.ASIDE
