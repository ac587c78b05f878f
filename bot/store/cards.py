"""What a card shows, and which Slack messages show (or showed) a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.models import Card, Draft, Event, Mailbox, Message, Reply, Ticket, now
from bot.ticket import Action, ReplyStatus
from bot.values import CardData, DraftKind, Redacted, ReplyData, ThreadEvent, ThreadMail

#: As expressions the attributes of a model are columns, which its row types do not say.
_Card: Any = Card
_Draft: Any = Draft
_Event: Any = Event
_Mailbox: Any = Mailbox
_Message: Any = Message
_Reply: Any = Reply
_Ticket: Any = Ticket

_OWNING = (Action.CLAIM, Action.TAKE_OVER, Action.REASSIGN, Action.APPROVE)
_LIVE = ("sending", "live")


def gmail_url(address: str, thread_id: str) -> str:
    """The Gmail page of a thread, for whoever is signed in to that mailbox; "" when there is no thread."""
    return f"https://mail.google.com/mail/u/?authuser={address}#all/{thread_id}" if thread_id else ""


async def card_data(s: AsyncSession, ticket_id: UUID) -> CardData | None:
    """Everything the card of a ticket shows; None when there is no such ticket."""
    row = (await s.execute(_ticket_query(ticket_id))).one_or_none()
    if row is None:
        return None
    ticket, address, earlier, follows = row
    draft = await s.scalar(sa.select(_Draft).where(_Draft.ticket_id == ticket_id).order_by(_Draft.revision.desc()).limit(1))
    replies = (await s.scalars(sa.select(_Reply).where(_Reply.ticket_id == ticket_id).order_by(_Reply.approved_at.desc()))).all()
    mails, attachments = (await s.execute(_mail_query(ticket_id))).one()
    events = {event.action: event for event in await s.scalars(_last_events(ticket_id))}
    return CardData(
        **_ticket_facts(ticket),
        **_draft_facts(ticket, draft),
        **_history(ticket, replies, events),
        reply=_shown_reply(replies, draft),
        earlier=earlier,
        follows=follows or 0,
        mails=mails,
        attachments=attachments,
        gmail_url=gmail_url(address, ticket.gmail_thread_id),
    )


def _ticket_query(ticket_id: UUID) -> Any:
    before, origin = aliased(_Ticket), aliased(_Ticket)
    earlier = (
        sa.select(sa.func.count())
        .where(before.customer_hash == _Ticket.customer_hash, before.customer_hash != "", before.number < _Ticket.number)
        .scalar_subquery()
    )
    return (
        sa.select(_Ticket, _Mailbox.address, earlier, origin.number)
        .join(_Mailbox, _Mailbox.id == _Ticket.mailbox_id)
        .outerjoin(origin, origin.id == _Ticket.linked_from)
        .where(_Ticket.id == ticket_id)
    )


def _mail_query(ticket_id: UUID) -> Any:
    real = sa.func.jsonb_path_query_array(_Message.attachments, sa.literal_column("'$[*] ? (@.inline != true)'::jsonpath"))
    count = sa.func.coalesce(sa.func.sum(sa.func.jsonb_array_length(real)), 0)
    return sa.select(sa.func.count(), count).where(_Message.ticket_id == ticket_id, _Message.direction == "in")


def _last_events(ticket_id: UUID) -> Any:
    """The newest event of each action."""
    return (
        sa.select(_Event)
        .where(_Event.ticket_id == ticket_id)
        .ext(distinct_on(_Event.action))
        .order_by(_Event.action, _Event.seq.desc())
    )


def _ticket_facts(ticket: Ticket) -> dict[str, Any]:
    same = ("number", "version", "status", "owner", "category", "priority", "confidence", "needs_review", "review_reason")
    also = ("language", "domain", "received_at", "due_at", "source", "answered_by", "channel", "readable", "closed_at", "outage")
    return {
        **{name: getattr(ticket, name) for name in (*same, *also)},
        "ticket": str(ticket.id),
        "subject": Redacted(ticket.subject),
        "summary": Redacted(ticket.summary),
        "asks": tuple(Redacted(ask) for ask in ticket.asks),
        "customer": f"C-{ticket.customer_number}" if ticket.customer_number else "",
        "risks": tuple(ticket.risks),
    }


def _draft_facts(ticket: Ticket, draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        return {"draft": None, "draft_revision": 0, "draft_kind": "", "draft_source": ""}
    reasons = _why_not_one_click(ticket, draft)
    return {
        "draft": Redacted(draft.body) if draft.body else None,
        "draft_revision": draft.revision,
        "draft_kind": draft.kind,
        "draft_source": draft.source,
        "draft_author": draft.author or "",
        "draft_flags": tuple(draft.flags),
        "draft_retired": draft.retired_at is not None,
        "one_click": not reasons,
        "why_not_one_click": (),  # the flags, the risks and the review reason say it already
    }


def _why_not_one_click(ticket: Ticket, draft: Draft) -> tuple[str, ...]:
    """Everything that was flagged; the recipients and the values put back were judged when the draft was checked."""
    return (
        *draft.flags,
        *ticket.risks,
        *(["needs review"] if ticket.needs_review else []),
        *([] if ticket.readable else ["unreadable"]),
    )


def _shown_reply(replies: Iterable[Reply], draft: Draft | None) -> ReplyData | None:
    """The newest reply, unless it failed and a newer draft took its place: then that draft is what matters."""
    newest = next(iter(replies), None)
    if newest is None or (newest.status == ReplyStatus.FAILED and draft is not None and draft.revision > newest.revision):
        return None
    return ReplyData(
        status=newest.status,
        revision=newest.revision,
        by=newest.approved_by,
        leaves_at=newest.leaves_at,
        sent_at=newest.sent_at,
        error=newest.error,
    )


def _history(ticket: Ticket, replies: Iterable[Reply], events: dict[str, Event]) -> dict[str, Any]:
    owning = max((events[action] for action in _OWNING if action in events), key=lambda event: event.seq, default=None)
    sent = [reply for reply in replies if reply.status == ReplyStatus.SENT]
    answers = [reply.sent_at for reply in sent if reply.kind != DraftKind.ACKNOWLEDGEMENT]
    elsewhere = events.get(Action.ANSWERED_ELSEWHERE)
    times = [at for at in (*answers, elsewhere.at if elsewhere else None) if at]
    closing = events.get(Action.CLOSE)
    return {
        "claimed_at": owning.at if owning and ticket.owner else None,
        "answered_at": max(times, default=None),
        "acknowledged_at": next((reply.sent_at for reply in sent if reply.kind == DraftKind.ACKNOWLEDGEMENT), None),
        "closed_by": closing.actor if closing else "",
        "close_reason": closing.why if closing else "",
    }


# The messages in Slack


async def live(s: AsyncSession, ticket_id: UUID) -> Card | None:
    """The ticket's one live card; state "sending" when it is not known whether it was posted."""
    return await s.scalar(sa.select(_Card).where(_Card.ticket_id == ticket_id, _Card.state.in_(_LIVE)))


