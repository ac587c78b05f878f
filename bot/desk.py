"""What a person can do to a ticket: claim, release, reassign, close, reopen, look. One permission, one transaction, one event."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import roles
from bot.config import Config
from bot.desk_private import Privacy
from bot.desk_reply import Redactor, permit
from bot.errors import LostRace, Refused, VendorError
from bot.files import Files
from bot.store import drafts, events, lists, messages, notices, tickets
from bot.store.db import Database
from bot.store.models import Ticket, now
from bot.store.vault import Vault
from bot.ticket import Action, Status, allowed
from bot.values import Person, trusted
from modals import aside, lines, parts
from modals.answers import QueueLine, StatsData
from modals.answers import queue as queue_answer
from modals.answers import stats as stats_answer
from modals.more import MoreData
from modals.why import WhyData

log = logging.getLogger("triage.desk")

#: Takes a set-aside message's id and a Slack id; makes a ticket of it and returns the ticket's id.
Restore = Callable[[UUID, str], Awaitable[UUID]]

_WITHHELD = "(a note that could not be checked for personal data)"
_OWNING = (Action.CLAIM, Action.TAKE_OVER, Action.REASSIGN, Action.APPROVE)


class Desk(Privacy):
    """Every act of a person on a ticket. Refusals are `bot.errors.Refused`; their text is for that person."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        redactor: Redactor,
        config: Config,
        restore: Restore,
        *,
        ours: frozenset[str] = frozenset(),
        files: Files | None = None,
        recall: Callable[[UUID], Awaitable[int]] | None = None,
    ) -> None:
        super().__init__(db, vault, redactor, config, ours=ours)
        self._restore, self.files, self.recall = restore, files, recall
        self._fetching = set()

    # Whose it is

    async def claim(self, ticket_id: UUID, by: Person) -> None:
        """Make a ticket that nobody has one's own; LostRace names who was first and when."""
        permit(by)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            if ticket.owner == by.id:
                return
            if ticket.owner is not None:
                raise await self._lost(s, ticket)
            await tickets.transition(s, ticket_id, Action.CLAIM, actor=by.id, only_if={"owner": None}, owner=by.id)
        log.info("claimed ticket=%s by=%s", ticket_id, by.id)

    async def _lost(self, s: AsyncSession, ticket: Ticket) -> LostRace:
        """Who has the ticket and since when."""
        event = await lists.last_of(s, ticket.id, *_OWNING)
        who = parts.person(ticket.owner or "")
        since = f", since {parts.date(event.at)}" if event else ""
        return LostRace(f"{who} already has this one{since}.", winner=ticket.owner, at=event.at if event else None)

    async def release(self, ticket_id: UUID, by: Person) -> None:
        """Give one's own ticket back."""
        permit(by)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            if ticket.owner is None:
                raise Refused("Nobody has this ticket.")
            if ticket.owner != by.id:
                raise await self._lost(s, ticket)
            await tickets.transition(s, ticket_id, Action.RELEASE, actor=by.id, only_if={"owner": by.id}, owner=None)
        log.info("released ticket=%s by=%s", ticket_id, by.id)

    async def take_over(self, ticket_id: UUID, by: Person) -> None:
        """Make somebody else's ticket one's own."""
        permit(by)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            if ticket.owner == by.id:
                return
            await tickets.transition(s, ticket_id, Action.TAKE_OVER, actor=by.id, details={"from": ticket.owner}, owner=by.id)
        log.info("taken over ticket=%s by=%s", ticket_id, by.id)

    async def about_to_reassign(self, ticket_id: UUID, by: Person) -> Ticket:
        """The ticket, if this person may give it to somebody now."""
        return await self._may(ticket_id, by, Action.REASSIGN)

    async def reassign(self, ticket_id: UUID, by: Person, to: Person, note: str = "") -> None:
        """Give a ticket to somebody and tell them; `note` is masked before anybody else sees it."""
        permit(by)
        if to.guest or to.bot or not to.local:
            raise Refused("Only members of this workspace can own tickets.")
        said = await self._masked(ticket_id, note)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            if ticket.owner == to.id:
                raise Refused(f"{parts.person(to.id)} has this ticket already.")
            ticket = await tickets.transition(
                s, ticket_id, Action.REASSIGN, actor=by.id, why=said, details={"from": ticket.owner, "to": to.id}, owner=to.id
            )
            await notices.assigned(s, ticket, to=to.id, by=by.id, note=said)
        log.info("reassigned ticket=%s by=%s to=%s", ticket_id, by.id, to.id)

    # Its end, and taking that back

    async def about_to_close(self, ticket_id: UUID, by: Person) -> Ticket:
        """The ticket, if this person may close it now."""
        return await self._may(ticket_id, by, Action.CLOSE)

    async def close(self, ticket_id: UUID, by: Person, reason: str, note: str = "") -> None:
        """Close for a reason in our own words; `note` is masked before it is stored."""
        permit(by)
        said = await self._masked(ticket_id, note)
        why = f"{reason}: {said}" if said else reason
        await self._change(ticket_id, by, Action.CLOSE, why=why)

    async def reopen(self, ticket_id: UUID, by: Person) -> None:
        """Open a waiting, snoozed or closed ticket again, and one that was put away as not a ticket."""
        permit(by)
        async with self._db.transaction() as s:
            ticket = await tickets.locked(s, ticket_id)
            dismissed = ticket.status == Status.DISMISSED
            action = Action.RESTORE if dismissed else Action.REOPEN
            await tickets.transition(s, ticket_id, action, actor=by.id)
        log.info("reopened ticket=%s by=%s", ticket_id, by.id)

    async def dismiss(self, ticket_id: UUID, by: Person) -> None:
        """It should not have become a ticket."""
        await self._change(ticket_id, by, Action.DISMISS)

    async def restore(self, message_id: UUID, by: Person) -> UUID:
        """Make a ticket of a set-aside mail; returns the ticket's id."""
        permit(by)
        ticket = await self._restore(message_id, by.id)
        log.info("brought back message=%s ticket=%s by=%s", message_id, ticket, by.id)
        return ticket

    async def _change(self, ticket_id: UUID, by: Person, action: Action, *, why: str = "", **changes: Any) -> None:
        permit(by)
        async with self._db.transaction() as s:
            await tickets.locked(s, ticket_id)
            await tickets.transition(s, ticket_id, action, actor=by.id, why=why, **changes)
        log.info("%s ticket=%s by=%s", action.value, ticket_id, by.id)

    async def _may(self, ticket_id: UUID, by: Person, action: Action) -> Ticket:
        permit(by)
        ticket = await self._ticket(ticket_id)
        if not allowed(Status(ticket.status), action):
            raise Refused(f"This ticket is {ticket.status}. *Reopen* it first.")
        return ticket

    async def _ticket(self, ticket_id: UUID) -> Ticket:
        async with self._db.read() as s:
            ticket = await tickets.get(s, ticket_id)
        if ticket is None:
            raise Refused("This ticket is not there any more.")
        return ticket

    async def _masked(self, ticket_id: UUID, note: str) -> str:
        """A person's note as it may be stored and shown; withheld when it cannot be checked."""
        if not note.strip():
            return ""
        table = tickets.open_table(self._vault, await self._ticket(ticket_id))
        try:
            masked, _ = await self._redact(note.strip()[:500], table)
        except (TimeoutError, VendorError):
            return _WITHHELD
        return parts.one_line(parts.in_words(masked))

    # Looking

    async def more(self, ticket_id: UUID, by: Person, *, channel: str = "", said: str = "") -> MoreData:
        """What this person may do to the ticket now."""
        ticket = await self._ticket(ticket_id)
        found = acts(ticket, by, self._config)
        return MoreData(
            ticket=ticket.id,
            number=ticket.number,
            version=ticket.version,
            status=ticket.status,
            owner=ticket.owner,
            subject=lists.subject(ticket),
            acts=found,
            gmail_url=await self._gmail_url(ticket) if "ticket.hide" in found else "",
            said=said,
            channel=channel,
        )

    async def why(self, ticket_id: UUID) -> WhyData:
        """The grounds of every decision; nothing in it is personal, so guests may read it too."""
        ticket = await self._ticket(ticket_id)
        async with self._db.read() as s:
            draft = await drafts.current(s, ticket_id)
            mail = await messages.latest_inbound(s, ticket_id)
            happened = await lists.history(s, ticket_id)
            intact = await events.verify(s, self._vault, ticket_id)
        return WhyData(
            ticket=ticket.id,
            number=ticket.number,
            category=ticket.category,
            priority=ticket.priority,
            confidence=ticket.confidence,
            source=ticket.source,
            reasons=tuple(ticket.reasons),
            due_at=ticket.due_at,
            needs_review=ticket.needs_review,
            review_reason=ticket.review_reason,
            risks=tuple(ticket.risks),
            draft=f"revision {draft.revision}, {draft.kind}, {draft.source}" if draft else "",
            draft_flags=tuple(draft.flags) if draft else (),
            shown=lists.read_text(mail) if mail else trusted(""),
            history=tuple(lines.event(event) for event in happened),
            intact=intact,
        )

    # Lists

    async def queue(self, team_url: str = "") -> str:
        """The answer of `/triage queue`; `team_url` ("https://larkspur.slack.com/") makes the numbers links."""
        async with self._db.read() as s:
            found, total = await lists.queue(s)
        shown = [
            QueueLine(
                number=ticket.number,
                subject=ticket.subject,
                category=ticket.category,
                priority=ticket.priority,
                owner=ticket.owner,
                needs_review=ticket.needs_review,
                due_at=ticket.due_at,
                url=message_url(team_url, ticket.channel_id, ticket.ts),
            )
            for ticket in found
        ]
        return queue_answer(shown, total, now())

    async def aside(self, by: Person, *, channel: str = "", offset: int = 0, said: str = "", search: str = "") -> aside.AsideData:
        """One page of the set-aside list, or of what `search` finds in it; guests see no buttons."""
        search = aside.searched(search)
        async with self._db.read() as s:
            found, total = await lists.aside(s, search=search, offset=offset, most=aside.PER_PAGE)
        mails = tuple(
            aside.AsideMail(
                id=mail.id,
                subject=mail.subject,
                reason=mail.reason,
                received_at=mail.received_at,
                domain=mail.domain,
                customer=f"C-{mail.customer_number}" if mail.customer_number else "",
            )
            for mail in found
        )
        may = not (by.guest or by.bot or not by.local)
        return aside.AsideData(mails, total, offset, may_act=may, said=said, channel=channel, search=search)

    async def stats(self, days: int = 7) -> str:
        """The answer of `/triage stats`."""
        async with self._db.read() as s:
            found = await lists.numbers(s, days)
        return stats_answer(StatsData(**{name: getattr(found, name) for name in StatsData.__dataclass_fields__}))


