"""Keeps Gmail tidy: the category and `handled` as labels on a ticket's mails, read when they are answered."""

from __future__ import annotations

import logging
from uuid import UUID

from bot.clients.gmail import GmailClient
from bot.errors import Missing, Permanent
from bot.store import mailroom, tickets
from bot.store.db import Database
from bot.ticket import Status

log = logging.getLogger("triage.postman")

_MOST = 50  # newest mails of one ticket


class Labels:
    """Labels of one mailbox, `PREFIX/category` and `PREFIX/handled`."""

    def __init__(self, db: Database, gmail: GmailClient, prefix: str) -> None:
        self._db, self._gmail, self._prefix = db, gmail, prefix
        self._ids: dict[str, str] = {}

    async def tidy(self, ticket_id: UUID) -> None:
        """Put on and take off what the ticket's row says; mails that were deleted in Gmail are passed over."""
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
            mails = await mailroom.inbound(s, ticket_id)
        if ticket is None:
            return
        category, handled = f"{self._prefix}/{ticket.category}", f"{self._prefix}/handled"
        done = Status(ticket.status) in tickets.HANDLED
        for mail in mails[-_MOST:]:
            try:
                await self._put(mail.gmail_id, [category, handled] if done else [category], [] if done else [handled], read=done)
            except Missing:
                continue
        log.info("tidied ticket=%s mails=%s handled=%s", ticket_id, len(mails), done)

    async def _put(self, gmail_id: str, on: list[str], off: list[str], *, read: bool) -> None:
        for last_try in (False, True):
            add = [await self._id(name) for name in on]
            remove = [await self._id(name) for name in off] + (["UNREAD"] if read else [])
            try:
                return await self._gmail.modify(gmail_id, add=add, remove=remove)
            except Permanent as error:
                if last_try or error.code != "invalidArgument":
                    raise
                self._ids.clear()  # somebody deleted a label in Gmail

    async def _id(self, name: str) -> str:
        if name not in self._ids:
            self._ids = await self._gmail.labels()
        if name not in self._ids:
            self._ids[name] = await self._gmail.create_label(name)
        return self._ids[name]
