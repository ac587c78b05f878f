"""What a draft may not say, and why one click may not send it; every reason is a clause in our own words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.values import Category, Redacted, RedactedMail, Triage
from pipeline import language
from pipeline.entities import entities
from pipeline.redact.placeholders import WORDS, placeholders

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\]]{3,300}", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_HOLE = re.compile(
    r"\{\{|\}\}|\{%|\[(?:your |customer |the )?(?:name|company|date|signature|insert|link|agent|number)[^\]\n]{0,40}\]|"
    r"\bXXX+\b|_{4,}|lorem ipsum",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"(?<!<)\b(?:" + "|".join(WORDS) + r")_\d{1,4}\b(?!>)|<(?:" + "|".join(WORDS) + r")(?:_\d{0,4})?(?![_\d>])")
#: A greeting or a preposition with nothing behind it: the placeholder that belonged there is missing.
_MISSING = re.compile(
    r"^(?:dear|liebe[rs]?|sehr geehrte[rs]?(?: herr| frau)?|chère?|cher|estimad[oa]|querid[oa]|gentile|car[oa]|beste|geachte|"
    r"prezad[oa]|szanown[ya](?: panie| pani)?)(?:\s+(?:mr|ms|mrs|mx|herr|frau)\.?)?\s*[,!:]|"
    r"\b(?:at|under|to|with|unter|an|bei|chez|avec|para|con|presso|bij|aan)\s+[,.;:!?](?:\s|$)",
    re.IGNORECASE | re.MULTILINE,
)
_PROMISE = re.compile(
    r"\b(?:(?:we|i)(?: will|'ll| have|'ve) (?:already )?(?:refund|reimburse|credit|compensate|waive|cancel)\w*|(?:has|"
    r"have) been (?:refunded|credited|cancelled|shipped)|guarantee[ds]?|"
    r"erstatten wir|haben wir (?:ihnen )?(?:erstattet|gutgeschrieben)|garantieren|nous (?:vous )?(?:rembours|garantiss)\w+|"
    r"le (?:hemos )?reembols\w+|garantizamos|rimborseremo|garantiamo|reembolsaremos|"
    r"wij (?:betalen|vergoeden)|garanderen|zwrócimy|gwarantujemy)",
    re.IGNORECASE,
)
_AI = re.compile(
    r"\bas an ai\b|\blanguage model\b|\bi (?:was|am) (?:instructed|programmed)|system prompt|</?mail>", re.IGNORECASE
)

_RISKS: Mapping[str, str] = {
    "injection": "the mail tries to give instructions to the assistant",
    "hidden-text": "the mail hides text from its reader",
    "spoofed-sender": "the sender could not be verified",
    "runnable-attachment": "an attachment would run a program when opened",
    "no-sender": "the mail has no valid sender",
}


def blocked(body: Redacted, table: Mapping[str, str]) -> tuple[str, ...]:
    """Why this draft must not be sent as it is: placeholders that stand for nothing, and holes that nobody filled."""
    found: list[str] = []
    unknown = [p for p in placeholders(body.text) if p not in table]
    if unknown:
        found.append(f"it names {', '.join(unknown[:3])}, which stands for nothing in this ticket")
    if _BROKEN.search(body.text):
        found.append("a placeholder in it is damaged")
    if _MISSING.search(body.text):
        found.append("a name or a value that belongs in it is missing")
    if _HOLE.search(body.text):
        found.append("it has a gap that nobody filled in")
    if not body.text.strip():
        found.append("it is empty")
    return tuple(found)


def flags(
    body: Redacted,
    *,
    sender_placeholder: str,
    table: Mapping[str, str],
    mail: RedactedMail,
    triage: Triage,
    recipients_note: str | None,
    risks: tuple[str, ...],
) -> tuple[str, ...]:
    """Why a person must look before this draft is sent; empty means that one click may send it."""
    found = list(blocked(body, table))
    extra = [p for p in placeholders(body.text) if p in table and p != sender_placeholder]
    if extra:
        found.append(f"it puts back {_listed(extra)} besides the greeting's name")
    found += [_RISKS[risk] for risk in risks if risk in _RISKS]
    if recipients_note:
        found.append(recipients_note)
    if triage.category is Category.LEGAL:
        found.append("it answers a legal matter")
    if triage.confidence < 0.6:
        found.append("nobody is sure what the mail is about")
    return tuple(dict.fromkeys([*found, *_content(body, mail)]))


def _content(body: Redacted, mail: RedactedMail) -> list[str]:
    found: list[str] = []
    source = f"{mail.subject.text}\n{mail.full_text.text}".casefold()
    if any(link.casefold().rstrip("/.,") not in source for link in _LINK.findall(body.text)):
        found.append("it has a link that is not in the mail")
    if any(address.casefold() not in source for address in _ADDRESS.findall(body.text)):
        found.append("it has a mail address that is not in the mail")
    if _new(body, source, "amount"):
        found.append("it names an amount that the mail does not")
    if any(_new(body, source, kind) for kind in ("order", "invoice", "ticket", "tracking", "reference")):
        found.append("it names a number that the mail does not")
    if _PROMISE.search(body.text):
        found.append("it promises something or says that something was done")
    if _AI.search(body.text):
        found.append("it speaks of its own making")
    ours, theirs = language.vote(body.text), language.vote(mail.new_text.text)
    if ours and theirs and ours != theirs:
        found.append("it is not in the customer's language")
    return found


def _new(body: Redacted, source: str, kind: str) -> bool:
    squeezed = re.sub(r"\s", "", source)
    return any(re.sub(r"\s", "", value.casefold()) not in squeezed for value in entities(body.text).get(kind, ()))


def _listed(found: list[str]) -> str:
    kinds = [WORDS.get(p.strip("<>").rsplit("_", 1)[0], "personal value") for p in found]
    names = [
        f"a{'n' if kind[0] in 'aeiouI' else ''} {kind}" if kinds.count(kind) == 1 else f"{kinds.count(kind)} {kind}s"
        for kind in dict.fromkeys(kinds)
    ]
    return " and ".join(names[:3])
