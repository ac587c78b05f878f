"""Which Slack messages show (or showed) a ticket, and what stands in the thread under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.card_facts import card_data as card_data
from bot.store.card_facts import gmail_url as gmail_url
from bot.store.models import Card, Draft, Event, Message, Ticket, now
from bot.ticket import Action
from bot.values import CardData, Redacted, ThreadEvent, ThreadMail

#: As expressions the attributes of a model are columns, which its row types do not say.
_Card: Any = Card
_Draft: Any = Draft
_Event: Any = Event
_Message: Any = Message
_Ticket: Any = Ticket

_TICKET: Any = sa.bindparam("ticket")
_LIVE = _Card.state.in_(("sending", "live"))
_UNLINKED = sa.and_(_Card.state == "retired", _Card.link_shown.is_(False))


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket's card as it should be, and as it is."""

    data: CardData
    card: Card | None  #: the live one, or one that may have been posted
    outdated: bool  #: a new card is called for: the customer wrote after it was posted, or the ticket has another channel
    unlinked: bool  #: older cards do not lead to it yet


async def standing(s: AsyncSession, ticket_id: UUID) -> Standing | None:
    """How the ticket's card stands; None when there is no such ticket."""
    data = await card_data(s, ticket_id)
    if data is None:
        return None
    row = (await s.execute(_STANDING, {"ticket": ticket_id})).one_or_none()
    card, wrote = row or (None, False)
    unlinked = bool(await s.scalar(_HAS_UNLINKED, {"ticket": ticket_id}))
    outdated = card is not None and (wrote or card.channel != data.channel)
    return Standing(data, card, outdated, unlinked)


async def stale(s: AsyncSession, ticket_id: UUID) -> bool:
    """Whether Slack shows less than the rows say; cheap, since most jobs find that a click did the work already."""
    return bool(await s.scalar(_STALE, {"ticket": ticket_id}))


async def thread_lacks(s: AsyncSession, ticket_id: UUID) -> bool:
    """Whether the thread of the live card has something to be told."""
    return bool(await s.scalar(_LACKS, {"ticket": ticket_id}))


# Built once: putting a statement together costs more than asking it.
_WROTE = sa.exists().where(
    _Event.ticket_id == _Card.ticket_id, _Event.action == Action.CUSTOMER_WROTE, _Event.seq > _Card.base_seq
)
_STANDING = sa.select(_Card, _WROTE).where(_Card.ticket_id == _TICKET, _LIVE)
_HAS_UNLINKED = sa.select(sa.exists().where(_Card.ticket_id == _TICKET, _UNLINKED))
_BEHIND = sa.or_(
    _Card.id.is_(None), _Card.state != "live", _Card.version < _Ticket.version, _Card.channel != _Ticket.channel, _WROTE
)
_STALE = (
    sa.select(sa.or_(_BEHIND, _HAS_UNLINKED.scalar_subquery()))
    .select_from(_Ticket)
    .outerjoin(_Card, sa.and_(_Card.ticket_id == _Ticket.id, _LIVE))
    .where(_Ticket.id == _TICKET)
)
_Posted: Any = aliased(_Card)
_HID = sa.exists().where(_Event.ticket_id == _Posted.ticket_id, _Event.action == Action.HIDE, _Event.seq > _Posted.hidden_seq)
_LACKS = sa.select(
    sa.or_(
        _Card.posting != "",
        sa.exists().where(_Posted.ticket_id == _Card.ticket_id, _Posted.ts != "", _Posted.state.in_(("live", "retired")), _HID),
        sa.exists().where(_Event.ticket_id == _Card.ticket_id, _Event.seq > _Card.event_seq),
        sa.exists().where(
            _Draft.ticket_id == _Card.ticket_id, _Draft.retired_at.is_(None), _Draft.revision > _Card.draft_revision
        ),
        sa.exists().where(
            _Message.ticket_id == _Card.ticket_id,
            _Message.direction == "in",
            _Message.erased_at.is_(None),
            sa.not_(_Card.mails.has_key(sa.cast(_Message.id, sa.Text))),
        ),
    )
).where(_Card.ticket_id == _TICKET, _Card.state == "live")


# The messages in Slack


async def live(s: AsyncSession, ticket_id: UUID) -> Card | None:
    """The ticket's one live card; state "sending" when it is not known whether it was posted."""
    return await s.scalar(sa.select(_Card).where(_Card.ticket_id == ticket_id, _LIVE))


