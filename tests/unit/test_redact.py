"""Redaction: what is hidden, what survives, and what placeholders promise."""

from __future__ import annotations

import pytest

from bot.values import Address, Email, Redacted
from pipeline import redact
from pipeline.redact import national
from pipeline.redact.placeholders import Table


def masked(text: str, *allow: str) -> str:
    return redact.text(text, {}, allow)[0].text


def mail(text: str, name: str = "Greta Holm", new_text: str | None = None, subject: str = "Hello") -> Email:
    sender = Address(name, "greta@holm.example")
    return Email("<1@x>", subject, sender, None, (), (), "", (), None, text, text if new_text is None else new_text, "en")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Write to nils@lab.internal please", "nils@lab.internal"),
        ("or nils (at) lab (dot) example", "nils (at) lab (dot) example"),
        ("card 2223 0031 2200 3222 was charged", "2223 0031 2200 3222"),
        ("card 4111111111111111.", "4111111111111111"),
        ("iban de89370400440532013000 thanks", "de89370400440532013000"),
        ("Tel. 0171 2345678", "0171 2345678"),
        ("ring me: +33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("my SSN is 536-90-4399", "536-90-4399"),
        ("Meine Steuer-ID: 86 095 742 719", "86 095 742 719"),
        ("mi DNI es 12345678Z", "12345678Z"),
        ("codice fiscale RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("NI number QQ123456C? no: AB 12 34 56 C", "AB 12 34 56 C"),
        ("numéro de sécurité sociale 1 85 05 78 006 084 91", "1 85 05 78 006 084 91"),
        ("mijn BSN is 111222333", "111222333"),
        ("key sk-proj-abcDEF1234567890abcd", "sk-proj-abcDEF1234567890abcd"),
        ("AKIAIOSFODNN7EXAMPLE leaked", "AKIAIOSFODNN7EXAMPLE"),
        ("Passwort: Tulpe!2026", "Tulpe!2026"),
        ("see https://a.example/reset?token=Zk39Lq8831pa", "https://a.example/reset?token=Zk39Lq8831pa"),
        ("I live at 221 Orchard Street, Leeds", "221 Orchard Street"),
        ("Lieferung an Rosenweg 12, 20095 Hamburg", "Rosenweg 12"),
        ("12 rue des Lilas, 75011 Paris", "12 rue des Lilas"),
        ("geboren am 04.03.1987", "04.03.1987"),
        ("server 8.8.8.8 answered", "8.8.8.8"),
    ],
)
def test_personal_values_are_hidden(text: str, hidden: str) -> None:
    assert hidden not in masked(text)
    assert "<" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "My name is Ottoline Birch and I need help",
        "Dear Mr. Birch,",
        "Best regards,\nOttoline",
        "Thanks, Ottoline",
        "Mit freundlichen Grüßen\nOttoline Birch",
        "Je m'appelle Ottoline Birch.",
        "I spoke with Ottoline yesterday",
        "Kontoinhaber: Ottoline Birch",
        "On Mon, 3 Nov 2026 at 10:00, Ottoline Birch <o@b.example> wrote:",
        "my colleague Ottoline Birch knows",
    ],
)
def test_names_are_found_by_the_words_around_them(text: str) -> None:
    result = masked(text)
    assert "Birch" not in result
    assert "Ottoline" not in result


@pytest.mark.parametrize(
    "text",
    [
        "order LS-20418 from 2026-11-03 cost 49.90 EUR",
        "invoice number 3307 and INV-3307",
        "Bestellung 1234567890 kam nicht an",
        "ticket #48213, firmware 5.3.1, version 2026.11.20",
        "tracking 00340434161094000000 says delivered",
        "the manual at https://larkspur.example/docs/setup",
        "it was $1,234.56 on 12/11/2026",
        "router at 192.168.0.12 is fine",
        "Dear Support Team, thank you very much for your help",
        "Kundennummer 20394857 bitte prüfen",
    ],
)
def test_what_an_agent_works_with_survives(text: str) -> None:
    assert masked(text) == text


