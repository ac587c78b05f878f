"""Checks on drafts: what blocks one, and what takes its one click away."""

from __future__ import annotations

import pytest

from bot.values import Category, Priority, Redacted, RedactedMail, Triage
from pipeline import check

TABLE = {"<PERSON_1>": "Greta Holm", "<PERSON_2>": "Nils", "<EMAIL_1>": "nils@berg.example"}
MAIL = RedactedMail(
    Redacted("Refund for INV-3307"),
    Redacted("Please refund 49.90 EUR for INV-3307, see https://shop.example/help. Thank you for your help with this."),
    Redacted("Please refund 49.90 EUR for INV-3307, see https://shop.example/help."),
    TABLE,
    "<PERSON_1>",
)
FINE = "Hello <PERSON_1>,\n\nthank you for your message about INV-3307. We have read it and will look into the 49.90 EUR."


def flags(
    body: str,
    *,
    category: Category = Category.BILLING,
    confidence: float = 0.9,
    note: str | None = None,
    risks: tuple[str, ...] = (),
) -> str:
    triage = Triage(category, Priority.NORMAL, Redacted("s"), (), {}, confidence)
    found = check.flags(
        Redacted(body), sender_placeholder="<PERSON_1>", table=TABLE, mail=MAIL, triage=triage, recipients_note=note, risks=risks
    )
    return "; ".join(found)


def test_a_plain_draft_has_no_flag() -> None:
    assert flags(FINE) == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (FINE + " Tell <PERSON_2>.", "a person besides the greeting's name"),
        (FINE + " Write to <EMAIL_1>.", "an e-mail address"),
        (FINE + " Tell <PERSON_9>.", "stands for nothing"),
        (FINE + " See https://evil.example/x", "a link that is not in the mail"),
        (FINE + " Write to a@b.example.", "a mail address that is not in the mail"),
        (FINE + " You get 500.00 EUR.", "an amount that the mail does not"),
        (FINE + " It is order LS-99999.", "a number that the mail does not"),
        (FINE + " We will refund it.", "promises"),
        (FINE + " As an AI I cannot.", "its own making"),
        (
            "Guten Tag <PERSON_1>, vielen Dank für Ihre Nachricht, wir haben sie gelesen und melden uns bei Ihnen.",
            "customer's language",
        ),
    ],
)
def test_what_a_draft_may_not_say(body: str, reason: str) -> None:
    assert reason in flags(body)


def test_links_and_numbers_of_the_mail_may_come_back() -> None:
    assert flags(FINE + " As you say: https://shop.example/help") == ""


def test_the_circumstances_count_too() -> None:
    assert "legal" in flags(FINE, category=Category.LEGAL)
    assert "nobody is sure" in flags(FINE, confidence=0.4)
    assert "it also goes to two people" in flags(FINE, note="it also goes to two people")
    assert "could not be verified" in flags(FINE, risks=("spoofed-sender",))
    assert "instructions to the assistant" in flags(FINE, risks=("injection",))


@pytest.mark.parametrize(
    "body",
    [
        "Hello <PERSON_9>",
        "Hello PERSON_1",
        "Hello <PERSON_1",
        "Hello {{ name }}",
        "Hello [customer name]",
        "Your code is ____",
        "  ",
    ],
)
def test_what_blocks_a_draft(body: str) -> None:
    assert check.blocked(Redacted(body), TABLE)


def test_what_does_not() -> None:
    assert check.blocked(Redacted(FINE), TABLE) == ()
    assert check.blocked(Redacted("a < b and c > d, <b>bold</b>"), TABLE) == ()


@pytest.mark.parametrize(
    "body", ["Dear ,\n\nwe will see.", "Sehr geehrte Frau ,\n\nja.", "Dear <PERSON_1>,\n\nwe write to you at .", "Chère,\n\noui."]
)
def test_a_placeholder_that_is_missing_blocks(body: str) -> None:
    assert "a name or a value that belongs in it is missing" in check.blocked(Redacted(body), {"<PERSON_1>": "Ana"})


@pytest.mark.parametrize(
    "body", ["Hello,\n\nyes.", "Dear <PERSON_1>,\n\nlook at this: it works.", "Dear customer,\n\nyes.", "Bonjour,\n\nvoilà."]
)
def test_a_greeting_without_a_name_is_none_that_misses_one(body: str) -> None:
    assert check.blocked(Redacted(body), {"<PERSON_1>": "Ana"}) == ()
