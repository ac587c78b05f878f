"""The id guard: order, invoice, ticket and tracking numbers that people need and weak patterns would take."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from pipeline.redact.spans import Span

_CUED = re.compile(
    r"\b(?:orders?|invoices?|tickets?|case|po|purchase order|quote|contract|sku|ean|serial|receipt|batch|parcel|shipment|"
    r"tracking|"
    r"transaction|reference|ref|customer|request|build|version|firmware|rma|vat|licen[cs]e key|device|sensor|model|article|"
    r"item|booking|"
    r"reservation|subscription|bestell(?:ung|nummer)?|rechnung(?:snummer|s)?|auftrag(?:snummer)?|kunden(?:nummer)?|vorgang|"
    r"sendung(?:snummer)?|"
    r"vertrag(?:snummer)?|artikel|seriennummer|commande|facture|dossier|colis|contrat|devis|numéro de client|pedido|factura|"
    r"fatura|encomenda|"
    r"envío|contrato|cliente|ordine|fattura|spedizione|contratto|bestelling|factuur|zending|klantnummer|zamówieni[ea]|"
    r"faktur[ay]|przesyłk[ai]|"
    r"注文番号|請求書番号|注文)"
    r"(?:[ \t]*(?:number|numbers|no\.?|num\.?|id|code|nr\.?|nummer|numéro|número|numero|numer|n[°º.]|#|:|is|ist|lautet|est|es|"
    r"è|é))*[ \t]*[:#\-–]?[ \t]*"
    r"((?=[A-Z0-9/._-]*\d)[A-Z0-9](?:[A-Z0-9/_.-]{0,38}[A-Z0-9])?)",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?<![\w&/])#[ ]?(\d[\w-]{0,30})")
_SHAPE = re.compile(r"(?<![\w@.])[A-Z]{2,5}[-_/]?\d[\d-]{1,24}(?!\w)")
_VERSION = re.compile(r"(?<![\w.])v?\d{1,4}(?:\.\d{1,5}){2,3}(?:-[a-z0-9.]{1,12})?(?![\w.]*\d)", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?|"
    r"(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)?\d\d)(?!\d)"
)
_AMOUNT = re.compile(
    r"(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF|PLN)\b)[ \u00a0]?\d[\d.,' \u00a0]{0,18}\d|\d[\d.,' \u00a0]{0,18}[ \u00a0]?(?:€|\$|£|zł|"
    r"EUR\b|USD\b|GBP\b)"
)
_SSN = re.compile(r"(?<!\d)\d{3}[-. ]\d{2}[-. ]\d{4}(?!\d)")


def ids(text: str) -> list[tuple[int, int]]:
    """Where ids, dates, versions and amounts stand in `text`, in reading order."""
    found = [match.span(1) for match in _CUED.finditer(text)]
    found += [match.span(1) for match in _HASH.finditer(text)]
    for pattern in (_SHAPE, _VERSION, _DATE, _AMOUNT):
        found += [match.span() for match in pattern.finditer(text)]
    return sorted(found)


def guarded(spans: list[Span], text: str, areas: list[tuple[int, int]]) -> list[Span]:
    """`spans` without the weak ones that lie inside an id of the sorted `areas`; a US social security number's shape stays."""
    starts = [start for start, _ in areas]
    reach = list(accumulate((end for _, end in areas), max))

    def inside(span: Span) -> bool:
        before = bisect_right(starts, span.start)
        return before > 0 and reach[before - 1] >= span.end

    return [span for span in spans if not (span.weak and not _SSN.fullmatch(text[span.start : span.end]) and inside(span))]