async def outdated(s: AsyncSession, card: Card, channel: str) -> bool:
    """Whether a new card is called for: the customer wrote after this one was posted, or the ticket moved to another channel."""
    if card.channel != channel:
        return True
    wrote = sa.exists().where(
        _Event.ticket_id == card.ticket_id, _Event.action == Action.CUSTOMER_WROTE, _Event.seq > card.base_seq
    )
    return bool(await s.scalar(sa.select(wrote)))


async def begin(s: AsyncSession, ticket_id: UUID, channel: str, *, old: Card | None, gone: bool = False) -> Card:
    """A new card in state "sending"; `old` is retired, or gone, first. A new thread holds what the old one does not."""
    newest = await s.scalar(sa.select(sa.func.max(_Event.seq)).where(_Event.ticket_id == ticket_id))
    made = Card(ticket_id=ticket_id, channel=channel, base_seq=newest or 0, sending_since=now())
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
    query = sa.select(_Card).where(_Card.ticket_id == ticket_id, _Card.state == "retired", _Card.link_shown.is_(False))
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
    query = sa.select(_Message).where(_Message.ticket_id == card.ticket_id, _Message.direction == "in")
    found = await s.scalars(query.order_by(_Message.received_at, _Message.id))
    return tuple(_mail(message) for message in found if str(message.id) not in card.mails)


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
    found = await s.scalars(
        sa.select(_Event).where(_Event.ticket_id == card.ticket_id, _Event.seq > card.event_seq).order_by(_Event.seq)
    )
    return tuple(
        ThreadEvent(event.seq, event.at, event.actor, event.action, Redacted(event.why), str(event.details.get("to") or ""))
        for event in found
    )


async def thread_lacks(s: AsyncSession, ticket_id: UUID) -> bool:
    """Whether the thread of the live card has something to be told."""
    card = await live(s, ticket_id)
    if card is None or card.state != "live":
        return False
    draft = sa.select(sa.func.max(_Draft.revision)).where(_Draft.ticket_id == ticket_id, _Draft.retired_at.is_(None))
    newer = (await s.scalar(draft) or 0) > card.draft_revision
    return newer or bool(card.posting) or bool(await events(s, card)) or bool(await mails(s, card))


async def posting(s: AsyncSession, card: Card, key: str) -> None:
    """From here on the thread message `key` may stand in Slack."""
    await _set(s, card.id, posting=key)


async def in_thread(s: AsyncSession, card: Card, **values: Any) -> None:
    """What the thread holds now."""
    await _set(s, card.id, posting="", **values)


async def _set(s: AsyncSession, card_id: UUID, **values: Any) -> None:
    await s.execute(sa.update(_Card).where(_Card.id == card_id).values(**values))
