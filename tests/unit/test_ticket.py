"""The ticket machine: every pair of status and action, and walks of any length."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidTransition
from bot.ticket import TRANSITIONS, Action, Status, after, allowed

#: What happened outside is recorded whatever the ticket's status is.
FACTS = (Action.REPLIED, Action.ACKNOWLEDGED, Action.SEND_FAILED, Action.ANSWERED_ELSEWHERE, Action.CUSTOMER_WROTE, Action.NOTED)
#: What a person does to a ticket that is alive.
ACTS = (Action.CLAIM, Action.RELEASE, Action.TAKE_OVER, Action.REASSIGN, Action.EDIT, Action.APPROVE)
ENDED = (Status.CLOSED, Status.DISMISSED)


@pytest.mark.parametrize(("status", "action"), list(itertools.product(Status, Action)))
def test_every_pair_has_one_answer(status: Status, action: Action) -> None:
    if allowed(status, action):
        assert after(status, action) is TRANSITIONS[status, action]
        return
    with pytest.raises(InvalidTransition) as raised:
        after(status, action)
    assert (raised.value.status, raised.value.action) == (status, action)
    assert status.value in str(raised.value)


@pytest.mark.parametrize(("status", "fact"), list(itertools.product(Status, FACTS)))
def test_a_fact_is_never_refused(status: Status, fact: Action) -> None:
    assert allowed(status, fact)


@pytest.mark.parametrize(("status", "act"), list(itertools.product(Status, ACTS)))
def test_acts_need_a_living_ticket_and_do_not_move_it(status: Status, act: Action) -> None:
    assert allowed(status, act) == (status not in ENDED)
    if status not in ENDED:
        assert after(status, act) is status


@pytest.mark.parametrize("status", list(Status))
def test_a_ticket_begins_once_and_a_customer_always_gets_through(status: Status) -> None:
    assert not allowed(status, Action.CREATE)
    assert after(status, Action.CUSTOMER_WROTE) is Status.OPEN
    assert after(status, Action.NOTED) is status, "thanks and out-of-office wake nobody"
    assert after(status, Action.ACKNOWLEDGED) is status


@given(st.lists(st.sampled_from(list(Action)), max_size=40))
def test_on_every_walk_only_answers_wait_and_only_two_ways_lead_back(actions: list[Action]) -> None:
    status = Status.OPEN
    for action in actions:
        if not allowed(status, action):
            continue
        to = after(status, action)
        if to is Status.WAITING and status is not Status.WAITING:
            assert action in (Action.REPLIED, Action.ANSWERED_ELSEWHERE)
        if status in ENDED and to not in ENDED:
            assert action in (Action.REOPEN, Action.RESTORE, Action.CUSTOMER_WROTE, Action.SEND_FAILED)
        status = to
