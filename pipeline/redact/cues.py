"""Words that introduce a name, a birth date, an address or a secret, in the languages that customers write."""

from __future__ import annotations

import re

from pipeline.redact.secrets import CUED, NEAR, ordinary
from pipeline.redact.spans import Span
from pipeline.words import words

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶŁĹĽŃŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽȘȚΑ-ΩА-ЯЁЇІЄҐ"
WORD = rf"[{_UPPER}][\w'’-]{{0,30}}"
_PARTICLE = r"(?:von|van|de|der|den|del|della|di|da|dos|das|du|la|le|ten|ter|zu|zur|bin|ibn|al|el|y|e|af|av)"
NAME = rf"{WORD}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}(?:{WORD}|[{_UPPER}]\.)){{0,3}}"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herrn?|Frau|Hr|Fr|M|Mme|Mlle|Monsieur|Madame|Mademoiselle|Maître|Me|Sra?|"
    r"Srta|"
    r"Señora?|Señorita|Don|Doña|"
    r"Sig|Sig\.ra|Signora?|Signor|Dott|Dott\.ssa|Avv|Ing|Senhora?|Dhr|Mevr|Mevrouw|De heer|Heer|Panie?|Pana|Panu|"
    r"Panią|Pan)"
)
_I = re.IGNORECASE

#: Words that stand where a name could: they are no names.
STOP = words(
    """idnr ust steuernr kundennr rechnungsnr vat tva iva btw nip
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun mär okt dez janv févr avr juil août déc ene
    abr ago dic gen mag giu lug set ott maj cze lip sie wrz paź gru lut mail delivery system subsystem postmaster
    notification newsletter weekly service services controller team support sir madam sirs madame monsieur all
everyone everybody there folks guys customer customers service friends colleagues both again damen herren zusammen alle
kundenservice kundendienst liebe kollegen herr frau equipo todos señores señor señora equipe équipe tous bonjour
messieurs mesdames squadra tutti signori signore signora team@ klantenservice allemaal heer mevrouw państwo państwa
szanowni zespole hi hello dear hey thanks thank regards best kind sales billing office admin info help helpdesk desk
department manager director hr it the a an i we you he she they it this that these those what when where who how why if
and or but so no not yes please can could would will shall may might must do does did is are was were have has had in on
at to from for of with by as my your our their his her its monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december montag dienstag mittwoch
donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember lundi mardi mercredi jeudi
vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo sent date subject from to cc re fw fwd
order invoice ticket account payment delivery refund product error message mail email e-mail phone tel mobile fax
address website www http https ok okay asap fyi inc ltd llc gmbh ag sa company group api url pdf ios android iphone ipad
windows mac linux chrome firefox safari google apple microsoft outlook gmail amazon paypal visa mastercard slack english
german french spanish italian dutch polish portuguese europe germany france spain italy netherlands poland portugal
india china japan uk usa us eu und der die das wir ich sie ihr es ist mit für auf bei von zu im am vom zum zur nach aus
wenn weil dass aber oder auch noch nur schon bitte danke vielen dank mein meine unser unsere ihre seine leider guten tag
morgen abend hallo freundlichen grüßen grüße mfg le la les un une des et ou mais je tu il elle nous vous ils elles mon
ma mes votre vos notre nos merci cordialement salutations el los las una unos y o pero yo tú usted ustedes mi su gracias
saludos atentamente hola lo gli uno e ed ma io lei noi voi loro grazie saluti cordiali os as um uma eu você obrigado
obrigada atenciosamente de het een en maar ik wij jij u bedankt groet groeten met vriendelijke i w na z do pozdrawiam
dzień dobry proszę dziękuję"""
)

