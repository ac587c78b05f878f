"""A ticket whose text was erased: what Slack still shows of it, and what people can still do."""

from __future__ import annotations

import pytest

from bot.board_erased import Eraser
from bot.errors import Refused
from bot.store import erasure, events, mailroom, notices, queue, tickets
from tests.desk.office import ANA, BEN, NORA, Office, Workplace

SUBJECT = "Sensor of <PERSON_1> is offline in Tulip hall"
WORDS = ("tulip", "stopped reporting", "back online", "help!", "still broken", "daffodil")


async def forget(office: Office) -> None:
    """An administrator erases the customer."""
    await erasure.forget(office.db, office.vault, NORA.email)


async def test_its_text_leaves_slack_everywhere_and_people_keep_their_own_words(workplace: Workplace) -> None:
    office, slack, board = workplace.office, workplace.slack, workplace.board
    ticket = await office.ticket(subject=SUBJECT)
    old = await workplace.card(ticket)
    await office.customer_writes(ticket, draft="Dear <PERSON_1>, it is back online.")
    card = await workplace.card(ticket)
    assert card.ts != old.ts
    await office.desk.reassign(ticket, ANA, BEN, "Look at the daffodil hall too")
    await board.show(ticket)
    async with office.db.transaction() as s:
        await notices.outage(s, await tickets.locked(s, ticket), channel="triage-oncall")
        keys = (await mailroom.undone(s)).get(queue.NOTIFY, [])
        keys += [f"oncall:{ticket}", *[f"assigned:{ticket}:{version}" for version in range(1, 12)]]
    for key in keys:
        await board.notify(key)
    await slack.say("ana", "I phoned them", channel="triage", thread_ts=card.ts)
    assert slack.dms("ben")

    await forget(office)
    await board.show(ticket)
    await Eraser(board.db, board.slack, board.holds).erase(str(ticket))
    await board.show(ticket)

    shown = [slack.seen(message) for channel in ("triage", "triage-oncall") for message in slack.messages(channel)]
    everything = "\n".join([*shown, *slack.dms("ben"), *card.thread(), *old.thread()]).casefold()
    assert not [word for word in WORDS if word in everything]
    assert "i phoned them" in everything
    assert card.buttons == []
    assert "was erased" in card.blocks_text
    before = len(slack.calls)
    await board.show(ticket)
    assert len(slack.calls) == before, "drawing again changes nothing"


async def test_a_message_that_was_owed_is_not_said_any_more(workplace: Workplace) -> None:
    office = workplace.office
    ticket = await office.ticket(subject=SUBJECT)
    await office.desk.reassign(ticket, ANA, BEN, "Look at the daffodil hall too")
    await forget(office)
    for version in range(1, 12):
        await workplace.board.notify(f"assigned:{ticket}:{version}")
    assert workplace.slack.dms("ben") == []


async def test_nothing_new_is_posted_for_a_ticket_that_slack_never_showed(workplace: Workplace) -> None:
    ticket = await workplace.office.ticket(subject=SUBJECT)
    await forget(workplace.office)
    await workplace.board.show(ticket)
    assert workplace.slack.messages("triage") == []


async def test_nobody_can_look_or_act_any_more(office: Office) -> None:
    ticket = await office.ticket(subject=SUBJECT)
    await office.desk.hide(ticket, ANA, "Tulip hall", "PERSON")
    await forget(office)
    with pytest.raises(Refused, match="no original"):
        await office.desk.original(ticket, ANA)
    with pytest.raises(Refused, match="was erased"):
        await office.desk.reopen(ticket, ANA)
    assert (await office.desk.more(ticket, ANA)).acts == ("ticket.why",)
    why = await office.desk.why(ticket)
    assert why.intact, "also where something had been hidden"
    async with office.db.read() as s:
        assert (await events.audit(s, office.vault)).broken == ()
    assert "tulip" not in (await office.desk.queue()).casefold()
    await office.desk.stats()
