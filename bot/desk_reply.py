"""The desk's replies: what may leave at one click, what must be reviewed first, and how exactly that is approved once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Config
from bot.errors import LostRace, NotAllowed, Refused, StaleDraft, VendorError
from bot.store import cards, drafts, lists, mailboxes, messages, queue, replies, seen, tickets
from bot.store.db import Database
from bot.store.models import Draft, Message, Reply, Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus, Status, allowed
from bot.values import Address, DraftKind, Email, Person, Redacted, ThreadEvent, trusted
from modals import card, lines, parts
from modals.long_text import split
from modals.review import Base, ReviewData, Typed
from pipeline import compose
from pipeline.redact.placeholders import placeholders, restore

log = logging.getLogger("triage.desk")

#: What the card shows of a person's text when it could not be checked for personal data in time.
UNREAD = trusted("Written by a person. It could not be checked for personal data, so it is shown behind Edit only.")
REDACTING = 1.2  #: seconds that a submitted modal waits for the redactor; Slack waits 3 for the answer
LONGEST = 60_000  #: characters of a reply that a modal can hold
_OWN_QUIET = frozenset({Action.CLAIM, Action.TAKE_OVER})  #: one's own acts that do not surprise oneself
#: Acts that change nothing of what a person who is writing was looking at.
_QUIET = frozenset({Action.VIEW_ORIGINAL, Action.OPEN_ATTACHMENT, Action.EXPORT, Action.HIDE})


@dataclass(frozen=True, slots=True)
class Approved:
    """A reply was approved and is on its way."""

    reply: UUID


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was sent. `review` shows what changed and keeps the typed text; `ask_take_over`: only that box is missing."""

    review: ReviewData
    ask_take_over: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket under its row lock, with the mail to answer and the draft that stands; real values."""

    ticket: Ticket
    event: int  #: sequence number of its newest event
    mail: Message
    email: Email
    who: compose.Recipients
    draft: Draft | None  #: None when there is none, or it was retired or sent already
    text: str  #: the draft with real values, "" without one
    in_flight: Reply | None

    def other_owner(self, by: Person) -> str | None:
        """Somebody else who has the ticket."""
        return self.ticket.owner if self.ticket.owner != by.id else None

    @property
    def acknowledgement(self) -> bool:
        """Whether the draft only says that we read the mail."""
        return self.draft is not None and self.draft.kind == DraftKind.ACKNOWLEDGEMENT


class Redactor(Protocol):
    """The part of the reader pool that the desk uses: what a person typed is masked before anybody else sees it."""

    async def redact(self, text: str, known: Mapping[str, str]) -> tuple[Redacted, dict[str, str]]:
        """The masked text and the table with what is new in it; VendorError when it cannot be done."""
        ...


class _Changed(Exception):
    """Rolls the transaction of a submission back."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__()
        self.conflict = conflict


def permit(by: Person) -> None:
    """Only people of this workspace act; guests and people of other organisations look on."""
    if by.guest or by.bot or not by.local:
        raise NotAllowed


