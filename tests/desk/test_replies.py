"""What may leave at one click, what must be reviewed, and that what a person approved leaves exactly once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.desk_reply import UNREAD, Approved, Conflict
from bot.errors import LostRace, Refused, StaleDraft
from bot.sandbox import slack_values
from bot.store import queue
from bot.values import Address, Person
from modals import review
from modals.review import ReviewData, Typed
from tests.desk.office import ANA, BEN, DRAFT, Office

EVE = Address("Eve", "eve@customer.example")
CARL = Address("", "carl@customer.example")


def typed(data: ReviewData | Any, text: str | None = None, **changes: Any) -> Typed:
    """What Slack submits: the modal as opened, with the reply replaced."""
    assert isinstance(data, ReviewData)
    view = review.view(data)
    found = review.parse(slack_values.first(view["blocks"]), view["private_metadata"])
    parts = found.text if text is None else replace(found.text, parts=(text, *[""] * (len(found.text.parts) - 1)))
    return replace(found, text=parts, **changes)


async def edited(office: Office, ticket: UUID, by: Person, text: str, **changes: Any) -> Approved | Conflict:
    """Open the review and send `text`."""
    data = await office.desk.review(ticket, by)
    return await office.desk.send_edited(typed(data, text, **changes), by, f"V{uuid4()}")


async def test_one_click_sends_a_plain_draft_and_claims_the_ticket(office: Office) -> None:
    ticket = await office.ticket()
    outcome = await office.desk.approve(ticket, ANA, 1)
    assert isinstance(outcome, Approved)
    assert await office.actions(ticket) == ["create", "claim", "approve"]
    assert (await office.row(ticket)).owner == "U0ANA"
    raw = await office.raw(ticket)
    assert "Dear Nora Quist," in raw
    assert "To: Nora Quist <nora@customer.example>" in raw
    assert f"X-Triage-Reply-Id: {outcome.reply}" in raw
    assert raw.count("Larkspur support") == 1
    async with office.db.read() as s:
        assert (await queue.waiting(s))["send"] == 1


async def test_of_many_clicks_one_sends(office: Office) -> None:
    ticket = await office.ticket()
    clicks = [office.desk.approve(ticket, person, 1) for person in (ANA, BEN) * 5]
    results = await asyncio.gather(*clicks, return_exceptions=True)
    assert len({result.reply for result in results if isinstance(result, Approved)}) == 1
    assert all(isinstance(result, Approved | LostRace) for result in results)
    assert len(await office.replies(ticket)) == 1


async def test_a_newer_draft_is_shown_instead_of_sent(office: Office) -> None:
    ticket = await office.ticket()
    await office.customer_writes(ticket, draft="Dear <PERSON_1>, once more.")
    with pytest.raises(StaleDraft):
        await office.desk.approve(ticket, ANA, 1)
    assert await office.replies(ticket) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": ("It mentions a refund.",)}, "It mentions a refund."),
        ({"needs_review": True, "review_reason": "low confidence"}, "It needs a review: low confidence."),
        ({"cc": (EVE,)}, "Another person gets a copy."),
        ({"draft": "Dear <PERSON_1>, " + "a long explanation " * 300}, "too long to be read on the card"),
        ({"draft": "Dear <PERSON_9>, hello."}, "<PERSON_9>"),
        ({"risks": ["injection"]}, "flagged"),
    ],
)
async def test_anything_unusual_opens_the_review_with_the_reason(office: Office, changes: dict[str, Any], reason: str) -> None:
    ticket = await office.ticket(**changes)
    shown = await office.desk.approve(ticket, ANA, 1, channel="C0TRIAGE")
    assert isinstance(shown, ReviewData)
    assert reason in " ".join(shown.reasons)
    assert shown.base.channel == "C0TRIAGE"
    assert await office.replies(ticket) == []
    assert await office.actions(ticket) == ["create"]


async def test_approving_somebody_elses_ticket_asks_to_take_over(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.claim(ticket, BEN)
    shown = await office.desk.approve(ticket, ANA, 1)
    assert isinstance(shown, ReviewData)
    assert shown.base.owner == "U0BEN"
    refused = await office.desk.send_edited(typed(shown), ANA, "V1")
    assert isinstance(refused, Conflict)
    assert refused.ask_take_over
    assert isinstance(await office.desk.send_edited(typed(shown, take_over=True), ANA, "V1"), Approved)
    assert (await office.row(ticket)).owner == "U0ANA"
    assert "take_over" in await office.actions(ticket)


async def test_the_review_shows_real_values_and_everybody_who_gets_it(office: Office) -> None:
    ticket = await office.ticket(cc=(EVE, CARL))
    shown = await office.desk.review(ticket, ANA)
    assert shown.text.joined() == "Dear Nora Quist,\n\nthe sensor is back online."
    assert shown.sender == "support@larkspur.example"
    assert shown.to == "Nora Quist <nora@customer.example>"
    assert shown.cc == ("Eve <eve@customer.example>", "carl@customer.example")
    assert shown.subject == "Re: Sensor is offline"
    assert shown.signature == "Larkspur support"


async def test_exactly_what_was_typed_leaves_to_exactly_whom_was_kept(office: Office) -> None:
    ticket = await office.ticket(cc=(EVE, CARL))
    text = "Hello Nora Quist,\n\nwrite to <nora@customer.example> & co.\n\nBye"
    outcome = await edited(office, ticket, ANA, text, kept=frozenset({1}))
    assert isinstance(outcome, Approved)
    draft, (reply,) = await office.draft(ticket), await office.replies(ticket)
    assert (draft.revision, draft.author, reply.revision) == (2, "U0ANA", 2)
    assert draft.body == "Hello <PERSON_1>,\n\nwrite to <<EMAIL_1>> & co.\n\nBye"
    raw = await office.raw(ticket)
    assert text.replace("\n", "\r\n") in raw
    assert "Cc: carl@customer.example" in raw
    assert "eve@" not in raw
    assert await office.actions(ticket) == ["create", "edit", "claim", "approve"]


async def test_a_submit_counts_once_per_view_however_often_it_comes(office: Office) -> None:
    ticket = await office.ticket()
    sent = typed(await office.desk.review(ticket, ANA), "Hello")
    results = await asyncio.gather(*(office.desk.send_edited(sent, ANA, "V7") for _ in range(5)))
    assert all(isinstance(result, Approved) for result in results)
    assert len(await office.replies(ticket)) == 1
    assert (await office.draft(ticket)).revision == 2


async def test_two_people_sending_at_once_send_one_and_lose_no_text(office: Office) -> None:
    ticket = await office.ticket()
    texts = {ANA.id: "From Ana", BEN.id: "From Ben"}
    views = [(typed(await office.desk.review(ticket, person), texts[person.id]), person) for person in (ANA, BEN)]
    results = await asyncio.gather(*(office.desk.send_edited(sent, person, person.id) for sent, person in views))
    (lost,) = [result for result in results if isinstance(result, Conflict)]
    assert len(await office.replies(ticket)) == 1
    winner = (await office.replies(ticket))[0].approved_by
    assert lost.review.text.joined() == next(text for person, text in texts.items() if person != winner)
    assert any(f"<@{winner}>" in line for line in lost.review.changed)


async def test_a_customer_who_writes_meanwhile_stops_the_send_and_both_texts_are_kept(office: Office) -> None:
    ticket = await office.ticket()
    sent = typed(await office.desk.review(ticket, ANA), "My careful answer")
    await office.customer_writes(ticket, draft="Dear <PERSON_1>, the newer draft.")
    outcome = await office.desk.send_edited(sent, ANA, "V1")
    assert isinstance(outcome, Conflict)
    assert outcome.review.text.joined() == "My careful answer"
    assert outcome.review.newer == "Dear Nora Quist, the newer draft."
    assert any("The customer wrote" in line for line in outcome.review.changed)
    assert await office.replies(ticket) == []
    again = await office.desk.send_edited(typed(outcome.review), ANA, "V1")
    assert isinstance(again, Approved)
    assert "My careful answer" in await office.raw(ticket)


async def test_ones_own_claim_meanwhile_surprises_nobody(office: Office) -> None:
    ticket = await office.ticket()
    sent = typed(await office.desk.review(ticket, ANA), "Hello")
    await office.desk.claim(ticket, ANA)
    assert isinstance(await office.desk.send_edited(sent, ANA, "V1"), Approved)


async def test_a_claim_by_somebody_else_meanwhile_asks_first(office: Office) -> None:
    ticket = await office.ticket()
    sent = typed(await office.desk.review(ticket, ANA), "Hello")
    await office.desk.claim(ticket, BEN)
    outcome = await office.desk.send_edited(sent, ANA, "V1")
    assert isinstance(outcome, Conflict)
    assert not outcome.ask_take_over
    assert outcome.review.base.owner == "U0BEN"


async def test_a_ticket_closed_meanwhile_says_so_and_keeps_the_text(office: Office) -> None:
    ticket = await office.ticket()
    sent = typed(await office.desk.review(ticket, ANA), "Hello")
    await office.desk.close(ticket, BEN, "Answered")
    outcome = await office.desk.send_edited(sent, ANA, "V1")
    assert isinstance(outcome, Conflict)
    assert any("Reopen" in line for line in outcome.review.changed)
    with pytest.raises(Refused, match="Reopen"):
        await office.desk.review(ticket, ANA)


async def test_a_text_that_cannot_be_masked_is_sent_and_hidden_from_the_card(office: Office) -> None:
    ticket = await office.ticket()
    office.masking.away = True
    assert isinstance(await edited(office, ticket, ANA, "Nora Quist, hello"), Approved)
    draft = await office.draft(ticket)
    assert draft.body == UNREAD.text
    assert b"Nora" not in (draft.sealed_body or b"")
    assert "Nora Quist, hello" in await office.raw(ticket)


async def test_a_placeholder_without_a_value_never_leaves(office: Office) -> None:
    ticket = await office.ticket()
    with pytest.raises(Refused, match="PERSON_4"):
        await edited(office, ticket, ANA, "Dear <PERSON_4>")
    assert await office.replies(ticket) == []


@pytest.mark.parametrize(
    ("text", "stays_open", "kind"),
    [(None, False, "acknowledgement"), ("A real answer", False, "answer"), ("We read it.", True, "acknowledgement")],
)
async def test_an_acknowledgement_becomes_an_answer_when_it_is_changed(
    office: Office, text: str | None, stays_open: bool, kind: str
) -> None:
    ticket = await office.ticket(kind="acknowledgement")
    sent = typed(await office.desk.review(ticket, ANA), text, stays_open=stays_open)
    await office.desk.send_edited(sent, ANA, "V1")
    assert [reply.kind for reply in await office.replies(ticket)] == [kind]


async def test_reply_again_opens_empty_after_an_answer_left(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.approve(ticket, ANA, 1)
    with pytest.raises(LostRace, match="on its way"):
        await office.desk.review(ticket, BEN)
    await office.sent(ticket)
    assert (await office.desk.review(ticket, ANA)).text.joined() == ""
    assert isinstance(await edited(office, ticket, ANA, "One more thing"), Approved)
    assert [reply.revision for reply in await office.replies(ticket)] == [1, 2]


async def test_write_reply_on_a_ticket_without_a_draft(office: Office) -> None:
    ticket = await office.ticket(draft=None)
    with pytest.raises(Refused, match="no draft"):
        await office.desk.approve(ticket, ANA, 0)
    assert isinstance(await edited(office, ticket, ANA, "Hello"), Approved)


async def test_a_failed_reply_is_retried_with_the_same_bytes(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.approve(ticket, ANA, 1)
    before = await office.raw(ticket)
    with pytest.raises(Refused, match="no failed reply"):
        await office.desk.retry(ticket, ANA)
    await office.failed(ticket)
    await office.desk.retry(ticket, BEN)
    (reply,) = await office.replies(ticket)
    assert (reply.status, reply.approved_by) == ("held", "U0BEN")
    assert await office.raw(ticket) == before


async def test_an_uncertain_reply_goes_again_only_by_a_persons_decision(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.approve(ticket, ANA, 1)
    await office.failed(ticket, uncertain=True)
    with pytest.raises(LostRace, match="not known"):
        await office.desk.approve(ticket, BEN, 1)
    await office.desk.retry(ticket, ANA)
    (reply,) = await office.replies(ticket)
    assert (reply.status, reply.gmail_draft_id) == ("held", None)


async def test_a_failed_reply_is_not_retried_over_newer_news(office: Office) -> None:
    ticket = await office.ticket()
    await office.desk.approve(ticket, ANA, 1)
    await office.failed(ticket)
    await office.customer_writes(ticket)
    with pytest.raises(Refused, match="wrote again"):
        await office.desk.retry(ticket, ANA)
    await office.customer_writes(ticket, draft=DRAFT)
    with pytest.raises(StaleDraft):
        await office.desk.retry(ticket, ANA)
