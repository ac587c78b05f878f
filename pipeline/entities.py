"""Finds what an agent works with: order, invoice and ticket ids, amounts, dates, versions, domains, placeholders of contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from pipeline.words import words

_I = re.I
_ID = r"(?=[A-Z0-9#/_-]*\d)#?[A-Z0-9][A-Z0-9/_-]{2,29}"
_NUMBER = r"(?:[ \t]*(?:number|no\.?|num\.?|id|code|nr\.?|nummer|numéro|número|numero|n[°º.]|#|:|is|lautet|番号))*[ \t]*"
_CUES = {
    "order": r"order|bestellung|bestell|auftrag|commande|pedido|encomenda|ordine|bestelling|zamówieni[ea]|purchase order|"
    r"注文(?:番号)?",
    "invoice": r"invoice|rechnung|rechnungs|facture|factura|fatura|fattura|factuur|faktur[aęy]|bill|請求書(?:番号)?",
    "ticket": r"ticket|case|vorgang|dossier|caso|zgłoszeni[ea]|rma",
    "tracking": r"tracking|parcel|shipment|sendung|sendungs|colis|envío|spedizione|zending|przesyłk[aię]",
    "serial": r"serial|seriennummer|s/n|série|serie",
}
#: Kinds of which an attachment's text is searched: nothing else of it is kept.
IDS = tuple(_CUES)
_CUED = {kind: re.compile(rf"\b(?:{cue}){_NUMBER}[\-–]?[ \t]*({_ID})(?![\w@])", _I) for kind, cue in _CUES.items()}
_SHAPED = re.compile(r"(?<![\w/@.<-])([A-Z]{2,5}[-_/]?\d{3,12}(?:-\d{1,6})?)(?![\w@])")
_NO_IDS = re.compile(r"(?:ISO|RFC|DIN|EN|IEC|USB|HTTP|TLS|COVID|MP|UTF|SHA|AES|IP|ICE|PO|BOX)[-_/]?\d", _I)
_HASHED = re.compile(r"(?<![\w&/])#(\d{3,12})\b")
_AMOUNT = re.compile(
    r"(?:[$€£¥]|USD|EUR|GBP|CHF|PLN|JPY|R\$)[ \u00a0]?\d{1,3}(?:[.,' \u00a0]?\d{3}){0,4}(?:[.,]\d{1,2})?\b"
    r"|\b\d{1,3}(?:[.,' \u00a0]?\d{3}){0,4}(?:[.,]\d{1,2})?[ \u00a0]?(?:€|\$|£|zł|円|USD|EUR|GBP|CHF|PLN|JPY|euros?|"
    r"dollars?)(?!\w)",
    _I,
)
_DATE = re.compile(
    r"\b(?:20\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:20)?\d\d|(?:20)\d\d年\d{1,2}月\d{1,2}日|"
    r"\d{1,2}(?:\.|st|nd|rd|th)? (?:de )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|"
    r"juin|juil|"
    r"août|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|out|fev|mrt|maart|mei|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru)"
    r"[a-zäéûçńźś]{0,8}\.?(?:,? (?:de )?20\d\d)?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?(?:, 20\d\d)?)(?!\w)",
    _I,
)
_VERSION = re.compile(r"\bv?\d{1,3}\.\d{1,3}\.\d{1,5}(?:-[a-z0-9.]{1,12})?\b|\b(?:version|firmware)[ \t]+v?\d+(?:\.\d+){0,3}", _I)
_DOMAIN = re.compile(r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,4}[a-z]{2,12})(?![\w@-])", _I)
_FILES = words(
    """pdf doc docx xls xlsx csv txt png jpg jpeg gif zip xml json html htm eml log exe md py js css mp mp3 mp4 bak cfg ini"""
)
_PLACEHOLDER = re.compile(r"<(EMAIL|PHONE)(?:_ADDRESS|_NUMBER)?_\d{1,4}>")
_MOST = 10
_READ = 40_000


def entities(text: str, patterns: Mapping[str, tuple[str, ...]] | None = None) -> Mapping[str, tuple[str, ...]]:
    """What `text` (redacted) names, by kind, in reading order and without repeats; `patterns` are the team's own ids by kind."""
    text = text[:_READ]
    found: dict[str, tuple[str, ...]] = {**ids(text, patterns)}
    found["amount"] = _unique(match.group(0) for match in _AMOUNT.finditer(text))
    found["date"] = _unique(match.group(0) for match in _DATE.finditer(text))
    found["version"] = _unique(match.group(0) for match in _VERSION.finditer(text) if not _DATE.fullmatch(match.group(0)))
    found["domain"] = _unique(_domains(text))
    for kind in ("EMAIL", "PHONE"):
        found[kind.lower()] = _unique(match.group(0) for match in _PLACEHOLDER.finditer(text) if match.group(1) == kind)
    return {kind: values for kind, values in found.items() if values}


def ids(text: str, patterns: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Order, invoice, ticket and other numbers: the team's own patterns first, then what a word announces, then the shape."""
    found: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for kind, own in (patterns or {}).items():
        found[kind] = _unique(match.group(0) for pattern in own for match in _compiled(pattern).finditer(text))
        used.update(found[kind])
    for kind, pattern in _CUED.items():
        cued = (match.group(1).lstrip("#").rstrip("-/_") for match in pattern.finditer(text))
        found[kind] = _unique((*found.get(kind, ()), *(value for value in cued if value not in used)))
        used.update(found[kind])
    for value in (*(m.group(1) for m in _SHAPED.finditer(text)), *(m.group(1) for m in _HASHED.finditer(text))):
        if value not in used and not _NO_IDS.match(value):
            kind = "invoice" if value.upper().startswith(("INV", "RE-", "RG-", "FA-")) else "reference"
            found[kind] = _unique((*found.get(kind, ()), value))
    return found


def _domains(text: str) -> Iterator[str]:
    """Hosts that the text names; names of files and versions look alike and are none."""
    for match in _DOMAIN.finditer(text):
        host = match.group(1).lower().removeprefix("www.")
        if host.rpartition(".")[2] not in _FILES and any(letter.isalpha() for letter in host.split(".")[0]):
            yield host


@lru_cache(maxsize=200)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@-])(?:{pattern})(?![\w@])")


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))[:_MOST]