_GREETING = re.compile(
    r"^[ \t>*]{0,6}(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|hi|moin|"
    r"liebe[rs]?|lieber|"
    r"sehr geehrte[rs]?|guten (?:tag|morgen|abend)|"
    r"grüß gott|servus|bonjour|bonsoir|cher|chère|chers|salut|hola|estimad[oa]s?|querid[oa]s?|buen(?:os|as) (?:días|"
    r"tardes|"
    r"noches)|buongiorno|buonasera|gentile|gentilissim[oa]|"
    r"egregio|ciao|car[oa]|olá|oi|prezad[oa]s?|bom dia|boa tarde|beste|geachte|hoi|dag|goedemorgen|goedemiddag|"
    r"dzień dobry|"
    r"szanown[ya]|cześć|witam|drog[ia])"
    rf"[ \t]+(?:(?:(?i:{_TITLE}))\.?[ \t]+)*(?-i:({NAME}))[ \t]*(?:[,!.:;\n—–-]|and\b|und\b|et\b|y\b|e\b|$)",
    _I | re.MULTILINE,
)
_TITLED = re.compile(rf"\b(?:{_TITLE})\.?[ \t]+(?:(?:Dr|Prof|Ing|Dott)\.?[ \t]+)?({NAME})")
_INTRODUCED = re.compile(
    r"(?:\b(?:my (?:full |legal |maiden )?name(?: is|'s|:)|i am called|i'm called|call me|this is|i am|i'm|it's|"
    r"name of|named|"
    r"on behalf of|signed(?: by)?|written by|"
    r"mein name(?: ist|:)|ich heiße|ich bin|hier ist|hier schreibt|im namen von|je m'appelle|mon nom est|je suis|ici|"
    r"au nom de|me llamo|mi nombre es|mi nombre:|soy|"
    r"en nombre de|mi chiamo|il mio nome è|sono|a nome di|meu nome é|o meu nome é|me chamo|chamo-me|sou (?:o|a)|"
    r"em nome de|"
    r"mijn naam is|ik ben|ik heet|namens|"
    r"nazywam się|mam na imię|jestem|w imieniu)[ \t]+)"
    rf"(?-i:({NAME}))",
    _I,
)
_MET = re.compile(
    r"\b(?:(?:my|our|your) (?:colleague|co-?worker|boss|manager|supervisor|assistant|partner|wife|husband|son|daughter|"
    r"brother|sister|mother|father|friend|client|lawyer|"
    r"solicitor|attorney|accountant|landlord|neighbou?r|contact|rep(?:resentative)?|agent|technician|doctor)|"
    r"spoke (?:to|"
    r"with)|speak (?:to|with)|talk(?:ed)? (?:to|with)|"
    r"chatted with|met (?:with)?|contact(?:ed)?|ask(?:ed)? for|reach out to|cc'?(?:ed|ing)?|looping in|copying|attn:?|"
    r"attention:?|c/o|z\. ?hd\.|"
    r"(?:mein|unser)e?[rnms]? (?:kolleg(?:e|in|en)|chef(?:in)?|frau|mann|sohn|tochter|anwalt|anwältin|nachbar(?:in)?|"
    r"ansprechpartner(?:in)?|steuerberater(?:in)?)|"
    r"gesprochen mit|telefonat mit|(?:ma|mon|notre|votre) (?:collègue|femme|mari|fils|fille|patron(?:ne)?|avocate?|"
    r"assistante?|comptable)|parlé (?:à|avec)|"
    r"(?:mi|nuestr[oa]) (?:compañer[oa]|colega|jef[ea]|esposa|marido|mujer|hij[oa]|abogad[oa]|asistente)|hablé con|"
    r"hablado con|"
    r"(?:il mio|la mia|mio|mia|il nostro|la nostra) (?:collega|capo|moglie|marito|figlio|figlia|avvocato)|parlato con|"
    r"(?:o meu|a minha|meu|minha|nosso|nossa) (?:colega|chefe|esposa|marido|filho|filha|advogad[oa])|falei com|"
    r"(?:mijn|onze) (?:collega|baas|vrouw|man|zoon|dochter|advocaat)|gesproken met|"
    r"(?:mój|moja|moim|moją|nasz|nasza) (?:kolega|koleżanka|kolegą|koleżanką|szef|szefowa|żona|mąż|syn|córka)|"
    r"rozmawiał[ae]?m z)[ \t]*,?[ \t]+"
    rf"(?:(?:{_TITLE})\.?[ \t]+)?(?-i:({NAME}))",
    _I,
)
_FIELD = re.compile(
    r"^[ \t>*•-]{0,6}(?:(?:full|first|last|sur|given|family|account holder|cardholder|card holder|contact|customer|"
    r"client|"
    r"recipient|passenger|guest|patient|tenant|employee|applicant|candidate)[ -]?)?"
    r"(?:name|contact(?: person)?|recipient|account holder|cardholder|beneficiary|ansprechpartner(?:in)?|"
    r"kontoinhaber(?:in)?|"
    r"vorname|nachname|kunde|kundin|empfänger(?:in)?|kontakt|"
    r"nom(?: complet)?|prénom|titulaire|destinataire|nombre(?: completo)?|apellidos?|titular|destinatario|"
    r"nome(?: completo)?|"
    r"cognome|intestatario|sobrenome|destinatário|naam|voornaam|"
    r"achternaam|imię(?: i nazwisko)?|nazwisko|odbiorca|氏名|名前|お名前)[ \t]*[:：=][ \t]*(?:(?:"
    + _TITLE
    + rf")\.?[ \t]+)?((?-i:{NAME})|[^\n:：@\d]{{2,40}})[ \t]*$",
    _I | re.MULTILINE,
)
_BEFORE_ADDRESS = re.compile(rf"({NAME}|{WORD},[ \t]*{WORD})[\"'”]?[ \t]*[<\[(](?:mailto:)?[^\s<>@]{{1,64}}@")
_HEADER_LINE = re.compile(
    rf"^[ \t>*_]{{0,8}}(?:From|To|Cc|Bcc|Von|An|Kopie|De|À|Para|Da|A|Van|Aan|Od|"
    rf"Do)\*?[ \t]?:\*?[ \t]*[\"'“]?((?-i:{NAME}|"
    rf"{WORD},[ \t]*{WORD}))",
    _I | re.MULTILINE,
)
_INTRO_LINE = re.compile(
    rf"^[ \t>]{{0,8}}(?:On|Am|Le|El|Em|Il|Op|W dniu|Dnia)\b[^\n]{{0,80}}?[\d,.:][ \t]+(?:(?:um|at|a|à|om|schrieb|"
    rf"o)[ \t]+)?(?:[\d:.]+[ \t]*(?:Uhr|AM|PM)?,?[ \t]+)?(?:schrieb|schreef)?[ \t]*({NAME})"
    r"(?=[^\n]{0,80}(?:<|\[|wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|napisał|:))",
    re.MULTILINE,
)
_JAPANESE = re.compile(
    r"(?<![一-龯々ァ-ヶ])([一-龯々]{1,4}[ 　]?[一-龯々ぁ-んァ-ヶ]{0,4}|[ァ-ヶー]{2,10})(?=さん|様|氏|殿|と申します|です。お世話)"
)
_NOT_JAPANESE = frozenset(
    ["お客", "皆", "担当者", "各位", "御中", "客", "奥", "神", "王", "仕", "同", "多", "有", "模", "ご担当者", "利用者", "会員"]
)