def acts(ticket: Ticket, by: Person, config: Config) -> tuple[str, ...]:
    """The action ids that are open to a person now; the machine's table decides, then who they are."""
    if by.guest or by.bot or not by.local or ticket.erased_at is not None:
        return ("ticket.why",)
    status = Status(ticket.status)
    found: list[str] = []
    if ticket.owner is None:
        found += ["ticket.claim"] * allowed(status, Action.CLAIM)
    elif ticket.owner == by.id:
        found += ["ticket.release"] * allowed(status, Action.RELEASE)
    else:
        found += ["ticket.take_over"] * allowed(status, Action.TAKE_OVER)
    for action, action_id in _ACTS.items():
        if allowed(status, action):
            found.append(action_id)
    found.append("ticket.hide")
    found += ["ticket.original"] * (not roles.may_look(config, by)) + ["ticket.export"] * (not roles.may_export(config, by))
    return (*found, "ticket.why")


_ACTS = {
    Action.REASSIGN: "ticket.reassign",
    Action.CLOSE: "ticket.close",
    Action.REOPEN: "ticket.reopen",
    Action.RESTORE: "ticket.reopen",
    Action.DISMISS: "ticket.dismiss",
}


def message_url(team_url: str, channel_id: str, ts: str) -> str:
    """A message's address, made without asking Slack for it."""
    return f"{team_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}" if team_url and ts else ""
