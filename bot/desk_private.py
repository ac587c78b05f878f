"""The desk's private side: looking at originals, opening attachments, exporting, and hiding what the masking missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import roles
from bot.desk_reply import Replies, permit, shown_address
from bot.errors import Refused
from bot.files import UNSCANNED, Files, neutral_name
from bot.store import cards, drafts, events, hiding, mailboxes, messages, tickets
from bot.store.models import Message, Ticket
from bot.ticket import Action
from bot.values import Attachment, Email, Person
from modals import hide
from modals.original import OriginalData, OriginalFile, OriginalMail
from pipeline.redact.hiding import HIDDEN, SHORTEST, folded, squeezed
from pipeline.redact.hiding import hide as mask_in
from pipeline.redact.placeholders import PLACEHOLDER

log = logging.getLogger("triage.desk")

_FETCHING = 1.5  #: seconds; Slack gives a click three
_OPENED = 40 * 1024 * 1024  #: bytes of an attachment that are handed over in Slack


class Privacy(Replies):
    """What touches real values. Every look is recorded before anything is returned."""

    files: Files | None = None  #: None where nobody can open attachments from Slack
    _fetching: set[asyncio.Future[int]]
    recall: Callable[[UUID], Awaitable[int]] | None = None  #: reads originals again from Gmail whose time here is over

    # Looking

    async def original(self, ticket_id: UUID, by: Person, *, again: bool = False) -> OriginalData:
        """The mails with real values, newest first; who looked and when is recorded first, unless they look `again`."""
        permit(by)
        roles.require(roles.may_look(self._config, by))
        await self._read_again(ticket_id)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            _not_erased(ticket)
            mails = await messages.of_ticket(s, ticket_id)
            if not again:
                await events.append(s, ticket, Action.VIEW_ORIGINAL, actor=by.id, from_status=ticket.status)
        log.info("original viewed ticket=%s by=%s again=%s", ticket_id, by.id, again)
        newest = sorted(mails, key=lambda mail: mail.received_at, reverse=True)
        kept = [(mail, messages.open_email(self._vault, mail)) for mail in newest if mail.sealed_details or mail.sealed_raw]
        closed = roles.may_open(self._config, by, ticket.category) or ("" if self.files else "They can be opened in Gmail.")
        states = await self._states([email for _, email in kept if email is not None])
        shown = tuple(self._original(mail, email, states) for mail, email in kept)
        may_export = not roles.may_export(self._config, by)
        return OriginalData(ticket.id, ticket.number, shown, await self._gmail_url(ticket), closed, may_export)

    async def _read_again(self, ticket_id: UUID) -> None:
        """Fetch what is not kept here, at most as long as a click may wait: the rest comes while the person reads."""
        if self.recall is None:
            return
        fetching = asyncio.ensure_future(self.recall(ticket_id))
        self._fetching.add(fetching)
        fetching.add_done_callback(self._fetched)
        await asyncio.wait({fetching}, timeout=_FETCHING)

    def _fetched(self, fetching: asyncio.Future[int]) -> None:
        """What could not be fetched is simply not shown; the modal leads to Gmail."""
        self._fetching.discard(fetching)
        error = None if fetching.cancelled() else fetching.exception()
        if error is not None:
            log.warning("originals not read again cause=%s", type(error).__name__)

    async def _states(self, mails: list[Email]) -> dict[str, str]:
        hashes = {file.sha256 for email in mails for file in email.attachments}
        return await self.files.states(hashes) if self.files and hashes else {}

    async def _gmail_url(self, ticket: Ticket) -> str:
        async with self._db.read() as s:
            mailbox = await mailboxes.get(s, ticket.mailbox_id)
        return cards.gmail_url(mailbox.address, ticket.gmail_thread_id) if mailbox else ""

    def _original(self, mail: Message, email: Email | None, states: dict[str, str]) -> OriginalMail:
        if email is None or (not email.text and mail.defects):
            return self._source(mail, email)
        return OriginalMail(
            id=mail.id,
            sender=shown_address(email.sender) if email.sender else "unknown",
            to=", ".join(map(shown_address, email.to)) or "nobody",
            cc=", ".join(map(shown_address, email.cc)),
            subject=email.subject,
            received_at=mail.received_at,
            text=email.text,
            files=tuple(_file(at, file, states) for at, file in enumerate(email.attachments) if not file.inline),
            ours=mail.direction == "out",
        )

    def _source(self, mail: Message, email: Email | None) -> OriginalMail:
        """A mail that could not be parsed, as its source."""
        raw = messages.open_raw(self._vault, mail) or b""
        sender = shown_address(email.sender) if email and email.sender else "unknown"
        subject = email.subject if email else ""
        text = raw[:200_000].decode("utf-8", "replace")
        ours = mail.direction == "out"
        return OriginalMail(mail.id, sender, "unknown", "", subject, mail.received_at, text, raw=True, ours=ours)

    # Attachments

    async def scan_all(self, ticket_id: UUID) -> bool:
        """Have every attachment scanned that no verdict is known of; whether anything is known now that was not."""
        if self.files is None or self.files.scanner is None:
            return False
        async with self._db.read() as s:
            mails = await messages.of_ticket(s, ticket_id)
        learned = False
        for mail in mails:
            email, raw = messages.open_email(self._vault, mail), messages.open_raw(self._vault, mail)
            hashes = [file.sha256 for file in email.attachments if not file.inline] if email else []
            before = await self.files.states(hashes)
            for sha256 in hashes:
                if raw is not None and before[sha256] == UNSCANNED:
                    await self.files.scan(raw, sha256)
            learned = learned or await self.files.states(hashes) != before
        return learned

    async def attachment(self, ticket_id: UUID, by: Person, message_id: UUID, at: int) -> tuple[str, bytes]:
        """A name without personal data and the bytes of one attachment; who opened which and when is recorded first."""
        permit(by)
        async with self._db.read() as s:
            ticket, mail = await tickets.get(s, ticket_id), await messages.get(s, message_id)
        if self.files is None or ticket is None or mail is None or mail.ticket_id != ticket_id:
            raise Refused("This attachment is not there any more.")
        roles.require(roles.may_open(self._config, by, ticket.category))
        email, raw = messages.open_email(self._vault, mail), messages.open_raw(self._vault, mail)
        if email is None or raw is None or at >= len(email.attachments):
            raise Refused("The original is not kept here any more. Please open the attachment in Gmail.")
        file = email.attachments[at]
        if file.size > _OPENED:
            raise Refused("This attachment is too large for Slack. Please open it in Gmail.")
        data = await self.files.open(raw, file.sha256)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            roles.require(roles.may_open(self._config, by, ticket.category))  # it may have become a legal one meanwhile
            details = {"file": self.files.mark(file.sha256), "message": str(message_id)}
            kind = Action.OPEN_ATTACHMENT
            await events.append(s, ticket, kind, actor=by.id, from_status=ticket.status, details=details)
        log.info("attachment opened ticket=%s by=%s bytes=%s", ticket_id, by.id, len(data))
        return neutral_name(ticket.number, at + 1, file.type), data

    # Export

    async def export(self, ticket_id: UUID, by: Person) -> tuple[int, dict[str, Any]]:
        """The ticket's number and everything about it with real values; recorded first."""
        permit(by)
        roles.require(roles.may_export(self._config, by))
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            await events.append(s, ticket, Action.EXPORT, actor=by.id, from_status=ticket.status)
            found = await self._everything(s, ticket)
        log.info("exported ticket=%s by=%s", ticket_id, by.id)
        return ticket.number, found

    async def _everything(self, s: AsyncSession, ticket: Ticket) -> dict[str, Any]:
        mails = [(mail, messages.open_email(self._vault, mail)) for mail in await messages.of_ticket(s, ticket.id)]
        table = {mark: value for mark, value in tickets.open_table(self._vault, ticket).items() if PLACEHOLDER.fullmatch(mark)}
        return {
            "ticket": ticket.model_dump(exclude={"sealed_table", "chain", "customer_hash"}),
            "placeholders": table,
            "mails": [
                {"id": mail.id, "direction": mail.direction, "received_at": mail.received_at, "mail": email and asdict(email)}
                for mail, email in mails
            ],
            "drafts": [
                {**draft.model_dump(exclude={"sealed_body", "sha256"}), "text": self._exact(ticket, draft)}
                for draft in await drafts.of_ticket(s, ticket.id)
            ],
            "events": [event.model_dump(exclude={"salt", "digest", "mac"}) for event in await events.of_ticket(s, ticket.id)],
        }

    # Hide this

    async def about_to_hide(self, ticket_id: UUID, by: Person) -> Ticket:
        """The ticket, if this person may hide something on it."""
        permit(by)
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
        if ticket is None:
            raise Refused("This ticket is not there any more.")
        return ticket

    async def hide(self, ticket_id: UUID, by: Person, value: str, kind: str) -> int:
        """Mask a value everywhere on the ticket, from now on in its later mails too; returns how many places that were."""
        permit(by)
        value = " ".join(value.split())
        self._hideable(value)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            marks = _Marks(tickets.open_table(self._vault, ticket), value, kind)
            done = await hiding.hide(
                s,
                ticket,
                lambda text: mask_in(text, value, lambda _: marks.first),
                lambda text: mask_in(text, value, marks.exactly),
                lambda domain: squeezed(value) in squeezed(domain),
            )
            await tickets.add_table(s, ticket_id, marks.table)
            details = {"placeholders": marks.used, "places": done.places, "amended": done.amended}
            await tickets.transition(s, ticket_id, Action.HIDE, actor=by.id, details=details)
        log.info("hid ticket=%s by=%s places=%s", ticket_id, by.id, done.places)
        return done.places

    def _hideable(self, value: str) -> None:
        """Refuse what would make cards unreadable; no sentence repeats the value."""
        wanted = folded(value)
        if len(wanted.replace(" ", "")) < SHORTEST or not any(char.isalnum() for char in wanted):
            raise Refused(f"That is too short to be hidden: at least {SHORTEST} letters or digits are needed.")
        if PLACEHOLDER.search(value) or hide.STANDS_IN.fullmatch(wanted):
            raise Refused("That stands for something that is hidden already.")
        if wanted in {folded(name) for name in self._config.privacy.allow}:
            raise Refused("That is one of the names that may be shown: `privacy.allow` in triage.yaml lists it.")
        if all(word in hide.OUR_WORDS for word in wanted.split()):
            raise Refused("That is a word of Triage's own or a very common one: cards could not be read without it.")


