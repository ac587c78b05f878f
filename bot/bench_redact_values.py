"""Labelled texts for `triage bench redact`: values of many countries, drawn with a seed, put into the slots of the templates."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot import bench_redact_numbers as numbers
from bot.bench_redact_places import GIVEN, MONTHS, PEOPLE, PHONES, PLACES, STREETS, SURNAMES
from bot.bench_redact_texts import TEXTS

#: Names as they are, and those written in another way: two surnames, all capitals, no capitals, initials, surname first.
NAMES = ("sender", "first", "other", "other2", "given", "surname", "double", "upper", "lower", "initial", "reversed")
HIDDEN = (*NAMES, "phone", "email", "address", "card", "iban", "account", "national", "secret", "link", "birth")
KEPT = ("order", "invoice", "ticket", "tracking", "day", "amount", "url", "version", "product", "company", "staff")
PRODUCTS = ("Fenhollow Hub", "Larkspur Cloud", "Dewpoint S2", "Brindle Gateway 4")
STAFF = ("Odalys Krantz", "Perrin Vosk")
_SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
#: Slots that are labelled as something else.
_LABELS = {"mine": "email", "ssn": "national", "nino": "national"}
_WRITTEN: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "initial": lambda name: f"{name[0]}. {name.partition(' ')[2] or name}",
    "reversed": lambda name: f"{name.partition(' ')[2]}, {name.partition(' ')[0]}",
    "block": lambda address: address.replace(", ", "\n"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """Characters `start` to `end` of a text are a value of `kind`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with all its values; `sender` is the name that a From header would carry."""

    text: str
    sender: str
    labels: tuple[Label, ...]


def labelled(seed: int, rounds: int) -> list[Labelled]:
    """Every template filled `rounds` times; the same seed gives the same texts."""
    draw = random.Random(seed)
    fakers = _Fakers(seed)
    return [_filled(text, Values(language, draw, fakers)) for _ in range(rounds) for language, text in TEXTS]


def _filled(template: str, values: Values) -> Labelled:
    out, labels, at, size = list[str](), list[Label](), 0, 0
    for slot in _SLOT.finditer(template):
        value, kind = values[slot[1]], _kind(slot[1])
        if written := slot[2]:
            value = _WRITTEN[written](value)
            kind = written if written in NAMES else kind
        out += [template[at : slot.start()], value]
        size += slot.start() - at
        labels.append(Label(size, size + len(value), kind))
        size += len(value)
        at = slot.end()
    return Labelled("".join([*out, template[at:]]), values["sender"], tuple(labels))


def _kind(slot: str) -> str:
    name = slot if slot == "other2" else slot.rstrip("2")
    return _LABELS.get(name, name)


class _Fakers:
    """One seeded Faker per locale."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[str, Any] = {}

    def __call__(self, locale: str) -> Any:
        if locale not in self._made:
            from faker import Faker

            self._made[locale] = Faker(locale)
            self._made[locale].seed_instance(self._seed)
        return self._made[locale]


