"""Shows tickets in Slack: the card, what stands under it, DMs and on-call lines. Doing any of it again only repairs."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from bot.board_hidden import Redraw
from bot.board_thread import Thread
from bot.clients.pace import CARD, CLICK
from bot.clients.slack import SlackClient, blocked_channel
from bot.config import Config
from bot.errors import Ambiguous, Missing, Permanent, Temporary, VendorError
from bot.store import cards, notices, queue
from bot.store.db import Database
from bot.store.holds import Holds
from bot.store.models import Card, Notice
from bot.store.vault import Vault
from bot.values import CardData
from modals import card as card_view
from modals import lines

log = logging.getLogger("triage.board")

TRIES = 3  #: a lost card is looked for, then posted, then drawn; more rounds mean that something else is wrong
SKEW = 120.0  #: seconds by which Slack's clock may be behind ours when we look for a lost message
LATER = 60.0  #: seconds until a card is tried again that waits for somebody to let us into its channel
#: Slack will not let us draw this message any more, though it is there: a new card is the repair.
_FROZEN = frozenset({"cant_update_message", "edit_window_closed", "is_inactive"})
#: This person cannot be reached by DM, now or later.
_UNREACHABLE = frozenset({"user_disabled", "cannot_dm_bot", "user_not_visible", "users_list_not_supplied"})


class Board:
    """The projection of tickets into Slack. Of one ticket's card one process draws at a time."""

    def __init__(self, db: Database, vault: Vault, slack: SlackClient, config: Config) -> None:
        self.db = db
        self.vault = vault
        self.slack = slack
        self.config = config
        self.holds = Holds(db)
        self.thread = Thread(db, slack, self.holds)
        self.redraw = Redraw(db, vault, slack, self.holds)
        self._told: set[str] = set()

    async def show(self, ticket_id: UUID | str, urgent: bool = False) -> None:
        """Make Slack show the ticket as its rows are now.

        `urgent`: a person waits, so only the card is drawn, before all others; the queued job does the rest.
        Temporary or Ambiguous: to be tried again. Whoever is not let into a channel gets a Temporary with what to do.
        """
        ticket = UUID(str(ticket_id))
        async with self._putting_off(ticket):
            await self._card(ticket, CLICK if urgent else CARD)
            if not urgent:
                await self._under(ticket)

    async def show_card(self, ref: str) -> None:
        """The job behind a card: draws it, and leaves what its thread lacks to a job that may take its time."""
        ticket = UUID(ref)
        async with self._putting_off(ticket):
            await self._card(ticket, CARD)
        async with self.db.transaction() as s:
            if await cards.thread_lacks(s, ticket):
                await queue.enqueue(s, queue.THREAD, ref)

    async def show_thread(self, ref: str) -> None:
        """The job behind the thread under a card."""
        async with self._putting_off(UUID(ref)):
            await self._under(UUID(ref))

    async def _under(self, ticket: UUID) -> None:
        """The thread: what was hidden since first, then what is missing."""
        await self.redraw.show(ticket)
        await self.thread.show(ticket)

    @asynccontextmanager
    async def _putting_off(self, ticket: UUID) -> AsyncIterator[None]:
        try:
            yield
        except Permanent as error:
            await self._put_off(error, ticket)
            raise

    async def _put_off(self, error: Permanent, ticket: UUID | None) -> None:
        """A channel that we cannot post in: said once, to the log and in the default channel, and tried again later."""
        if not blocked_channel(error):
            return
        said = str(error)
        if said not in self._told:
            self._told.add(said)
            log.warning("channel is closed to us code=%s ticket=%s: %s", error.code, ticket, said)
            async with self.db.transaction() as s:
                key, to = f"channel:{hashlib.sha256(said.encode()).hexdigest()[:16]}", f"#{self.config.channels.default}"
                await notices.owe(s, key=key, kind="trouble", to=to, text=f"Cards are waiting. {said}")
        raise Temporary(said, retry_after=LATER) from None

    async def _card(self, ticket: UUID, priority: int) -> None:
        async with self.db.read() as s:
            if not await cards.stale(s, ticket):
                return
        # The turn comes first: a render that waits for its turn must not keep a click waiting for the lock.
        async with self.slack.room_for_update(priority), self.holds.hold(f"card:{ticket}"):
            await self._draw(ticket)

    async def _draw(self, ticket: UUID) -> None:
        for _ in range(TRIES):
            async with self.db.transaction() as s:
                standing = await cards.standing(s, ticket)
                if standing is None:
                    return
                data, card = standing.data, standing.card
                if data.erased and (card is None or (card.state != "live" and not card.channel_id)):
                    return  # nothing of it stands in Slack, and nothing new is told
                if card is None or (card.state == "live" and standing.outdated and not data.erased):
                    card = await cards.begin(s, ticket, data.channel, old=card)
                    await notices.outage_if_new(s, ticket, channel=self.config.channels.oncall)
            done = await (self._update(card, data) if card.state == "live" else self._post(card, data))
            if done:
                if standing.unlinked or card is not standing.card:
                    await self._lead_on(ticket, data)
                return

    async def _post(self, card: Card, data: CardData) -> bool:
        """Post the card, unless an earlier try did: then it is adopted and still has to be drawn."""
        key = str(card.id)
        if card.channel_id and (found := await self.slack.find_by_key(card.channel_id, since(card.sending_since), key)):
            async with self.db.transaction() as s:
                await cards.posted(s, card, found, version=0, shown="")
            log.info("adopted ticket=%s card=%s", card.ticket_id, card.id)
            return False
        channel_id = await self.slack.channel_id(card.channel)
        drawn = card_view.card(data)
        async with self.db.transaction() as s:
            await cards.sending(s, card, channel_id)
        try:
            ts = await self.slack.post(channel_id, drawn.blocks, drawn.text, key=key)
        except VendorError as error:
            if not isinstance(error, Ambiguous):  # refused for certain: nothing to look for
                async with self.db.transaction() as s:
                    await cards.sending(s, card, "")
            raise
        async with self.db.transaction() as s:
            await cards.posted(s, card, ts, version=data.version, shown=digest(drawn))
        log.info("posted ticket=%s version=%s", card.ticket_id, data.version)
        return True

    async def _update(self, card: Card, data: CardData) -> bool:
        """Draw the live card anew; False when its message is gone and a new one has to be posted."""
        drawn = card_view.card(data)
        if digest(drawn) == card.shown:
            return True
        try:
            await self.slack.update(card.channel_id, card.ts, drawn.blocks, drawn.text, priority=CLICK)
        except (Missing, Permanent) as error:
            if isinstance(error, Permanent) and error.code not in _FROZEN:
                raise
            async with self.db.transaction() as s:
                await cards.begin(s, card.ticket_id, data.channel, old=card, gone=True)
            log.info("card is gone ticket=%s", card.ticket_id)
            return False
        async with self.db.transaction() as s:
            await cards.drawn(s, card, version=data.version, shown=digest(drawn))
        log.info("drew ticket=%s version=%s", card.ticket_id, data.version)
        return True

    async def _lead_on(self, ticket: UUID, data: CardData) -> None:
        """Retired cards shrink to a link to the live one."""
        async with self.db.read() as s:
            live, old = await cards.live(s, ticket), await cards.to_link(s, ticket)
        if not old or live is None or live.state != "live":
            return
        url = await self.slack.permalink(live.channel_id, live.ts)
        drawn = card_view.retired(data.number, data.subject, url)
        for card in old:
            gone = False
            try:
                await self.slack.update(card.channel_id, card.ts, drawn.blocks, drawn.text)
            except (Missing, Permanent):
                gone = True
            async with self.db.transaction() as s:
                await cards.linked(s, card, gone=gone)

    async def notify(self, key: str) -> None:
        """Say one notice that is owed; once, also when an earlier try may have said it."""
        async with self.holds.hold(f"notice:{key}"):
            async with self.db.read() as s:
                notice = await notices.owed(s, key)
            if notice is None:
                return
            try:
                await self._say(notice)
            except Missing:
                await self._drop(notice, "nobody of that id")
            except Permanent as error:
                if error.code in _UNREACHABLE:
                    await self._drop(notice, error.code)
                    return
                if notice.kind != "trouble":
                    await self._put_off(error, notice.ticket_id)
                raise

    async def _say(self, notice: Notice) -> None:
        if notice.to.startswith("#"):
            channel_id = await self.slack.channel_id(notice.to)
        else:
            channel_id = await self.slack.dm(notice.to)
        found = None
        if notice.state == "stale":
            drawn = lines.notice(notice.text, await self._card_link(notice.ticket_id))
            await self.slack.update(notice.channel_id, notice.ts, drawn.blocks, drawn.text)
            found = notice.ts
        if notice.state == "sending" and notice.channel_id:
            found = await self.slack.find_by_key(notice.channel_id, since(notice.created_at), notice.key)
        if found is None:
            drawn = lines.notice(notice.text, await self._card_link(notice.ticket_id))
            async with self.db.transaction() as s:
                await notices.sending(s, notice.key, channel_id)
            found = await self.slack.post(channel_id, drawn.blocks, drawn.text, key=notice.key)
        async with self.db.transaction() as s:
            await notices.said(s, notice.key, found)
        log.info("said kind=%s ticket=%s", notice.kind, notice.ticket_id)

    async def _drop(self, notice: Notice, why: str) -> None:
        async with self.db.transaction() as s:
            await notices.dropped(s, notice.key)
        log.warning("dropped notice kind=%s ticket=%s why=%s", notice.kind, notice.ticket_id, why)

    async def _card_link(self, ticket: UUID | None) -> str:
        """The way to the ticket's card, "" while it has none."""
        if ticket is None:
            return ""
        async with self.db.read() as s:
            card = await cards.live(s, ticket)
        if card is None or not card.ts:
            return ""
        try:
            return await self.slack.permalink(card.channel_id, card.ts)
        except VendorError:
            return ""  # a notice without its link is better than none


def digest(drawn: card_view.Card) -> str:
    """A fingerprint of what a message shows."""
    shown = json.dumps([drawn.text, drawn.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def since(at: datetime | None) -> float:
    """From when on a message that we began to post at `at` may stand in Slack."""
    return max(0.0, at.timestamp() - SKEW) if at else 0.0