class _Marks:
    """The placeholders for one value: one as it is known best, and more for other spellings in drafts, which leave exactly."""

    def __init__(self, known: dict[str, str], value: str, kind: str) -> None:
        self.table = dict(known)
        self.kind = kind
        same = [mark for mark, held in known.items() if PLACEHOLDER.fullmatch(mark) and folded(held) == folded(value)]
        self.first = same[0] if same else self._new(value)
        self.table[f"{HIDDEN}{self.first}"] = self.table[self.first]
        self.used = [self.first]

    def _new(self, value: str) -> str:
        numbers = [int(found[2]) for mark in self.table if (found := PLACEHOLDER.fullmatch(mark)) and found[1] == self.kind]
        mark = f"<{self.kind}_{max(numbers, default=0) + 1}>"
        self.table[mark] = value
        return mark

    def exactly(self, found: str) -> str:
        """The placeholder that is put back as exactly these characters."""
        mark = next(
            (mark for mark, held in self.table.items() if held == found and PLACEHOLDER.fullmatch(mark)), ""
        ) or self._new(found)
        if mark not in self.used:
            self.used.append(mark)
        return mark


def _not_erased(ticket: Ticket) -> None:
    if ticket.erased_at is not None:
        raise Refused("The text and the addresses of this ticket were erased. There is no original to show.")


def _file(at: int, file: Attachment, states: dict[str, str]) -> OriginalFile:
    return OriginalFile(at, file.name, file.type, file.size, states.get(file.sha256, UNSCANNED))
