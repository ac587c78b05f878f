"""Keeps the thread under a card: the customer's mails, the draft, then what happened, each message posted once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.clients.pace import THREAD
from bot.clients.slack import SlackClient
from bot.errors import Ambiguous, Missing, VendorError
from bot.store import cards
from bot.store.db import Database
from bot.store.holds import Holds
from bot.store.models import Card, now
from bot.values import CardData, ThreadEvent, ThreadMail
from modals import card as card_view
from modals import lines

log = logging.getLogger("triage.board")

WITH_MAIL = 3  #: so many events are told in the mail's own message; more get one of theirs
SKEW = timedelta(minutes=2)


class Thread:
    """Brings the thread of the live card up to date; of one ticket one process at a time."""

    def __init__(self, db: Database, slack: SlackClient, holds: Holds) -> None:
        self.db = db
        self.slack = slack
        self.holds = holds

    async def show(self, ticket: UUID) -> None:
        """Post what is missing; a card that is not posted yet, or was deleted, has no thread."""
        async with self.holds.hold(f"thread:{ticket}"):
            try:
                await self._show(ticket)
            except Missing:
                log.info("thread is gone ticket=%s", ticket)

    async def _show(self, ticket: UUID) -> None:
        async with self.db.read() as s:
            card = await cards.live(s, ticket)
            if card is None or card.state != "live":
                return
        await self._settle(card)
        await self._mails(card)
        await self._draft(card)
        await self._events(card)

    async def _mails(self, card: Card) -> None:
        async with self.db.read() as s:
            mails, events = await cards.mails(s, card), await cards.events(s, card)
            before = await cards.previous(s, card) if mails and not card.draft_ts else None
        earlier = await self.slack.permalink(before.channel_id, before.ts) if before else ""
        for at, mail in enumerate(mails):
            told = events if at == len(mails) - 1 and len(events) <= WITH_MAIL else ()
            await self._mail(card, mail, told, earlier if at == 0 else "")

    async def _mail(self, card: Card, mail: ThreadMail, events: Sequence[ThreadEvent], earlier: str) -> None:
        seq = events[-1].seq if events else card.event_seq
        ts = await self._post(card, f"m:{mail.message}:{seq}", lines.mail(mail, events, earlier=earlier))
        await self._mail_stands(card, mail.message, seq, ts)

    async def _mail_stands(self, card: Card, message: str, seq: int, _: str) -> None:
        known = [*card.mails, message]
        await self._stands(card, mails=known, mail_seq=len(known), event_seq=max(seq, card.event_seq))

    async def _draft(self, card: Card) -> None:
        async with self.db.read() as s:
            data = await cards.card_data(s, card.ticket_id)
        drawn = lines.draft(data) if data else None
        if data is None or drawn is None or data.draft_revision <= card.draft_revision:
            return
        ts = await self._draft_again(card, drawn) or await self._post(card, f"d:{data.draft_revision}", drawn)
        await self._draft_stands(card, data, ts)

    async def _draft_again(self, card: Card, drawn: card_view.Card) -> str:
        """A new revision takes the place of the old one; "" when there is none to replace."""
        if not card.draft_ts:
            return ""
        try:
            await self.slack.update(card.channel_id, card.draft_ts, drawn.blocks, drawn.text, priority=THREAD)
        except Missing:
            return ""
        return card.draft_ts

    async def _draft_stands(self, card: Card, data: CardData, ts: str) -> None:
        await self._stands(card, draft_ts=ts, draft_revision=data.draft_revision)

    async def _events(self, card: Card) -> None:
        async with self.db.read() as s:
            events = await cards.events(s, card)
        if not events:
            return
        await self._post(card, f"e:{events[-1].seq}", lines.events(events))
        await self._stands(card, event_seq=events[-1].seq)

    async def _post(self, card: Card, what: str, drawn: card_view.Card) -> str:
        key = f"{card.id}:{what}"
        async with self.db.transaction() as s:
            await cards.posting(s, card, key)
        card.posting = key
        try:
            return await self.slack.post(card.channel_id, drawn.blocks, drawn.text, key=key, thread_ts=card.ts, priority=THREAD)
        except VendorError as error:
            if not isinstance(error, Ambiguous):  # refused for certain: nothing to look for
                await self._stands(card)
            raise

    async def _stands(self, card: Card, **values: Any) -> None:
        async with self.db.transaction() as s:
            await cards.in_thread(s, card, **values)
        for name, value in {"posting": "", **values}.items():
            setattr(card, name, value)

    async def _settle(self, card: Card) -> None:
        """An earlier try may have posted a message and died before it could say so: look before posting anything."""
        if not card.posting:
            return
        begun = (card.posted_at or now()) - SKEW
        found = await self.slack.find_by_key(card.channel_id, begun.timestamp(), card.posting, thread_ts=card.ts)
        what, *rest = card.posting.removeprefix(f"{card.id}:").split(":")
        if found is None:
            await self._stands(card)
        elif what == "m":
            await self._mail_stands(card, rest[0], int(rest[1]), found)
        elif what == "d":
            await self._stands(card, draft_ts=found, draft_revision=int(rest[0]))
        else:
            await self._stands(card, event_seq=int(rest[0]))
        log.info("settled thread ticket=%s kind=%s found=%s", card.ticket_id, what, found is not None)
