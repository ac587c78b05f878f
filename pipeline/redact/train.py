"""Trains the small name finder that ships with the package: `python -m pipeline.redact.train`; it needs Faker.

The same seed, versions and kind of processor give the same bytes; it takes about two minutes. A tagger (B-, I- and O for each
word) and not spaCy's `ner`: that one's parser takes longer than all the rest of redaction.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.redact.training_plain import LETTERS, PLAIN
from pipeline.redact.training_texts import SENTENCES

SEED = 20_261
TEXTS = 14_000
EPOCHS = 9
TARGET = Path(__file__).parent / "ner_model"
LABELS = {"P": "PERSON", "F": "PERSON", "S": "PERSON", "A": "ADDRESS", "O": "ORG", "L": "PLACE", "W": "PRODUCT"}
#: Where addresses come from, per language; a seed of its own and no locale of the bench where there is another.
PLACES = {
    "en": ("en_US", "en_GB", "en_IN", "en_PH"),
    "de": ("de_DE",),
    "fr": ("fr_FR", "fr_BE"),
    "es": ("es_ES",),
    "it": ("it_IT",),
    "nl": ("nl_NL",),
    "pt": ("pt_BR",),
    "pl": ("pl_PL",),
}
#: Whose word lists are words of the language.
CHATTER = {"de": "de_DE", "fr": "fr_FR", "nl": "nl_NL", "pl": "pl_PL"}
PEOPLE = (
    *("en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "da_DK", "no_NO"),
    *("vi_VN", "en_NG", "fr_DZ", "ga_IE", "zu_ZA", "tw_GH", "az_AZ", "sq_AL"),
)
#: First words of products.
WORDS = (
    "Green",
    "Smart",
    "Leaf",
    "Storm",
    "Blue",
    "Meadow",
    "Larkspur",
    "Wind",
    "Rain",
    "Sun",
    "North",
    "Root",
    "Alpine",
    "Quick",
)
CONFIG = {
    "nlp": {"lang": "xx", "pipeline": ["tagger"]},
    "components": {
        "tagger": {
            "factory": "tagger",
            "model": {
                "@architectures": "spacy.Tagger.v2",
                "tok2vec": {
                    "@architectures": "spacy.HashEmbedCNN.v2",
                    "pretrained_vectors": None,
                    "width": 64,
                    "depth": 3,
                    "embed_size": 3000,
                    "window_size": 1,
                    "maxout_pieces": 2,
                    "subword_features": True,
                },
            },
        }
    },
}


class Filler:
    """Fills slots with seeded values; half of the names are invented, so that no list of names is learnt."""

    def __init__(self, seed: int) -> None:
        from faker import Faker

        self.draw = random.Random(seed)
        self._fakers: dict[str, Any] = {}
        for locale in sorted({*PEOPLE, *(place for places in PLACES.values() for place in places)}):
            self._fakers[locale] = Faker(locale)
            self._fakers[locale].seed_instance(seed)

    def text(self) -> tuple[str, list[tuple[int, int, str]]]:
        """One to four sentences of one language, and where their entities stand."""
        language = self.draw.choice(("en", "en", "en", *SENTENCES))
        out, found = "", list[tuple[int, int, str]]()
        for _ in range(self.draw.randint(1, 4)):
            sentence, marks = self._sentence(language)
            found += [(start + len(out), end + len(out), label) for start, end, label in marks]
            out += sentence + self.draw.choice((" ", " ", "\n", "\n\n"))
        return out.rstrip(), found

    def _sentence(self, language: str) -> tuple[str, list[tuple[int, int, str]]]:
        kind = self.draw.random()
        if kind < 0.16:
            return self._chatter(language), []
        if kind < 0.24:
            return self._filled(self.draw.choice(LETTERS), language)
        return self._filled(self.draw.choice((PLAIN if kind < 0.38 else SENTENCES)[language]), language)

    def _chatter(self, language: str) -> str:
        """Ordinary words, with the capitals that headings and beginnings have: they must not be learnt as names."""
        faker = self._fakers[CHATTER.get(language, "en_US")]
        said = str(faker.sentence(nb_words=self.draw.randint(1, 9)))
        kind = self.draw.random()
        if kind < 0.15:
            return said.title().replace(".", "")
        if kind < 0.3:
            return " ".join(word.capitalize() if self.draw.random() < 0.3 else word for word in said.split())
        return said[:-1] + self.draw.choice((".", ".", "?", "!", ":", ",", ""))

    def _filled(self, template: str, language: str) -> tuple[str, list[tuple[int, int, str]]]:
        out, marks = "", list[tuple[int, int, str]]()
        for piece in re.split(r"(\{\w\})", template):
            if not re.fullmatch(r"\{\w\}", piece):
                out += piece
                continue
            value = self._value(piece[1], language)
            if piece[1] in LABELS:
                marks.append((len(out), len(out) + len(value), LABELS[piece[1]]))
            out += value
        return out, marks

    def _value(self, slot: str, language: str) -> str:
        made: dict[str, Callable[[], str]] = {
            "P": self._person,
            "F": self._first,
            "S": self._last,
            "A": lambda: self._address(language),
            "O": self._organisation,
            "L": lambda: str(self._place(language).city()),
            "W": self._product,
            "N": self._number,
            "D": lambda: self._shape("3.9.2026", "2026-05-19", "19/09/2026", "9 May", "Tuesday", "1.12."),
            "T": lambda: self._shape("+99 99 9999 9999", "0999 9999999", "(999) 999-9999", "999-999-9999", "09 99 99 99 99"),
            "I": lambda: self._shape("AA99 9999 9999 9999 9999 99", "AA99AAAA99999999999999", "AA999999999999999999"),
            "E": lambda: f"{self._coined(1, 2).lower()}@{self._coined(1, 2).lower()}.example",
            "M": lambda: self._shape("99 EUR", "€99.99", "$9,999", "999,99 €", "99.99 USD"),
            "V": lambda: self._shape("9.9.9", "v9.9", "9.99.9", "2026.9"),
        }
        return made[slot]()

    def _number(self) -> str:
        plain = ("AA-99999", "9999999", "#99999", "AAA-9999", "2026-99999", "AA 9999999", "9999999999", "A99999999")
        return self._shape(
            *plain, "AA/2026/999", "9999/99999", "A99-99999", "AA999999999AA", "9A999A99999999999", "99999999999999999999"
        )

    def _shape(self, *shapes: str) -> str:
        drawn = {"9": "0123456789", "A": "ABCDEFGHKLMNPRSTUVWXYZ"}
        return "".join(self.draw.choice(drawn[c]) if c in drawn else c for c in self.draw.choice(shapes))

    def _place(self, language: str) -> Any:
        return self._fakers[self.draw.choice(PLACES[language])]

    def _address(self, language: str) -> str:
        return str(self._place(language).address()).replace("\n", self.draw.choice((", ", "\n", " ")))

    def _first(self) -> str:
        if self.draw.random() < 0.5:
            return self._coined(1, 2)
        return str(self._fakers[self.draw.choice(PEOPLE)].first_name())

    def _last(self) -> str:
        if self.draw.random() < 0.5:
            return self._coined(2, 3)
        return str(self._fakers[self.draw.choice(PEOPLE)].last_name())

    def _person(self) -> str:
        first, last, kind = self._first(), self._last(), self.draw.random()
        if kind < 0.06:
            return f"{first[0]}. {last}"
        if kind < 0.1:
            return f"{last}, {first}"
        if kind < 0.16:
            return f"{first} {self.draw.choice(('van', 'de', 'von', 'di', 'da', 'el'))} {last}"
        if kind < 0.2:
            return f"{first} {self._last()}-{last}"
        return f"{first} {last}"

    def _organisation(self) -> str:
        kinds = (
            "Ltd",
            "GmbH",
            "Inc.",
            "S.A.",
            "AG",
            "Group",
            "& Sons",
            "BV",
            "Farms",
            "Nurseries",
            "Logistik GmbH",
            "Garden Centre",
            "Trading Co.",
            "S.r.l.",
            "Sp. z o.o.",
        )
        trades = (
            "Orchids",
            "Gartenbau",
            "Packaging",
            "Produce Ltd.",
            "Techniek",
            "Consulting",
            "Bakery",
            "Viveros",
            "Labs",
            "Holding",
        )
        kind = self.draw.random()
        if kind < 0.3:
            return f"{self._last()} {self.draw.choice(trades)}"
        if kind < 0.4:
            return f"{self._last()} & {self._last()} {self.draw.choice(kinds)}"
        if kind < 0.5:
            before = ("Les Jardins", "Viveros", "Azienda", "Firma", "Kwekerij", "Studio", "Hotel")
            return f"{self.draw.choice(before)} {self._last()}"
        return f"{self._coined(1, 3)} {self.draw.choice(kinds)}"

    def _product(self) -> str:
        kinds = (
            "Hub",
            "Cloud",
            "Gateway",
            "Gateway 3",
            "Sensor",
            "Pro",
            "S2",
            "X4",
            "Mini",
            "Dashboard",
            "One",
            "360",
            "App",
            "Plus",
            "Kit",
        )
        named = self._coined(1, 2) if self.draw.random() < 0.7 else self.draw.choice(WORDS)
        return f"{named} {self.draw.choice(kinds)}"

    def _coined(self, least: int, most: int) -> str:
        begin = (
            "b",
            "c",
            "ch",
            "d",
            "f",
            "g",
            "gr",
            "h",
            "j",
            "k",
            "l",
            "m",
            "n",
            "p",
            "r",
            "s",
            "sch",
            "t",
            "tr",
            "v",
            "w",
            "y",
            "z",
            "",
        )
        middle = ("a", "e", "i", "o", "u", "ai", "ie", "oo", "ea", "ü", "á", "y")
        end = ("", "", "n", "r", "s", "l", "m", "t", "ck", "nd", "rs", "tz", "ll", "ng", "ski", "sen", "ez", "ov")
        size = self.draw.randint(least, most)
        made = "".join(self.draw.choice(begin) + self.draw.choice(middle) for _ in range(size)) + self.draw.choice(end)
        return made.capitalize()


def texts(seed: int, count: int) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """`count` generated texts with their entities."""
    filler = Filler(seed)
    for _ in range(count):
        yield filler.text()


def train(target: Path = TARGET, *, count: int = TEXTS, epochs: int = EPOCHS, log: Callable[[str], object] = print) -> None:
    """Train on generated texts and write the pipeline to `target`."""
    from spacy import util
    from spacy.training import Example
    from thinc.util import fix_random_seed

    fix_random_seed(SEED)
    nlp: Any = util.load_model_from_config(CONFIG, auto_fill=True)
    examples = [Example.from_dict(nlp.make_doc(text), {"tags": _tags(nlp, text, marks)}) for text, marks in texts(SEED, count)]
    nlp.initialize(lambda: examples)
    optimizer = nlp.create_optimizer()
    shuffled = random.Random(SEED)
    for epoch in range(epochs):
        shuffled.shuffle(examples)
        losses: dict[str, float] = {}
        for batch in (examples[at : at + 64] for at in range(0, len(examples), 64)):
            nlp.update(batch, sgd=optimizer, drop=0.15, losses=losses)
        log(f"epoch {epoch + 1} of {epochs}: loss {losses['tagger']:.0f}")
    _written(nlp, optimizer, target)


def _tags(nlp: Any, text: str, marks: list[tuple[int, int, str]]) -> list[str]:
    doc = nlp.make_doc(text)
    tags = ["O"] * len(doc)
    for start, end, label in marks:
        span = doc.char_span(start, end, alignment_mode="expand")
        for token in span:
            tags[token.i] = f"I-{label}"
        tags[span.start] = f"B-{label}"
    return tags


def _written(nlp: Any, optimizer: Any, target: Path) -> None:
    """Written with averaged weights, and without the words that training saw."""
    shutil.rmtree(target, ignore_errors=True)
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(target, exclude=["vocab"])


if __name__ == "__main__":
    train(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
