"""Clicks through the pretend Slack and the real listeners: what people see, and that every click is answered."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.desk.office import DRAFT, NORA, Workplace
from tests.desk.test_replies import CARL, EVE


async def test_claim_changes_the_card_and_the_loser_is_told(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    results = await asyncio.gather(card.click("Claim", by="ana"), card.frozen().click("Claim", by="ben"))
    assert all(result.acked for result in results)
    await card.until(lambda c: "Reassign" in c.buttons)
    owner = (await workplace.office.row(ticket)).owner
    loser = "ben" if owner == "U0ANA" else "ana"
    await workplace.slack.eventually(lambda: workplace.slack.whispers(loser), what="a whisper to the loser")
    (said,) = workplace.slack.whispers(loser)
    assert "already has this one" in said


async def test_approve_and_send_is_one_click(workplace: Workplace, caplog: pytest.LogCaptureFixture) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    with caplog.at_level(logging.INFO, logger="triage"):
        await card.click("Approve & Send", by="ana")
        await workplace.floor.drain()
    assert f"approved ticket={ticket}" in caplog.text
    await card.until(lambda c: "Approve & Send" not in c.buttons)
    (reply,) = await workplace.office.replies(ticket)
    assert reply.approved_by == "U0ANA"


async def test_a_double_click_on_approve_says_nothing(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    old = (await workplace.card(ticket)).frozen()
    results = await asyncio.gather(*(old.click("Approve & Send", by="ana") for _ in range(3)))
    await workplace.floor.drain()
    assert all(result.acked for result in results)
    assert len(await workplace.office.replies(ticket)) == 1
    assert workplace.slack.whispers("ana") == []


async def test_a_stale_approve_shows_the_newer_draft_and_sends_nothing(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    old = (await workplace.card(ticket)).frozen()
    await workplace.office.customer_writes(ticket, draft="Dear <PERSON_1>, the newer one.")
    await old.click("Approve & Send", by="ana")
    view = await workplace.slack.view("ana")
    assert view.fields["Reply"] == "Dear Nora Quist, the newer one."
    assert "The draft changed" in view.text
    assert await workplace.office.replies(ticket) == []


async def test_a_flagged_draft_opens_the_review_with_the_reason_on_top(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket(flags=("It promises a refund.",))
    card = await workplace.card(ticket)
    await card.click("Approve & Send", by="ana")
    view = await workplace.slack.view("ana")
    assert "It promises a refund." in view.text
    assert view.submit_label == "Send"
    assert await view.submit() == {}
    await card.until(lambda c: "Approve & Send" not in c.buttons)
    assert not view.open


async def test_edit_shows_real_values_to_one_person_and_sends_what_was_typed(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket(cc=(EVE, CARL))
    card = await workplace.card(ticket)
    await card.click("Edit", by="ana")
    view = await workplace.slack.view("ana")
    assert view.fields["Reply"] == DRAFT.replace("<PERSON_1>", NORA.name)
    assert NORA.email in view.text
    view.fill("Reply", "Hello Nora Quist, done.")
    await view.choose("Cc", CARL.email)
    assert await view.submit() == {}
    await workplace.slack.eventually(lambda: not view.open, what="the modal to close")
    raw = await workplace.office.raw(ticket)
    assert "Hello Nora Quist, done." in raw
    assert "carl@customer.example" in raw
    assert "eve@customer.example" not in raw
    await workplace.board.show(ticket)
    seen = card.blocks_text + " ".join(card.thread())
    assert "Nora" not in seen
    assert NORA.email not in seen


async def test_a_ticket_that_changed_keeps_the_modal_open_with_the_text(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("Edit", by="ana")
    view = await workplace.slack.view("ana")
    view.fill("Reply", "My careful words")
    await workplace.office.customer_writes(ticket, draft="Dear <PERSON_1>, newer.")
    await view.submit()
    await view.until(lambda v: "Nothing was sent" in v.text)
    assert view.fields["Reply"] == "My careful words"
    assert "Dear Nora Quist, newer." in view.text
    assert await workplace.office.replies(ticket) == []
    assert await view.submit() == {}
    assert "My careful words" in await workplace.office.raw(ticket)


async def test_an_empty_reply_and_a_ticket_of_somebody_else_are_refused_at_the_field(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("Claim", by="ben")
    await card.until(lambda c: "Reassign" in c.buttons)
    await card.click("Edit", by="ana")
    view = await workplace.slack.view("ana")
    view.fill("Reply", "   ")
    assert "empty" in str(await view.submit(force=True))
    view.fill("Reply", "Hello")
    assert "tick the box" in str(await view.submit())
    await view.choose("Take over", "Take it over and send")
    assert await view.submit() == {}
    assert (await workplace.office.row(ticket)).owner == "U0ANA"


async def test_reassign_gives_the_ticket_and_tells_the_new_owner(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("Claim", by="ana")
    await card.until(lambda c: "Reassign" in c.buttons)
    await card.click("Reassign", by="ana")
    view = await workplace.slack.view("ana")
    await view.choose("Assign to", "U0GUS")
    assert "Guests" in str(await view.submit())
    await view.choose("Assign to", "U0BEN")
    view.fill("Note", "Nora Quist is waiting")
    assert await view.submit() == {}
    await card.until(lambda c: "Ben" in c.blocks_text)
    row = await workplace.office.row(ticket)
    await workplace.board.notify(f"assigned:{ticket}:{row.version}")
    (said,) = workplace.slack.dms("ben")
    assert f"#{row.number}" in said
    assert "Nora" not in said


async def test_close_asks_for_the_reason_and_reopen_takes_it_back(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("More…", by="ana")
    more = await workplace.slack.view("ana")
    await more.click("Close")
    view = await workplace.slack.view("ana", title=f"Close #{(await workplace.office.row(ticket)).number}")
    await view.choose("Reason", "Needs no answer")
    assert await view.submit() == {}
    assert not more.open
    await card.until(lambda c: "Reopen" in c.buttons)
    assert (await workplace.office.events(ticket))[-1].why == "Needs no answer"
    await card.click("Reopen", by="ben")
    await card.until(lambda c: "Claim" in c.buttons)


async def test_more_is_personal_and_changes_with_what_was_done(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("Claim", by="ana")
    await card.until(lambda c: "Reassign" in c.buttons)
    await card.click("More…", by="ben")
    assert "Take over" in (await workplace.slack.view("ben")).buttons
    await card.click("More…", by="ana")
    view = await workplace.slack.view("ana")
    assert "Release" in view.buttons
    assert "Open in Gmail" in view.buttons
    await view.click("Release")
    await view.until(lambda v: "Released" in v.text)
    assert "Claim" in view.buttons
    await card.until(lambda c: "Claim" in c.buttons)


async def test_the_original_is_shown_to_members_alone_and_the_look_is_recorded(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("More…", by="ana")
    await (await workplace.slack.view("ana")).click("View original")
    view = await workplace.slack.view("ana", title=f"Original of #{(await workplace.office.row(ticket)).number}")
    assert "It is Nora Quist. Help!" in view.text
    assert (await workplace.office.actions(ticket))[-1] == "view_original"
    assert "Nora" not in card.blocks_text


@pytest.mark.parametrize("who", ["gus", "fay"])
async def test_guests_and_people_of_other_organisations_look_and_do_not_act(workplace: Workplace, who: str) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    for label in ("Claim", "Approve & Send", "Edit"):
        assert (await card.click(label, by=who)).acked
    await workplace.slack.eventually(lambda: len(workplace.slack.whispers(who)) == 3, what="three refusals")
    assert all("Guests and people of other organisations" in said for said in workplace.slack.whispers(who))
    await card.click("More…", by=who)
    view = await workplace.slack.view(who)
    assert view.buttons == ["Why"]
    await view.click("Why")
    assert "Decided by" in (await workplace.slack.view(who, title=f"Why #{(await workplace.office.row(ticket)).number}")).text
    assert await workplace.office.actions(ticket) == ["create"]


async def test_set_aside_mails_are_listed_and_brought_back(workplace: Workplace) -> None:
    message = await workplace.office.aside()
    await workplace.slack.slash("ana", "/triage aside")
    view = await workplace.slack.view("ana", title="Set aside")
    assert "a newsletter" in view.text
    await view.click("Bring back")
    await view.until(lambda v: "Brought back" in v.text)
    assert workplace.office.restored == [(message, "U0ANA")]
    await workplace.slack.slash("ben", "/triage aside NEWS buy")
    assert "with “NEWS buy”" in (await workplace.slack.view("ben", title="Set aside")).text
    await workplace.slack.slash("chloe", "/triage aside 100%_")
    assert "Nothing that is set aside has “100%_”" in (await workplace.slack.view("chloe", title="Set aside")).text
    await workplace.slack.slash("gus", "/triage aside")
    assert "Bring back" not in (await workplace.slack.view("gus")).buttons


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/triage", "/triage queue"),
        ("/triage help", "/triage queue"),
        ("/triage queue", "1 open ticket"),
        ("/triage stats", "last 7 days"),
        ("/triage stats 2w", "last 14 days"),
        ("/triage stats soon", "How many days?"),
        ("/triage qeue", "Did you mean `/triage queue`?"),
        ("/triage <!channel> now", "is not a command"),
    ],
)
async def test_the_command_answers_the_person_alone(workplace: Workplace, line: str, said: str) -> None:
    await workplace.office.ticket()
    result = await workplace.slack.slash("ana", line)
    assert result.acked
    await workplace.slack.eventually(lambda: workplace.slack.whispers("ana"), what="an answer")
    assert said in workplace.slack.whispers("ana")[-1]
    assert workplace.slack.messages("triage") == []


async def test_a_failed_card_update_does_not_look_like_a_failed_claim(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    workplace.slack.delete_message(card.ts)
    workplace.slack.archive("triage")
    assert (await card.click("Claim", by="ana")).acked
    await workplace.floor.drain()
    assert (await workplace.office.row(ticket)).owner == "U0ANA"
    assert workplace.slack.whispers("ana") == []
