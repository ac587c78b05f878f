"""Takes the text of an erased ticket out of Slack: what stands under its cards, and what was told about it.

The cards themselves are drawn by the job that shows cards.
"""

from __future__ import annotations

import logging
from uuid import UUID

from bot.clients.pace import THREAD
from bot.clients.slack import SlackClient
from bot.errors import Missing, Permanent
from bot.store import erasure, hiding, tickets
from bot.store.db import Database
from bot.store.holds import Holds
from modals import card as card_view
from modals import lines

log = logging.getLogger("triage.board")


class Eraser:
    """Works through everything of ours that Slack shows of a ticket; doing it again changes nothing."""

    def __init__(self, db: Database, slack: SlackClient, holds: Holds) -> None:
        self._db, self._slack, self._holds = db, slack, holds

    async def erase(self, ref: str) -> None:
        """The job: `ref` is a ticket."""
        ticket_id = UUID(ref)
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
        if ticket is None or ticket.erased_at is None:
            return
        done = 0
        async with self._holds.hold(f"thread:{ticket_id}"):  # nobody posts what they read before it was erased
            async with self._db.read() as s:
                posted = await hiding.posted(s, ticket_id)
            for card in posted:
                done += await self._thread(card.channel_id, card.ts)
        done += await self._told(ticket_id, ticket.number)
        log.info("erased in slack ticket=%s messages=%s", ticket_id, done)

    async def _thread(self, channel_id: str, ts: str) -> int:
        """Every message of ours under a card; people's own words are theirs."""
        try:
            messages = await self._slack.thread(channel_id, ts)
        except Missing:
            return 0
        return sum([await self._update(channel_id, str(m["ts"]), lines.erased()) for m in messages if str(m["ts"]) != ts])

    async def _told(self, ticket_id: UUID, number: int) -> int:
        async with self._db.read() as s:
            notices = await erasure.told(s, ticket_id)
        done = sum([await self._update(notice.channel_id, notice.ts, lines.erased(number)) for notice in notices])
        async with self._db.transaction() as s:
            await erasure.untold(s, [notice.key for notice in notices])
        return done

    async def _update(self, channel_id: str, ts: str, drawn: card_view.Card) -> int:
        try:
            await self._slack.update(channel_id, ts, drawn.blocks, drawn.text, priority=THREAD)
        except (Missing, Permanent) as error:
            log.warning("could not be erased in slack cause=%s", getattr(error, "code", "") or type(error).__name__)
            return 0
        return 1
