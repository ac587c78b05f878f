"""Every state's card, as stored; the rules that hold for all of them; and that no customer text gets out of its quote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.ticket import Status
from bot.values import CardData, Redacted
from modals import card as view
from modals import parts
from modals.card import Card
from tests.cards.samples import CLAIMED, SAMPLES, UNCLAIMED

GOLDEN = Path(__file__).parent / "golden"
#: What Slack acts on: a mention, a link, a date. Ours are known; any other came out of a customer's text.
TOKEN = re.compile(r"<([^<>]*)>")
OURS = re.compile(
    r"@[UW][A-Z0-9]+|!date\^\d+\^[^|]+\|[\d: UTC-]+|https://mail\.google\.com/[^|<>\s]+\|[^<>]*|https://larkspur\.slack\.example/[^<>]*"
)


@pytest.mark.parametrize("name", SAMPLES)
def test_card(name: str, update: bool) -> None:
    made = as_json(view.card(SAMPLES[name]))
    file = GOLDEN / f"{name}.json"
    if update:
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8"), "run with --update if the change is meant, and look at the difference"


def test_golden_files_and_samples_belong_together() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == {*SAMPLES, "retired"}


def test_retired_card_is_one_line_that_leads_to_the_new_one(update: bool) -> None:
    made = as_json(view.retired(1042, UNCLAIMED.subject, "https://larkspur.slack.example/archives/C0BILLING/p1"))
    file = GOLDEN / "retired.json"
    if update:
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8")
    assert len(json.loads(made)["blocks"]) == 1


def as_json(card: Card) -> str:
    return json.dumps({"text": card.text, "blocks": card.blocks}, indent=1, ensure_ascii=False) + "\n"


# What holds for every card


def strings(blocks: Any) -> Iterator[str]:
    """Every mrkdwn text in the blocks."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "mrkdwn":
            assert blocks["verbatim"] is True
            yield blocks["text"]
        for value in blocks.values():
            yield from strings(value)
    elif isinstance(blocks, list | tuple):
        for value in blocks:
            yield from strings(value)


def check(data: CardData) -> Card:
    """The card of `data`, after everything that must hold for any card."""
    card = view.card(data)
    for text in [*strings(card.blocks), card.text]:
        for token in TOKEN.findall(text):
            assert OURS.fullmatch(token), token
        assert not re.search(r"<[^>]*$", text), "an unfinished token"
        assert 0 < len(text) <= 3_600
    assert sum(len(text) for text in strings(card.blocks)) < 8_000
    assert len({block["block_id"] for block in card.blocks}) == len(card.blocks)
    assert all(block["block_id"].endswith(f":{data.number}:{data.version}") for block in card.blocks)
    for block in card.blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert all(len(field["text"]) <= 2_000 for field in block.get("fields", []))
        assert len(block.get("text", {}).get("text", "")) <= 3_000
    buttons = view.buttons(data)
    assert 1 <= len(buttons) <= 4
    assert len({button.action_id for button in buttons}) == len(buttons)
    assert sum(button.style == "primary" for button in buttons) <= 1
    assert len([block for block in card.blocks if block["type"] == "actions"]) == 1
    return card


@pytest.mark.parametrize("name", SAMPLES)
def test_rules_hold(name: str) -> None:
    check(SAMPLES[name])


BITS = ["<!channel>", "<@U0ANA>", "```", "*", "_", "&", "<", ">", "|", "\n", "\r", "\u2028", "<PERSON_1>", "a" * 700, " ", "x"]
hostile = st.text(max_size=4_000) | st.lists(st.sampled_from(BITS), max_size=400).map("".join)


@settings(deadline=None, max_examples=60)
@given(hostile, hostile, hostile, st.lists(hostile, max_size=8), hostile)
def test_no_text_escapes(subject: str, summary: str, draft: str, asks: list[str], other: str) -> None:
    for state in (UNCLAIMED, CLAIMED, SAMPLES["closed"], SAMPLES["failed"], SAMPLES["needs_review"], SAMPLES["sent_waiting"]):
        reply = replace(state.reply, error=other) if state.reply else None
        check(
            replace(
                state,
                subject=Redacted(subject),
                summary=Redacted(summary),
                draft=Redacted(draft) if draft else None,
                asks=tuple(Redacted(ask) for ask in asks),
                domain=other,
                draft_source=other,
                draft_flags=(other,),
                review_reason=other,
                close_reason=other,
                language=other,
                reply=reply,
            )
        )


