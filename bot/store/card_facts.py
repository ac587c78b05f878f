"""What a card shows, read from the rows: a ticket's own, its newest draft, its replies and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.models import Draft, Event, Mailbox, Message, Reply, Ticket
from bot.ticket import Action, ReplyStatus
from bot.values import CardData, DraftKind, Redacted, ReplyData

#: As expressions the attributes of a model are columns, which its row types do not say.
_Draft: Any = Draft
_Event: Any = Event
_Mailbox: Any = Mailbox
_Message: Any = Message
_Reply: Any = Reply
_Ticket: Any = Ticket

_OWNING = (Action.CLAIM, Action.TAKE_OVER, Action.REASSIGN, Action.APPROVE)
_TICKET: Any = sa.bindparam("ticket")


def gmail_url(address: str, thread_id: str) -> str:
    """The Gmail page of a thread, for whoever is signed in to that mailbox; "" when there is no thread."""
    return f"https://mail.google.com/mail/u/?authuser={address}#all/{thread_id}" if thread_id else ""


async def card_data(s: AsyncSession, ticket_id: UUID) -> CardData | None:
    """Everything the card of a ticket shows; None when there is no such ticket."""
    given = {"ticket": ticket_id}
    row = (await s.execute(_FACTS, given)).one_or_none()
    if row is None:
        return None
    ticket, draft, address, earlier, follows, mails, attachments = row
    replies = (await s.scalars(_REPLIES, given)).all()
    events = {event.action: event for event in await s.execute(_EVENTS, given)}
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


def _facts() -> sa.Select[Any]:
    """The ticket with its newest draft and a few numbers, in one row."""
    before, origin, other = aliased(_Ticket), aliased(_Ticket), aliased(_Draft)
    count, inbound = sa.func.count(), sa.and_(_Message.ticket_id == _Ticket.id, _Message.direction == "in")
    same = sa.and_(before.customer_hash == _Ticket.customer_hash, before.customer_hash != "", before.number < _Ticket.number)
    real = sa.func.jsonb_path_query_array(_Message.attachments, sa.literal_column("'$[*] ? (@.inline != true)'::jsonpath"))
    parts = sa.func.coalesce(sa.func.sum(sa.func.jsonb_array_length(real)), 0)
    newest = sa.select(sa.func.max(other.revision)).where(other.ticket_id == _Ticket.id).scalar_subquery()
    return (
        sa.select(
            _Ticket,
            _Draft,
            _Mailbox.address,
            sa.select(count).select_from(before).where(same).scalar_subquery(),
            origin.number,
            sa.select(count).select_from(_Message).where(inbound).scalar_subquery(),
            sa.select(parts).where(inbound).scalar_subquery(),
        )
        .join(_Mailbox, _Mailbox.id == _Ticket.mailbox_id)
        .outerjoin(origin, origin.id == _Ticket.linked_from)
        .outerjoin(_Draft, sa.and_(_Draft.ticket_id == _Ticket.id, _Draft.revision == newest))
        .where(_Ticket.id == _TICKET)
    )


# Built once: putting a statement together costs more than asking it.
_FACTS = _facts()
_REPLIES = sa.select(_Reply).where(_Reply.ticket_id == _TICKET).order_by(_Reply.approved_at.desc())
_EVENTS = (  # the newest of each action
    sa.select(_Event.action, _Event.seq, _Event.at, _Event.actor, _Event.why)
    .where(_Event.ticket_id == _TICKET)
    .ext(distinct_on(_Event.action))
    .order_by(_Event.action, _Event.seq.desc())
)


def _ticket_facts(ticket: Ticket) -> dict[str, Any]:
    same = ("number", "version", "status", "owner", "category", "priority", "confidence", "needs_review", "review_reason")
    also = ("language", "domain", "received_at", "due_at", "source", "answered_by", "channel", "readable", "closed_at", "outage")
    return {
        **{name: getattr(ticket, name) for name in (*same, *also)},
        "ticket": str(ticket.id),
        "erased": ticket.erased_at is not None,
        "subject": _worded(ticket, ticket.subject),
        "summary": _worded(ticket, ticket.summary),
        "asks": tuple(_worded(ticket, ask) for ask in ticket.asks),
        "customer": f"C-{ticket.customer_number}" if ticket.customer_number else "",
        "risks": tuple(ticket.risks),
    }


def _worded(ticket: Ticket, text: str) -> Redacted:
    """`text` as people read it on a card: whoever wrote the mail is "the customer"; the others keep their numbers."""
    return Redacted(text.replace(ticket.customer_mark, "[the customer]") if ticket.customer_mark else text)


def _draft_facts(ticket: Ticket, draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        return {"draft": None, "draft_revision": 0, "draft_kind": "", "draft_source": ""}
    reasons = _why_not_one_click(ticket, draft)
    return {
        "draft": _worded(ticket, draft.body) if draft.body else None,
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


def _shown_reply(replies: Sequence[Reply], draft: Draft | None) -> ReplyData | None:
    """The newest reply, unless it failed and a newer draft took its place: then that draft is what matters."""
    newest = replies[0] if replies else None
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


def _history(ticket: Ticket, replies: Sequence[Reply], events: dict[str, Any]) -> dict[str, Any]:
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
