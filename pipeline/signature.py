"""Signatures that nothing announces: the name, role and contact lines behind a sign-off or under the sender's own name."""

from __future__ import annotations

import re

_I = re.IGNORECASE
_LAST = 18  #: non-blank lines from the end that may belong to a signature
_WIDE = 100

SIGN_OFF = re.compile(
    r"[ \t]*(?:(?:with |many |my )?(?:kind(?:est)?|best|warm(?:est)?) regards|(?:best|kind) wishes|regards|(?:yours )?"
    r"(?:sincerely|faithfully|truly)(?: yours)?|respectfully|cheers|best|all the best|thanks(?: again| so much| in advance|"
    r" a lot)?|(?:many )?thanks(?: and (?:kind |best )?regards)?|thank you(?: (?:very much|again|in advance|so much))?|take care|"
    r"(?:mit )?(?:freundliche[nrm]?|beste[nrm]?|herzliche[nrm]?|liebe[nrm]?|schöne[nrm]?|viele[nrm]?) gr(?:ü|ue)(?:ß|ss)(?:e|en)?"
    r"(?: aus \w{2,30})?|mfg|lg|vg|(?:vielen |besten |herzlichen )?dank(?: im voraus)?|danke|hochachtungsvoll|"
    r"(?:bien )?cordialement|(?:bien )?à vous|(?:sincères |meilleures |cordiales )?salutations(?: distinguées)?|"
    r"respectueusement|merci(?: d'avance| beaucoup)?|bonne (?:journée|réception)|bien à toi|amicalement|"
    r"(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|(?:muchas )?gracias(?: de antemano| por adelantado)?|"
    r"(?:com os )?(?:melhores )?cumprimentos|atenciosamente|(?:muito )?obrigad[oa](?: desde já)?|(?:um )?abraços?|att\.?|"
    r"(?:cordiali|distinti|cari|i migliori) saluti|saluti|(?:mille |molte )?grazie(?: mille| in anticipo)?|cordialmente|"
    r"(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en|jes)?|groet(?:en|jes)?|mvg|(?:alvast )?bedankt|"
    r"(?:serdecznie )?pozdrawiam(?: serdecznie)?|pozdrowienia|z (?:poważaniem|wyrazami szacunku)|(?:z góry )?dziękuję|"
    r"(?:どうぞ)?(?:よろしく|宜しく)お願い(?:いた|致)?します|敬具|以上)[ \t]*[,.!;。、–-]{0,3}[ \t]*$",
    _I,
)
_CONTACT = re.compile(
    r"(?:^|[\s|·,])(?:tel(?:efon|éfono|efone|efono|efoon)?|phone|mobile?|mobil|cell|móvil|celular|cellulare|portable|gsm|fax|kom|"
    r"skype|direct|office|e-?mail|web(?:site)?|www|電話|携帯|[tfmpe])[ \t]{0,3}[.:：|)][ \t]{0,3}\S"
    r"|^[ \t]*[+(]?\d[\d ()./+-]{5,24}\d[ \t]*$|^[ \t]*\(\d{3}\) ?\d{3}[- ]\d{4}|(?<!\w)\+\d{1,3}[ \d()./-]{7,20}\d"
    r"|^[ \t<]*[^\s<>@]{1,64}@[^\s<>@]{2,100}[ \t>]*$|^[ \t<(]*(?:https?://|www\.)\S{3,200}$|^[ \t]*via (?:mobile|phone|"
    r"iphone|android)$",
    _I,
)
_STANDING = re.compile(
    r"\b(?:GmbH|AG|Ltd|LLC|LLP|Inc|Corp|PLC|S\.?A\.?S?|SARL|S\.?r\.?l|S\.?p\.?A|B\.?V|N\.?V|Sp\. z o\.o|S\.?L|Lda|Ltda|Oy|AB|"
    r"e\.K|KG|Ph\.?D|株式会社)(?:\b|\.|$)"
    r"|\b(?:manager|director|head of|chief|officer|CEO|CTO|CFO|COO|engineer|president|founder|owner|partner|assistant|consultant|"
    r"coordinator|analyst|accountant|purchasing|procurement|department|leiter(?:in)?|geschäftsführer(?:in)?|vertrieb|einkauf|"
    r"assistenz|abteilung|directeur|directrice|responsable|gérante?|comptable|assistante?|gerente|directora?|jefe|jefa|"
    r"departamento|diretora?|responsabile|direttore|direttrice|ufficio|amministrazione|medewerk(?:er|ster)|hoofd|afdeling|"
    r"kierownik|dyrektor|specjalist[ak]a?|prezes|dział)\b|部長|課長|担当|代表|営業部|総務部",
    _I,
)
_PLACE = re.compile(
    r"^[ \t]*(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})? \w|\b\d{2}-\d{3} \w|^[ \t]*\d{1,4},? (?:rue|avenue|via|calle|rua)\b|〒"
    r"|\b(?:str(?:\.|aße|asse)|street|road|avenue|lane|straat|laan|weg|ulica|ul\.)[ ,]{0,2}\d{1,4}\b"
    r"|^[ \t]*\d{1,5} [A-Z]\w+ (?:st(?:reet)?|rd|road|ave(?:nue)?|lane|ln)\b",
    _I,
)
_NAME = re.compile(
    r"[ \t]*(?:(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Dipl|"
    r"Ing)\.?-? ?)*[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}(?:, [\w. ]{2,12})?[ \t]*$"
)
_JAPANESE_NAME = re.compile(r"[ \t　]*[\u3040-\u30ff\u4e00-\u9fff]{1,4}[ 　]?[\u3040-\u30ff\u4e00-\u9fff]{1,5}[ \t]*$")
_MATTERS = re.compile(
    r"\?|^[ \t]*(?:p\.? ?s\b|nb\b|[-*•] |\d+[.)] )|\b(?:order|invoice|ticket|case|serial|tracking|customer (?:no|id)|bestell|"
    r"rechnung|"
    r"kundennummer|commande|facture|pedido|factura|encomenda|fatura|ordine|fattura|bestelling|factuur|zamówieni|faktur)"
    r"[\w ]{0,12}[.:#]? ?[#A-Z]{0,5}-?\d",
    _I,
)
_RULE = re.compile(r"[ \t]*(?:[-_=*~]{3,}|[━─＝ー＿―]{3,})[ \t]*$")