# What the buttons are


def labels(name: str) -> list[str]:
    return [button.text.text for button in view.buttons(SAMPLES[name]) if button.text]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unclaimed", ["Claim", "Approve & Send", "Edit", "More…"]),
        ("claimed", ["Reassign", "Approve & Send", "Edit", "More…"]),
        ("needs_review", ["Claim", "Approve & Send", "Edit", "More…"]),
        ("no_draft", ["Claim", "Write reply", "More…"]),
        ("acknowledgement_proposed", ["Claim", "Write reply", "Approve & Send", "More…"]),
        ("acknowledgement_sent", ["Reassign", "Write reply", "More…"]),
        ("sending", ["More…"]),
        ("sent_waiting", ["Close", "Reply again", "More…"]),
        ("answered_from_gmail", ["Close", "Reply again", "More…"]),
        ("failed", ["Retry", "Edit", "Reassign", "More…"]),
        ("uncertain", ["Retry", "Open in Gmail", "More…"]),
        ("unreadable", ["Claim", "View original", "Open in Gmail", "More…"]),
        ("closed", ["Reopen", "More…"]),
        ("dismissed", ["Reopen", "More…"]),
    ],
)
def test_buttons(name: str, expected: list[str]) -> None:
    assert labels(name) == expected


def test_buttons_carry_what_was_on_the_screen() -> None:
    approve = next(button for button in view.buttons(CLAIMED) if button.action_id == "ticket.approve")
    assert json.loads(str(approve.value)) == {"t": CLAIMED.ticket, "v": 4, "r": 1}


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_card(status: Status) -> None:
    check(replace(UNCLAIMED, status=status.value))


# What one click does


def test_one_click_needs_a_draft_that_can_be_read_whole() -> None:
    assert view.one_click(UNCLAIMED)
    assert not view.one_click(SAMPLES["long_draft"])
    assert not view.one_click(SAMPLES["acknowledgement_sent"])
    assert not view.one_click(replace(UNCLAIMED, one_click=False))
    assert not view.one_click(replace(UNCLAIMED, draft_retired=True))


@pytest.mark.parametrize("body", ["x" * 1_501, "line\n" * 41, "<" * 400])
def test_what_does_not_fit_is_not_one_click(body: str) -> None:
    assert not view.fits(Redacted(body))
    assert "…" in view.card(replace(UNCLAIMED, draft=Redacted(body))).blocks[2]["text"]["text"]


@pytest.mark.parametrize("body", ["x" * 1_500, "line\n" * 40])
def test_what_fits_is_shown_whole(body: str) -> None:
    assert view.fits(Redacted(body))
    assert "…" not in view.card(replace(UNCLAIMED, draft=Redacted(body))).blocks[2]["text"]["text"]


def test_the_sentence_carries_the_whole_card() -> None:
    text = view.card(UNCLAIMED).text
    for part in ("Unclaimed", "[Billing]", "[High]", "Refund for order LS-20418", "C-214", "acme.example", "due", "#1042"):
        assert part in text
    assert "Refund the second charge" in text
    assert "draft answer" in text


def test_a_card_changes_with_every_version_only() -> None:
    assert view.card(UNCLAIMED) == view.card(replace(UNCLAIMED))
    newer = view.card(replace(UNCLAIMED, version=UNCLAIMED.version + 1))
    assert not {b["block_id"] for b in newer.blocks} & {b["block_id"] for b in view.card(UNCLAIMED).blocks}


def test_placeholders_are_read_as_words() -> None:
    assert parts.in_words(Redacted("<PERSON_1> of <EMAIL_2>, <NEW_KIND_3>")) == "[person 1] of [e-mail address 2], [new kind 3]"
