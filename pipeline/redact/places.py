"""Postal addresses by their shape: street and number, postcode and town."""

from __future__ import annotations

import re

from pipeline.redact.spans import Span

_U = "A-ZÀ-ÖØ-ÞĄĆČĎĘĚŁŃŇÓŘŚŠŤŮŹŻŽ"
_W = rf"[{_U}][\w'’.-]{{0,30}}"
_T = rf"(?:S(?:t|te|ta)\.[ ])?[{_U}][\w'’-]{{1,30}}"  #: a word of a town's name: a full stop ends it
_WORDS = (
    rf"(?:(?:de|du|des|del|della|la|le|les|von|der|den|van|dos|da|do|di|l'|of|the)[ ]?)*{_W}(?:[ ](?:(?:de|du|des|del|"
    rf"della|la|le|les|von|der|den|van|dos|da|do|di|of|the)[ ])*{_W}){{0,3}}"
)
_TOWN = (
    rf"(?:,?[ \n]{{1,2}}(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:-\d{{3,4}})?[ ]{_T}(?:[ ]{_T}){{0,2}}|"
    rf",?[ \n]{{1,2}}\d{{2}}-\d{{3}}[ ]{_T}|,?[ \n]{{1,2}}\d{{4}}[ ]?[A-Z]{{2}}[ ]{_T})"
)
_ENGLISH_TOWN = (
    rf"(?:,?[ \n]{{1,2}}(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|"
    rf"#)\.?[ ]?[\w-]{{1,6}})?(?:,[ \n]?{_T}(?:[ ]{_T}){{0,2}}){{0,2}}(?:,?[ \n]{{1,2}}[A-Z]{{2}})?(?:,?[ "
    rf"\n]{{1,2}}(?:\d{{5}}(?:-\d{{4}})?|[A-Z]{{1,2}}\d[A-Z\d]?[ ]?\d[A-Z]{{2}}))?"
)

_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b\d{{1,5}}[a-zA-Z]?,?[ ](?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?[ ])?(?:{_W}[ ]|\d{{1,3}}(?:st|nd|rd|"
        rf"th)[ ]){{1,4}}"
        rf"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Close|Square|Sq|Terrace|"
        rf"Crescent|Parkway|Pkwy|Highway|Hwy|Gardens|Grove|Row|Hill|Mews|Circle|Trail)\b\.?{_ENGLISH_TOWN}",
        rf"\b{_W}(?:straße|strasse|str\.|weg|gasse|platz|allee|damm|ufer|ring|chaussee|steig)[ ]\d{{1,4}}[ ]?[a-z]?\b{_TOWN}?",
        rf"\b{_W}(?:[ ]{_W}){{0,2}}(?:[ -])(?:Straße|Strasse|Str\.|Weg|Gasse|Platz|Allee|Damm|Ufer|"
        rf"Ring)[ ]\d{{1,4}}[ ]?[a-z]?\b{_TOWN}?",
        rf"\b\d{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ](?:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|quai|route|cours|"
        rf"square|passage)[ ]{_WORDS}{_TOWN}?",
        rf"\b(?:rue|avenue|boulevard|chemin|impasse|quai)[ ]{_WORDS}{_TOWN}",
        rf"\b(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrer|Carretera|Rua|Praça|Travessa|Alameda|Via|Viale|Piazza|Corso|"
        rf"Largo|Vicolo|ul\.|ulica|al\.|os\.|pl\.)[ ]{_WORDS},?[ ](?:n[ºo°.]*[ ]?)?\d{{1,4}}[a-zA-Z]?(?:/\d{{1,4}})?\b{_TOWN}?",
        rf"\b{_W}(?:straat|laan|weg|plein|gracht|kade|dijk|singel|hof|steeg|park|boulevard|dreef|baan|markt|"
        rf"pad|oord|ring)[ ]\d{{1,4}}[ ]?[a-zA-Z]?\b{_TOWN}?",
        r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPS-UW]|"
        r"[A-HK-Y]\d[ABEHMNPRV-Y]))[ ]\d[ABD-HJLNP-UW-Z]{2}\b",
        rf"(?<![\d-])\d{{4}}[ ][A-Z]{{2}}[ ]{_W}",
        rf"\b\d{{1,6}}[ ]{_W}(?:[ ][\w.#]{{1,20}}){{0,5}},[ ]{_W}(?:[ ]{_W}){{0,2}},[ ][A-Z]{{2}}[ ]\d{{5}}(?:-\d{{4}})?\b",
        r"\b(?:Unit|PSC|USS|CMR|USNS|USNV)[ ][\w ,]{1,40},[ ](?:APO|FPO|DPO)[ ]A[AEP][ ]\d{5}\b",
        rf"\b(?:Flat|Studio|Unit|Apartment|House)[ ]\w{{1,5}},?[ ]{_W}"
        rf"(?:[ ,]{{1,2}}{_W}){{1,5}},?[ ][A-Z]{{1,2}}\d[A-Z\d]?[ ]\d[A-Z]{{2}}\b",
        rf"\b\d{{1,4}}[A-Z]?,?[ ]{_W}(?:[ ,]{{1,2}}{_W}){{1,5}},?[ ][A-Z]{{1,2}}\d[A-Z\d]?[ ]\d[A-Z]{{2}}\b",
        r"〒[ ]?\d{3}[-－]\d{4}[^\n]{0,60}",
        r"(?:東京都|北海道|(?:京都|大阪)府|[一-龯]{2,3}県)[一-龯ぁ-んァ-ヶ0-9０-９ー\-－]{3,40}",
        rf"\bP\.?[ ]?O\.?[ ]?Box[ ]\d{{1,7}}\b{_ENGLISH_TOWN}",
        rf"\bPostfach[ ]\d[\d ]{{1,9}}\b{_TOWN}?",
    )
)
_CUED = re.compile(
    r"\b(?:(?:shipping|delivery|billing|home|postal|mailing|new|my)[ ])?(?:address|adresse|anschrift|lieferadresse|"
    r"rechnungsadresse|dirección|direccion|indirizzo|endereço|morada|adres|住所)"
    r"[ \t]*(?:is|ist|est|es|è|é|to|:|：)[ \t]*((?=[^\n]{0,80}\d)[^\n@]{8,120})",
    re.IGNORECASE,
)


