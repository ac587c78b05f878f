"""Labelled texts for `triage bench redact`: values of many countries, drawn with a seed, put into the slots of the templates."""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.bench_redact_texts import TEXTS

#: Locales of the surroundings of a text (phones, addresses), none of which the trainer uses where there is another.
PLACES = {
    "en": ("en_AU", "en_CA", "en_IE", "en_NZ"),
    "de": ("de_AT", "de_CH"),
    "fr": ("fr_CH", "fr_CA"),
    "es": ("es_MX", "es_AR", "es_CL", "es_CO"),
    "it": ("it_IT",),
    "nl": ("nl_BE",),
    "pt": ("pt_PT",),
    "pl": ("pl_PL",),
}
#: Locales that people's names come from, half of the time; the other names are invented.
PEOPLE = ("fi_FI", "hu_HU", "ro_RO", "tr_TR", "hr_HR", "cs_CZ", "sl_SI", "et_EE", "lv_LV", "id_ID")
HIDDEN = (
    *("sender", "first", "other", "other2", "given", "surname"),
    *("phone", "email", "address", "card", "iban", "account", "national", "secret", "link", "birth"),
)
KEPT = ("order", "invoice", "ticket", "tracking", "day", "amount", "url", "version", "product", "company", "staff")
PRODUCTS = ("Fenhollow Hub", "Larkspur Cloud", "Dewpoint S2", "Brindle Gateway 4")
STAFF = ("Odalys Krantz", "Perrin Vosk")
_SLOT = re.compile(r"\{(\w+)\}")


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
        value, kind = str(getattr(values, slot.group(1))), slot.group(1)
        out += [template[at : slot.start()], value]
        size += slot.start() - at
        labels.append(Label(size, size + len(value), kind))
        size += len(value)
        at = slot.end()
    return Labelled("".join([*out, template[at:]]), values.sender, tuple(labels))


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
    """What stands in the slots of one text: attributes are called like the slots."""

    def __init__(self, language: str, draw: random.Random, fakers: _Fakers) -> None:
        self._draw, self._fakers, self._language = draw, fakers, language
        self._place = fakers(draw.choice(PLACES[language]))
        self.first, self._last = self._name()
        self.given, self.surname = self._name()
        self.other2 = " ".join(self._name())
        self.sender = f"{self.first} {self._last}"
        self.other = f"{self.given} {self.surname}"
        self.product = draw.choice(PRODUCTS)
        self.staff = draw.choice(STAFF)
        self.national = NATIONAL[language](draw)

    def _name(self) -> tuple[str, str]:
        if self._draw.random() < 0.5:
            fake = self._fakers(self._draw.choice(PEOPLE))
            return str(fake.first_name()), str(fake.last_name())
        return _invented(self._draw, 2), _invented(self._draw, 3)

    def _digits(self, count: int) -> str:
        return "".join(self._draw.choice(string.digits) for _ in range(count))

    def _shape(self, *shapes: str) -> str:
        """One of `shapes` with 9 for any digit, ^ for a capital, ~ for a letter or digit."""
        kinds = {"9": string.digits, "^": "ABCDEFGHJKLMNPRSTUVWXYZ", "~": string.ascii_letters + string.digits}
        return "".join(self._draw.choice(kinds[c]) if c in kinds else c for c in self._draw.choice(shapes))

    @cached_property
    def phone(self) -> str:
        return str(self._place.phone_number())

    @cached_property
    def address(self) -> str:
        return str(self._place.address()).replace("\n", self._draw.choice((", ", "\n")))

    @cached_property
    def email(self) -> str:
        host = self._draw.choice(("example.com", "garden.example", "lab.internal", "mail.example.org", "hof.example.at"))
        name = _plain(self.given).lower()
        return self._draw.choice(
            (f"{name}@{host}", f"{name}.{_plain(self.surname).lower()}@{host}", f"{name}{self._digits(2)}@{host}")
        )

    @cached_property
    def card(self) -> str:
        body = self._shape(
            "4999 9999 9999 999", "5199 9999 9999 999", "2299 9999 9999 999", "3799 999999 9999", "601199999999999"
        )
        return body + _luhn(body)

    @cached_property
    def iban(self) -> str:
        country, body = self._draw.choice((("AT", 16), ("DE", 18), ("NL", 14), ("PT", 21), ("PL", 24), ("ES", 20), ("IE", 18)))
        bank = "".join(self._draw.choice("ABCDEFGH") for _ in range(4)) if country in ("NL", "IE") else self._digits(4)
        account = bank + self._digits(body - 4)
        number = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
        whole = f"{country}{98 - number % 97:02}{account}"
        return whole if self._draw.random() < 0.5 else " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))

    @cached_property
    def account(self) -> str:
        return self._shape("99999999", "999-999999", "9999999999", "99 9999 9999")

    @cached_property
    def secret(self) -> str:
        return self._shape(
            *("sk-proj-~~~~~~~~~~~~~~~~~~~~~~~~", "ghp_~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", "AKIA^^^^^^^^^^^^^^^^"),
            *("xoxb-99999999999-~~~~~~~~~~~~~~~~~~~~~~~~", "glpat-~~~~~~~~~~~~~~~~~~~~", "R~~~!~9~-^~~", "~~~~-~9~^-~~~~#9"),
        )

    @cached_property
    def link(self) -> str:
        path = self._shape("reset?token=~~~~~~~~~~~~~~~~", "u/~~~~~~~~~~~~~~~~~~~~~~~~~~", "login/magic/~~~~9~~~~~~^~~~~~~~~9~~")
        return f"https://app.larkspur.example/{path}"

    @cached_property
    def birth(self) -> str:
        day, month, year = self._draw.randint(1, 28), self._draw.randint(1, 12), self._draw.randint(1940, 2004)
        forms = (f"{day}.{month:02}.{year}", f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}")
        return self._draw.choice(forms)

    @cached_property
    def order(self) -> str:
        return self._shape("LS-99999", "9999999999", "2026-999999", "PO 4599999999", "#99999", "SO/2026/9999", "W99999999")

    @cached_property
    def invoice(self) -> str:
        return self._shape("INV-9999", "RE-2026-9999", "2026/99999", "F99-99999", "99999999")

    @cached_property
    def ticket(self) -> str:
        return self._shape("#99999", "CASE-99999", "TCK-9999", "SUP-99999")

    @cached_property
    def tracking(self) -> str:
        shapes = ("1Z^99^999999999999", "JD014699999999999999", "^^999999999DE", "00340434169999999999", "TBA999999999999")
        return self._shape(*shapes)

    @cached_property
    def day(self) -> str:
        day, month = self._draw.randint(1, 28), self._draw.randint(1, 12)
        return self._draw.choice(
            (f"{day}.{month}.2026", f"2026-{month:02}-{day:02}", f"{day:02}/{month:02}/26", f"{day}/{month}/2026")
        )

    @cached_property
    def amount(self) -> str:
        whole, cents = self._draw.randint(5, 4000), self._draw.randint(0, 99)
        return self._draw.choice(
            (f"{whole},{cents:02} €", f"${whole}.{cents:02}", f"EUR {whole}.{cents:02}", f"{whole} GBP", f"€{whole}")
        )

    @cached_property
    def url(self) -> str:
        paths = ("docs/setup", "help/sensors#reset", "status", "shop/dewpoint-s2?lang=en", "releases/2026")
        return f"https://www.larkspur.example/{self._draw.choice(paths)}"

    @cached_property
    def version(self) -> str:
        return self._shape("9.9.9", "v2.9.99", "2026.9.9", "4.99.9.9999", "9.9.9-beta.9")

    @cached_property
    def company(self) -> str:
        word = _invented(self._draw, 2)
        return f"{word} {self._draw.choice(('GmbH', 'Ltd', 'Horticulture Inc.', 'S.A.', 'Gartenbau AG', 'BV'))}"