SIGN_OFF = re.compile(
    r"^[ \t>*]{0,6}(?:(?:with )?(?:best|kind|kindest|warm|warmest|many|yours)?[ ]?(?:regards|wishes|sincerely|"
    r"faithfully|"
    r"truly)|sincerely(?: yours)?|cheers|best|all the best|"
    r"(?:many )?thanks(?: (?:again|so much|a lot|in advance|and (?:best |kind )?regards))?|thank you(?: (?:very much|"
    r"so much|"
    r"again|in advance|for your (?:help|time)))?|thx|respectfully|cordially|take care|"
    r"yours|love|xoxo|br|rgds|ta|"
    r"(?:viele|liebe|beste|schöne|herzliche|freundliche)n?(?: dank und)? grüße?n?(?: aus .{2,20})?|"
    r"mit (?:freundlichen|besten|"
    r"herzlichen|lieben|vielen) grüßen?|mit freundlichem gruß|mfg|lg|vg|gruß|grüße|hochachtungsvoll|(?:vielen |besten |"
    r"herzlichen )?dank(?: im voraus)?|danke(?: im voraus| schön)?|"
    r"(?:bien )?cordialement|bien à vous|(?:meilleures |sincères )?salutations(?: distinguées)?|"
    r"(?:un grand )?merci(?: d'avance| beaucoup)?|à bientôt|amicalement|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atte|(?:muchas )?gracias(?: de antemano| por .{3,30})?|"
    r"un abrazo|"
    r"(?:cordiali|distinti|cari) saluti|saluti|(?:molte |mille )?grazie(?: mille| in anticipo)?|"
    r"atenciosamente|(?:com os melhores |melhores )?cumprimentos|(?:muito )?obrigad[oa]|abraços?|att|"
    r"met (?:vriendelijke|hartelijke) groet(?:en)?|(?:vriendelijke |hartelijke )?groet(?:en|jes)?|(?:alvast )?bedankt|"
    r"dank u|mvg|"
    r"(?:serdecznie )?pozdrawiam|z (?:poważaniem|wyrazami szacunku)|(?:z góry )?dziękuję|pozdrowienia|敬具|"
    r"よろしくお願いいたします)(?!\w)[ \t]*[,.!–—-]*[ \t]*(.{0,40})$",
    _I | re.MULTILINE,
)
_SIGNED = re.compile(
    rf"[ \t>*_~–—-]{{0,6}}((?:(?:{_TITLE})\.?[ \t]+)?[^\W\d_][\w'’.-]{{1,24}}(?:[ "
    rf"\t]+[^\W\d_][\w'’.-]{{0,24}}){{0,3}})[ "
    rf"\t*_,.]*$"
)
_BORN = re.compile(
    r"\b(?:born(?: on)?|date of birth|birth ?date|birthday|d\.?o\.?b\.?|geboren(?: am)?|geburtsdatum|geb\.|née? le|"
    r"date de naissance|nacid[oa](?: el)?|fecha de nacimiento|nat[oa] il|data di nascita|"
    r"nascid[oa](?: em)?|data de nascimento|geboortedatum|data urodzenia|urodzon[ya]|生年月日)[ \t]*(?:is|ist|est|es|è|é|"
    r":|：)?[ \t]*"
    r"(\d{1,4}[-./年 ]\d{1,2}[-./月 ]\d{1,4}日?|\d{1,2}\.?(?:st|nd|rd|th)?(?: of| de)? [^\W\d_]{3,10}\.?,?(?: de)? \d{4}|"
    r"[^\W\d_]{3,10} \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
    _I,
)
_ACCOUNT = re.compile(
    r"\b(?:account|acct|konto|kontonummer|compte|cuenta|conta|conto|rekening|rekeningnummer|sort code|routing|blz|bic|"
    r"swift)[ \t]*(?:number|no\.?|nr\.?|nummer|n[°º.]|numéro|número)?[ \t]*(?:is|ist|:|#)?[ \t]*"
    r"((?:\d[ -]?){6,20}\d)(?![\w-])",
    _I,
)


