"""An office for tests: the pretend Slack, the desk behind its real listeners, and tickets as intake makes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.desk import Desk
from bot.errors import Temporary
from bot.sandbox.slack import SlackWorld
from bot.sandbox.slack_person import Card
from bot.store import customers, drafts, events, mailboxes, messages, replies, tickets
from bot.store.db import Database
from bot.store.models import Draft, Event, Message, Reply, Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import Address, Email, Person, Reading, Redacted, RedactedMail, Screening
from handlers.guard import Floor

MAILBOX = "support@larkspur.example"
ANA, BEN, CHLOE = (Person(f"U0{name.upper()}", name) for name in ("Ana", "Ben", "Chloe"))
GUS = Person("U0GUS", "Gus", guest=True)
FAY = Person("U0FAY", "Fay", local=False)
NORA = Address("Nora Quist", "nora@customer.example")
TABLE = {"<PERSON_1>": "Nora Quist"}
DRAFT = "Dear <PERSON_1>,\n\nthe sensor is back online."


class Masking:
    """A redactor of one rule: known values and mail addresses become placeholders. `away` makes it fail closed."""

    def __init__(self) -> None:
        self.away = False

    async def redact(self, text: str, known: Mapping[str, str]) -> tuple[Redacted, dict[str, str]]:
        if self.away:
            raise Temporary
        table = dict(known)
        for placeholder, value in known.items():
            text = text.replace(value, placeholder)
        for found in dict.fromkeys(re.findall(r"[\w.]+@[\w.]+\w", text)):
            table[f"<EMAIL_{len(table)}>"] = found
            text = text.replace(found, f"<EMAIL_{len(table) - 1}>")
        return Redacted(text), table


@dataclass
class Office:
    """What a test of the desk works with."""

    db: Database
    vault: Vault
    masking: Masking
    desk: Desk
    restored: list[tuple[UUID, str]] = field(default_factory=list)

    async def ticket(
        self, *, draft: str | None = DRAFT, flags: tuple[str, ...] = (), cc: tuple[Address, ...] = (), **changes: Any
    ) -> UUID:
        """A ticket as intake makes it: a mail of Nora's, sealed, with a draft; `changes` are columns of the ticket."""
        kind = changes.pop("kind", "answer")
        async with self.db.transaction() as s:
            mailbox = await mailboxes.get_or_create(s, MAILBOX)
            thread = f"thread-{uuid4()}"
            columns = {
                "subject": changes.pop("subject", "Sensor of <PERSON_1> is offline"),
                "summary": "The sensor stopped reporting.",
                "category": "support",
                "due_at": now() + timedelta(hours=4),
                "customer_number": await customers.handle(s, self.vault, NORA.email),
            }
            ticket = await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id=thread, table=TABLE, **(columns | changes))
            mail = await self._mail(s, ticket, cc)
            if draft is not None:
                body, answers = Redacted(draft), [mail.id]
                await drafts.add(s, ticket.id, body=body, kind=kind, source="template:support", flags=flags, answers=answers)
        return ticket.id

    async def _mail(self, s: Any, ticket: Ticket, cc: tuple[Address, ...] = (), text: str = "It is Nora Quist. Help!") -> Message:
        mailbox = await mailboxes.get_or_create(s, MAILBOX)
        (message_id,) = await messages.queue_ids(s, mailbox, [(f"gmail-{uuid4()}", ticket.gmail_thread_id)])
        await messages.save_raw(s, message_id, b"Subject: raw\r\n\r\nIt is Nora Quist.", received_at=now())
        return await messages.save_read(s, message_id, reading(text, cc), fate="ticket", ticket_id=ticket.id)

    async def customer_writes(
        self, ticket_id: UUID, text: str = "Still broken, says Nora Quist.", draft: str | None = None
    ) -> None:
        """The customer's new mail retires the draft; a new one may be made."""
        async with self.db.transaction() as s:
            mail = await self._mail(s, await tickets.locked(s, ticket_id), text=text)
            await drafts.retire(s, ticket_id)
            await tickets.transition(s, ticket_id, Action.CUSTOMER_WROTE, actor="customer")
            if draft is not None:
                await drafts.add(s, ticket_id, body=Redacted(draft), source="template:support", answers=[mail.id])

    async def aside(self, reason: str = "a newsletter") -> UUID:
        """A mail in the set-aside list."""
        async with self.db.transaction() as s:
            mailbox = await mailboxes.get_or_create(s, MAILBOX)
            (message_id,) = await messages.queue_ids(s, mailbox, [(f"gmail-{uuid4()}", f"thread-{uuid4()}")])
            await messages.save_read(s, message_id, reading("Buy now"), fate="aside", reason=reason)
        return message_id

    async def row(self, ticket_id: UUID) -> Ticket:
        async with self.db.read() as s:
            ticket = await tickets.get(s, ticket_id)
        assert ticket is not None
        return ticket

    async def events(self, ticket_id: UUID) -> list[Event]:
        async with self.db.read() as s:
            return await events.of_ticket(s, ticket_id)

    async def actions(self, ticket_id: UUID) -> list[str]:
        return [event.action for event in await self.events(ticket_id)]

    async def replies(self, ticket_id: UUID) -> list[Reply]:
        async with self.db.read() as s:
            return await replies.of_ticket(s, ticket_id)

    async def draft(self, ticket_id: UUID) -> Draft:
        async with self.db.read() as s:
            draft = await drafts.latest(s, ticket_id)
        assert draft is not None
        return draft

    async def sent(self, ticket_id: UUID) -> None:
        """The postman's work, without Gmail: the reply left."""
        async with self.db.transaction() as s:
            (reply,) = [reply for reply in await replies.of_ticket(s, ticket_id) if reply.status == "held"]
            await replies.mark_sending(s, reply.id)
            await replies.mark_sent(s, reply.id, gmail_message_id=f"sent-{reply.id}")
            action = Action.REPLIED if reply.kind == "answer" else Action.ACKNOWLEDGED
            await tickets.transition(s, ticket_id, action, actor=reply.approved_by)

    async def failed(self, ticket_id: UUID, *, uncertain: bool = False) -> None:
        """The postman's work, without Gmail: the reply did not leave, or nobody knows."""
        async with self.db.transaction() as s:
            (reply,) = [reply for reply in await replies.of_ticket(s, ticket_id) if reply.status == "held"]
            await replies.mark_sending(s, reply.id)
            await (replies.mark_uncertain if uncertain else replies.mark_failed)(s, reply.id, "Gmail was away.")
            await tickets.transition(s, ticket_id, Action.SEND_FAILED, actor="triage")

    async def raw(self, ticket_id: UUID) -> str:
        """The approved bytes of the only reply."""
        (reply,) = await self.replies(ticket_id)
        return replies.open_raw(self.vault, reply).decode()


@dataclass
class Workplace:
    """An office with Slack: `slack` is the pretend one, seen through people's eyes."""

    office: Office
    slack: SlackWorld
    client: SlackClient
    board: Board
    floor: Floor

    async def card(self, ticket_id: UUID) -> Card:
        """The ticket's card, drawn now."""
        await self.board.show(ticket_id)
        number = (await self.office.row(ticket_id)).number
        return await self.slack.card(f"#{number}")


def reading(text: str, cc: tuple[Address, ...] = ()) -> Reading:
    """A read mail of Nora's."""
    email = Email(
        message_id=f"<{uuid4()}@customer.example>",
        subject="Sensor is offline",
        sender=NORA,
        reply_to=None,
        to=(Address("", MAILBOX),),
        cc=cc,
        in_reply_to="",
        references=(),
        date=now(),
        text=text,
        new_text=text,
        language="en",
    )
    masked = text.replace(NORA.name, "<PERSON_1>")
    mail = RedactedMail(Redacted("Sensor is offline"), Redacted(masked), Redacted(masked), TABLE, "<PERSON_1>")
    return Reading(email, Screening("", ""), mail)
