"""Numbers with check digits for `triage bench redact`: cards, IBANs and the national ids of seven countries."""

from __future__ import annotations

import random
import string

_CARDS = ("4999 9999 9999 999", "5399-9999-9999-999", "549999999999999", "3799 999999 9999", "2299 9999 9999 999")
#: Digits after the check digits; the first four are a bank's letters where it says so.
_IBANS = {"AT": 16, "BE": 12, "DE": 18, "ES": 20, "FI": 14, "FR": 23, "PL": 24, "PT": 21, "CZ": 20, "NL": 14, "GB": 18, "RO": 20}
_BANK_LETTERS = ("NL", "GB", "RO")


def digits(draw: random.Random, count: int) -> str:
    """`count` digits."""
    return "".join(draw.choice(string.digits) for _ in range(count))


def card(draw: random.Random) -> str:
    """A card's number that passes its checksum, spaced in several ways."""
    body = "".join(draw.choice(string.digits) if c == "9" else c for c in draw.choice(_CARDS))
    return body + _luhn(body)


def iban(draw: random.Random) -> str:
    """An account of one of twelve countries, with right check digits, in one piece or in fours."""
    country = draw.choice(tuple(_IBANS))
    bank = "".join(draw.choice("BCDGKLNPRT") for _ in range(4)) if country in _BANK_LETTERS else digits(draw, 4)
    account = bank + digits(draw, _IBANS[country] - 4)
    number = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
    whole = f"{country}{98 - number % 97:02}{account}"
    spaced = " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))
    return draw.choice((whole, spaced, spaced))


def _luhn(body: str) -> str:
    reverse = [int(c) for c in body if c.isdigit()][::-1]
    total = sum(reverse[1::2]) + sum(sum(divmod(d * 2, 10)) for d in reverse[::2])
    return str(-total % 10)


def ssn(draw: random.Random) -> str:
    """An American social security number."""
    return f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"


def nino(draw: random.Random) -> str:
    """A British National Insurance number."""
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


#: Portuguese and Polish texts name the country of the id; those of other languages have none.
NATIONAL = {
    "en": ssn,
    "de": _german,
    "fr": _french,
    "es": _spanish,
    "it": _italian,
    "nl": _dutch,
    "pt": _spanish,
    "pl": _german,
}