_BEFORE = re.compile(
    r"(?:\b(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Level|Room|Studio|Building|Bldg|Block|Piso|Depto|Edificio|Wohnung|Whg|"
    r"Appt|Appartement|Bât|Interno|Int|Scala|Bus)\b\.?[ ]?[\w-]{1,5}|\d{1,4}[A-Za-z]?/)[ ]?,?[ \n]?$"
)
_NEXT = re.compile(
    r"(?P<gap>[ ]?[,;·|/-]?[ ]?\n?[ ]?)(?:"
    r"(?P<code>(?:[A-Z]{1,3}[ -])?\d{3,6}(?:[ -]\d{3,4})?(?!\w|[.,]\d)|[A-Z]\d[A-Z][ ]?\d[A-Z]\d\b|"
    r"[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b|\d{4}[ ]?[A-Z]{2}\b|[A-Z]\d{2}[ ][A-Z\d]{4}\b)|"
    r"(?P<unit>(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Level|RD|Room|Piso|Depto|Dto|Int|Interno|Appt|bus|bte|Lote|Esq|Hab)\b"
    r"\.?[ ]?[\w-]{1,6}|[nN][º°o.][ ]?\d{1,5}|#[ ]?\d{1,5}|\d{1,3}[º°ª](?:[ ]?(?:[A-Z]|izq|der|dcha)\b\.?)?)|"
    rf"(?P<word>{_T}|[A-Z]{{2,3}}\b|(?:de|du|des|del|della|la|le|les|von|der|den|van|dos|da|do|di|of|am|an|bei|sur|en)\b))"
)
_REACH = 90  #: characters that an address goes on at most after its street


def _grown(text: str, start: int, end: int) -> tuple[int, int]:
    """A street with what belongs to it: the flat before it, the postcode and the town after it."""
    before = _BEFORE.search(text, max(0, start - 24), start)
    begin = before.start() if before else start
    at = sure = start + len(text[start:end].rstrip())
    limit = min(len(text), end + _REACH)
    lines = coded = after = 0
    while at < limit and (piece := _NEXT.match(text, at, limit)):
        gap = piece.group("gap")
        lines += "\n" in gap
        if not gap or lines > 2 or (coded and ("\n" in gap or ("," in gap and after and not _tail(piece)))):
            break
        at = piece.end()
        if piece.group("code"):
            coded, sure, after = 1, at, 0
        elif piece.group("unit"):
            sure = at
        elif coded:
            after += 1
            if after > 3:
                break
            sure = at if text[at - 1] not in " ," and piece.group("word")[0].isupper() else sure
    return begin, sure


def _tail(piece: re.Match[str]) -> bool:
    """Whether what follows a town is still an address: a region's letters or a code."""
    return bool(piece.group("code") or re.fullmatch(r"[A-Z]{2,3}", piece.group("word") or ""))


def grown(text: str, spans: list[Span]) -> list[Span]:
    """Addresses among `spans`, each with its flat, postcode and town."""
    return [Span(*_grown(text, s.start, s.end), "ADDRESS") if s.kind == "ADDRESS" else s for s in spans]


def places(text: str) -> list[Span]:
    """Where postal addresses stand in `text`."""
    found = [Span(*match.span(), "ADDRESS") for shape in _SHAPES for match in shape.finditer(text)]
    return grown(text, found) + [Span(*match.span(1), "ADDRESS") for match in _CUED.finditer(text)]
