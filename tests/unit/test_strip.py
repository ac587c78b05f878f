"""Stripping: the new text of replies in many languages, and linear time on hostile ones."""

from __future__ import annotations

import time

import pytest

from pipeline.strip import strip

NEW = "This is what I write now."


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, 3 Nov 2026 at 10:00, Ida Berg <ida@berg.example> wrote:\n> old",
        "On Mon, 3 Nov 2026 at 10:00, Ida Berg\n<ida@berg.example> wrote:\n\n> old\n> older",
        "Am 03.11.2026 um 10:00 schrieb Ida Berg:\n> alt",
        "Ida Berg <ida@berg.example> schrieb am Mo., 3. Nov. 2026, 10:00:\n\n> alt",
        "Le lun. 3 nov. 2026 à 10:00, Ida Berg <ida@berg.example> a écrit :\n> vieux",
        "El lun, 3 nov 2026 a las 10:00, Ida Berg (<ida@berg.example>) escribió:\n> viejo",
        "Em seg., 3 de nov. de 2026 às 10:00, Ida Berg <ida@berg.example> escreveu:\n> velho",
        "Il giorno lun 3 nov 2026 alle ore 10:00 Ida Berg <ida@berg.example> ha scritto:\n> vecchio",
        "Op ma 3 nov. 2026 om 10:00 schreef Ida Berg <ida@berg.example>:\n> oud",
        "W dniu 3.11.2026 o 10:00, Ida Berg pisze:\n> stare",
        "pon., 3 lis 2026 o 10:00 Ida Berg <ida@berg.example> napisał(a):\n> stare",
        "2026年11月3日(火) 10:00 Ida Berg <ida@berg.example>:\n> 古い",
        "-----Original Message-----\nFrom: Ida Berg\nSent: Monday\nTo: us\nSubject: s\n\nold",
        "-----Ursprüngliche Nachricht-----\nVon: Ida\n\nalt",
        "____________________\nFrom: Ida Berg <ida@berg.example>\nSent: Monday, 3 November 2026\nTo: us\nSubject: s\n\nold",
        "De : Ida Berg\nEnvoyé : lundi 3 novembre 2026\nÀ : nous\nObjet : s\n\nvieux",
        "Von: Ida Berg\nGesendet: Montag, 3. November 2026\nAn: uns\nBetreff: s\n\nalt",
        "-- \nIda Berg\nGardener",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "iPhoneから送信",
        "Get Outlook for Android",
        "This e-mail and any attachments are confidential and intended solely\nfor the addressee.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "Ce message est confidentiel et destiné exclusivement à son destinataire.",
    ],
)
def test_history_and_footers_are_cut(history: str) -> None:
    assert strip(f"{NEW}\n\n{history}\n") == NEW


def test_an_answer_below_the_quote_is_found() -> None:
    assert strip(f"On 3 Nov 2026, Ida <i@b.example> wrote:\n> a question\n\n{NEW}") == NEW


def test_answers_between_quoted_lines_keep_them() -> None:
    text = "On 3 Nov 2026, Ida <i@b.example> wrote:\n> one?\n\nyes\n\n> two?\n\nno"
    assert strip(text) == "> one?\n\nyes\n\n> two?\n\nno"


@pytest.mark.parametrize(
    "text",
    [
        "See below.\n\n---------- Forwarded message ---------\nFrom: Ida <i@b.example>\nSubject: s\n\nBroken lid",
        "From: Ida <i@b.example>\nSent: Monday\nTo: us\nSubject: s\n\nBroken lid",
        "From: the warehouse we heard nothing so far.\nWhat now?",
        "> this is quoted\n\nand this is mine",
        "> only quoted",
    ],
)
def test_the_whole_text_is_kept_where_cutting_would_lose_something(text: str) -> None:
    assert strip(text) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "\n" * 300_000,
        "On a, b ...\n" * 30_000,
        "From: a\n" * 40_000,
        "> " * 150_000,
        "a" * 400_000,
        "On 1 " + "wrote " * 60_000,
        "-" * 300_000,
    ],
)
def test_hostile_texts_take_no_time(hostile: str) -> None:
    started = time.process_time()
    strip(hostile)
    assert time.process_time() - started < 3