def cued(text: str) -> list[Span]:
    """Names and other values that a word before them (or after, in Japanese) gives away."""
    found = [
        Span(*match.span(1), "PERSON")
        for pattern in (_GREETING, _TITLED, _MET, _BEFORE_ADDRESS, _HEADER_LINE, _INTRO_LINE, _FIELD)
        for match in pattern.finditer(text)
    ]
    found += [Span(*match.span(1), "PERSON") for match in _INTRODUCED.finditer(text) if _plausible(text, match)]
    found += [Span(*m.span(1), "PERSON") for m in _JAPANESE.finditer(text) if m.group(1).strip("御") not in _NOT_JAPANESE]
    found = [trimmed for span in found if (trimmed := trim(text, span))]
    found += signed(text)
    found += [Span(*match.span(1), "BIRTHDATE") for match in _BORN.finditer(text)]
    found += [Span(*match.span(1), "ACCOUNT", weak=True) for match in _ACCOUNT.finditer(text)]
    found += [_secret(match) for match in CUED.finditer(text) if not ordinary(match.group(1))]
    found += [Span(*match.span(1), "SECRET") for match in NEAR.finditer(text)]
    return found


def _secret(match: re.Match[str]) -> Span:
    return Span(match.start(1), match.start(1) + len(match.group(1).rstrip(".,;:!?)")), "SECRET")


def _plausible(text: str, match: re.Match[str]) -> bool:
    """ "I am Happy" is none; "I am Ana", "I am Ana Silva" and what ends its clause after the name are."""
    words = match.group(1).split()
    return words[0].casefold() not in STOP and (
        len(words) > 1 or text[match.end(1) : match.end(1) + 1] in ",.!;:\n(" or _names_itself(match.group(0))
    )


def _names_itself(cue: str) -> bool:
    return re.search(r"nam|nom|heiß|llam|chiam|cham|naz|heet|imię|appelle|behalf|this is|hier ist|from", cue, _I) is not None


def signed(text: str) -> list[Span]:
    """The line under a sign-off, or what follows it on the same line."""
    found: list[Span] = []
    for match in SIGN_OFF.finditer(text):
        rest = match.group(1).strip()
        if rest:
            start, line = match.start(1), match.group(1)
        else:
            below = re.compile(r"\n(?:[ \t>]*\n){0,2}([^\n]{1,60})").match(text, match.end())
            if below is None:
                continue
            start, line = below.start(1), below.group(1)
        name = _SIGNED.fullmatch(line)
        span = trim(text, Span(start + name.start(1), start + name.end(1), "PERSON")) if name else None
        if span and not (rest and not text[span.start].isupper()):
            found.append(span)
    return found


def trim(text: str, span: Span) -> Span | None:
    """`span` without words at its ends that are no names; None when nothing is left."""
    words = [(m.start() + span.start, m.end() + span.start) for m in re.finditer(r"[^\s,]+", text[span.start : span.end])]
    while words and _common(text[slice(*words[0])]):
        words.pop(0)
    while words and _common(text[slice(*words[-1])]):
        words.pop()
    if not words or all(len(text[start:end].strip(".")) < 2 for start, end in words):
        return None
    return Span(words[0][0], words[-1][1] - (text[words[-1][1] - 1] in ".,;:!'’-" and words[-1][1] - words[-1][0] > 2), span.kind)


def _common(word: str) -> bool:
    bare = word.strip(".,;:!?()'’\"").casefold()
    return bare in STOP or not bare
