"""Where a ticket goes, when it is due and what a person should know about it: pure, from triage, facts and configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.values import Category, Decision, Priority, Triage

#: Risks that a person must look at before anything else happens with the ticket.
_REVIEWED: Mapping[str, str] = {
    "injection": "the mail tries to give instructions to the assistant",
    "hidden-text": "the mail hides text from its reader",
    "spoofed-sender": "the sender could not be verified",
    "runnable-attachment": "an attachment would run a program when opened",
}


class Routing(Protocol):
    """What decide needs of the configuration (bot.config.Config has it)."""

    @property
    def review_below(self) -> float:
        """Confidence under which a person checks the category."""

    def channel_for(self, category: Category) -> str:
        """The channel of a category."""

    @property
    def triage_channel(self) -> str:
        """Where cards go that need review."""

    def due_minutes(self, priority: Priority) -> int:
        """Minutes until a ticket of this priority is due."""


def decide(triage: Triage, *, config: Routing, received_at: datetime, readable: bool, risks: tuple[str, ...]) -> Decision:
    """The decision for one mail; every reason is in our own words."""
    reasons = list(triage.reasons)
    doubts = [_REVIEWED[risk] for risk in risks if risk in _REVIEWED]
    if not readable:
        doubts.insert(0, "the mail could not be read")
    if triage.confidence < config.review_below:
        doubts.append(f"only {round(triage.confidence * 100)} % sure that it is {triage.category.value}")
    unsure = not readable or triage.confidence < config.review_below
    alert = triage.outage and triage.priority in (Priority.HIGH, Priority.URGENT) and triage.category is not Category.SPAM
    if alert:
        reasons.append("a customer cannot work: on-call is told")
    return Decision(
        category=triage.category,
        channel=config.triage_channel if unsure else config.channel_for(triage.category),
        priority=triage.priority,
        due_at=received_at + timedelta(minutes=config.due_minutes(triage.priority)),
        needs_review=bool(doubts),
        alert_oncall=alert,
        reasons=(*doubts, *reasons),
    )
