"""Hide this: one value, everywhere on the ticket, in Slack too, and the record stays whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from bot.board_hidden import holds
from bot.errors import NotAllowed, Refused
from bot.store import drafts, events, notices, tickets
from bot.store.hiding import PUTS_BACK
from bot.values import Redacted
from modals.hide import CALLBACK
from tests.desk.office import ANA, BEN, GUS, Office, Workplace

NAME = "Zephyrine Quorn"
SUBJECT = f"Sensor of {NAME} is offline"
DRAFT = "Dear <PERSON_1>,\n\nplease greet ZEPHYRINE  QUORN from us."


async def leaky(office: Office) -> Any:
    """A ticket on which the masking missed a name everywhere."""
    ticket = await office.ticket(
        subject=SUBJECT, draft=DRAFT, summary=f"{NAME} reports a dead sensor.", asks=["Call zephyrine quorn", "Send a new one"],
        entities={"order": ["LS-20418"], "other": [NAME]}, reasons=["because"], domain="zephyrinequorn.example",
    )  # fmt: skip
    await office.customer_writes(ticket, f"It is me, {NAME}.", draft=DRAFT)
    await office.desk.reassign(ticket, ANA, BEN, f"Please call {NAME} & partner")
    return ticket


async def plain(office: Office, *, but: tuple[str, ...] = ()) -> str:
    """Every plain column of the database as one text."""
    async with office.db.read() as s:
        tables = await s.scalars(
            sa.text("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        )
        rows = [
            row for table in tables if table not in but for row in await s.scalars(sa.text(f"select to_jsonb(t) from {table} t"))
        ]
    return json.dumps(rows, ensure_ascii=False, default=str).casefold()


async def test_it_is_gone_from_every_column_and_the_record_verifies(office: Office) -> None:
    ticket = await leaky(office)
    assert "quorn" in await plain(office)
    places = await office.desk.hide(ticket, ANA, " zephyrine   QUORN ", "PERSON")
    assert places >= 8
    assert "quorn" not in await plain(office)
    row = await office.row(ticket)
    assert row.subject == "Sensor of <PERSON_2> is offline"
    assert row.entities == {"order": ["LS-20418"], "other": ["<PERSON_2>"]}
    assert row.domain == ""
    assert tickets.open_table(office.vault, row)["<PERSON_2>"] == "zephyrine QUORN"
    event = (await office.events(ticket))[-1]
    assert (event.actor, event.action, event.details["placeholders"][0]) == ("U0ANA", "hide", "<PERSON_2>")
    async with office.db.read() as s:
        assert await events.verify(s, office.vault, ticket)


async def test_putting_an_event_back_or_in_other_words_shows(office: Office) -> None:
    ticket = await leaky(office)
    before = next(event for event in await office.events(ticket) if event.action == "reassign")
    await office.desk.hide(ticket, ANA, NAME, "PERSON")
    for why in (before.why, "Please call somebody else"):
        async with office.db.transaction() as s:
            await s.execute(sa.text("update event set why = :why where seq = :seq"), {"why": why, "seq": before.seq})
        async with office.db.read() as s:
            assert not await events.verify(s, office.vault, ticket)


async def test_a_draft_leaves_exactly_as_it_was_but_not_at_one_click(office: Office) -> None:
    ticket = await leaky(office)
    await office.desk.hide(ticket, ANA, NAME, "PERSON")
    draft = await office.draft(ticket)
    assert "ZEPHYRINE" not in draft.body
    assert draft.flags == [PUTS_BACK]
    review = await office.desk.review(ticket, ANA)
    assert "please greet ZEPHYRINE  QUORN from us." in review.text.joined()
    assert PUTS_BACK in review.reasons


async def test_what_a_person_wrote_still_leaves_exactly(office: Office) -> None:
    ticket = await office.ticket(draft=None)
    async with office.db.transaction() as s:
        await drafts.add(s, ticket, body=Redacted(f"Hello {NAME}"), plain=f"Hello {NAME}", author="U0ANA", source="person")
    await office.desk.hide(ticket, ANA, NAME, "PERSON")
    assert (await office.draft(ticket)).body == "Hello <PERSON_2>"
    assert (await office.desk.review(ticket, ANA)).text.joined() == f"Hello {NAME}"


@pytest.mark.parametrize(
    "value", ["", "  ", "ab", "a b", "---", "Claim", "the customer", "billing", "<PERSON_1>", "[person 1]", "Phone Number 3"]
)
async def test_what_would_leave_nothing_readable_is_refused(office: Office, value: str) -> None:
    ticket = await office.ticket()
    with pytest.raises(Refused) as refused:
        await office.desk.hide(ticket, ANA, value, "PERSON")
    assert not value.strip() or value not in str(refused.value) or value == "a b"
    assert "hide" not in await office.actions(ticket)


async def test_guests_hide_nothing(office: Office) -> None:
    with pytest.raises(NotAllowed):
        await office.desk.hide(await office.ticket(), GUS, NAME, "PERSON")


async def test_twice_and_where_nothing_stands(office: Office) -> None:
    ticket = await leaky(office)
    await office.desk.hide(ticket, ANA, NAME, "PERSON")
    assert await office.desk.hide(ticket, BEN, NAME.upper(), "HIDDEN") == 0
    assert await office.desk.hide(ticket, BEN, "Nobody Byname", "PERSON") == 0
    table = tickets.open_table(office.vault, await office.row(ticket))
    assert [mark for mark, value in table.items() if value == "Nobody Byname"] == ["!<PERSON_4>", "<PERSON_4>"]
    assert not any(mark.startswith("<HIDDEN") for mark in table)


async def test_ids_that_look_like_the_value_stay(office: Office) -> None:
    ticket = await leaky(office)
    await office.desk.hide(ticket, ANA, NAME, "PERSON")
    before = await office.events(ticket)
    digest = next(iter(before[-1].details["amended"].values()))
    await office.desk.hide(ticket, ANA, digest[:8], "ID")
    after = await office.events(ticket)
    assert [event.details for event in after[:-1]] == [event.details for event in before]
    async with office.db.read() as s:
        assert await events.verify(s, office.vault, ticket)


# In Slack


async def test_card_thread_and_messages_are_drawn_anew(workplace: Workplace) -> None:
    office, slack = workplace.office, workplace.slack
    ticket = await office.ticket(subject=SUBJECT, draft=DRAFT, summary=f"{NAME} reports a dead sensor.")
    old = await workplace.card(ticket)
    await office.customer_writes(ticket, f"It is me, {NAME}.", draft=DRAFT)
    card = await workplace.card(ticket)
    assert card.ts != old.ts
    await office.desk.reassign(ticket, ANA, BEN, f"Please call {NAME}")
    await workplace.board.show(ticket)
    async with office.db.transaction() as s:
        await notices.outage(s, await tickets.locked(s, ticket), channel="triage-oncall")
    for key in await keys(office):
        await workplace.board.notify(key)
    assert any(NAME in text for text in slack.dms("ben"))
    before = [message.ts for message in slack.messages("triage")]

    await card.click("More…", by="ana")
    more = await slack.view("ana")
    await more.click("Hide this")
    view = await slack.view("ana", title=f"Hide on #{(await office.row(ticket)).number}")
    view.fill("What to hide", NAME.lower())
    assert await view.submit() == {}
    told = await slack.view("ana", title="Hidden")
    assert "Masked in " in told.text
    await workplace.board.show(ticket)
    for key in await keys(office):
        await workplace.board.notify(key)

    shown = [message for channel in ("triage", "triage-oncall") for message in slack.messages(channel)]
    everything = [*map(slack.seen, shown), *(message.text for message in shown), *slack.dms("ben")]
    assert not any("quorn" in text.casefold() for text in everything)
    *same, news = slack.messages("triage")
    assert [message.ts for message in same] == before  # drawn in place; only what happened is posted
    assert "hid something" in slack.seen(news)
    assert any("person 2" in text for text in card.thread())
    assert any("hid something" in text for text in [*card.thread(), await why(workplace, ticket)])
    assert "[person 2]" in slack.dms("ben")[0]


async def test_a_value_that_is_too_short_is_refused_at_the_field(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket()
    card = await workplace.card(ticket)
    await card.click("More…", by="ana")
    await (await workplace.slack.view("ana")).click("Hide this")
    view = await workplace.slack.view("ana", title=f"Hide on #{(await workplace.office.row(ticket)).number}")
    view.fill("What to hide", "x")
    assert "too short" in (await view.submit())["What to hide"]
    sent = [call for call in workplace.slack.calls if call.method in ("views.open", "views.push", "views.update")]
    assert all(CALLBACK not in str(call.args) or '"x"' not in call.args["view"]["private_metadata"] for call in sent)


async def test_drawing_again_changes_nothing(workplace: Workplace) -> None:
    ticket = await leaky(workplace.office)
    await workplace.card(ticket)
    await workplace.office.desk.hide(ticket, ANA, NAME, "PERSON")
    await workplace.board.show(ticket)
    calls = len(workplace.slack.calls)
    await workplace.board.redraw.show(ticket)
    assert len(workplace.slack.calls) == calls


def test_a_value_is_seen_in_what_slack_has() -> None:
    message = {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Q &amp; A of <@U0ANA>"}}]}
    assert holds(message, ["q & a"])
    assert not holds(message, ["nora"])


async def keys(office: Office) -> list[str]:
    async with office.db.read() as s:
        return list(await s.scalars(sa.text("select key from notice where state in ('owed', 'stale')")))


async def why(workplace: Workplace, ticket: Any) -> str:
    return "\n".join((await workplace.office.desk.why(ticket)).history)
