"""The recognizers that presidio runs: its own good ones, and ours where its default set has holes."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import (
    CryptoRecognizer,
    EmailRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    PhoneRecognizer,
    UsBankRecognizer,
    UsItinRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
)

from pipeline.redact import national
from pipeline.redact.secrets import LINK, SECRETS, private_link

#: presidio's entity -> the placeholder's kind.
KINDS = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "US_BANK_NUMBER": "ACCOUNT",
    "CRYPTO": "ACCOUNT",
    "US_SSN": "ID",
    "US_ITIN": "ID",
    "US_PASSPORT": "ID",
    "NATIONAL_ID": "ID",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "DEVICE",
    "PRIVATE_LINK": "LINK",
    "SECRET": "SECRET",
}

_FLAGS = re.DOTALL | re.MULTILINE
_CASELESS = _FLAGS | re.IGNORECASE


class AnyEmail(EmailRecognizer):
    """Addresses on any TLD, private ones too, and without presidio's look-up on the network."""

    OURS = (
        Pattern(
            "address",
            r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63}){0,8}",
            0.9,
        ),
        Pattern(
            "spelled",
            r"(?<![\w.+-])[\w.+-]{1,64}\s?[\[({]\s?(?:at|ät|arroba|@)\s?[\])}]\s?[\w-]{1,63}(?:\s?(?:[\[({]\s?(?:dot|punkt|"
            r"point|punto|ponto|\.)\s?[\])}]|\.)\s?[\w-]{1,63}){1,5}",
            0.9,
        ),
    )

    def __init__(self) -> None:
        super().__init__(patterns=list(self.OURS))

    def validate_result(self, pattern_text: str) -> bool:
        """Every address counts."""
        return True


class Card(PatternRecognizer):
    """Every issuer's range: 13 to 19 digits, an issuer's prefix, and the Luhn sum."""

    def __init__(self) -> None:
        digits = r"(?:[ \u00a0.\-]?\d){12,18}"
        start = r"(?=[3-6]|2[2-7]|2131|1800)"
        super().__init__(
            supported_entity="CREDIT_CARD",
            patterns=[Pattern("card", rf"(?<![\w.\-]){start}\d{digits}(?![\w\-])", 0.9)],
            global_regex_flags=_FLAGS,
        )

    def validate_result(self, pattern_text: str) -> bool:
        """Length, variety and Luhn."""
        digits = [int(char) for char in pattern_text if char.isdigit()]
        return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits)


_IBAN_LENGTHS = {
    **dict(AT=20, BE=16, BG=22, CH=21, CY=28, CZ=24, DE=22, DK=18, EE=20, ES=24, FI=18, FR=27, GB=22, GI=23, GR=27, HR=21),
    **dict(HU=28, IE=22, IS=26, IT=27, LI=21, LT=20, LU=20, LV=21, MC=27, MT=31, NL=18, NO=15, PL=28, PT=25, RO=24, SE=24),
    **dict(SI=19, SK=24, SM=27, AD=24, AE=23, AL=28, AZ=28, BA=20, BH=22, BR=29, CR=22, DO=28, GE=22, GL=18, GT=28, IL=23),
    **dict(JO=30, KW=30, KZ=20, LB=28, MD=24, ME=22, MK=19, MR=27, MU=30, PK=24, PS=29, QA=29, RS=22, SA=24, TN=24, TR=26),
    **dict(UA=29, VA=22, VG=24, XK=20, FO=18, EG=29, BY=28, SV=28, LY=25, SD=18, BI=27, DJ=27, RU=33, SO=23, NI=28, MN=20),
}


class Iban(PatternRecognizer):
    """Accounts of every country by its length and the check digits, however they are spaced."""

    _START = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})(\d{2})(?=[ \u00a0.-]?[A-Z0-9])", re.IGNORECASE)

    def __init__(self) -> None:
        super().__init__(supported_entity="IBAN_CODE", patterns=[Pattern("iban", r"[A-Z]{2}\d{2}", 0.9)])

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[RecognizerResult]:
        """As many characters as the country's accounts have; written in groups of four even with wrong check digits."""
        found = []
        for start in self._START.finditer(text):
            length = _IBAN_LENGTHS.get(start.group(1).upper(), 0)
            whole = length and re.compile(rf"[A-Za-z]{{2}}\d\d(?:[ \u00a0.-]?[A-Za-z0-9]){{{length - 4}}}(?![A-Za-z0-9])").match(
                text, start.start()
            )
            if whole and (self._checked(whole.group(0)) or self._spaced(whole.group(0))):
                found.append(_result(self, "IBAN_CODE", start.start(), whole.end(), 1.0))
        return found

    @staticmethod
    def _checked(value: str) -> bool:
        plain = re.sub(r"[^A-Z0-9]", "", value.upper())
        return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1

    @staticmethod
    def _spaced(value: str) -> bool:
        return re.fullmatch(r"[A-Z]{2}\d\d(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?", value) is not None


class PublicIp(IpRecognizer):
    """Public addresses only: private ones help support and harm nobody; four-part version numbers are not addresses."""

    def invalidate_result(self, pattern_text: str) -> bool:
        """True for what is no public address."""
        import ipaddress

        try:
            return not ipaddress.ip_address(pattern_text.strip()).is_global
        except ValueError:
            return True


