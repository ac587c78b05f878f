"""Reads originals again from Gmail when their time here is over, or when the keys that sealed them are lost."""

from __future__ import annotations

import logging
from uuid import UUID

from bot.clients.gmail import GmailClient
from bot.errors import Missing
from bot.store import recalled, tickets
from bot.store.db import Database
from bot.store.models import Message
from bot.store.vault import Vault
from pipeline.reader import Reader

log = logging.getLogger("triage.intake")


class Recall:
    """Fetches what is missing of one ticket; doing it again finds nothing to do."""

    def __init__(self, db: Database, vault: Vault, gmail: GmailClient, reader: Reader, *, ours: frozenset[str]) -> None:
        self._db, self._vault, self._gmail, self._reader, self._ours = db, vault, gmail, reader, ours

    async def work(self, ref: str) -> None:
        """The job: `ref` is a ticket."""
        await self.ticket(UUID(ref))

    async def ticket(self, ticket_id: UUID) -> int:
        """Fetch the originals of a ticket that are not kept here; returns how many came back."""
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
            mails = await recalled.missing(s, ticket_id)
        if ticket is None or ticket.erased_at is not None:
            return 0
        found = sum([await self._mail(mail) for mail in mails])
        if mails:
            log.info("read again ticket=%s mails=%s found=%s", ticket_id, len(mails), found)
        return found

    async def _mail(self, mail: Message) -> bool:
        try:
            original = await self._gmail.raw(mail.gmail_id)
        except Missing:
            return False  # deleted in Gmail as well
        assert mail.ticket_id is not None
        async with self._db.read() as s:
            ticket = await tickets.get(s, mail.ticket_id)
        known = tickets.open_table(self._vault, ticket) if ticket is not None else {}
        reading = await self._reader.read(original.raw, known=known, ours=self._ours, labels=original.ref.labels)
        async with self._db.transaction() as s:
            return await recalled.keep(s, mail.id, original.raw, reading)
