"""Carries approved replies to Gmail, exactly once: a draft is the token, and in doubt it looks before it does anything again."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.clients.gmail import DraftRef, GmailClient, ThreadMail
from bot.errors import Missing, Permanent
from bot.labels import Labels
from bot.store import drafts, mailroom, notices, queue, replies, tickets
from bot.store.db import Database
from bot.store.holds import Holds
from bot.store.models import Reply, Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus
from bot.values import DraftKind

log = logging.getLogger("triage.postman")

REPLY_ID_HEADER = "x-triage-reply-id"

NEWER = "Somebody wrote in the conversation after this was approved. Nothing was sent; please read the thread and decide again."
CHANGED = "Somebody changed this draft in Gmail. Nothing was sent; the text you approved is kept."
NO_TEXT = "The text that was approved is not kept any more. Nothing was sent; please write the reply again."
NO_THREAD = "The conversation was deleted in Gmail, so nothing could be sent into it."
UNCERTAIN = "Gmail does not tell whether this reply left. Look into the thread in Gmail before anything is sent again."

_ON_ITS_WAY = frozenset({ReplyStatus.HELD, ReplyStatus.SENDING})
_GIVEN_UP = frozenset({ReplyStatus.UNCERTAIN, ReplyStatus.FAILED})
_NOT_THERE = frozenset({"DRAFT", "TRASH", "SPAM"})


class Look(StrEnum):
    """What a look into Gmail says about a reply."""

    READY = "ready"  #: the draft is there, untouched, and nobody wrote since
    SENT = "sent"
    NEWER = "newer"  #: somebody wrote since the approval
    CHANGED = "changed"  #: a person edited the draft
    UNCLEAR = "unclear"  #: the draft is gone, and no sent mail carries our header


@dataclass(frozen=True, slots=True)
class Errand:
    """A reply on its way, with what is needed to carry it."""

    reply: Reply
    ticket: Ticket
    kept: bytes | None  #: None when the text was erased, or its key is lost: then it can still be looked for

    @property
    def raw(self) -> bytes:
        """The approved bytes."""
        if self.kept is None:
            raise Permanent(NO_TEXT)
        return self.kept

    @property
    def thread(self) -> str:
        """The Gmail thread that it belongs to."""
        return self.reply.gmail_thread_id or self.ticket.gmail_thread_id


class Postman:
    """Delivers the replies of one mailbox and keeps its labels.

    `label` is what our labels in Gmail begin with; `pause`, in seconds, lies between two looks in doubt.
    """

    def __init__(self, db: Database, vault: Vault, gmail: GmailClient, *, label: str = "triage", pause: float = 3.0) -> None:
        self._db, self._vault, self._gmail = db, vault, gmail
        self._holds = Holds(db)
        self._labels = Labels(db, gmail, label)
        self._pause = pause

    async def tidy(self, ticket_id: str) -> None:
        """Make the labels of a ticket's mails in Gmail say how it stands."""
        await self._labels.tidy(UUID(ticket_id))

    async def deliver(self, reply_id: str) -> None:
        """Do what the reply still needs; nothing when it needs nothing. One process at a time works on one reply."""
        async with self._holds.hold(f"reply:{reply_id}"):
            errand = await self._errand(UUID(reply_id))
            if errand is None:
                return
            reply = errand.reply
            if reply.status in _GIVEN_UP:
                return await self._found_after_all(errand)
            if reply.status not in _ON_ITS_WAY:
                return
            if reply.leaves_at > now():
                return await self._later(reply)
            try:
                await self._carry(errand)
            except Permanent as error:
                await self._give_up(errand, str(error))

    async def _errand(self, reply_id: UUID) -> Errand | None:
        async with self._db.read() as s:
            reply = await replies.get(s, reply_id)
            ticket = await tickets.get(s, reply.ticket_id) if reply is not None else None
        if reply is None or ticket is None:
            return None
        return Errand(reply, ticket, replies.open_raw(self._vault, reply))

    async def _later(self, reply: Reply) -> None:
        async with self._db.transaction() as s:
            await queue.enqueue(s, queue.SEND, str(reply.id), delay=reply.leaves_at - now())

    async def _found_after_all(self, errand: Errand) -> None:
        """Given up, but a mail with its header was seen among the sent ones."""
        if (sent := _sent(await self._thread(errand), errand.reply)) is not None:
            await self._left(errand, sent)

    # --- the way of a reply

    async def _carry(self, errand: Errand) -> None:
        in_doubt = errand.reply.status == ReplyStatus.SENDING
        if not in_doubt:
            async with self._db.transaction() as s:
                if await replies.mark_sending(s, errand.reply.id) is None:
                    return
        look = await self._prepare(errand, in_doubt)
        if look is Look.READY and in_doubt:  # the first request may still be on its way
            await asyncio.sleep(self._pause)
            look = await self._look(errand)
        match look:
            case Look.READY:
                await self._send(errand)
                if in_doubt:
                    await self._reap(errand)
            case Look.NEWER:
                await self._gmail.delete_draft(errand.reply.gmail_draft_id or "")
                await self._give_up(errand, NEWER)
            case Look.CHANGED:
                await self._give_up(errand, CHANGED)
            case Look.UNCLEAR:
                await self._give_up(errand, UNCERTAIN, uncertain=True)

    async def _prepare(self, errand: Errand, in_doubt: bool) -> Look:
        """See that there is a draft, and look. A person who asks for another try gets a new draft when the old one is lost."""
        reply = errand.reply
        if reply.gmail_draft_id is not None:
            look = await self._look(errand)
            if in_doubt or look not in (Look.CHANGED, Look.UNCLEAR):
                return look
        known = await self._adopt(errand) if in_doubt else None
        await self._note_draft(errand, known or await self._create(errand))
        return await self._look(errand)

    async def _create(self, errand: Errand) -> DraftRef:
        try:
            return await self._gmail.create_draft(errand.raw, errand.thread)
        except Missing:
            raise Permanent(NO_THREAD) from None

    async def _adopt(self, errand: Errand) -> DraftRef | None:
        """The draft that an earlier try made and could not note down; more than one are one too many."""
        found = await self._drafts_of(errand)
        for stray in found[1:]:
            await self._gmail.delete_draft(stray.id)
        return found[0] if found else None

    async def _reap(self, errand: Errand) -> None:
        """After a send: a draft that a lost request made must not stand there for somebody to send a second time."""
        for stray in await self._drafts_of(errand):
            await self._gmail.delete_draft(stray.id)

    async def _drafts_of(self, errand: Errand) -> list[DraftRef]:
        ours = {m.ref.id for m in await self._thread(errand) if "DRAFT" in m.ref.labels and _carries(m, errand.reply)}
        return [draft for draft in await self._gmail.drafts() if draft.message.id in ours] if ours else []

    async def _note_draft(self, errand: Errand, draft: DraftRef) -> None:
        async with self._db.transaction() as s:
            await replies.mark_draft(s, errand.reply.id, draft_id=draft.id, message_id=draft.message.id)
        errand.reply.gmail_draft_id, errand.reply.gmail_draft_message_id = draft.id, draft.message.id

    async def _send(self, errand: Errand) -> None:
        """One POST. Ambiguous and Temporary leave the reply `sending`: its job comes again, and then looks first."""
        try:
            sent = await self._gmail.send_draft(errand.reply.gmail_draft_id or "", errand.raw, errand.thread)
        except Missing:  # sent or deleted by somebody else in this very moment
            if (found := _sent(await self._thread(errand), errand.reply)) is not None:
                return await self._left(errand, found)
            return await self._give_up(errand, UNCERTAIN, uncertain=True)
        try:
            seen = await self._gmail.metadata(sent.id)
        except Missing:
            seen = ThreadMail(sent, {}, now())
        await self._left(errand, seen)

    # --- looking

    async def _look(self, errand: Errand) -> Look:
        reply, thread = errand.reply, await self._thread(errand)
        if await self._was_sent(errand, thread):
            return Look.SENT
        try:
            draft = await self._gmail.get_draft(reply.gmail_draft_id or "")
        except Missing:
            return Look.SENT if await self._was_sent(errand, await self._thread(errand)) else Look.UNCLEAR
        if draft.message.id != reply.gmail_draft_message_id:
            return Look.CHANGED
        return Look.NEWER if await self._newer(errand, thread) else Look.READY

    async def _was_sent(self, errand: Errand, thread: tuple[ThreadMail, ...]) -> bool:
        if (sent := _sent(thread, errand.reply)) is None:
            return False
        await self._left(errand, sent)
        return True

    async def _thread(self, errand: Errand) -> tuple[ThreadMail, ...]:
        try:
            return await self._gmail.thread(errand.thread)
        except Missing:
            raise Permanent(NO_THREAD) from None

    async def _newer(self, errand: Errand, thread: tuple[ThreadMail, ...]) -> bool:
        """Whether anybody wrote since the approval, as far as we know and as Gmail says; automatic mail never counts."""
        async with self._db.read() as s:
            basis = await mailroom.basis(s, errand.reply, errand.ticket)
        if basis.newer:
            return True
        return any(
            mail.ref.id not in basis.known
            and not mail.ref.labels & _NOT_THERE
            and not _automatic(mail)
            and (basis.newest is None or mail.received_at > basis.newest)
            for mail in thread
        )

    # --- the outcome

    async def _left(self, errand: Errand, sent: ThreadMail) -> None:
        """The reply is with the customer: recorded once, whoever finds out."""
        reply, ticket = errand.reply, errand.ticket
        answer = reply.kind != DraftKind.ACKNOWLEDGEMENT
        action = Action.REPLIED if answer else Action.ACKNOWLEDGED
        changes: dict[str, Any] = {"answered_by": reply.approved_by} if answer else {}
        async with self._db.transaction() as s:
            await tickets.locked(s, ticket.id)
            if await replies.mark_sent(s, reply.id, gmail_message_id=sent.ref.id, sent_at=sent.received_at) is None:
                return
            await mailroom.record_sent(
                s,
                mailbox_id=ticket.mailbox_id,
                gmail_id=sent.ref.id,
                thread_id=sent.ref.thread_id,
                ticket_id=ticket.id,
                at=sent.received_at,
            )
            basis = await mailroom.basis(s, reply, ticket)
            current = await drafts.current(s, ticket.id)
            if current is not None and current.revision <= reply.revision:
                await drafts.retire(s, ticket.id)
            details = {"reply": str(reply.id), "revision": reply.revision, "sha256": reply.raw_sha256}
            await tickets.transition(s, ticket.id, action, actor=reply.approved_by, details=details, **changes)
            if answer and basis.wrote:  # in the moment between the last look and the send
                why = "wrote while the reply was leaving"
                await tickets.transition(s, ticket.id, Action.CUSTOMER_WROTE, actor=tickets.CUSTOMER, why=why)
        log.info("sent ticket=%s reply=%s", ticket.id, reply.id)

    async def _give_up(self, errand: Errand, why: str, *, uncertain: bool = False) -> None:
        """Nothing more happens by itself: the card says why, and who approved it is told."""
        reply = errand.reply
        mark = replies.mark_uncertain if uncertain else replies.mark_failed
        async with self._db.transaction() as s:
            await tickets.locked(s, errand.ticket.id)
            if await mark(s, reply.id, why) is None:
                return
            details = {"reply": str(reply.id), "revision": reply.revision}
            ticket = await tickets.transition(
                s, reply.ticket_id, Action.SEND_FAILED, actor=tickets.TRIAGE, why=why, details=details
            )
            await notices.send_failed(s, ticket, to=reply.approved_by, why=why)
        log.warning("not sent ticket=%s reply=%s uncertain=%s", reply.ticket_id, reply.id, uncertain)


def _carries(mail: ThreadMail, reply: Reply) -> bool:
    return mail.headers.get(REPLY_ID_HEADER, "").strip() == str(reply.id)


def _sent(thread: tuple[ThreadMail, ...], reply: Reply) -> ThreadMail | None:
    """The mail of the thread that is this reply and left."""
    return next((mail for mail in thread if "SENT" in mail.ref.labels and _carries(mail, reply)), None)


def _automatic(mail: ThreadMail) -> bool:
    """Automatic answers, bounces and our own replies: none of them makes an approved text stale."""
    headers = mail.headers
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    sender = headers.get("from", "").lower()
    return submitted != "no" or REPLY_ID_HEADER in headers or "mailer-daemon@" in sender or "postmaster@" in sender
