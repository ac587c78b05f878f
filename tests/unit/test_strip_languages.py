"""Stripping in nine languages: what stands below the new text goes, and what a customer needs to say stays."""

from __future__ import annotations

import time

import pytest

from bot.bench_read_cases import DEVICES, INTRODUCTIONS, NEW, SIGNATURES, replies
from pipeline.strip import split, strip


@pytest.mark.parametrize("language", sorted(NEW))
def test_everything_below_the_new_text_goes(language: str) -> None:
    wrong = [mail for code, mail, new in replies() if code == language and strip(mail) != new]
    assert wrong == []


@pytest.mark.parametrize("language", sorted(NEW))
def test_the_quoted_mails_are_counted(language: str) -> None:
    first, second = INTRODUCTIONS[language]
    assert split(f"{NEW[language]}\n\n{first}\n> one\n> {second.splitlines()[0]}\n>> two\n").earlier >= 1
    assert split(NEW[language]).earlier == 0


@pytest.mark.parametrize(
    "text",
    [
        "Please change the contact:\n\nIda Berg\nBerg Ltd\n+44 20 7946 0958\nida@berg.example",
        "My order:\n\nOrder LS-20418\nTel: 020 123 4567\nThanks,\nIda",
        "Thanks,\nIda",
        "Can you call me?\n\nThanks,\nIda Berg",
        "Hello\n\nMy numbers are\n\n1. 12\n2. 13",
        "Best regards from sunny Spain! We need 3 sensors.\nAna",
        "This message appears when I start the app:\nError 42 in module\nWhat can I do?",
        "This email is confidential but here is my question: how do I reset it?",
        "Sent from the warehouse on Monday, it never arrived.",
        "Von Hamburg wurde nichts gesendet, warum?",
        "Best regards,\nIda Berg\nBerg Ltd\nTel: 020 123 4567\nPS: what about order LS-20418?",
        "Our team:\n\nAna Ruiz, manager\nBen Okafor, engineer\nWho of them gets the parcel?",
    ],
)
def test_what_a_customer_says_stays(text: str) -> None:
    assert strip(text) == text


def test_a_signature_without_a_sign_off_is_known_by_the_senders_name() -> None:
    text = "See you there.\n\nStavros Melis\nvia mobile"
    assert strip(text) == text
    assert strip(text, "Stavros Melis") == "See you there."


def test_a_signature_under_a_line_goes() -> None:
    signed = "____________\nIda Berg\nBerg Ltd\n+44 20 7946 0958\nwww.berg.example"
    assert strip(f"Hello, it works.\n\n{signed}") == "Hello, it works."


@pytest.mark.parametrize(
    "added",
    [
        "Please consider the environment before printing this e-mail.",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.",
        "Pensez à l'environnement avant d'imprimer ce message.",
        "Virus-free. www.avast.example",
        "Diese E-Mail wurde von einer Software auf Viren geprüft.",
        "-- \nIda\nSitz der Gesellschaft: Hamburg\nAmtsgericht Hamburg HRB 1234",
        "ᐧ",
    ],
)
def test_what_programs_add_goes(added: str) -> None:
    assert strip(f"Hello, it works.\n\n{added}\n") == "Hello, it works."


def test_warnings_above_a_mail_go() -> None:
    assert strip("CAUTION: This email originated outside your organisation.\n\nHello, it works.") == "Hello, it works."


def test_a_signature_above_bottom_answers_does_not_take_them() -> None:
    text = "On 3 Nov 2026, Ida <i@b.example> wrote:\n> a question\n> -- \n> Ida\n\nMy answer."
    assert strip(text) == "My answer."


@pytest.mark.parametrize(
    "hostile",
    [
        "Thanks,\n" * 40_000,
        "Ida Berg\n\n" * 30_000,
        "Sent from \n" * 30_000,
        ("A B <" + "x" * 110 + "\n") * 3000,
        ("\t" * 300 + "\n") * 1500,
        "This message " * 30_000,
        ("Von " + "x " * 200 + "\n") * 1000,
        "> On 3 Nov 2026 Ida <i@b.example> wrote:\n" * 10_000,
        ("> " * 50 + "x\n") * 4000,
        f"{SIGNATURES['en']}\n" * 5000,
        f"{DEVICES['de'][0]} " * 9000,
    ],
)
def test_hostile_texts_take_no_time(hostile: str) -> None:
    started = time.process_time()
    strip(hostile, "Ida Berg")
    assert time.process_time() - started < 3
