"""What leaves: who gets it, how it threads, and that nothing from the answered mail can add a header."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.values import Address, Email
from pipeline.compose import REPLY_ID_HEADER, Recipients, compose, keep_cc, recipients, signed, subject_line

OURS = frozenset({"support@larkspur.example", "billing@larkspur.example"})
ANA = Address("Ana Silva", "ana@acme.example")
US = Address("", "support@larkspur.example")


def mail(
    *,
    subject: str = "Sensor offline",
    sender: Address | None = ANA,
    reply_to: Address | None = None,
    to: tuple[Address, ...] = (US,),
    cc: tuple[Address, ...] = (),
    message_id: str = "<1@acme.example>",
    in_reply_to: str = "",
    references: tuple[str, ...] = (),
) -> Email:
    return Email(message_id, subject, sender, reply_to, to, cc, in_reply_to, references, None, "text", "text", "en")


def reply(email: Email, body: str = "Hello Ana", *, signature: str = "", automatic: bool = False) -> EmailMessage:
    raw = compose(email, recipients(email, OURS), body, signature=signature, reply_id=uuid4(), automatic=automatic)
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(message: EmailMessage) -> str:
    return str(message.get_content())


def test_the_answer_goes_to_the_sender_from_the_address_written_to() -> None:
    who = recipients(mail(to=(Address("", "billing@larkspur.example"),)), OURS)
    assert (who.sender_address, who.to, who.cc, who.notes) == ("billing@larkspur.example", (ANA,), (), ())


def test_reply_to_wins_and_is_pointed_out() -> None:
    desk = Address("", "desk@acme.example")
    who = recipients(mail(reply_to=desk), OURS)
    assert who.to == (desk,)
    assert "Reply-To" in who.notes[0]


@pytest.mark.parametrize("reply_to", [US, Address("", "no at sign"), Address("", "x@y@z")])
def test_a_reply_to_that_is_ours_or_no_address_is_passed_over(reply_to: Address) -> None:
    assert recipients(mail(reply_to=reply_to), OURS).to == (ANA,)


def test_a_mail_from_ourselves_has_nobody_to_answer() -> None:
    who = recipients(mail(sender=US), OURS)
    assert who.to == ()
    assert who.notes
    with pytest.raises(ValueError, match="somebody"):
        compose(mail(sender=US), who, "Hello", reply_id=uuid4())


def test_no_sender_at_all() -> None:
    assert recipients(mail(sender=None), OURS).to == ()


def test_everybody_else_stays_in_cc_once_and_we_do_not() -> None:
    bob, cleo = Address("Bob", "bob@acme.example"), Address("", "cleo@acme.example")
    who = recipients(mail(to=(US, bob), cc=(cleo, bob, ANA, Address("", "billing@larkspur.example"))), OURS)
    assert who.cc == (bob, cleo)
    assert who.notes == ("2 other people get a copy.",)


def test_an_address_that_cannot_be_written_to_is_left_out_and_said() -> None:
    who = recipients(mail(cc=(Address("", "jürgen@acme.example"), Address("", "bob@acme.example"))), OURS)
    assert [a.email for a in who.cc] == ["bob@acme.example"]
    assert "left out" in who.notes[0]


def test_bcc_to_us_is_answered_from_the_mailbox() -> None:
    who = recipients(mail(to=(Address("", "list@acme.example"),)), OURS, "support@larkspur.example")
    assert who.sender_address == "support@larkspur.example"


def test_cc_can_lose_people_and_never_gain_them() -> None:
    bob, cleo = Address("Bob", "bob@acme.example"), Address("", "cleo@acme.example")
    who = Recipients("support@larkspur.example", (ANA,), (bob, cleo))
    assert keep_cc(who, ["Cleo@acme.example ", "stranger@evil.example"]).cc == (cleo,)


@pytest.mark.parametrize(
    ("given_subject", "line"),
    [
        ("Refund", "Re: Refund"),
        ("RE: Refund", "RE: Refund"),
        ("AW: Erstattung", "AW: Erstattung"),
        ("Sv: Betaling", "Sv: Betaling"),
        ("Re[2]: Refund", "Re[2]: Refund"),
        ("Reminder: pay", "Re: Reminder: pay"),
        ("", "Re:"),
        ("a\r\nBcc: evil@evil.example", "Re: a Bcc: evil@evil.example"),
    ],
)
def test_subject(given_subject: str, line: str) -> None:
    assert subject_line(mail(subject=given_subject)) == line


def test_a_decoded_line_break_adds_no_header() -> None:
    sent = reply(mail(subject="a\r\nBcc: evil@evil.example", sender=Address("Ana\r\nBcc: evil@evil.example", "ana@acme.example")))
    assert sent["Bcc"] is None
    assert [a.addr_spec for a in sent["To"].addresses] == ["ana@acme.example"]


def test_a_name_that_looks_like_addresses_stays_a_name() -> None:
    sent = reply(mail(sender=Address('Ana" <evil@evil.example>, x', "ana@acme.example")))
    assert [a.addr_spec for a in sent["To"].addresses] == ["ana@acme.example"]


def test_threading_headers() -> None:
    sent = reply(mail(message_id="<3@x.example>", references=("<1@x.example>", "<2@x.example>")))
    assert sent["In-Reply-To"] == "<3@x.example>"
    assert sent["References"].split() == ["<1@x.example>", "<2@x.example>", "<3@x.example>"]


def test_a_single_in_reply_to_stands_in_for_references() -> None:
    assert reply(mail(in_reply_to="<0@x.example>"))["References"].split() == ["<0@x.example>", "<1@acme.example>"]
    assert reply(mail(in_reply_to="<0@x.example> <9@x.example>"))["References"] == "<1@acme.example>"


def test_a_long_chain_keeps_its_first_and_its_newest() -> None:
    chain = reply(mail(references=tuple(f"<{n}@x.example>" for n in range(200))))["References"].split()
    assert chain[0] == "<0@x.example>"
    assert chain[-2:] == ["<199@x.example>", "<1@acme.example>"]
    assert len(chain) == 21


def test_a_long_message_id_is_not_broken_by_folding() -> None:
    long = f"<{'a' * 300}@x.example>"
    raw = compose(mail(message_id=long), recipients(mail(), OURS), "Hi", reply_id=uuid4())
    assert long.encode() in raw


def test_a_mail_without_a_message_id_is_answered_without_threading_headers() -> None:
    sent = reply(mail(message_id=""))
    assert sent["In-Reply-To"] is None
    assert sent["References"] is None


@pytest.mark.parametrize("body", ["Hello", "Hello\n\nKind  regards\nLarkspur\n", "Hello\r\n\r\nKind regards\r\nLarkspur"])
def test_the_signature_stands_there_once(body: str) -> None:
    assert text_of(reply(mail(), body, signature="Kind regards\nLarkspur")).count("Larkspur") == 1


def test_no_signature_and_nothing_but_a_signature() -> None:
    assert signed(" Hello ", "") == "Hello"
    assert signed("", "Larkspur") == "Larkspur"


def test_only_automatic_mail_says_that_it_is() -> None:
    assert reply(mail())["Auto-Submitted"] is None
    assert reply(mail(), automatic=True)["Auto-Submitted"] == "auto-replied"


def test_the_reply_id_travels_in_a_header() -> None:
    reply_id = uuid4()
    raw = compose(mail(), recipients(mail(), OURS), "Hi", reply_id=reply_id)
    assert message_from_bytes(raw)[REPLY_ID_HEADER] == str(reply_id)


def test_an_international_domain_is_written_in_ascii() -> None:
    assert reply(mail(sender=Address("", "ana@bücher.example")))["To"] == "ana@xn--bcher-kva.example"


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_any_text_becomes_a_mail_with_our_headers_alone(body: str, subject: str, name: str) -> None:
    email = mail(subject=subject, sender=Address(name, "ana@acme.example"))
    sent = reply(email, body)
    assert set(sent.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", REPLY_ID_HEADER),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert [a.addr_spec for a in sent["To"].addresses] == ["ana@acme.example"]


@pytest.mark.parametrize("defect", ["several-reply-to", "clipped-to", "clipped-cc"])
def test_nobody_is_left_out_without_a_word(defect: str) -> None:
    assert len(recipients(replace(mail(), defects=(defect,)), OURS).notes) == 1
