"""The rules: categories in many languages, honest confidence, asks, outages and thanks."""

from __future__ import annotations

import pytest

from bot.values import Category, Priority, Redacted, Triage
from pipeline import rules
from pipeline.entities import entities


def sorted_by_rules(text: str, subject: str = "") -> Triage:
    return rules.classify(Redacted(subject), Redacted(text), entities(text))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("You charged me twice for INV-3307, please refund one payment.", Category.BILLING),
        ("Auf der Rechnung fehlt die Umsatzsteuer, bitte schicken Sie eine Gutschrift.", Category.BILLING),
        ("Merci de me rembourser la facture du mois dernier.", Category.BILLING),
        ("Me han cobrado dos veces, quiero el reembolso.", Category.BILLING),
        ("Vorrei il rimborso della fattura di ottobre.", Category.BILLING),
        ("Recebi uma fatura errada e peço o reembolso.", Category.BILLING),
        ("De factuur klopt niet, graag terugbetaling.", Category.BILLING),
        ("Faktura jest błędna, proszę o zwrot pieniędzy.", Category.BILLING),
        ("請求書の金額が違います。返金をお願いします。", Category.BILLING),
        ("My sensor does not connect to the gateway, what can I do?", Category.SUPPORT),
        ("Der Sensor funktioniert nicht mehr, ich kann mich nicht einloggen.", Category.SUPPORT),
        ("Le capteur ne fonctionne plus et la livraison n'est pas arrivée.", Category.SUPPORT),
        ("センサーが故障しました。", Category.SUPPORT),
        ("Could you send a quote for forty units? We are interested in buying.", Category.LEAD),
        ("Bitte senden Sie uns ein Angebot mit Mengenrabatt.", Category.LEAD),
        ("Please find attached my CV, I am applying for the position of technician.", Category.CAREER),
        ("Hiermit bewerbe ich mich um das Praktikum, mein Lebenslauf liegt bei.", Category.CAREER),
        ("Under Article 17 GDPR I request erasure of my personal data that you hold.", Category.LEGAL),
        (
            "Wir setzen Ihnen eine Frist, sonst folgt eine Klage durch unseren Anwalt. Auskunft nach Art. 15 DSGVO.",
            Category.LEGAL,
        ),
        ("We are a supplier of packaging and offer our services; can we schedule a call?", Category.VENDOR),
        ("The weather was lovely on Sunday.", Category.OTHER),
    ],
)
def test_categories(text: str, category: Category) -> None:
    assert sorted_by_rules(text).category is category


def test_nothing_known_is_nothing_sure() -> None:
    assert sorted_by_rules("Lorem ipsum dolor sit amet consectetur.").confidence < 0.6
    assert sorted_by_rules("").confidence < 0.6
    assert sorted_by_rules("You charged me twice, refund INV-3307 please, the invoice is wrong.", "Refund").confidence >= 0.6


def test_confidence_is_never_certainty() -> None:
    assert sorted_by_rules("refund invoice billing receipt " * 50, "invoice refund").confidence <= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "The whole dashboard is down and nobody can log in.",
        "Seit heute früh Totalausfall, nichts geht mehr.",
        "Plus rien ne fonctionne, le service est inaccessible.",
        "No funciona nada, el panel está caído.",
    ],
)
def test_outages_are_urgent(text: str) -> None:
    found = sorted_by_rules(text)
    assert found.outage
    assert found.priority is Priority.URGENT


def test_legal_mail_is_at_least_high() -> None:
    assert sorted_by_rules("Our lawyer will sue you for breach of contract.").priority in (Priority.HIGH, Priority.URGENT)


@pytest.mark.parametrize(
    "text",
    ["Thanks, works now!", "Vielen Dank, alles klar.", "Merci beaucoup, parfait !", "Dziękuję!", "ありがとうございました。"],
)
def test_thanks_need_no_answer(text: str) -> None:
    assert sorted_by_rules(text).needs_no_answer


@pytest.mark.parametrize(
    "text", ["Thanks, but it still does not work.", "Thanks! Can you also send the invoice?", "Danke, bitte noch die Rechnung."]
)
def test_thanks_with_a_wish_do(text: str) -> None:
    assert not sorted_by_rules(text).needs_no_answer


def test_asks_are_sentences_across_wrapped_lines_and_not_quotes() -> None:
    text = (
        "Hello,\n\nthe parcel came without the bracket that was on the order. Could you send\n"
        "one to the address above? I also need an invoice.\n\n> Do you have a lamp?\n\nThanks"
    )
    found = [ask.text for ask in sorted_by_rules(text).asks]
    assert found == ["Could you send one to the address above?", "I also need an invoice."]


def test_the_summary_skips_greetings_and_keeps_placeholders_whole() -> None:
    text = "Dear <PERSON_2>,\n\n" + "word " * 60 + "<PERSON_1> " * 40
    summary = sorted_by_rules(text).summary.text
    assert len(summary) <= 280
    assert summary.startswith("word")
    assert summary.count("<") == summary.count(">")


def test_entities_by_kind() -> None:
    found = entities("Order LS-20418, invoice INV-3307, ticket #48213, 49,90 EUR on 3 November 2026 with firmware 5.3.1")
    assert found["order"] == ("LS-20418",)
    assert found["invoice"] == ("INV-3307",)
    assert found["ticket"] == ("48213",)
    assert found["amount"] == ("49,90 EUR",)
    assert found["date"] == ("3 November 2026",)
    assert "firmware 5.3.1" in found["version"]