class Values:
    """What stands in the slots of one text; a slot that ends in 2 is another value of the same kind."""

    def __init__(self, language: str, draw: random.Random, fakers: _Fakers) -> None:
        self._draw, self._fakers, self._language = draw, fakers, language
        first, last = self._name()
        given, surname = self._name()
        self._drawn = {"first": first, "sender": f"{first} {last}", "given": given, "surname": surname}
        self._drawn |= {"other": f"{given} {surname}", "other2": " ".join(self._name())}
        self._drawn |= {"given2": self._name()[0], "surname2": self._name()[1]}
        self._drawn["mine"] = self._mail(first, last)

    def __getitem__(self, slot: str) -> str:
        if slot not in self._drawn:
            self._drawn[slot] = str(getattr(self, slot.rstrip("2"))())
        return self._drawn[slot]

    def _name(self) -> tuple[str, str]:
        """A third each from Faker, from lists of uncommon names, and from no list at all."""
        source = self._draw.randrange(3)
        if source == 0:
            fake = self._fakers(self._draw.choice(PEOPLE))
            return str(fake.first_name()), str(fake.last_name())
        if source == 1:
            return self._draw.choice(GIVEN), self._draw.choice(SURNAMES)
        return _invented(self._draw, 2), _invented(self._draw, self._draw.choice((2, 3)))

    def _shape(self, *shapes: str) -> str:
        """One of `shapes` with 9 for any digit, ^ for a capital, ~ for a letter or digit, § for a hexadecimal digit."""
        kinds = {
            "9": string.digits,
            "^": "ABCDEFGHJKLMNPRSTUVWXYZ",
            "~": string.ascii_letters + string.digits,
            "§": "0123456789abcdef",
        }
        return "".join(self._draw.choice(kinds[c]) if c in kinds else c for c in self._draw.choice(shapes))

    def _mail(self, given: str, surname: str) -> str:
        host = self._draw.choice(("example.com", "mail.example", "willowbank.example", "post.hofgut.example", "uni.example.org"))
        one, two = _plain(given).lower(), _plain(surname).lower()
        forms = (
            f"{one}.{two}",
            f"{one[0]}.{two}",
            f"{two}_{one}",
            f"{one}{numbers.digits(self._draw, 2)}",
            f"{one}+shop",
            f"{one}-{two}",
        )
        return f"{self._draw.choice(forms)}@{host}"

    def email(self) -> str:
        return self._mail(*self._name()) if self._draw.random() < 0.3 else self._mail(self["given"], self["surname"])

    def double(self) -> str:
        (given, one), (_, two) = self._name(), self._name()
        return self._draw.choice((f"{given} {one}-{two}", f"{given} {one} {two}", f"{given} {self._shape('^')}. {one}"))

    def initial(self) -> str:
        given, surname = self._name()
        return self._draw.choice(
            (f"{given[0]}. {surname}", f"{given[0]}.{self._shape('^')}. {surname}", f"{given} {surname[0].upper()}.")
        )

    def _place(self) -> Any:
        """Faker's idea of the country, or nothing for half of the values."""
        locales = PLACES[self._language]
        return self._fakers(self._draw.choice(locales)) if locales and self._draw.random() < 0.5 else None

    def phone(self) -> str:
        place = self._place()
        return str(place.phone_number()) if place else self._shape(*PHONES[self._language])

    def address(self) -> str:
        if place := self._place():
            return str(place.address()).replace("\n", ", ")
        streets, towns, forms = STREETS[self._language]
        form = self._shape(*forms)
        return form.replace("@", self._draw.choice(streets)).replace("%", self._draw.choice(towns))

    def card(self) -> str:
        return numbers.card(self._draw)

    def iban(self) -> str:
        return numbers.iban(self._draw)

    def national(self) -> str:
        return numbers.NATIONAL[self._language](self._draw)

    def ssn(self) -> str:
        return numbers.ssn(self._draw)

    def nino(self) -> str:
        return numbers.nino(self._draw)

    def account(self) -> str:
        return self._shape("99999999", "9999999999", "999-99999-9", "99 99 99 99")

    def secret(self) -> str:
        word = self._draw.choice(("Sommer", "kaktus", "Blue-Heron", "zitrone", "Tulipan", "M0ntagne", "hunter", "Gatito"))
        return self._shape(
            *("sk_live_~~~~~~~~~~~~~~~~~~~~~~~~", "github_pat_~~~~~~~~~~~~~~~~~~~~~~_~~~~~~~~~~~~~~~~", "AKIA^^9^^^9^^^^^9^^^"),
            *(
                "SG.~~~~~~~~~~~~~~~~~~~~~~.~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
                "eyJhbGciOiJIUzI1NiJ9.~~~~~~~~~~~~~~~~~~~~.~~~~~~~~~~~~~~~~",
            ),
            *(
                "§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§",
                "§§§§§§§§-§§§§-4§§§-a§§§-§§§§§§§§§§§§",
                f"{word}99!",
                f"{word}#9999",
                f"{word}_99_^",
            ),
        )

    def link(self) -> str:
        shapes = (
            "password/new?t=§§§§§§§§§§§§§§§§§§§§§§§§",
            "invite/~~~~~~~~~~~~~~~~~~~~~~",
            "verify?code=999999&sig=~~~~~~~~~~~~~~~~~~",
        )
        return f"https://account.larkspur.example/{self._shape(*shapes)}"

    def birth(self) -> str:
        day, month, year = self._draw.randint(1, 28), self._draw.randint(1, 12), self._draw.randint(1938, 2005)
        named = f"{day} {self._draw.choice(MONTHS[self._language])} {year}"
        return self._draw.choice((f"{day:02}.{month:02}.{year}", f"{day}/{month}/{year}", f"{year}-{month:02}-{day:02}", named))

    def day(self) -> str:
        day, month = self._draw.randint(1, 28), self._draw.randint(1, 12)
        named = f"{day} {self._draw.choice(MONTHS[self._language])}"
        forms = (
            f"{day:02}.{month:02}.2026",
            f"2026-{month:02}-{day:02}",
            f"{day}/{month}",
            f"{day:02}-{month:02}-26",
            f"{day}.{month}.",
        )
        return self._draw.choice((*forms, named, f"{named} 2026"))

    def order(self) -> str:
        shapes = (
            "#10-99999",
            "4500-99999999",
            "302-9999999-9999999",
            "SO-2026-009999",
            "WEB999999",
            "99/99999",
            "KD9999-^",
            "8999999999",
        )
        return self._shape(*shapes, "B2026.09.9999", "99999")

    def invoice(self) -> str:
        return self._shape(
            "R99999999", "2026-09-00999", "FV/99/06/2026", "FA2026-0999", "INV 0009999", "9999999", "RG-99.999", "26^9999"
        )

    def ticket(self) -> str:
        return self._shape("[#99999]", "REQ0099999", "INC00999999", "T-2026-9999", "HELP-999", "#999-999", "99999999")

    def tracking(self) -> str:
        shapes = (
            "1Z999^^90399999999",
            "JJD000399999999999999",
            "09999999999999",
            "^^999999999GB",
            "3S^^^^9999999",
            "7999 9999 9999",
        )
        return self._shape(*shapes, "6A99999999999", "00340999999999999999", "99999999999")

    def amount(self) -> str:
        whole, cents = self._draw.randint(9, 990), self._draw.randint(0, 99)
        forms = (f"{whole},{cents:02} €", f"£{whole}.{cents:02}", f"1.{whole:03},{cents:02} EUR", f"1 {whole:03},{cents:02} zł")
        return self._draw.choice(
            (*forms, f"CHF {whole}.-", f"${whole}", f"2'{whole:03}.{cents:02} CHF", f"{whole} euro", f"US$1,{whole:03}")
        )

    def url(self) -> str:
        paths = (
            "www.larkspur.example/help",
            "https://larkspur.example/en/manuals/hub.pdf",
            "https://help.larkspur.example/a/4471-pairing",
        )
        return self._draw.choice((*paths, "http://larkspur.example/?page=3&sort=new", "larkspur.example/status"))

    def version(self) -> str:
        return self._shape("9.99.9", "v9.9", "9.9.9-rc9", "2026.09", "R9.9 SP9", "9.9.9.999", "build 29999")

    def product(self) -> str:
        return self._draw.choice(PRODUCTS)

    def staff(self) -> str:
        return self._draw.choice(STAFF)

    def company(self) -> str:
        word = _invented(self._draw, 2)
        forms = (
            f"Hotel {word}",
            f"{word} Logistics Ltd",
            f"{word} Sp. z o.o.",
            f"Gärtnerei {word} KG",
            f"{word} S.r.l.",
            f"{word} Oy",
        )
        return self._draw.choice((*forms, f"{word} & Partners", f"Studio {word}", f"{word} Technologies"))


def _invented(draw: random.Random, parts: int) -> str:
    """A name that no list has."""
    onsets = ("b", "ch", "d", "dr", "f", "j", "k", "l", "m", "n", "p", "r", "s", "sv", "t", "v", "y", "z")
    vowels = ("a", "a", "e", "i", "o", "u", "ia", "ee", "ö", "á", "au")
    codas = ("", "", "", "", "", "", "n", "r", "l", "ss", "nt", "m")
    return "".join(draw.choice(onsets) + draw.choice(vowels) + draw.choice(codas) for _ in range(parts)).capitalize()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z]", "", name) or "mail"