class Replies:
    """What a person can do with a reply. Every act is one transaction under the ticket's row lock."""

    def __init__(
        self, db: Database, vault: Vault, redactor: Redactor, config: Config, *, ours: frozenset[str] = frozenset()
    ) -> None:
        """`ours` are addresses of our own besides those of the configuration (Gmail's send-as): never answered."""
        self._db, self._vault, self._redactor, self._config, self._ours = db, vault, redactor, config, ours

    async def _case(self, s: AsyncSession, ticket_id: UUID) -> Case:
        """Lock the ticket and gather what a reply needs."""
        ticket = await tickets.locked(s, ticket_id)
        mail = await messages.latest_inbound(s, ticket_id)
        email = messages.open_email(self._vault, mail) if mail is not None else None
        if mail is None or email is None:
            raise Refused("The mail of this ticket could not be read. Please answer it from Gmail.")
        mailbox = await mailboxes.get(s, ticket.mailbox_id)
        address = mailbox.address if mailbox else ""
        ours = self._ours | {own for own in (address, self._config.mailbox, *self._config.aliases) if own}
        draft = await drafts.current(s, ticket_id)
        newest = await lists.reply_of(s, ticket_id)
        if draft and newest and newest.status == ReplyStatus.SENT and newest.revision >= draft.revision:
            draft = None
        return Case(
            ticket=ticket,
            event=await lists.newest_event(s, ticket_id),
            mail=mail,
            email=email,
            who=compose.recipients(email, ours, address),
            draft=draft,
            text=self._exact(ticket, draft) if draft else "",
            in_flight=await replies.in_flight(s, ticket_id),
        )

    def _exact(self, ticket: Ticket, draft: Draft) -> str:
        """A draft with real values: a person's as it was typed, another with the placeholders put back."""
        exact = drafts.open_body(self._vault, draft)
        return restore(draft.body, tickets.open_table(self._vault, ticket)) if exact is None else exact

    async def approve(self, ticket_id: UUID, by: Person, revision: int, *, channel: str = "") -> Approved | ReviewData:
        """Send draft `revision` at once if PRODUCT.md lets one click send; else the review with the reasons on top.

        StaleDraft when there is a newer draft; LostRace when a reply is on its way already.
        """
        permit(by)
        async with self._db.transaction() as s:
            case = await self._case(s, ticket_id)
            if again := _same_click(case, by, revision):
                return Approved(again.id)
            _nothing_on_its_way(case)
            draft = case.draft
            if draft is None:
                raise Refused("There is no draft to send. *Write reply* opens an empty one.")
            if draft.revision != revision:
                raise StaleDraft
            _sendable(case)
            reasons = await self._reasons(s, case, by)
            if reasons or case.other_owner(by):
                return self._review(case, by, channel, reasons)
            reply = await self._send(s, case, by, draft, case.text, case.who)
        log.info("approved ticket=%s reply=%s revision=%s by=%s", ticket_id, reply.id, revision, by.id)
        return Approved(reply.id)

    async def _reasons(self, s: AsyncSession, case: Case, by: Person) -> tuple[str, ...]:
        """Why one click may not send this; empty when it may."""
        shown = await cards.card_data(s, case.ticket.id)
        found: list[str] = list(case.draft.flags if case.draft else ())
        if case.ticket.needs_review:
            found.append(f"It needs a review: {case.ticket.review_reason or 'a person should look at it first'}.")
        found += [f"The draft names {mark}, for which there is no real value." for mark in placeholders(case.text)]
        if len(case.who.to) != 1 or case.who.cc:
            found += case.who.notes or ("It does not go to the sender alone.",)
        if not found and (shown is None or not card.one_click(shown)):
            whole = shown is not None and shown.draft is not None and card.fits(shown.draft)
            found.append("Something about this mail was flagged." if whole else "The draft is too long to be read on the card.")
        return tuple(dict.fromkeys(found))

    async def review(self, ticket_id: UUID, by: Person, *, channel: str = "", reasons: Sequence[str] = ()) -> ReviewData:
        """The draft with real values put back, for this person's eyes; empty where there is no draft."""
        permit(by)
        async with self._db.transaction() as s:
            case = await self._case(s, ticket_id)
            _nothing_on_its_way(case)
            _sendable(case)
            found = (*reasons, *(await self._reasons(s, case, by) if case.draft else ()))
            data = self._review(case, by, channel, tuple(dict.fromkeys(found)))
        log.info("reviewing ticket=%s by=%s", ticket_id, by.id)
        return data

    def _review(self, case: Case, by: Person, channel: str, reasons: tuple[str, ...]) -> ReviewData:
        text = parts.clean(case.text)
        if len(text) > LONGEST:
            raise Refused("This draft is too long to be edited in Slack. Please answer from Gmail.")
        return ReviewData(
            base=Base(
                ticket=case.ticket.id,
                revision=case.draft.revision if case.draft else 0,
                event=case.event,
                mail=case.mail.id,
                owner=case.other_owner(by),
                channel=channel,
            ),
            number=case.ticket.number,
            sender=case.who.sender_address,
            to=", ".join(map(shown_address, case.who.to)) or "nobody",
            cc=tuple(map(shown_address, case.who.cc)),
            subject=compose.subject_line(case.email),
            signature=self._config.reply.signature,
            text=split(text),
            acknowledgement=case.acknowledgement,
            reasons=reasons,
            notes=case.who.notes,
        )

    async def send_edited(self, typed: Typed, by: Person, view_id: str) -> Approved | Conflict:
        """Send exactly what the person typed: a new revision by them and its approval in one transaction, once per view.

        Nothing is sent when the ticket is not what the person was looking at; the text comes back in the Conflict.
        """
        permit(by)
        text = typed.text.joined().strip()
        if left := placeholders(text):
            raise Refused(f"Nothing was sent: {', '.join(left[:5])} stands for a value that is not known. Please write it out.")
        body, table = await self._redacted(typed.base.ticket, text)
        try:
            async with self._db.transaction() as s:
                case = await self._case(s, typed.base.ticket)
                if not await seen.first_time(s, f"view:{view_id}"):
                    return Approved(UUID(int=0))
                await self._unchanged(s, case, typed, by)
                draft = await self._write(s, case, by, text, typed, body, table)
                kept = [case.who.cc[at].email for at in sorted(typed.kept) if at < len(case.who.cc)]
                reply = await self._send(s, case, by, draft, text, compose.keep_cc(case.who, kept))
        except _Changed as changed:
            log.info("not sent, changed ticket=%s by=%s", typed.base.ticket, by.id)
            return changed.conflict
        log.info("approved ticket=%s reply=%s revision=%s by=%s", typed.base.ticket, reply.id, draft.revision, by.id)
        return Approved(reply.id)

    async def _unchanged(self, s: AsyncSession, case: Case, typed: Typed, by: Person) -> None:
        """Raise what the submission runs into: others' acts, a newer mail, a reply on its way, an owner who was not asked."""
        events = await lists.history(s, case.ticket.id, after=typed.base.event)
        changed = [lines.event(event) for event in events if surprising(event, by)]
        if case.in_flight is not None and not changed:
            changed.append(f"A reply that {parts.person(case.in_flight.approved_by)} approved is on its way.")
        if not allowed(Status(case.ticket.status), Action.APPROVE):
            changed.append(f"The ticket is {case.ticket.status}: *Reopen* it to send.")
        owner = case.other_owner(by)
        if owner and owner != typed.base.owner and not changed:
            changed.append(f"{parts.person(owner)} has the ticket now.")
        if not changed and (not owner or typed.take_over):
            _sendable(case)
            return
        newer = case.text if case.draft is not None and case.draft.revision != typed.base.revision else ""
        data = replace(
            self._review(case, by, typed.base.channel, ()),
            text=typed.text,
            kept=typed.kept if typed.base.mail == case.mail.id else None,
            changed=tuple(changed),
            newer=newer,
        )
        raise _Changed(Conflict(data, ask_take_over=not changed))

    async def _redacted(self, ticket_id: UUID, text: str) -> tuple[Redacted, dict[str, str]]:
        """The typed text as the card may show it, and the ticket's table with what is new in it; fails closed."""
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
        known = tickets.open_table(self._vault, ticket) if ticket is not None else {}
        try:
            return await self._redact(text, known)
        except (TimeoutError, VendorError):
            log.warning("a person's draft stays hidden ticket=%s", ticket_id)
            return UNREAD, dict(known)

    async def _redact(self, text: str, known: Mapping[str, str]) -> tuple[Redacted, dict[str, str]]:
        """A person's text masked, within the time that a submitted modal has."""
        async with asyncio.timeout(REDACTING):
            return await self._redactor.redact(text, known)

    async def _write(
        self, s: AsyncSession, case: Case, by: Person, text: str, typed: Typed, body: Redacted, table: dict[str, str]
    ) -> Draft:
        """The person's text as the newest revision, exactly as typed (sealed) and as the card shows it."""
        only = case.acknowledgement and (typed.stays_open or text == case.text.strip())
        kind = DraftKind.ACKNOWLEDGEMENT if only else DraftKind.ANSWER
        draft = await drafts.add(
            s, case.ticket.id, body=body, kind=kind, source="person", plain=text, author=by.id, answers=[case.mail.id]
        )
        await tickets.add_table(s, case.ticket.id, table)
        await tickets.transition(s, case.ticket.id, Action.EDIT, actor=by.id, details={"revision": draft.revision})
        return draft

    async def _send(self, s: AsyncSession, case: Case, by: Person, draft: Draft, text: str, who: compose.Recipients) -> Reply:
        """Own the ticket, seal the exact bytes, record who approved them, and wake the postman."""
        await self._own(s, case, by)
        reply_id = uuid4()
        raw = compose.compose(case.email, who, text, signature=self._config.reply.signature, reply_id=reply_id)
        thread = case.ticket.gmail_thread_id
        reply = await replies.create(s, draft, raw=raw, approved_by=by.id, gmail_thread_id=thread, reply_id=reply_id)
        details = {"revision": draft.revision, "kind": draft.kind, "sha256": reply.raw_sha256, "cc": len(who.cc)}
        changes: dict[str, Any] = {"needs_review": False, "review_reason": ""} if draft.author else {}
        await tickets.transition(s, case.ticket.id, Action.APPROVE, actor=by.id, details=details, **changes)
        return reply

    async def _own(self, s: AsyncSession, case: Case, by: Person) -> None:
        """Approving an unclaimed ticket claims it; somebody else's was asked for in the modal."""
        if case.ticket.owner == by.id:
            return
        action = Action.TAKE_OVER if case.ticket.owner else Action.CLAIM
        await tickets.transition(s, case.ticket.id, action, actor=by.id, owner=by.id)

    async def retry(self, ticket_id: UUID, by: Person) -> None:
        """Send a reply that failed, or that nobody knows of whether it left, once more with the same bytes."""
        permit(by)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            reply = await lists.reply_of(s, ticket_id)
            if reply is None or reply.status not in (ReplyStatus.FAILED, ReplyStatus.UNCERTAIN):
                raise Refused("There is no failed reply to send again; the card shows how things stand now.")
            await self._still_the_newest(s, reply)
            if reply.status == ReplyStatus.FAILED:
                await replies.mark_again(s, reply.id, by=by.id)
            else:
                await self._after_all(s, reply, by)
            await tickets.transition(s, ticket.id, Action.APPROVE, actor=by.id, why="sent again", details={"retry": True})
        log.info("retried ticket=%s reply=%s by=%s", ticket_id, reply.id, by.id)

    async def _still_the_newest(self, s: AsyncSession, reply: Reply) -> None:
        """What failed may be sent again only while nothing newer came: neither a draft nor a mail."""
        draft = await drafts.current(s, reply.ticket_id)
        if draft is not None and draft.revision > reply.revision:
            raise StaleDraft
        mail = await messages.latest_inbound(s, reply.ticket_id)
        if mail is not None and mail.created_at > reply.approved_at:
            raise Refused("The customer wrote again since this reply was approved. Nothing was sent; please read the new mail.")

    async def _after_all(self, s: AsyncSession, reply: Reply, by: Person) -> None:
        """A person looked in Gmail and says that it did not leave. The postman looks once more before it makes a new draft."""
        anew = {"gmail_draft_id": None, "gmail_draft_message_id": None, "error": ""}
        said = {"approved_by": by.id, "approved_at": now(), "leaves_at": now()}
        await replies.move(s, reply.id, ReplyStatus.HELD, only_from={ReplyStatus.UNCERTAIN}, **anew, **said)
        await queue.enqueue(s, queue.SEND, str(reply.id))


