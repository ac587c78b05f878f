"""What `/triage` answers: short texts that only the asking person sees, redacted like a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.values import Redacted
from modals.parts import clip, date, escape, in_words, link, one_line, person, plural

HELP = (
    "*`/triage queue`* open tickets, the soonest due first\n"
    "*`/triage aside [TEXT]`* mails that became no ticket, with reason and *Bring back*; with TEXT those that have it\n"
    "*`/triage stats [7d]`* numbers of the last days\n"
    "*`/triage help`* this list\n"
    "Everything else is on the cards: *Claim*, *Approve & Send*, *Edit*, *More…*."
)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One open ticket as the queue shows it; `url` leads to its card, "" when it has none yet."""

    number: int
    subject: Redacted
    category: str
    priority: str
    owner: str | None
    needs_review: bool
    due_at: datetime | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class StatsData:
    """The numbers that `/triage stats` shows."""

    days: int
    mails: int
    opened: int
    aside: int
    answered: int
    as_proposed: int
    acknowledged: int
    from_gmail: int
    closed: int
    first_answer: timedelta | None
    open_now: int
    unclaimed: int
    overdue: int
    waiting: int
    by_category: Mapping[str, int]


def queue(lines: Sequence[QueueLine], total: int, now: datetime) -> str:
    """The queue, or that it is empty."""
    if not lines:
        return "Nothing is open. All quiet."
    rest = f"\n… and {total - len(lines)} more" if total > len(lines) else ""
    return f"*{plural(total, 'open ticket')}, the soonest due first*\n" + "\n".join(_line(line, now) for line in lines) + rest


def _line(line: QueueLine, now: datetime) -> str:
    subject = escape(clip(one_line(in_words(line.subject)), 80)) or "(no subject)"
    owner = person(line.owner) if line.owner else "unclaimed"
    due = "no due time"
    if line.due_at:
        due = f"{'*overdue* since' if line.due_at < now else 'due'} {date(line.due_at, ago=False)}"
    review = " · needs review" if line.needs_review else ""
    number = link(line.url, f"#{line.number}")
    return f"• {number} {subject}\n      {line.category} · {line.priority} · {owner} · {due}{review}"


def stats(data: StatsData) -> str:
    """The numbers in words."""
    answered = plural(data.answered, "answer")
    if data.answered:
        answered += f" ({data.as_proposed} as proposed, {data.answered - data.as_proposed} edited)"
    took = f"\nMedian time to the first answer: {_span(data.first_answer)}" if data.first_answer is not None else ""
    kinds = ", ".join(f"{escape(name)} {count}" for name, count in data.by_category.items())
    open_now = f"{data.open_now} open ({data.unclaimed} unclaimed, {data.overdue} overdue)"
    return (
        f"*The last {plural(data.days, 'day')}*\n"
        f"{plural(data.mails, 'mail')} came in: {plural(data.opened, 'ticket')} opened, {data.aside} set aside\n"
        f"{answered}, {plural(data.acknowledged, 'acknowledgement')}, {data.from_gmail} answered from Gmail, {data.closed} closed"
        f"{took}" + (f"\nBy category: {kinds}" if kinds else "") + "\n"
        f"*Now*\n{open_now}, {data.waiting} waiting for the customer"
    )


def _span(time: timedelta) -> str:
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < 120:
        return plural(minutes, "minute")
    return plural(round(minutes / 60), "hour") if minutes < 48 * 60 else plural(round(minutes / 1440), "day")


def unknown(word: str, nearest: Sequence[str]) -> str:
    """What to say to a word that is no command; the word itself is not repeated unless it is short and harmless."""
    shown = f"“{escape(clip(one_line(word), 30))}”" if word else "That"
    if nearest:
        return f"{shown} is not a command. Did you mean {' or '.join(f'`/triage {name}`' for name in nearest)}?\n{HELP}"
    return f"{shown} is not a command.\n{HELP}"