def test_a_header_name_is_the_first_person_and_spreads_through_the_thread() -> None:
    found = redact.mail(mail("Holm here. The sensor of GRETA HOLM is broken.\n> greta wrote", subject="Greta Holm's sensor"), {})
    assert found.sender == "<PERSON_1>"
    assert found.table["<PERSON_1>"] == "Greta Holm"
    assert "holm" not in (found.subject.text + found.full_text.text).casefold()
    assert "<PERSON_1>" in found.subject.text


def test_one_table_per_ticket_keeps_numbers_stable() -> None:
    first = redact.mail(mail("Call +44 20 7946 0958"), {})
    second = redact.mail(mail("Again +44 20 7946 0958 or +44 20 7946 0111", name="Nils Berg"), first.table)
    assert "<PHONE_1>" in second.new_text.text
    assert "<PHONE_2>" in second.new_text.text
    assert second.sender == "<PERSON_2>"
    assert second.table["<PERSON_1>"] == "Greta Holm"


def test_new_and_full_text_share_the_table() -> None:
    found = redact.mail(mail("New for nils@berg.example\n> old of ida@berg.example", new_text="New for nils@berg.example"), {})
    assert found.new_text.text == "New for <EMAIL_1>"
    assert "<EMAIL_2>" in found.full_text.text


def test_allowed_words_survive_in_any_case() -> None:
    assert masked("Dear Ana Ruiz,\nthanks", "ana ruiz") == "Dear Ana Ruiz,\nthanks"
    assert "Ana" not in masked("Dear Ana Ruiz,\nthanks")


def test_a_mail_that_contains_a_placeholder_changes_nothing() -> None:
    found = redact.mail(mail("Pay <PERSON_1> and < email_7 > now", name="<PERSON_1>"), {"<PERSON_1>": "Ida Berg"})
    assert redact.placeholders(found.full_text.text) == ()
    assert redact.restore(found.full_text.text, found.table) == "Pay ‹PERSON_1› and ‹email_7› now"
    assert found.sender == ""


def test_restoring_gives_the_text_back_and_leaves_unknown_placeholders() -> None:
    text = "Dear Ida Berg, card 4111 1111 1111 1111, mail ida@berg.example."
    hidden, table = redact.text(text, {})
    assert redact.restore(hidden.text, table) == text
    assert redact.restore("<PERSON_99> stays", table) == "<PERSON_99> stays"


def test_people_read_placeholders_as_words() -> None:
    body = Redacted("<PERSON_1> told <PERSON_2> to use <EMAIL_1>")
    assert redact.in_words(body, "<PERSON_1>").text == "the customer told person 2 to use e-mail address 1"


def test_clipping_never_cuts_a_placeholder() -> None:
    assert redact.clipped(Redacted("Hello <PERSON_12> there"), 12).text == "Hello…"
    assert redact.clipped(Redacted("short"), 12).text == "short"


def test_a_models_words_lose_addresses_and_long_numbers() -> None:
    said = redact.from_model("Mail x@y.example\nor 4111 1111 1111 1111\x07 <PERSON_1>", limit=100, one_line=True)
    assert said.text == "Mail [address] or [number] <PERSON_1>"


def test_the_table_counts_on_from_what_a_ticket_knows() -> None:
    table = Table({"<PERSON_3>": "Ida Berg"})
    assert table.placeholder("PERSON", "ida  berg") == "<PERSON_3>"
    assert table.placeholder("PERSON", "Nils") == "<PERSON_4>"


def test_long_texts_are_cut_and_say_so() -> None:
    found = redact.mail(mail("word " * 20_000), {})
    assert len(found.new_text.text) < 21_000
    assert found.new_text.text.endswith("the rest is in the original]")


def test_check_digits_keep_ordinary_numbers_out() -> None:
    assert national.accepted("12345678Z")
    assert not national.accepted("12345678A")
    assert not national.accepted("RSSMRA85T10A562A")


def test_what_a_person_hid_is_masked_in_every_later_text() -> None:
    table = {
        "<PERSON_1>": "Zéphyrine Quorn",
        "!<PERSON_1>": "Zéphyrine Quorn",
        "<HIDDEN_1>": "left of the mill",
        "!<HIDDEN_1>": "left of the mill",
    }
    masked, after = redact.text("ZEPHYRINE\nQUORN keeps it LEFT of the  mill, order LS-20418.", table)
    assert masked.text == "<PERSON_1> keeps it <HIDDEN_1>, order LS-20418."
    assert after == table
