"""A floor under recall and survival, on sentences filled from a seeded generator in several countries."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from faker import Faker

from pipeline import redact

#: Country -> sentences; {n} a whole name, {p} phone, {e} mail address, {c} card, {i} IBAN, {o} order id, {v} invoice id.
SENTENCES = {
    "en_US": [
        "{n} called about order {o}; ring back on {p}.",
        "Card {c} was declined for invoice {v}, ask {n} at {e}.",
        "Regards,\n\n{n}\n{p}",
    ],
    "en_GB": ["Dear team, {n} here, the sensors of {o} came broken.", "Kindly forward invoice {v} to {n}, {e}."],
    "de_DE": [
        "Bitte liefern Sie Bestellung {o} an {n}.",
        "Überweisung an {i}, Kontoinhaber {n}.",
        "Rückruf: {p}\n\nViele Grüße\n{n}",
    ],
    "fr_FR": ["Merci de rappeler {n} au {p}.", "Virement sur {i} au nom de {n}, facture {v}."],
    "es_ES": ["Soy {n} y mi pedido {o} no llega.", "La factura {v} de {n} está mal, escriba a {e}."],
    "it_IT": ["Mi chiamo {n}, ordine {o}, telefono {p}."],
    "nl_NL": ["Bel {n} op {p} over bestelling {o}."],
    "pl_PL": ["Proszę dzwonić do {n}, {p}, zamówienie {o}."],
}
_HIDDEN = "npeci"


@pytest.fixture(name="counts", scope="module")
def _counts() -> Counter[tuple[str, bool]]:
    """(kind, went well) -> how often."""
    found: Counter[tuple[str, bool]] = Counter()
    numbers = random.Random(4711)
    for country, sentences in SENTENCES.items():
        fake = Faker(country)
        fake.seed_instance(4711)
        for sentence in sentences * 6:
            values = {"n": f"{fake.first_name()} {fake.last_name()}", "p": fake.phone_number(), "e": fake.email()}
            values |= {"c": fake.credit_card_number(), "i": fake.iban()}
            values |= {"o": f"LS-{numbers.randrange(10**5):05}", "v": f"INV-{numbers.randrange(10**4):04}"}
            text = redact.text(sentence.format(**values), {})[0].text
            for kind in re.findall(r"{(\w)}", sentence):
                found[kind, (values[kind] in text) is (kind not in _HIDDEN)] += 1
    return found


@pytest.mark.parametrize(
    ("kind", "floor"), [("n", 0.95), ("p", 0.9), ("e", 1.0), ("c", 1.0), ("i", 1.0), ("o", 0.97), ("v", 0.97)]
)
def test_recall_and_survival(counts: Counter[tuple[str, bool]], kind: str, floor: float) -> None:
    good, bad = counts[kind, True], counts[kind, False]
    assert good / (good + bad) >= floor