def _invented(draw: random.Random, parts: int) -> str:
    """A name that no list has."""
    onsets = ("br", "v", "kl", "th", "m", "gr", "z", "tr", "l", "sh", "w", "pr", "n", "d", "q", "fj", "st", "h")
    vowels = ("a", "e", "i", "o", "u", "ae", "y", "ei", "ou", "ö")
    codas = ("n", "lk", "r", "", "sk", "m", "", "rt", "v", "x", "nd", "l")
    return "".join(draw.choice(onsets) + draw.choice(vowels) + draw.choice(codas) for _ in range(parts)).capitalize()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z]", "", name) or "mail"


def _luhn(body: str) -> str:
    digits = [int(c) for c in body if c.isdigit()][::-1]
    total = sum(digits[1::2]) + sum(sum(divmod(d * 2, 10)) for d in digits[::2])
    return str(-total % 10)


def _ssn(draw: random.Random) -> str:
    return f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"


def _english(draw: random.Random) -> str:
    if draw.random() < 0.5:
        return _ssn(draw)
    body = f"{draw.randint(10, 99)}{draw.choice((' ', ''))}{draw.randint(10, 99)}{draw.choice((' ', ''))}{draw.randint(10, 99)}"
    return f"{draw.choice(('AB', 'CE', 'JM', 'PX', 'WK'))}{draw.choice((' ', ''))}{body} {draw.choice('ABCD')}".replace("  ", " ")