class Phone(PhoneRecognizer):
    """phonenumbers, run only where digits make a number possible: that is most of what redaction used to cost."""

    STRICT = ("US", "GB", "DE", "FR")
    MOST = 150  #: candidates of one block that are looked at; in a text with more, all further ones count
    SPACED = ("ES", "IT", "NL", "PL", "PT", "BR", "AT", "CH", "BE")
    _CANDIDATE = re.compile(r"(?<![\w@])[+＋(]?\d(?:[ \u00a0\t./()\-–]{0,3}\d){6,16}(?:[ ]?x\d{1,6})?(?!\w)")
    _DATED = re.compile(r"(?<!\d)(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?!\d)")
    _GROUPED = re.compile(
        r"(?:\(\d{1,5}\)|\d{1,5})(?:(?:[ \u00a0]?[-–/.][ \u00a0]?|[ \u00a0]|(?<=\)))\d{1,8}){1,5}(?:[ ]?x\d{1,6})?"
    )
    _CUED = re.compile(
        r"(?:\b(?:tel(?:e(?:phone|fon|fono|foon|fone)|éfono)?|phone|mobile|cell(?:phone)?|handy|mobil|call(?: me)?(?: at|"
        r" on)?|fon|fax|whatsapp|"
        r"téléphone|portable|appelez|móvil|movil|celular|cellulare|telemóvel|gsm|bel|komórk[ai]|numer telefonu|sms|rückruf|"
        r"erreichbar|reach me)\b|"
        r"☎|📞|📱|電話)[^\d\n+@]{0,25}((?:[+＋(])?\d(?:[ \u00a0\t./()\-–]{0,3}\d){4,15})(?!\w)",
        re.IGNORECASE,
    )

    _AMERICAN = re.compile(
        r"(?<![\w@.-])(?:(?:\+|00)?1[ .-]?)?(?:\(\d{3}\)[ ]?|\d{3}[.-])\d{3}[ .-]\d{4}(?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?(?![\w-])"
    )

    def __init__(self) -> None:
        super().__init__(supported_regions=self.STRICT, leniency=2)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Numbers after a cue word in any form, and numbers that are valid somewhere and written as one."""
        found = [_result(self, "PHONE_NUMBER", match.start(1), match.end(1), 0.85) for match in self._CUED.finditer(text)]
        found += [_result(self, "PHONE_NUMBER", match.start(), match.end(), 0.5) for match in self._AMERICAN.finditer(text)]
        for tried, match in enumerate(self._CANDIDATE.finditer(text)):
            score = self._score(match.group(0)) if tried < self.MOST else 0.4
            if score:
                found.append(_result(self, "PHONE_NUMBER", match.start(), match.end(), score))
        return EntityRecognizer.remove_duplicates(found)

    def _score(self, candidate: str) -> float:
        digits = sum(char.isdigit() for char in candidate)
        if candidate[0] in "+＋" or (candidate.startswith("00") and digits >= 10):
            return 0.85 if digits >= 8 else 0.0
        if digits > 13 or self._DATED.search(candidate) or ("/" in candidate and candidate[0] not in "0("):
            return 0.0
        if re.match(r"(?:19|20)\d\d(?!\d)", candidate):
            return 0.0
        if self._GROUPED.fullmatch(candidate) and (digits >= 9 or candidate[0] in "0("):
            return 0.4  # written as people write phone numbers; ids and amounts are guarded
        if digits > 11 or digits < 7:
            return 0.0
        regions = self.STRICT if candidate.isdigit() else (*self.STRICT, *self.SPACED)
        return 0.4 if any(self._valid(candidate, region) for region in regions) else 0.0

    @staticmethod
    def _valid(candidate: str, region: str) -> bool:
        try:
            return bool(phonenumbers.is_valid_number(phonenumbers.parse(candidate, region)))
        except phonenumbers.NumberParseException:
            return False


class PrivateLink(PatternRecognizer):
    """Links that open something by themselves: with a token, a signature, a password or an address in them."""

    def __init__(self) -> None:
        super().__init__(supported_entity="PRIVATE_LINK", patterns=[Pattern("link", LINK, 0.9)], global_regex_flags=_CASELESS)

    def invalidate_result(self, pattern_text: str) -> bool:
        """True for plain links: they stay."""
        return not private_link(pattern_text)


class Secret(PatternRecognizer):
    """Keys and tokens by their known shapes."""

    def __init__(self) -> None:
        patterns = [Pattern(name, regex, 0.9) for name, regex in SECRETS.items()]
        super().__init__(supported_entity="SECRET", patterns=patterns, global_regex_flags=_FLAGS)


class NationalId(PatternRecognizer):
    """National ids of several countries, each with its check digit where it has one."""

    def __init__(self) -> None:
        patterns = [Pattern(name, rule.regex, rule.score) for name, rule in national.RULES.items()]
        super().__init__(
            supported_entity="NATIONAL_ID", patterns=patterns, context=list(national.CONTEXT), global_regex_flags=_CASELESS
        )

    def invalidate_result(self, pattern_text: str) -> bool:
        """True when no country's rule accepts the value."""
        return not national.accepted(pattern_text)


def _result(recognizer: EntityRecognizer, entity: str, start: int, end: int, score: float) -> RecognizerResult:
    name = type(recognizer).__name__
    known = {RecognizerResult.RECOGNIZER_NAME_KEY: name, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id}
    why = AnalysisExplanation(recognizer=name, original_score=score)
    return RecognizerResult(entity, start, end, score, analysis_explanation=why, recognition_metadata=known)


def luhn(digits: list[int]) -> bool:
    """The check sum of payment cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def recognizers() -> list[EntityRecognizer]:
    """The trimmed set. Url, Date, Uuid, Nhs, MedicalLicense and UsLicense are left out: they take ids and dates."""
    return [
        AnyEmail(),
        Card(),
        Iban(),
        Phone(),
        PublicIp(),
        UsSsnRecognizer(),
        UsItinRecognizer(),
        UsPassportRecognizer(),
        UsBankRecognizer(),
        CryptoRecognizer(),
        MacAddressRecognizer(),
        NationalId(),
        PrivateLink(),
        Secret(),
    ]
