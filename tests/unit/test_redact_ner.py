"""The trained name finder: what it adds to the rules, what it leaves alone, and that it forgets what it saw."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot import config
from bot.errors import SettingsError
from bot.values import Address, Email
from pipeline import redact
from pipeline.reader import Reader
from pipeline.redact import ner, spared, train
from pipeline.redact.ids import ids


def masked(text: str, *allow: str) -> str:
    return redact.text(text, {}, allow)[0].text


@pytest.mark.parametrize(
    "text",
    [
        "Yesterday Brelvo Skandarik told our driver to wait.",
        "The parcel was signed for by Brelvo Skandarik again.",
        "Das Paket hat Brelvo Skandarik am Montag angenommen.",
        "La facture a été payée par Brelvo Skandarik hier.",
        "Il pacco risulta consegnato a Brelvo Skandarik ieri.",
    ],
)
def test_names_that_no_list_has_are_found_inside_sentences(text: str) -> None:
    assert "Skandarik" not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Power button does nothing. Some of the sensors work, two do not. Until then we wait.",
        "Please reset the Dashboard. Order LS-20418 shows In Transit since the Update.",
        "Seit Dienstag zeigt der Sensor im Gewächshaus keine Werte, die Rechnung ist bezahlt.",
        "Le colis est bloqué au dépôt depuis lundi, la facture est payée.",
    ],
)
def test_ordinary_sentences_stay(text: str) -> None:
    assert masked(text) == text


def test_companies_and_desks_are_no_persons() -> None:
    text = "Brelvo Gartenbau GmbH asks for a quote."
    assert masked(text) == text
    for name in ("Brelvo Logistik GmbH", "Larkspur Support", "Newsletter Team"):
        sender = Address(name, "office@brelvo.example")
        mail = Email("<1@x>", "Hi", sender, None, (), (), "", (), None, "Hello", "Hello", "en")
        assert redact.mail(mail, {}).sender == ""
    assert not spared.is_company("Greta Holm")


def test_an_allowed_name_is_cut_out_of_a_longer_one() -> None:
    assert "Odalys Krantz" in masked("Our contact was Odalys Krantz from the start, said Brelvo Skandarik.", "Odalys Krantz")


def test_the_finder_forgets_the_words_it_saw() -> None:
    nlp = ner.pipeline()
    draw = random.Random(7)
    drawn = ["".join(draw.choices("abcdefghijklmnop", k=9)).capitalize() for _ in range(2000)]
    before = len(nlp.vocab.strings)
    for at in range(0, len(drawn), 100):
        masked("then " + " then ".join(drawn[at : at + 100]))
    assert len(nlp.vocab.strings) == before


def test_a_block_that_leaves_lines_out_still_points_at_the_right_words() -> None:
    text = (
        "we met Brelvo Skandarik there.\n"
        + "nothing of note here, only small words.\n" * 40
        + "It was signed for by Tramo Velduzik again."
    )
    for span in ner.found(text, [], ids(text)):
        assert text[span.start : span.end] in {"Brelvo Skandarik", "Tramo Velduzik"}
    assert "Velduzik" not in masked(text)


def test_a_model_that_is_not_installed_is_named_and_never_fetched() -> None:
    with pytest.raises(SettingsError, match=r"nlp_model: the spaCy model 'xx_no_such_model' is not installed"):
        ner.check("xx_no_such_model")
    assert config.parse("privacy: {nlp_model: en_core_web_md}").privacy.nlp_model == "en_core_web_md"


async def test_a_reader_does_not_start_without_the_model_it_is_told_to_use() -> None:
    with pytest.raises(SettingsError, match="not installed"):
        await Reader(nlp_model="xx_no_such_model").start()


def test_the_same_seed_trains_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        train.train(tmp_path / name, count=40, epochs=1, log=str)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) >= 4
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)
