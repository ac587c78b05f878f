"""Finding what a person wants hidden: case, accents, white space, numbers, and what must not be touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modals import hide
from modals.parts import kinds
from pipeline.redact.hiding import folded, known, occurrences
from pipeline.redact.hiding import hide as mask


@pytest.mark.parametrize(
    ("text", "value", "left"),
    [
        ("Ask NORA Quist, nora\n> quist or Nora\u00a0 Quist", "nora quist", "Ask #, # or #"),
        ("Zoë, zoe, ZOË and Zoe\u0308", "Zoë", "#, #, # and #"),
        ("Łukaszówna i LUKASZOWNA", "Lukaszowna", "# i #"),
        ("vorname.quistenberg@firma.example", "Quistenberg", "vorname.#@firma.example"),
        ("Straße 12, STRASSE 12", "strasse 12", "#, #"),
        ("annual planning with Ann", "Ann", "annual planning with #"),
        ("020 7946-0958 and (020) 79460958", "02079460958", "# and (#"),
        ("order 12345678 of 345678", "345678", "order 12345678 of #"),
        ("<PERSON_123> wrote 123", "123", "<PERSON_123> wrote #"),
        ("a<b&c> and A&lt;", "<b&c>", "a# and A&lt;"),
        ("zero\u200bwidth and zero\u00adwidth", "zerowidth", "# and #"),
        ("山田太郎様", "山田太郎", "#様"),
        ("nothing here", "Nora", "nothing here"),
        ("ab ab ab", "ab", "ab ab ab"),
        ("--- ---", "---", "--- ---"),
    ],
)
def test_what_is_found(text: str, value: str, left: str) -> None:
    assert mask(text, value, lambda _: "#")[0] == left


def test_each_find_is_told_as_it_stood() -> None:
    seen: list[str] = []
    masked, count = mask("QUIST and Quist", "quist", lambda found: seen.append(found) or "#")  # type: ignore[func-returns-value]
    assert (masked, count, seen) == ("# and #", 2, ["QUIST", "Quist"])


def test_what_was_hidden_is_found_again() -> None:
    table = {"!<HIDDEN_1>": "QX-77-BLUE", "!<PERSON_1>": "Zephyrine", "<PERSON_2>": "mail", "!odd": "mail"}
    found = known("mail qx-77-blue to ZEPHYRINE", table)
    assert [(span.start, span.end, mark) for span, mark in found] == [(5, 15, "<HIDDEN_1>"), (19, 28, "<PERSON_1>")]


@given(st.text(max_size=60), st.text(min_size=1, max_size=12), st.text(max_size=60))
def test_any_text_is_masked_without_harm(before: str, value: str, after: str) -> None:
    text = before + value + after
    masked, count = mask(text, value, lambda _: "\u2588")
    assert masked.count("\u2588") >= count
    for start, end in occurrences(text, value):
        assert 0 <= start < end <= len(text)
    assert folded(folded(value)) == folded(unicodedata.normalize("NFC", folded(value)))


def test_ours_are_words_of_cards_and_buttons() -> None:
    assert {"claim", "billing", "customer", "waiting", "german", "the"} <= hide.OUR_WORDS
    assert not {"nora", "quist", "larkspur"} & hide.OUR_WORDS
    assert all(hide.STANDS_IN.fullmatch(f"[{kind.lower()} 1]") for kind in kinds() if kind == kind.lower())
