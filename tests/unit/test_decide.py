"""Deciding: channel, due time, review and on-call, each with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.config import Channels, Config
from bot.values import Category, Decision, Priority, Redacted, Triage
from pipeline.decide import decide

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CONFIG = Config(channels=Channels(categories={Category.BILLING: "billing"}))


def decided(
    confidence: float = 0.9,
    *,
    priority: Priority = Priority.NORMAL,
    outage: bool = False,
    readable: bool = True,
    risks: tuple[str, ...] = (),
) -> Decision:
    triage = Triage(Category.BILLING, priority, Redacted("s"), (), {}, confidence, outage=outage)
    return decide(triage, config=CONFIG, received_at=NOW, readable=readable, risks=risks)


def test_a_sure_category_goes_to_its_channel() -> None:
    found = decided()
    assert (found.channel, found.needs_review, found.alert_oncall) == ("billing", False, False)
    assert found.due_at == NOW + timedelta(minutes=1440)


def test_an_unsure_one_is_reviewed_in_the_triage_channel() -> None:
    found = decided(0.59)
    assert (found.channel, found.needs_review) == ("triage", True)
    assert "only 59 % sure that it is billing" in found.reasons


def test_an_unreadable_mail_is_reviewed() -> None:
    found = decided(readable=False)
    assert (found.channel, found.needs_review) == ("triage", True)
    assert found.reasons[0] == "the mail could not be read"


def test_a_risk_is_reviewed_in_the_categorys_channel() -> None:
    found = decided(risks=("injection",))
    assert (found.channel, found.needs_review) == ("billing", True)


def test_only_a_pressing_outage_reaches_on_call() -> None:
    assert decided(outage=True, priority=Priority.URGENT).alert_oncall
    assert not decided(outage=True).alert_oncall
    assert not decided(priority=Priority.URGENT).alert_oncall
