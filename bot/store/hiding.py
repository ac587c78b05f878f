"""What a person hid: masked in every plain column of the ticket, and what still has to be drawn anew in Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import events, queue, tickets
from bot.store.card_facts import card_data
from bot.store.models import Card, Draft, Event, Message, Notice, Ticket
from bot.store.vault import Vault
from bot.ticket import Action
from bot.values import CardData, Redacted

_Card: Any = Card  # as expressions the attributes of a model are columns
_Draft: Any = Draft
_Event: Any = Event
_Message: Any = Message
_Notice: Any = Notice

#: A text with what is to be hidden masked, and how many places that were.
Mask = Callable[[str], tuple[str, int]]

#: What the draft says of itself afterwards: one click may put back the greeting's name, not a value like this.
PUTS_BACK = "it puts back a value that somebody hid"
_MARKUP = re.compile(r"(<[^<>]*>)")


@dataclass(slots=True)
class Hidden:
    """What was done: how many places, and the new digests of events that were put in other words."""

    places: int = 0
    amended: dict[str, str] = field(default_factory=dict)

    def text(self, mask: Mask, text: str) -> str:
        """The masked text; its places are counted."""
        masked, count = mask(text)
        self.places += count
        return masked

    def value(self, mask: Mask, value: Any) -> Any:
        """The same for whatever a JSON column holds."""
        if isinstance(value, str):
            return self.text(mask, value)
        if isinstance(value, list):
            return [self.value(mask, one) for one in value]
        if isinstance(value, dict):
            return {name: self.value(mask, one) for name, one in value.items()}
        return value


async def hide(s: AsyncSession, ticket: Ticket, mask: Mask, exact: Mask, named: Callable[[str], bool]) -> Hidden:
    """Mask in all rows of the ticket; `exact` is for drafts, whose values are put back before they leave.

    `named` tells whether a company's domain holds the value; such a domain is not shown any more.

    The caller holds the ticket's lock, and records the event with `amended` in its details.
    """
    done = Hidden()
    for name in ("subject", "summary", "review_reason", "asks", "entities", "reasons"):
        setattr(ticket, name, done.value(mask, getattr(ticket, name)))
    ticket.domain = "" if named(ticket.domain) else ticket.domain
    s.add(ticket)
    await _messages(s, ticket, mask, named, done)
    await _drafts(s, ticket.id, mask, exact, done)
    await _notices(s, ticket.id, mask, done)
    for event in await events.of_ticket(s, ticket.id):
        why = done.text(
            mask, event.why
        )  # details hold ids, hashes and words of ours only, in which digits may look like anything
        if event.salt and why != event.why:
            done.amended[str(event.seq)] = await events.amend(s, event, why)
    await s.execute(sa.update(_Card).where(_Card.ticket_id == ticket.id, _Card.state == "retired").values(link_shown=False))
    await s.flush()
    return done


async def _messages(s: AsyncSession, ticket: Ticket, mask: Mask, named: Callable[[str], bool], done: Hidden) -> None:
    """The ticket's mails, and those of its conversation that were set aside."""
    same = sa.and_(_Message.mailbox_id == ticket.mailbox_id, _Message.gmail_thread_id == ticket.gmail_thread_id)
    for mail in await s.scalars(sa.select(_Message).where(sa.or_(_Message.ticket_id == ticket.id, same))):
        mail.subject, mail.text = done.text(mask, mail.subject), done.text(mask, mail.text)
        mail.reason = done.text(mask, mail.reason)
        mail.domain = "" if named(mail.domain) else mail.domain


async def _drafts(s: AsyncSession, ticket_id: UUID, mask: Mask, exact: Mask, done: Hidden) -> None:
    for draft in await s.scalars(sa.select(_Draft).where(_Draft.ticket_id == ticket_id)):
        body = done.text(exact, draft.body)
        draft.flags = done.value(mask, draft.flags)
        if body != draft.body:
            draft.body = body
            draft.flags = [*draft.flags, PUTS_BACK] if PUTS_BACK not in draft.flags else draft.flags


async def _notices(s: AsyncSession, ticket_id: UUID, mask: Mask, done: Hidden) -> None:
    """DMs and on-call lines are finished mark-up: what is in its tokens is ours, what is between them is escaped."""
    for notice in await s.scalars(sa.select(_Notice).where(_Notice.ticket_id == ticket_id)):
        parts = _MARKUP.split(notice.text)
        said = [part if at % 2 else escape(done.text(mask, unescape(part)), quote=False) for at, part in enumerate(parts)]
        if "".join(said) != notice.text:
            notice.text = "".join(said)
            if notice.state == "said":
                notice.state = "stale"
                await queue.enqueue(s, queue.NOTIFY, notice.key)


# What Slack shows


async def newest(s: AsyncSession, ticket_id: UUID) -> int:
    """The number of the newest event by which something was hidden, 0 when nothing was."""
    query = sa.select(sa.func.max(_Event.seq)).where(_Event.ticket_id == ticket_id, _Event.action == Action.HIDE)
    return await s.scalar(query) or 0


async def values(s: AsyncSession, vault: Vault, ticket_id: UUID) -> tuple[str, ...]:
    """The real values of everything that was hidden on the ticket."""
    ticket = await tickets.get(s, ticket_id)
    if ticket is None:
        return ()
    table = tickets.open_table(vault, ticket)
    hid = [event for event in await events.of_ticket(s, ticket_id) if event.action == Action.HIDE]
    marks = [str(mark) for event in hid for mark in event.details.get("placeholders") or ()]
    return tuple(dict.fromkeys(table[mark] for mark in marks if mark in table))


async def posted(s: AsyncSession, ticket_id: UUID) -> Sequence[Card]:
    """All cards of the ticket that stand in Slack, the oldest first."""
    query = sa.select(_Card).where(_Card.ticket_id == ticket_id, _Card.ts != "", _Card.state.in_(("live", "retired")))
    return list(await s.scalars(query.order_by(_Card.posted_at)))


async def drawn(s: AsyncSession, card: Card, upto: int) -> None:
    """The card's thread shows nothing any more that the events up to this one hid."""
    await s.execute(sa.update(_Card).where(_Card.id == card.id).values(hidden_seq=upto))


async def with_draft(s: AsyncSession, ticket_id: UUID, revision: int) -> CardData | None:
    """What the card would show if this revision, which may be retired, were the draft that stands."""
    found = await s.scalar(sa.select(_Draft).where(_Draft.ticket_id == ticket_id, _Draft.revision == revision))
    data = await card_data(s, ticket_id)
    if found is None or data is None:
        return None
    return replace(
        data,
        draft=Redacted(found.body),
        draft_revision=found.revision,
        draft_kind=found.kind,
        draft_source=found.source,
        draft_author=found.author or "",
        draft_flags=tuple(found.flags),
        draft_retired=False,
    )
