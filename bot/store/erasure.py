"""Finds and erases one person everywhere: what they wrote, what stands for them, and where others' mails name them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from email import message_from_bytes
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.errors import LostRace, Refused, StoreError
from bot.store import archive, drafts, emails, events, receipts, replies, sealed, tickets
from bot.store.db import Database
from bot.store.models import Customer, Draft, Mailbox, Message, Notice, Reply, Ticket, now
from bot.store.vault import Vault
from bot.ticket import REPLY_IN_FLIGHT, Action, ReplyStatus, Status
from bot.values import Address, Email

log = logging.getLogger("triage.store")

WHY = "erased on request"
GONE = "[erased]"
_ALIVE = (Status.OPEN, Status.WAITING, Status.SNOOZED)
_LEAVING = [status.value for status in REPLY_IN_FLIGHT - {ReplyStatus.PROPOSED, ReplyStatus.HELD}]
_BATCH = 500


async def forget(db: Database, vault: Vault, address: str) -> dict[str, int]:
    """Erase the person with this address; counts per kind. Doing it again finds nothing.

    Refused for an address of ours. LostRace when a reply to them is leaving at this moment: to be done again then.
    """
    address = address.strip().casefold()
    known = vault.blind(address)
    async with db.read() as s:
        if await s.scalar(sa.select(sa.func.count()).select_from(Mailbox).where(col(Mailbox.address) == address)):
            raise Refused("This is the address of a mailbox of ours, not of a customer.")
        found = await _tickets_of(s, known)
    counts: Counter[str] = Counter()
    waiting = 0
    for ticket_id in found:
        async with db.transaction() as s:
            erased = await _ticket(s, ticket_id)
        waiting += erased is None
        counts += erased or Counter()
    counts += await _mails_without_ticket(db, known)
    counts += await _named_elsewhere(db, vault, address)
    async with db.transaction() as s:
        gone = await s.execute(sa.delete(Customer).where(col(Customer.address_hash) == known))
        counts["customer handles"] = int(gone.rowcount)  # type: ignore[attr-defined]
        await receipts.keep(s, "forget", counts)
    log.info("forgot tickets=%s mails=%s", counts["tickets"], counts["mails"])
    if waiting:
        raise LostRace("A reply to this person is leaving just now, so their newest ticket was left. Everything else is erased: "
                       "please run this again in a minute.")  # fmt: skip
    return {kind: many for kind, many in counts.items() if many}


async def _tickets_of(s: AsyncSession, known: str) -> list[UUID]:
    """Tickets that they opened or wrote on."""
    wrote = sa.select(col(Message.ticket_id)).where(col(Message.sender_hash) == known, col(Message.ticket_id).is_not(None))
    query = sa.select(col(Ticket.id)).where(sa.or_(col(Ticket.customer_hash) == known, col(Ticket.id).in_(wrote)))
    return list(await s.scalars(query.order_by(col(Ticket.number))))


async def _ticket(s: AsyncSession, ticket_id: UUID) -> Counter[str] | None:
    """Erase one ticket with all that hangs on it; its numbers and its signed history stay. None: a reply is leaving."""
    ticket = await tickets.locked(s, ticket_id)
    on_its_way = await replies.in_flight(s, ticket_id)
    if on_its_way is not None and on_its_way.status in _LEAVING:
        return None
    counts: Counter[str] = Counter(tickets=1)
    if on_its_way is not None:
        await replies.mark_withdrawn(s, on_its_way.id, WHY)
    if Status(ticket.status) in _ALIVE:
        ticket = await tickets.transition(s, ticket_id, Action.CLOSE, actor=tickets.TRIAGE)
    counts += _blank_mails(await _all(s, Message, ticket_id))
    counts["placeholder tables"] += ticket.sealed_table is not None
    counts += await _blank_replies(s, ticket_id)
    counts["notices"] += await archive.blank(s, ticket)
    for event in await events.of_ticket(s, ticket_id):
        await events.erase(s, event)
    await events.append(s, ticket, Action.ERASE, actor=tickets.TRIAGE, from_status=ticket.status)
    return counts


async def _all(s: AsyncSession, table: Any, ticket_id: UUID) -> Collection[Any]:
    return (await s.scalars(sa.select(table).where(table.ticket_id == ticket_id))).all()


def _blank_mails(mails: Collection[Message]) -> Counter[str]:
    """The rows stay, so that the mails are not taken for new ones."""
    counts: Counter[str] = Counter()
    for mail in mails:
        counts["mails"] += mail.erased_at is None
        counts["originals"] += mail.sealed_raw is not None
        counts["details"] += mail.sealed_details is not None
        mail.sealed_raw = mail.sealed_details = mail.customer_number = None
        mail.subject = mail.text = mail.sender_hash = mail.message_id_hash = mail.domain = ""
        mail.attachments = []
        mail.erased_at = now()
    return counts


async def _blank_replies(s: AsyncSession, ticket_id: UUID) -> Counter[str]:
    counts: Counter[str] = Counter()
    await drafts.retire(s, ticket_id)
    for draft in await _all(s, Draft, ticket_id):
        counts["drafts"] += bool(draft.body or draft.sealed_body)
        draft.body, draft.sealed_body, draft.sha256, draft.flags = "", None, "", []
    for reply in await _all(s, Reply, ticket_id):
        counts["replies"] += reply.sealed_raw is not None
        reply.sealed_raw, reply.raw_sha256 = None, ""
    await s.flush()
    return counts


async def _mails_without_ticket(db: Database, known: str) -> Counter[str]:
    async with db.transaction() as s:
        query = sa.select(Message).where(col(Message.sender_hash) == known, col(Message.ticket_id).is_(None))
        return _blank_mails((await s.scalars(query.with_for_update())).all())


# Where somebody else's mails name them: every sealed value is opened, since no index knows whom a text names


async def _named_elsewhere(db: Database, vault: Vault, address: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    name = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", re.IGNORECASE)
    for place in sealed.places():
        after: UUID | None = None
        while True:
            async with db.read() as s:
                ids = await place.ids(s, after=after, most=_BATCH)
            if not ids:
                break
            for row_id in ids:
                if await _without(db, vault, place, row_id, name):
                    counts["mentions elsewhere"] += 1
            after = ids[-1]
    return counts


async def _without(db: Database, vault: Vault, place: sealed.Place, row_id: UUID, name: re.Pattern[str]) -> bool:
    """Take the address out of one sealed value; whether it was there."""
    async with db.transaction() as s:
        value = await place.locked(s, row_id)
        if value is None:
            return False
        try:
            plain = await asyncio.to_thread(vault.open, place.table, place.column, row_id, value)
        except StoreError:
            return False  # a key is lost: nobody reads it, we neither
        left = _cleaned(place, plain, name)
        if left == plain:
            return False
        await place.put(s, row_id, None if left is None else vault.seal(place.table, place.column, row_id, left))
        if place.table == "message":  # else the original would be fetched again with the address in it
            await s.execute(sa.update(Message).where(col(Message.id) == row_id).values(sealed_raw=None, erased_at=now()))
    return True


def _cleaned(place: sealed.Place, plain: bytes, name: re.Pattern[str]) -> bytes | None:
    """A value without the address; None when it has to go as a whole, the same when it was not in it."""
    if place.column == "sealed_table":
        table: dict[str, str] = json.loads(plain)
        left = {mark: real for mark, real in table.items() if not name.search(real)}
        return plain if left == table else json.dumps(left, sort_keys=True).encode()
    if place.column == "sealed_details":
        email = emails.from_json(plain)
        cleaned = _without_address(email, name)
        return plain if cleaned == email else emails.to_json(cleaned)
    return None if any(name.search(text) for text in _readable(place, plain)) else plain


def _readable(place: sealed.Place, plain: bytes) -> Iterator[str]:
    """A value as text; what a mail carries in base64 or quoted-printable as well."""
    yield plain.decode("utf-8", "replace")
    if place.column != "sealed_raw":
        return
    try:
        parts = list(message_from_bytes(plain).walk())
    except Exception:  # hostile bytes: the text above has to do
        return
    for part in parts:
        if not part.is_multipart() and isinstance(found := part.get_payload(decode=True), bytes):
            yield found.decode("utf-8", "replace")


def _without_address(email: Email, name: re.Pattern[str]) -> Email:
    def keep(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
        return tuple(address for address in addresses if not name.search(address.email))

    return replace(
        email,
        to=keep(email.to),
        cc=keep(email.cc),
        reply_to=None if email.reply_to and name.search(email.reply_to.email) else email.reply_to,
        subject=name.sub(GONE, email.subject),
        text=name.sub(GONE, email.text),
        new_text=name.sub(GONE, email.new_text),
        headers={header: name.sub(GONE, said) for header, said in email.headers.items()},
    )


async def told(s: AsyncSession, ticket_id: UUID) -> list[Notice]:
    """What was said about an erased ticket in DMs and to on-call, and still stands there with its text."""
    query = sa.select(Notice).where(col(Notice.ticket_id) == ticket_id, col(Notice.text) == "", col(Notice.ts) != "")
    return list(await s.scalars(query))


async def untold(s: AsyncSession, keys: Collection[str]) -> None:
    """Their text is gone in Slack as well."""
    await s.execute(sa.update(Notice).where(col(Notice.key).in_(keys)).values(ts="", state="dropped"))