def _german(draw: random.Random) -> str:
    """A tax id: ten digits of which exactly one occurs twice, and ISO 7064's check digit."""
    digits = draw.sample(range(10), 9)
    if digits[0] == 0:
        digits[0], digits[1] = digits[1], digits[0]
    digits.insert(draw.randint(2, 9), draw.choice(digits[1:]))
    product = 10
    for digit in digits:
        product = ((digit + product) % 10 or 10) * 2 % 11
    whole = "".join(map(str, digits)) + str((11 - product) % 10)
    return whole if draw.random() < 0.5 else f"{whole[:2]} {whole[2:5]} {whole[5:8]} {whole[8:]}"


def _french(draw: random.Random) -> str:
    body = f"{draw.choice('12')}{draw.randint(40, 99)}{draw.randint(1, 12):02}{draw.randint(10, 95)}"
    body += f"{draw.randint(1, 990):03}{draw.randint(1, 999):03}"
    key = f"{97 - int(body) % 97:02}"
    return body + key if draw.random() < 0.5 else f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key}"


def _spanish(draw: random.Random) -> str:
    number = draw.randint(10_000_000, 79_999_999)
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]
    return draw.choice((f"{number}{letter}", f"{number}-{letter}", f"{number} {letter}"))


def _italian(draw: random.Random) -> str:
    letters = "".join(draw.choice("BCDFGLMNPRSTVZ") for _ in range(6))
    body = f"{letters}{draw.randint(40, 99)}{draw.choice('ABCDEHLMPRST')}{draw.randint(1, 31):02}"
    body += f"{draw.choice('AFHL')}{draw.randint(100, 999)}"
    odd = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    rest = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    odd |= dict(zip(string.ascii_uppercase, rest, strict=True))
    even = sum(int(c) if c.isdigit() else ord(c) - 65 for c in body[1::2])
    return body + chr(65 + (sum(odd[c] for c in body[::2]) + even) % 26)


def _dutch(draw: random.Random) -> str:
    while True:
        body = [draw.randint(1, 9), *(draw.randint(0, 9) for _ in range(7))]
        check = sum(d * w for d, w in zip(body, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*body, check]))


NATIONAL = {
    "en": _english,
    "de": _german,
    "fr": _french,
    "es": _spanish,
    "it": _italian,
    "nl": _dutch,
    "pt": _spanish,
    "pl": _german,
}