def start(lines: list[str], sender: str) -> int:
    """The line at which the signature begins, len(lines) when there is none; `sender` is the name in the From header."""
    filled = [at for at, line in enumerate(lines) if line.strip()][-_LAST:]
    found = len(lines)
    for place in range(len(filled) - 1, 0, -1):
        at = filled[place]
        below = [lines[row] for row in filled[place + 1 :]]
        if _MATTERS.search(lines[at][:300]) or not _short([lines[at]]):
            return found
        if SIGN_OFF.match(lines[at][:_WIDE]):
            return at if len(below) >= 2 and _details(below[1:]) >= 1 else found
        if _RULE.match(lines[at][:300]):
            return at if _details(below) >= 2 else found
        if not lines[at - 1].strip() and not lines[filled[place - 1]].rstrip().endswith((":", "：")):
            needed = 1 if _same(lines[at], sender) else 2 if found == len(lines) and _name_like(lines[at]) else _LAST
            found = at if _details(below) >= needed else found
    return found


def _details(lines: list[str]) -> int:
    return sum(
        bool(_CONTACT.search(line) or _STANDING.search(line) or _PLACE.search(line)) for line in (row[:200] for row in lines)
    )


def _short(lines: list[str]) -> bool:
    """Whether nothing of it reads like a sentence."""
    for line in lines:
        words = line.split()
        sentence = len(words) >= 6 and line.rstrip().endswith((".", "!", "?", "。")) and not _CONTACT.search(line[:200])
        if len(line.strip()) > _WIDE or len(words) > 14 or sentence:
            return False
    return True


def _same(line: str, sender: str) -> bool:
    name = " ".join(line.casefold().strip(" -–—,*").split())
    known = sender.casefold()
    return bool(name) and bool(known) and "@" not in known and (name == known or (len(name) > 2 and name in known.split()))


def _name_like(line: str) -> bool:
    if _JAPANESE_NAME.match(line[:40]):
        return True
    return bool(_NAME.match(line[:60])) and all(word[:1].isupper() for word in line.split() if len(word) > 3)
