"""What was sent from the mailbox: our replies are recognised, a colleague's answer from Gmail itself makes the ticket wait."""

from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import drafts, mailroom, messages, queue, replies, tickets
from bot.store.db import Database
from bot.store.models import Message, Reply, Ticket
from bot.store.vault import Vault
from bot.ticket import Action, ReplyStatus
from bot.values import Email, Reading

log = logging.getLogger("triage.intake")

REPLY_ID_HEADER = "x-triage-reply-id"
ELSEWHERE = "a colleague wrote to somebody else from Gmail"


class Outgoing:
    """Files sent mails."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._vault = db, vault

    async def file(self, message: Message, reading: Reading) -> None:
        """Give a sent mail its fate: ours, a line on its ticket, or ours without one."""
        async with self._db.transaction() as s:
            ticket = await tickets.by_thread(s, message.mailbox_id, message.gmail_thread_id)
            current = await messages.get(s, message.id)
            if current is None or current.fate is not None:
                return
            if ticket is not None and ticket.erased_at is not None:
                ticket = None  # nothing joins a ticket whose text was erased
            reply = await self._reply(s, reading.email)
            if reply is not None:
                await self._our_reply(s, current, reply)
            elif ticket is None:
                await messages.save_read(s, current.id, reading, fate="ours", reason="sent from Gmail itself", direction="out")
            else:
                await self._colleague(s, current, reading, ticket)
        log.info("sent mail filed message=%s reply=%s ticket=%s", message.id, reply and reply.id, ticket and ticket.id)

    async def _reply(self, s: AsyncSession, email: Email) -> Reply | None:
        """The reply whose id the mail carries. Only Gmail's SENT label led here, so that nobody outside can forge it."""
        try:
            reply_id = UUID(email.headers.get(REPLY_ID_HEADER, ""))
        except ValueError:
            return None
        return await replies.get(s, reply_id)

    async def _our_reply(self, s: AsyncSession, message: Message, reply: Reply) -> None:
        """Recorded; when the postman does not know yet that it left, he is told to look."""
        await mailroom.record_sent(
            s,
            mailbox_id=message.mailbox_id,
            gmail_id=message.gmail_id,
            thread_id=message.gmail_thread_id,
            ticket_id=reply.ticket_id,
            at=message.received_at,
        )
        if reply.status != ReplyStatus.SENT:
            await queue.enqueue(s, queue.SEND, str(reply.id))

    async def _colleague(self, s: AsyncSession, message: Message, reading: Reading, ticket: Ticket) -> None:
        if not await self._to_the_customer(s, reading.email, ticket):
            await self._save(s, message, reading, ticket, ELSEWHERE)
            await tickets.transition(s, ticket.id, Action.NOTED, actor=tickets.GMAIL, why=ELSEWHERE)
            return
        await self._save(s, message, reading, ticket)
        await drafts.retire(s, ticket.id)
        await tickets.transition(
            s,
            ticket.id,
            Action.ANSWERED_ELSEWHERE,
            actor=tickets.GMAIL,
            details={"message": str(message.id)},
            answered_by="gmail",
        )

    async def _save(self, s: AsyncSession, message: Message, reading: Reading, ticket: Ticket, reason: str = "") -> None:
        if reading.redacted is not None:
            await tickets.add_table(s, ticket.id, reading.redacted.table)
        await messages.save_read(s, message.id, reading, fate="line", reason=reason, ticket_id=ticket.id, direction="out")

    async def _to_the_customer(self, s: AsyncSession, email: Email, ticket: Ticket) -> bool:
        """Whether somebody who wrote on this ticket, or whom they asked us to answer to, gets the mail."""
        receivers = {address.email for address in (*email.to, *email.cc)}
        for mail in await mailroom.inbound(s, ticket.id):
            wrote = messages.open_email(self._vault, mail)
            if wrote is not None and receivers & {a.email for a in (wrote.sender, wrote.reply_to) if a is not None}:
                return True
        return False
