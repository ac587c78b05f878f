"""Draws thread messages anew that were posted before somebody hid what stands in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any
from uuid import UUID

from bot.clients.pace import THREAD
from bot.clients.slack import SlackClient, key_of
from bot.errors import Missing
from bot.store import cards, hiding
from bot.store.db import Database
from bot.store.holds import Holds
from bot.store.models import Card
from bot.store.vault import Vault
from modals import card as card_view
from modals import lines
from pipeline.redact.hiding import occurrences

log = logging.getLogger("triage.board")


class Redraw:
    """Looks at what Slack itself shows: a message in which a hidden value stands is drawn from the rows again."""

    def __init__(self, db: Database, vault: Vault, slack: SlackClient, holds: Holds) -> None:
        self.db, self.vault, self.slack, self.holds = db, vault, slack, holds

    async def show(self, ticket: UUID) -> None:
        """Bring all threads of the ticket, also those under its older cards, to what may be shown now."""
        async with self.holds.hold(f"thread:{ticket}"):
            async with self.db.read() as s:
                newest = await hiding.newest(s, ticket)
                found = await hiding.posted(s, ticket) if newest else ()
                values = await hiding.values(s, self.vault, ticket) if any(c.hidden_seq < newest for c in found) else ()
            told = 0
            for card in found:
                if card.hidden_seq < newest:
                    told = await self._thread(card, values, told)
                    async with self.db.transaction() as s:
                        await hiding.drawn(s, card, newest)

    async def _thread(self, card: Card, values: Sequence[str], told: int) -> int:
        """One thread; `told` is the newest event that the threads before it told. Returns the same after this one."""
        try:
            messages = await self.slack.thread(card.channel_id, card.ts)
        except Missing:
            return told
        drawn = 0
        for message in messages:
            what, _, rest = key_of(message).removeprefix(f"{card.id}:").partition(":")
            upto = _number(rest.rpartition(":")[2]) if what in ("m", "e") else 0
            if holds(message, values) and (view := await self._view(card, message, what, rest, told, upto)):
                drawn += await self._update(card, str(message["ts"]), view)
            told = max(told, upto)
        log.info("hid in thread ticket=%s card=%s messages=%s", card.ticket_id, card.id, drawn)
        return told

    async def _update(self, card: Card, ts: str, view: card_view.Card) -> int:
        try:
            await self.slack.update(card.channel_id, ts, view.blocks, view.text, priority=THREAD)
        except Missing:
            return 0
        return 1

    async def _view(
        self, card: Card, message: Mapping[str, Any], what: str, rest: str, told: int, upto: int
    ) -> card_view.Card | None:
        """The message as the rows say it now; None for a card's own message, which is drawn elsewhere."""
        async with self.db.read() as s:
            events = await cards.between(s, card.ticket_id, told, upto) if upto > told else ()
            if what == "m":
                mail = await cards.mail(s, UUID(rest.partition(":")[0]))
                before = await cards.previous(s, card) if card.state == "live" else None
            elif what == "d":
                return await self._draft(card, str(message["ts"]), _number(rest))
            else:
                return lines.events(events) if what == "e" and events else None
        if mail is None:
            return None
        linked = before is not None and any("Earlier mails" in text for text in texts(message))
        earlier = await self.slack.permalink(before.channel_id, before.ts) if linked and before else ""
        return lines.mail(mail, events, earlier=earlier)

    async def _draft(self, card: Card, ts: str, revision: int) -> card_view.Card | None:
        """The draft that this message shows: a newer revision may have taken the place of the one that it was posted for."""
        async with self.db.read() as s:
            shown = card.draft_revision if ts == card.draft_ts else revision
            data = await hiding.with_draft(s, card.ticket_id, shown)
        return lines.draft(data) if data else None


def holds(message: Mapping[str, Any], values: Sequence[str]) -> bool:
    """Whether one of the values can be read in a message as Slack has it."""
    shown = "\n".join(unescape(text) for text in texts(message))
    return any(occurrences(shown, value) for value in values)


def texts(found: object) -> Iterator[str]:
    """Everything readable in a message's JSON."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif name in ("text", "blocks", "elements", "fields"):
                yield from texts(value)
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for one in found:
            yield from texts(one)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