async def begin(s: AsyncSession, ticket_id: UUID, channel: str, *, old: Card | None, gone: bool = False) -> Card:
    """A new card in state "sending"; `old` is retired, or gone, first. A new thread holds what the old one does not."""
    newest = await s.scalar(sa.select(sa.func.max(_Event.seq)).where(_Event.ticket_id == ticket_id))
    made = Card(ticket_id=ticket_id, channel=channel, base_seq=newest or 0, hidden_seq=newest or 0, sending_since=now())
    if old is not None:
        await _set(s, old.id, state="gone" if gone or not old.ts else "retired")
        if not gone:
            made.mails, made.mail_seq, made.event_seq = list(old.mails), old.mail_seq, old.event_seq
    s.add(made)
    await s.flush()
    return made


async def sending(s: AsyncSession, card: Card, channel_id: str) -> None:
    """From here on the card may stand in Slack."""
    await _set(s, card.id, channel_id=channel_id, sending_since=now())


async def posted(s: AsyncSession, card: Card, ts: str, *, version: int, shown: str) -> None:
    """The card stands in Slack."""
    await _set(s, card.id, state="live", ts=ts, version=version, shown=shown, posted_at=now())


async def drawn(s: AsyncSession, card: Card, *, version: int, shown: str) -> None:
    """The card shows this version now."""
    await _set(s, card.id, version=version, shown=shown)


async def to_link(s: AsyncSession, ticket_id: UUID) -> list[Card]:
    """Retired cards that do not yet lead to the live one."""
    query = sa.select(_Card).where(_Card.ticket_id == ticket_id, _UNLINKED)
    return list(await s.scalars(query.order_by(_Card.posted_at)))


async def linked(s: AsyncSession, card: Card, *, gone: bool = False) -> None:
    """A retired card leads to a newer one, or is not there any more."""
    await _set(s, card.id, link_shown=True, **({"state": "gone"} if gone else {}))


async def previous(s: AsyncSession, card: Card) -> Card | None:
    """The card before this one, whose thread has what came earlier."""
    query = sa.select(_Card).where(_Card.ticket_id == card.ticket_id, _Card.state == "retired", _Card.ts != "")
    return await s.scalar(query.order_by(_Card.posted_at.desc()).limit(1))


# The thread under a card


async def mails(s: AsyncSession, card: Card) -> tuple[ThreadMail, ...]:
    """The customer's mails that do not stand in the thread yet, oldest first."""
    there = (_Message.ticket_id == card.ticket_id, _Message.direction == "in", _Message.erased_at.is_(None))
    query = sa.select(_Message).where(*there)
    found = await s.scalars(query.order_by(_Message.received_at, _Message.id))
    return tuple(_mail(message) for message in found if str(message.id) not in card.mails)


async def mail(s: AsyncSession, message_id: UUID) -> ThreadMail | None:
    """One mail as the thread shows it."""
    message = await s.get(Message, message_id, populate_existing=True)
    return _mail(message) if message is not None else None


def _mail(message: Message) -> ThreadMail:
    return ThreadMail(
        message=str(message.id),
        received_at=message.received_at,
        subject=Redacted(message.subject),
        text=Redacted(message.text),
        attachments=tuple(
            (str(part.get("type", "")), int(part.get("size", 0))) for part in message.attachments if not part.get("inline")
        ),
        readable=bool(message.text or message.subject) or not message.defects,
        aside=message.reason,
    )


async def events(s: AsyncSession, card: Card) -> tuple[ThreadEvent, ...]:
    """The events that do not stand in the thread yet."""
    return await between(s, card.ticket_id, card.event_seq, None)


async def between(s: AsyncSession, ticket_id: UUID, after: int, upto: int | None) -> tuple[ThreadEvent, ...]:
    """The ticket's events after one number and up to another."""
    query = sa.select(_Event).where(_Event.ticket_id == ticket_id, _Event.seq > after).order_by(_Event.seq)
    found = await s.scalars(query if upto is None else query.where(_Event.seq <= upto))
    return tuple(
        ThreadEvent(event.seq, event.at, event.actor, event.action, Redacted(event.why), str(event.details.get("to") or ""))
        for event in found
    )


async def posting(s: AsyncSession, card: Card, key: str) -> None:
    """From here on the thread message `key` may stand in Slack."""
    await _set(s, card.id, posting=key)


async def in_thread(s: AsyncSession, card: Card, **values: Any) -> None:
    """What the thread holds now."""
    await _set(s, card.id, posting="", **values)


async def _set(s: AsyncSession, card_id: UUID, **values: Any) -> None:
    await s.execute(sa.update(_Card).where(_Card.id == card_id).values(**values))
