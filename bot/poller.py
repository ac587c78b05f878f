"""Polls a mailbox: what came since the cursor is queued in the transaction that moves the cursor, by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clients.gmail import GmailClient, MailRef
from bot.config import Config
from bot.errors import Missing, Permanent
from bot.store import locks, mailboxes, messages, notices
from bot.store.db import Database
from bot.store.models import Mailbox, now

log = logging.getLogger("triage.poller")

_NOT_MAIL = frozenset({"DRAFT", "SPAM", "TRASH", "CHAT"})
_OVERLAP = timedelta(hours=1)
_FARTHEST_BACK = timedelta(days=30)
_MOST_AFTER_GAP = 2000
_REST = timedelta(minutes=1)  # after a refusal: asking every few seconds would not help


class Poller:
    """Polls one mailbox."""

    def __init__(self, db: Database, gmail: GmailClient, address: str, config: Config) -> None:
        self._db = db
        self._gmail = gmail
        self.address = address.strip().lower()
        self._config = config
        self._resting_until = now()

    async def poll(self) -> int:
        """Queue what is new and return how many mails that were; 0 also when another process is polling.

        The lock lives in the transaction that moves the cursor: when this process dies, both are undone at once.
        """
        if now() < self._resting_until:
            return 0
        async with self._db.transaction() as s:
            await mailboxes.get_or_create(s, self.address)
        try:
            async with self._db.transaction() as s:
                if not await locks.try_lock(s, f"poll:{self.address}"):
                    return 0
                mailbox = await mailboxes.get_or_create(s, self.address)
                return await self._tick(s, mailbox)
        except Permanent as trouble:
            self._resting_until = now() + _REST
            await self._report(str(trouble))
            raise

    async def _report(self, trouble: str) -> None:
        """Tell the on-call channel once a day what is wrong and what to do."""
        async with self._db.transaction() as s:
            await mailboxes.in_trouble(s, self.address, trouble)
            mailbox = await mailboxes.get_or_create(s, self.address)
            key = f"mailbox:{mailbox.id}:{now():%Y-%m-%d}"
            text = f"*No mail is coming in.* {trouble}"
            await notices.owe(s, key=key, kind="mailbox", to=f"#{self._config.channels.oncall}", text=text)

    async def _tick(self, s: AsyncSession, mailbox: Mailbox) -> int:
        if mailbox.history_id is None:
            return await self._connect(s, mailbox)
        try:
            history = await self._gmail.history(mailbox.history_id)
        except Missing:
            return await self._resync(s, mailbox)
        return await self._store(s, mailbox, history.history_id, _wanted(history.added))

    async def _connect(self, s: AsyncSession, mailbox: Mailbox) -> int:
        """First connection: new mail only, or a bounded backlog. The cursor is read first, so that nothing falls between."""
        profile = await self._gmail.profile()
        backlog = self._config.backlog
        found: list[MailRef] = []
        if backlog.days > 0 and backlog.most > 0:
            found = await self._gmail.search(f"in:inbox newer_than:{backlog.days}d -in:chats", most=backlog.most)
        log.info("connected mailbox=%s backlog=%s", mailbox.id, len(found))
        return await self._store(s, mailbox, profile.history_id, reversed(found), backlog=True)

    async def _resync(self, s: AsyncSession, mailbox: Mailbox) -> int:
        """The history is gone: look through the mail since the last good poll; what is known already is not queued again."""
        profile = await self._gmail.profile()
        since = self._resync_from(mailbox)
        found: list[MailRef] = []
        for place in ("inbox", "sent"):
            query = f"in:{place} after:{int(since.timestamp())} -in:chats"
            found += reversed(await self._gmail.search(query, most=_MOST_AFTER_GAP))
        log.warning("history expired mailbox=%s since=%s found=%s", mailbox.id, since.isoformat(timespec="seconds"), len(found))
        return await self._store(s, mailbox, profile.history_id, found)

    def _resync_from(self, mailbox: Mailbox) -> datetime:
        """Bounded both ways: not months back, and nothing from before the mailbox was connected."""
        polled = mailbox.polled_at or now()
        return max(polled - _OVERLAP, now() - _FARTHEST_BACK, mailbox.connected_at or polled - _OVERLAP)

    async def _store(
        self, s: AsyncSession, mailbox: Mailbox, cursor: str, refs: Iterable[MailRef], *, backlog: bool = False
    ) -> int:
        queued = await messages.queue_ids(s, mailbox, [(ref.id, ref.thread_id) for ref in refs], backlog=backlog)
        await mailboxes.polled(s, mailbox, cursor=cursor)
        if queued:
            log.info("queued mailbox=%s mails=%s", mailbox.id, len(queued))
        return len(queued)


def _wanted(refs: Iterable[MailRef]) -> list[MailRef]:
    """What is in the inbox, and what was sent from Gmail itself."""
    return [ref for ref in refs if ref.labels & {"INBOX", "SENT"} and not ref.labels & _NOT_MAIL]


async def who_we_are(gmail: GmailClient, config: Config) -> tuple[str, frozenset[str]]:
    """The mailbox's address and every address that is we: aliases of the configuration and those Gmail sends as."""
    address = (await gmail.profile()).address
    known = {address, *config.aliases, *((config.mailbox,) if config.mailbox else ())}
    return address, frozenset(known | {entry.address for entry in await gmail.send_as()})
