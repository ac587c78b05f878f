"""Tickets in every state that a card knows, all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.values import CardData, Redacted, ReplyData

RECEIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = RECEIVED + timedelta(minutes=35)

UNCLAIMED = CardData(
    ticket="6f1c2d3e-0000-4000-8000-000000001042",
    number=1042,
    version=3,
    status="open",
    owner=None,
    category="billing",
    priority="high",
    confidence=0.91,
    needs_review=False,
    review_reason="",
    subject=Redacted("Refund for order LS-20418"),
    summary=Redacted("<PERSON_1> was charged twice for order LS-20418 and wants one charge back."),
    asks=(Redacted("Refund the second charge"), Redacted("Confirm that the sensor ships on Monday")),
    language="en",
    customer="C-214",
    domain="acme.example",
    earlier=3,
    mails=1,
    received_at=RECEIVED,
    due_at=RECEIVED + timedelta(hours=4),
    source="recorded",
    draft=Redacted("Hello <PERSON_1>,\n\nYou are right: order LS-20418 was charged twice. We gave the second charge back today."),
    draft_revision=1,
    draft_kind="answer",
    draft_source="recorded",
    gmail_url="https://mail.google.com/mail/u/?authuser=support@larkspur.example#all/18c0ffee",
    channel="billing",
    one_click=True,
)
CLAIMED = replace(UNCLAIMED, version=4, owner="U0ANA", claimed_at=LATER)
APPROVED = ReplyData(status="sending", revision=1, by="U0ANA", leaves_at=LATER)
SENT = replace(APPROVED, status="sent", sent_at=LATER)
SAMPLES: dict[str, CardData] = {
    "unclaimed": UNCLAIMED,
    "claimed": CLAIMED,
    "needs_review": replace(
        UNCLAIMED,
        needs_review=True,
        confidence=0.42,
        category="other",
        review_reason="The rules and the model disagree.",
        draft_flags=("The draft promises a refund.",),
        one_click=False,
    ),
    "sending": replace(CLAIMED, reply=APPROVED),
    "sent_waiting": replace(CLAIMED, status="waiting", due_at=None, reply=SENT, answered_by="U0ANA", answered_at=LATER),
    "failed": replace(
        CLAIMED,
        reply=replace(APPROVED, status="failed", error="Gmail refuses the recipient. Edit the reply or answer from Gmail."),
    ),
    "uncertain": replace(CLAIMED, reply=replace(APPROVED, status="uncertain")),
    "closed": replace(
        CLAIMED, status="closed", due_at=None, reply=SENT, closed_by="U0BEN", closed_at=LATER, close_reason="Answered by phone"
    ),
    "dismissed": replace(UNCLAIMED, status="dismissed"),
    "snoozed": replace(CLAIMED, status="snoozed"),
    "unreadable": replace(
        UNCLAIMED,
        readable=False,
        needs_review=True,
        review_reason="The mail could not be read.",
        subject=Redacted(""),
        summary=Redacted(""),
        asks=(),
        draft=None,
        draft_revision=0,
        draft_kind="",
        draft_source="",
        customer="",
        domain="",
        earlier=0,
        confidence=0.0,
        category="other",
        language="",
        one_click=False,
    ),
    "acknowledgement_proposed": replace(
        UNCLAIMED, draft_kind="acknowledgement", draft_source="template:acknowledge.de", language="de"
    ),
    "acknowledgement_sent": replace(
        CLAIMED, draft_kind="acknowledgement", draft_source="template:acknowledge.en", reply=SENT, acknowledged_at=LATER
    ),
    "answered_from_gmail": replace(
        CLAIMED, status="waiting", due_at=None, answered_by="gmail", answered_at=LATER, draft_retired=True
    ),
    "written_by_a_person": replace(CLAIMED, draft_revision=2, draft_author="U0BEN", draft_source="person"),
    "model": replace(UNCLAIMED, source="gpt-6-mini", draft_source="gpt-6-mini"),
    "no_draft": replace(UNCLAIMED, draft=None, draft_revision=0, draft_kind="", draft_source="", one_click=False),
    "outage": replace(UNCLAIMED, outage=True, priority="urgent", category="support", asks=()),
    "long_draft": replace(UNCLAIMED, draft=Redacted("We checked sensor after sensor and found them well. " * 60)),
    "follows_a_closed_one": replace(UNCLAIMED, follows=1001, mails=2, attachments=3, customer="C-101", earlier=0, domain=""),
    "hostile": replace(
        UNCLAIMED,
        subject=Redacted("<!channel> *urgent* <https://evil.example|click> `x` | \u202egnp.exe\r\nBcc: all"),
        summary=Redacted("Hi <!here> <@U0BEN> <#C0GENERAL> ```code``` & <https://evil.example|free money>\n> quoted\n*bold*"),
        asks=(Redacted("<!everyone> read this"), Redacted("mailto:<a@b.example>")),
        domain="<!channel>.example",
        draft=Redacted("Hello <PERSON_1>,\n```\n<!channel>\n*Claimed* by <@U0BEN>"),
        draft_source="<!here>",
        risks=("injection", "hidden-text", "spoofed-sender"),
        one_click=False,
    ),
}
