"""Every modal of ours is one that Slack takes, shows what it must, and reads back what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import slack_values
from bot.sandbox.slack_views import checked
from bot.values import trusted
from modals import answers, aside, closing, more, original, reassign, review, why
from modals.frame import result
from modals.long_text import INPUT, ROOM, LongText, split

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> <@U0ANA> <https://evil.example|click> & *bold* ```code``` \x00\u202e " * 60


def data(text: str = "Hello Ana", **changes: Any) -> review.ReviewData:
    base = review.Base(uuid4(), 2, 7, uuid4(), changes.pop("owner", None), "C0TRIAGE")
    given: dict[str, Any] = {
        "base": base,
        "number": 1042,
        "sender": "support@larkspur.example",
        "to": "Ana Silva <ana@customer.example>",
        "cc": (),
        "subject": "Re: Refund",
        "signature": "Larkspur support",
        "text": split(text),
    }
    return review.ReviewData(**(given | changes))


def state(view: dict[str, Any]) -> dict[str, Any]:
    """What Slack would submit if nobody touched the modal."""
    return slack_values.first(checked(view, "modal")["blocks"])


def words(view: dict[str, Any]) -> str:
    return str(checked(view, "modal")["blocks"])


@given(st.text(alphabet=st.sampled_from("ab \n.é"), max_size=9_000) | st.text(max_size=400).map(lambda text: text * 30))
def test_a_split_text_is_joined_to_the_same_text(text: str) -> None:
    parts = split(text)
    assert parts.joined() == text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    assert all(len(part) <= INPUT for part in parts.parts)
    assert len(parts.joints) == len(parts.parts) - 1


@pytest.mark.parametrize("size", [0, 1, ROOM, ROOM + 1, INPUT - 1, INPUT, INPUT + 1, 3 * INPUT, 60_000])
def test_a_draft_of_any_size_fits_the_review_and_comes_back_whole(size: int) -> None:
    text = ("Dear Ana,\n\nwe looked into it and found the cause. " * 1_500)[:size].rstrip()
    view = review.view(data(text))
    assert review.parse(state(view), view["private_metadata"]).text.joined() == text


def test_a_long_draft_is_parted_at_paragraphs_and_has_room_to_grow() -> None:
    paragraphs = [f"{number} " + "word " * 150 for number in range(12)]
    parts = split("\n\n".join(paragraphs).rstrip())
    assert len(parts.parts) > 2
    assert all(part[0].isdigit() for part in parts.parts[:-1])
    assert parts.parts[-1] == ""


def test_an_emptied_part_leaves_no_gap() -> None:
    assert LongText(("one", "", "three"), "pl").joined() == "one\nthree"
    assert LongText(("", "two"), "p").joined() == "two"


def test_the_review_round_trips_who_was_looked_at_and_what_was_ticked() -> None:
    shown = data(owner="U0BEN", cc=("Eve <eve@a.example>", "Carl <carl@b.example>"), kept=frozenset({1}), acknowledgement=True)
    view = review.view(shown)
    typed = review.parse(state(view), view["private_metadata"])
    assert typed.base == shown.base
    assert typed.kept == {1}
    assert (typed.take_over, typed.stays_open) == (False, False)
    assert view["submit"]["text"] == "Send"
    assert "ana@customer.example" in words(view)
    assert words(view).count("Larkspur support") == 1


def test_everybody_in_cc_is_kept_unless_removed_also_in_a_crowd() -> None:
    view = review.view(data(cc=tuple(f"Person {number} <p{number}@a.example>" for number in range(230))))
    assert review.parse(state(view), view["private_metadata"]).kept == frozenset(range(230))


def test_the_largest_review_is_one_that_slack_takes() -> None:
    view = review.view(
        data(
            "x" * 60_000,
            owner="U0BEN",
            cc=(HOSTILE,) * 300,
            subject=HOSTILE,
            sender=HOSTILE,
            to=HOSTILE,
            signature=HOSTILE,
            acknowledgement=True,
            reasons=(HOSTILE,) * 40,
            notes=(HOSTILE,) * 40,
            changed=("<@U0BEN> claimed it",) * 40,
            newer=HOSTILE * 20,
        )
    )
    assert plain_only(checked(view, "modal"))


def plain_only(view: dict[str, Any]) -> bool:
    """Whether hostile markup stands only where Slack does not read it."""
    return all("<!channel>" not in text for text in markup(view))


def markup(found: Any) -> list[str]:
    """Every mrkdwn text of a view."""
    if isinstance(found, dict):
        own = [found["text"]] if found.get("type") == "mrkdwn" else []
        return own + [text for value in found.values() for text in markup(value)]
    return [text for value in found for text in markup(value)] if isinstance(found, list) else []


def mail(text: str, **changes: Any) -> original.OriginalMail:
    given: dict[str, Any] = {
        "id": uuid4(),
        "sender": HOSTILE,
        "to": HOSTILE,
        "cc": HOSTILE,
        "subject": HOSTILE,
        "received_at": AT,
        "text": text,
    }
    return original.OriginalMail(**(given | changes))


@pytest.mark.parametrize("text", ["", " \n", "Hi", HOSTILE, "long\n" * 60_000, "x" * 300_000])
def test_an_original_of_any_size_is_shown_without_markup(text: str) -> None:
    files = tuple(original.OriginalFile(at, HOSTILE, HOSTILE, 10**12, "clean") for at in range(40))
    view = original.view(
        original.OriginalData(
            uuid4(), 1042, tuple(mail(text, files=files) for _ in range(12)), "https://mail.example/x", may_export=True
        )
    )
    assert plain_only(checked(view, "modal"))


def test_only_attachments_that_may_be_opened_have_a_button() -> None:
    states = ("clean", "infected", "not scanned")
    files = tuple(
        original.OriginalFile(at, f"{state}.pdf", "application/pdf", 2_000_000, state) for at, state in enumerate(states)
    )
    data = original.OriginalData(uuid4(), 1042, (mail("Hi", files=files),))
    rows = {
        block["text"]["text"]: block.get("accessory")
        for block in original.view(data)["blocks"]
        if "file:" in block.get("block_id", "")
    }
    assert [bool(button) for button in rows.values()] == [True, False, True]
    assert "infected" in list(rows)[1]
    shut = original.view(replace(data, closed="Only the legal role may."))
    assert "accessory" not in str(shut)
    assert "Only the legal role may." in words(shut)


def test_what_an_original_leaves_out_is_counted() -> None:
    view = original.view(original.OriginalData(uuid4(), 1042, (mail("y" * 500_000, raw=True),)))
    assert "more characters are in Gmail" in words(view)
    assert "could not be read as mail" in words(view)


def test_more_shows_only_what_is_open_to_the_person() -> None:
    shown = more.MoreData(uuid4(), 7, 3, "open", "U0BEN", trusted("<PERSON_1> asks"), ("ticket.take_over", "ticket.why"))
    view = checked(more.view(shown), "modal")
    labels = [element["text"]["text"] for block in view["blocks"] if block["type"] == "actions" for element in block["elements"]]
    assert labels == ["Take over", "Why"]
    assert "[person 1] asks" in str(view)


def test_more_with_everything_is_one_that_slack_takes() -> None:
    shown = more.MoreData(
        uuid4(), 7, 3, "open", None, trusted(HOSTILE), tuple(more.ACTS), "https://mail.example/x", "Done.", "C0"
    )
    assert plain_only(checked(more.view(shown), "modal"))


def test_why_names_the_grounds_and_a_broken_record() -> None:
    shown = why.WhyData(
        ticket=uuid4(), number=7, category="billing", priority="high", confidence=0.42, source="rules",
        reasons=(HOSTILE,) * 30, due_at=AT, needs_review=True, review_reason="low confidence", risks=("injection",),
        draft="revision 2, answer, template:billing", draft_flags=("legal",), shown=trusted(HOSTILE * 30),
        history=("<@U0ANA> claimed it",) * 300, intact=False,
    )  # fmt: skip
    view = checked(why.view(shown), "modal")
    assert "42%" in str(view)
    assert "tampered" in str(view)
    assert plain_only(view)


def test_the_set_aside_list_pages_and_hides_its_buttons_from_guests() -> None:
    mails = tuple(
        aside.AsideMail(uuid4(), trusted(HOSTILE), "a newsletter", AT, "a.example", "C-7") for _ in range(aside.PER_PAGE)
    )
    view = checked(aside.view(aside.AsideData(mails, 60, 25, said="Brought back.")), "modal")
    assert str(view).count("Bring back") == aside.PER_PAGE
    assert "26 to 50 of 60" in str(view)
    assert "Older" in str(view)
    assert "Newer" in str(view)
    assert "Bring back" not in words(aside.view(aside.AsideData(mails, 60, may_act=False)))
    assert "Nothing is set aside." in words(aside.view(aside.AsideData((), 0)))


def test_reassign_reads_who_was_picked() -> None:
    ticket = uuid4()
    view = checked(reassign.view(ticket, 7, "U0BEN", "C0TRIAGE"), "modal")
    values = slack_values.first(view["blocks"])
    assert reassign.parse(values, view["private_metadata"]) == reassign.Handover(ticket, "", "", "C0TRIAGE")
    slack_values.typed(values, {"to": {"user": {"selected_user": "U0ANA"}}, "note": {"text": {"value": " please "}}})
    assert reassign.parse(values, view["private_metadata"]) == reassign.Handover(ticket, "U0ANA", "please", "C0TRIAGE")


def test_close_comes_with_the_likely_reason() -> None:
    view = checked(closing.view(uuid4(), 7, "C0TRIAGE"), "modal")
    assert closing.parse(slack_values.first(view["blocks"]), view["private_metadata"]).reason == "Solved without an answer"


@pytest.mark.parametrize("metadata", ["", "{", "[]", "{}", '{"t":"no uuid","r":1,"e":1,"m":"x","j":""}'])
def test_metadata_that_is_not_ours_is_refused(metadata: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        review.parse({}, metadata)
    with pytest.raises(ValueError, match=r".+"):
        reassign.parse({}, metadata)


def test_a_result_is_one_that_slack_takes() -> None:
    assert words(result("Triage", "Done."))


def test_the_queue_escapes_and_says_how_many_more() -> None:
    line = answers.QueueLine(
        1042, trusted("<!channel> & <PERSON_1>"), "billing", "high", None, True, AT, "https://slack.example/p1"
    )
    said = answers.queue([line], 20, AT + timedelta(hours=1))
    assert "&lt;!channel&gt; &amp; [person 1]" in said
    assert "overdue" in said
    assert "and 19 more" in said
    assert answers.queue([], 0, AT) == "Nothing is open. All quiet."


def test_stats_say_what_left_unchanged() -> None:
    said = answers.stats(answers.StatsData(7, 10, 6, 4, 3, 2, 1, 1, 2, timedelta(minutes=90), 5, 2, 1, 3, {"billing": 4}))
    assert "3 answers (2 as proposed, 1 edited)" in said
    assert "90 minutes" in said
    assert "5 open (2 unclaimed, 1 overdue)" in said
