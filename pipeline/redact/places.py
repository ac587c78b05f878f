"""Postal addresses by their shape: street and number, postcode and town."""

from __future__ import annotations

import re

from pipeline.redact.cues import STOP
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
        rf"\b(?:[Rr]ue|[Aa]venue|[Cc]hemin|[Rr]oute|[Rr]uelle|[Pp]lace|[Qq]uai|[Ii]mpasse)[ ]"
        rf"{_WORDS},?[ ]\d{{1,4}}[a-z]?\b{_TOWN}?",
        rf"\b(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrer|Carretera|Calzada|Prolongación|Andador|Privada|Callejón|Circuito|Boulevard|Periférico|Pasaje|Cerrada|"
        rf"Diagonal|Carrera|Cra\.|Transversal|Ronda|Camino|Rambla|Glorieta|Rua|Praça|Travessa|Alameda|Via|Viale|Piazza|Corso|"
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
    rf"(?P<word>{_T}|[A-Z]{{2,3}}\b|(?:de|du|des|del|della|la|le|les|von|der|den|van|dos|da|do|di|of|am|an|bei|sur|en|aan|op|bij)\b))"
)
_HEAD = re.compile(
    rf"(?<!\w)(?:(?P<kind>{_T})[ ](?:de|del|da|do|dos|das|di|du|des)[ ](?:la[ ])?|(?P<street>{_T})[ ]\d{{1,4}}[A-Za-z]?,?[ \n]|"
    rf"(?P<number>\d{{1,5}}[A-Za-z]?,?)[ ]|(?P<name>{_T})[ ])$"
)
_CODED = re.compile(r"\d{4,6}(?=[^\d\n]{0,25}$)")
_ALONE = re.compile(rf"(?:,[ ]?|[ ]?,?\n){_T}(?:[ -]{_T}){{0,2}}(?=[ ]?(?:[,.\n]|$))")
_RANGE = re.compile(r"[-–/]\d{1,4}[a-z]?\b")
_REACH = 90  #: characters that an address goes on at most after its street


def _begin(text: str, start: int) -> int:
    """Where an address begins: with the flat, the kind of street or the street that stands before what was found."""
    flat = _BEFORE.search(text, max(0, start - 24), start)
    start = flat.start() if flat else start
    head = _HEAD.search(text, max(0, start - 40), start)
    if head is None:
        return start
    number = text[start].isdigit()
    fits = bool(head["kind"]) or (number and bool(head["street"] or head["name"])) or (not number and bool(head["number"]))
    word = (head["kind"] or head["street"] or head["name"] or "").casefold()
    return head.start() if fits and word not in STOP else start


def _end(text: str, start: int, end: int) -> int:
    """Where an address ends: after the flat, the postcode and the town that follow what was found."""
    at = start + len(text[start:end].rstrip())
    at = further.end() if (further := _RANGE.match(text, at)) else at
    sure, limit, lines = at, min(len(text), at + _REACH), 0
    code = _CODED.search(text, min(at, start + 6), at)  # what begins it is a house number
    coded, after = code is not None, len(text[code.end() : at].split()) if code else 0
    for _ in range(2):  # a town and a region may stand there without any code
        alone = None if coded else _ALONE.match(text, at)
        if alone and not any(word.casefold() in STOP for word in alone[0].replace(",", " ").split()):
            at = sure = alone.end()
    while at < limit and (piece := _NEXT.match(text, at, limit)):
        gap = piece["gap"]
        lines += "\n" in gap
        if not gap or lines > 2 or (coded and ("\n" in gap or ("," in gap and after and not _tail(piece)))):
            break
        at = piece.end()
        if piece["code"]:
            coded, sure, after = True, at, 0
        elif piece["unit"]:
            sure = at
        elif coded and piece["word"][0].isupper():
            after += 1
            if after > 3:
                break
            sure = at
    return sure


def _tail(piece: re.Match[str]) -> bool:
    """Whether what follows a town is still an address: a region's letters or a code."""
    return bool(piece["code"] or re.fullmatch(r"[A-Z]{2,3}", piece["word"] or ""))


def grown(text: str, spans: list[Span]) -> list[Span]:
    """Addresses among `spans`, each with its flat, postcode and town."""
    return [Span(_begin(text, s.start), _end(text, s.start, s.end), "ADDRESS") if s.kind == "ADDRESS" else s for s in spans]


def places(text: str) -> list[Span]:
    """Where postal addresses stand in `text`."""
    found = [Span(*match.span(), "ADDRESS") for shape in _SHAPES for match in shape.finditer(text)]
    return grown(text, found) + [Span(*match.span(1), "ADDRESS") for match in _CUED.finditer(text)]
