"""What is no person: brand, product and staff names of the allow-list, and companies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.redact.cues import STOP, WORD
from pipeline.redact.spans import Span
from pipeline.words import words

_FORM = (
    r"(?:GmbH(?:[ ]&[ ]Co\.?[ ]KG)?|AG|KG|KGaA|OHG|UG|GbR|eG|e\.[ ]?[KV]\.|Ltd\.?|Limited|LLC|LLP|PLC|plc|Inc\.?|Corp\.?|"
    r"Corporation|Co\.|Pty|S\.A\.(?:S\.|U\.)?|SA|SAS|SARL|EURL|S\.L\.(?:U\.)?|S\.?r\.?l\.?|S\.?p\.?A\.?|SpA|B\.?V\.?|N\.?V\.?|VOF|"
    r"Sp\.[ ]z[ ]o\.[ ]?o\.|Oy|AB|ApS|A/S|Kft\.?|s\.r\.o\.|Lda\.?|Ltda\.?|Group|Holding|Foundation|Stiftung|Horticulture|"
    r"Nurseries|Gartenbau|Logistics|Logistik|Consulting|Solutions|Services|University|Universität|School|Hospital)"
)
_COMPANY = re.compile(rf"(?<![\w@]){WORD}(?:[ ](?:&[ ])?{WORD}){{0,2}}[ ]{_FORM}(?:[ ]{_FORM})?(?!\w)")
_DESK = words(
    """team support service services sales billing info newsletter noreply no-reply donotreply accounts accounting office
    department helpdesk desk notifications notification shop store bot system admin webmaster postmaster daemon customer
    kundenservice kundendienst vertrieb buchhaltung rechnungen équipe commercial comptabilité soporte ventas facturación
    assistenza
    vendite amministrazione verkoop klantenservice administratie suporte vendas obsługa biuro marketing hr recruiting"""
)


def folded(entries: Iterable[str]) -> frozenset[str]:
    """An allow-list as it is compared."""
    return frozenset(" ".join(entry.casefold().split()) for entry in entries if entry.strip())


def is_allowed(value: str, allowed: frozenset[str]) -> bool:
    """Whether `value` is an entry, or made of entries and common words only."""
    whole = " ".join(value.casefold().split())
    parts = whole.split()
    return whole in allowed or (any(part in allowed for part in parts) and all(part in allowed or part in STOP for part in parts))


def is_company(name: str) -> bool:
    """Whether a display name belongs to a company or a desk and to nobody in it."""
    return _COMPANY.search(name) is not None or any(part.strip(".,").casefold() in _DESK for part in name.split())


def spared(text: str, spans: Iterable[Span], allowed: frozenset[str]) -> list[Span]:
    """`spans` without what is allowed, without allowed phrases in them, and without companies taken for persons."""
    phrases = _phrases(text, allowed)
    companies = [match.span() for match in _COMPANY.finditer(text)]
    kept: list[Span] = []
    for span in spans:
        if is_allowed(text[span.start : span.end], allowed):
            continue
        if span.kind != "PERSON":
            kept.append(span)
        elif not any(start <= span.start and span.end <= end for start, end in companies):
            kept += _around(span, phrases)
    return [span for span in kept if any(char.isalnum() for char in text[span.start : span.end])]


def _phrases(text: str, allowed: frozenset[str]) -> list[tuple[int, int]]:
    entries = [re.escape(entry).replace(r"\ ", r"\s+") for entry in sorted(allowed, key=len, reverse=True) if " " in entry]
    if not entries:
        return []
    return [match.span() for match in re.finditer(rf"(?<!\w)(?:{'|'.join(entries)})(?!\w)", text, re.IGNORECASE)]


def _around(span: Span, phrases: list[tuple[int, int]]) -> list[Span]:
    """What is left of `span` beside the phrases."""
    left, at = list[Span](), span.start
    for start, end in phrases:
        if start < span.end and at < end:
            left.append(Span(at, max(at, start), span.kind, span.weak))
            at = end
    return [part for part in (*left, Span(at, span.end, span.kind, span.weak)) if part.start < part.end]
