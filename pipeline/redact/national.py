"""National ids: their shapes and check digits (US ones come from presidio)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.words import words

#: Words near a number that make it an id; one list, since a mail's language is not known here.
CONTEXT = words(
    """nino insurance national steuer steuerid identifikationsnummer idnr sécurité sociale nir insee dni nie nif
    fiscale codice bsn burgerservicenummer sofinummer pesel nip cpf ssn personalausweis ausweis passport reisepass
    passeport pasaporte passaporto paspoort contribuinte ahv avs rijksregisternummer personnummer"""
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape with the score it has by itself, and the check that a value of that shape must pass."""

    regex: str
    score: float
    valid: Callable[[str], bool]


def _plain(value: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", value).upper()


def _always(value: str) -> bool:
    return True


def _spanish(value: str) -> bool:
    plain = _plain(value)
    number = plain[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == plain[-1]


def _french(value: str) -> bool:
    plain = _plain(value).replace("2A", "19").replace("2B", "18")
    return plain.isdigit() and len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def _german(value: str) -> bool:
    digits = [int(char) for char in _plain(value)]
    if len(digits) != 11 or len(set(digits[:10])) not in (8, 9):
        return False
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[10]


def _dutch(value: str) -> bool:
    digits = [int(char) for char in _plain(value)]
    return len(digits) == 9 and (sum(d * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0)


def _polish(value: str) -> bool:
    digits = [int(char) for char in _plain(value)]
    if len(digits) != 11 or not 1 <= (digits[2] * 10 + digits[3]) % 20 <= 12:
        return False
    return sum(d * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)) % 10 == 0


_ITALIAN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_REST = (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
#: What a character in an odd place of an Italian code counts.
_ODD = dict(zip(_ITALIAN, (*_FIRST, *_FIRST, *_REST), strict=True))


def _italian(value: str) -> bool:
    plain = _plain(value)
    total = sum(_ODD[c] if place % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for place, c in enumerate(plain[:15]))
    return len(plain) == 16 and chr(65 + total % 26) == plain[15]


def _brazilian(value: str) -> bool:
    digits = [int(char) for char in _plain(value)]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for size in (9, 10):
        check = sum(d * w for d, w in zip(digits, range(size + 1, 1, -1), strict=False)) * 10 % 11 % 10
        if check != digits[size]:
            return False
    return True


#: Shapes whose check digit is strong stand by themselves; the others need a context word to reach the threshold.
RULES: dict[str, Rule] = {
    "GB": Rule(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D]\b", 0.8, _always),
    "ES": Rule(r"\b(?:\d{8}|[XYZ][ -]?\d{7})[ -]?[A-HJ-NP-TV-Z]\b", 0.8, _spanish),
    "FR": Rule(
        r"(?<!\d)[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)[ ]?(?:\d{2}|2[AB])[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}(?!\d)", 0.85, _french
    ),
    "DE": Rule(r"(?<![\w-])[1-9]\d[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}(?![\w-])", 0.3, _german),
    "IT": Rule(r"\b[A-Z]{6}\d{2}[A-EHLMPR-T][0-7]\d[A-Z]\d{3}[A-Z]\b", 0.9, _italian),
    "NL": Rule(r"(?<![\w-])\d{4}[ .]?\d{2}[ .]?\d{3}(?![\w-])", 0.2, _dutch),
    "PL": Rule(r"(?<![\w-])\d{11}(?![\w-])", 0.35, _polish),
    "BR": Rule(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)", 0.85, _brazilian),
}


def accepted(value: str) -> bool:
    """Whether some country's shape and check digit accept `value`."""
    return any(re.fullmatch(rule.regex, value, re.IGNORECASE) and rule.valid(value) for rule in RULES.values())
