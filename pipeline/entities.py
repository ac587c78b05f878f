"""Finds in redacted text what an agent works with: order, invoice and ticket ids, amounts, dates, versions."""

from __future__ import annotations

import re
from collections.abc import Mapping

_I = re.I
_ID = r"(?=[A-Z0-9#/_-]*\d)#?[A-Z0-9][A-Z0-9/_-]{2,29}"
_NUMBER = r"(?:[ \t]*(?:number|no\.?|num\.?|id|code|nr\.?|nummer|numéro|número|numero|n[°º.]|#|:|is|lautet))*[ \t]*"
_CUES = {
    "order": r"order|bestellung|bestell|commande|pedido|encomenda|ordine|bestelling|zamówieni[ea]|purchase order|注文(?:番号)?",
    "invoice": r"invoice|rechnung|rechnungs|facture|factura|fatura|fattura|factuur|faktur[aęy]|bill|請求書(?:番号)?",
    "ticket": r"ticket|case|vorgang|dossier|caso|zgłoszeni[ea]|rma",
    "tracking": r"tracking|parcel|shipment|sendung|sendungs|colis|envío|spedizione|zending|przesyłk[aię]",
    "serial": r"serial|seriennummer|s/n|série|serie",
}
_CUED = {kind: re.compile(rf"\b(?:{cue}){_NUMBER}[\-–]?[ \t]*({_ID})(?![\w@])", _I) for kind, cue in _CUES.items()}
_SHAPED = re.compile(r"(?<![\w/@.<-])([A-Z]{2,5}[-_/]?\d{3,12}(?:-\d{1,6})?)(?![\w@])")
_HASHED = re.compile(r"(?<![\w&/])#(\d{3,12})\b")
_AMOUNT = re.compile(
    r"(?:[$€£¥]|USD|EUR|GBP|CHF|PLN)[ \u00a0]?\d{1,3}(?:[.,' \u00a0]?\d{3}){0,4}(?:[.,]\d{1,2})?\b"
    r"|\b\d{1,3}(?:[.,' \u00a0]?\d{3}){0,4}(?:[.,]\d{1,2})?[ \u00a0]?(?:€|\$|£|zł|円|USD|EUR|GBP|CHF|PLN|euros?|dollars?)(?!\w)",
    _I,
)
_DATE = re.compile(
    r"\b(?:20\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:20)?\d\d|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    r"mär|mai|okt|dez|"
    r"janv|févr|avr|juin|juil|août|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott)[a-zäéû]{0,8}\.?(?: 20\d\d)?)\b",
    _I,
)
_VERSION = re.compile(r"\bv?\d{1,3}\.\d{1,3}\.\d{1,5}(?:-[a-z0-9.]{1,12})?\b|\b(?:version|firmware)[ \t]+v?\d+(?:\.\d+){0,3}", _I)
_MOST = 10


def entities(text: str) -> Mapping[str, tuple[str, ...]]:
    """What `text` names, by kind, in reading order and without repeats."""
    text = text[:40_000]
    found: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for kind, pattern in _CUED.items():
        ids = _unique(match.group(1).lstrip("#").rstrip("-/_") for match in pattern.finditer(text))
        found[kind] = ids
        used.update(ids)
    shaped = [m.group(1) for m in _SHAPED.finditer(text)] + [m.group(1) for m in _HASHED.finditer(text)]
    for value in shaped:
        if value not in used:
            kind = "invoice" if value.upper().startswith(("INV", "RE-", "RG-", "FA-")) else "reference"
            found[kind] = _unique((*found.get(kind, ()), value))
    found["amount"] = _unique(match.group(0) for match in _AMOUNT.finditer(text))
    found["date"] = _unique(match.group(0) for match in _DATE.finditer(text))
    found["version"] = _unique(match.group(0) for match in _VERSION.finditer(text) if not _DATE.fullmatch(match.group(0)))
    return {kind: values for kind, values in found.items() if values}


def _unique(values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value).strip() for value in values))[:_MOST]  # type: ignore[attr-defined]