def _same_click(case: Case, by: Person, revision: int) -> Reply | None:
    """The reply, when this person approved this very draft a moment ago: a double click does nothing."""
    reply = case.in_flight
    if reply is None or reply.status == ReplyStatus.UNCERTAIN or (reply.approved_by, reply.revision) != (by.id, revision):
        return None
    return reply


def _nothing_on_its_way(case: Case) -> None:
    reply = case.in_flight
    if reply is None:
        return
    who, at = parts.person(reply.approved_by), parts.date(reply.approved_at)
    if reply.status == ReplyStatus.UNCERTAIN:
        raise LostRace(
            f"It is not known whether the reply that {who} approved {at} left. Look in Gmail, then decide on the card."
        )
    raise LostRace(f"{who} approved a reply {at}; it is on its way.", winner=reply.approved_by, at=reply.approved_at)


def _sendable(case: Case) -> None:
    if not allowed(Status(case.ticket.status), Action.APPROVE):
        raise Refused(f"This ticket is {case.ticket.status}. *Reopen* it first.")
    if not case.who.to:
        raise Refused("This mail names nobody who could be answered. *View original* shows what came.")


def surprising(event: ThreadEvent, by: Person) -> bool:
    """Whether a person who is writing has to know of an event before their text leaves."""
    return not (event.actor == by.id and event.action in _OWN_QUIET) and event.action not in _QUIET


def shown_address(address: Address) -> str:
    """A mailbox as mail programs show it."""
    return f"{address.name} <{address.email}>" if address.name else address.email
