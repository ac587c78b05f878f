"""The deterministic classifier: weighs words in nine languages, and is honest about how sure that makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.values import Category, Priority, Redacted, Triage
from pipeline import rule_words as words
from pipeline.redact.placeholders import PLACEHOLDER, taken

_LOOKED_AT = 8000
_SUBJECT_WEIGHT = 1.6
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n{1,}")
#: A line end inside a sentence: a long line, or one that goes on in lower case.
_WRAPPED = re.compile(r"(?<=[^\n]{45})(?<![.!?:。！？])\n(?=[^\s\-*•>\d])|(?<=[^\n.!?:,;]{12})\n(?=[a-zà-ÿ])")
_GREETING_LINE = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|moin|liebe|sehr geehrte|guten|bonjour|"
    r"bonsoir|cher|chère|madame|monsieur|salut|hola|estimad|querid|buen|gentil|"
    r"ciao|car[oa]\b|egregi|spett|olá|oi\b|prezad|bom dia|boa tarde|beste|geachte|hoi|dag\b|goede|dzień dobry|szanown|cześć|"
    r"witam|to whom it may concern|こんにちは|お世話|いつも)[^.!?]{0,60}$",
    re.IGNORECASE,
)
_CLOSING_LINE = re.compile(
    r"(?:(?:best|kind|warm|many)? ?(?:regards|wishes)|sincerely|cheers|thanks?(?: you)?(?: in advance| so much)?|"
    r"mit freundlichen|viele grüße|liebe grüße|beste grüße|danke|merci|cordialement|bien à vous|"
    r"saludos|un saludo|atentamente|gracias|cordiali saluti|distinti saluti|saluti|grazie|atenciosamente|cumprimentos|obrigad|"
    r"met vriendelijke|groet|bedankt|pozdrawiam|z poważaniem|よろしくお願い)[^.?]{0,40}$",
    re.IGNORECASE,
)


def classify(subject: Redacted, text: Redacted, entities: Mapping[str, tuple[str, ...]], language: str = "") -> Triage:
    """What the mail is by its words alone. Confidence stays under 0.9, and under 0.6 where words disagree or are missing."""
    head, body = _bare(subject.text), _bare(text.text[:_LOOKED_AT])
    scores, fired = _scores(head, body, entities)
    category, confidence = _winner(scores, len((head + body).split()))
    asks = _asks(text.text[:_LOOKED_AT])
    outage = bool(words.OUTAGE.search(f"{head}\n{body}")) and category in (Category.SUPPORT, Category.OTHER)
    if outage and category is Category.OTHER:
        category, confidence = Category.SUPPORT, max(confidence, 0.6)
    content = not asks and not outage and _thanks(head, body)
    return Triage(
        category=category,
        priority=Priority.LOW if content else _priority(f"{head}\n{body}", category, outage),
        summary=_summary(subject, text),
        asks=tuple(taken(ask) for ask in asks),
        entities=entities,
        confidence=confidence,
        outage=outage,
        needs_no_answer=content,
        source="rules",
        reasons=_reasons(category, fired),
    )


def _bare(text: str) -> str:
    return PLACEHOLDER.sub(" ", text)


def _scores(
    head: str, body: str, entities: Mapping[str, tuple[str, ...]]
) -> tuple[dict[Category, float], dict[Category, list[str]]]:
    scores: dict[Category, float] = {}
    fired: dict[Category, list[str]] = {}
    for category, rules in words.POINTS.items():
        for points, pattern in rules:
            in_head = {match.group(0).casefold() for match in pattern.finditer(head)}
            in_body = {match.group(0).casefold() for match in pattern.finditer(body)} - in_head
            scores[category] = scores.get(category, 0.0) + points * (_SUBJECT_WEIGHT * len(in_head) + min(len(in_body), 6))
            fired.setdefault(category, []).extend(sorted(in_head | in_body))
    if entities.get("invoice"):
        scores[Category.BILLING] = scores.get(Category.BILLING, 0.0) + 1.5
    if entities.get("order") or entities.get("tracking") or entities.get("serial"):
        scores[Category.SUPPORT] = scores.get(Category.SUPPORT, 0.0) + 0.8
    return scores, fired


def _winner(scores: Mapping[Category, float], length: int) -> tuple[Category, float]:
    """The best category; confidence grows with its lead and with how much was found, shrinks where little was."""
    ranked = sorted(scores.items(), key=lambda pair: pair[1], reverse=True)
    (best, top), (_, second) = ranked[0], ranked[1]
    if top < 1.0:
        return Category.OTHER, 0.4 if length > 3 else 0.3
    margin = (top - second) / top
    strength = min(1.0, top / 5.0)
    return best, round(min(0.88, 0.38 + 0.3 * margin + 0.25 * strength), 2)


def _priority(text: str, category: Category, outage: bool) -> Priority:
    urgent, angry = bool(words.URGENT.search(text)), bool(words.ANGRY.search(text))
    if outage:
        return Priority.URGENT
    if category is Category.LEGAL:
        return Priority.URGENT if urgent else Priority.HIGH
    if category in (Category.VENDOR, Category.CAREER, Category.SPAM):
        return Priority.LOW
    if urgent or angry:
        return Priority.HIGH
    return Priority.LOW if words.RELAXED.search(text) else Priority.NORMAL


def _thanks(head: str, body: str) -> bool:
    """A short mail of thanks that asks for nothing."""
    length = len(body.split())
    return (
        0 < length <= 40
        and bool(words.THANKS.search(body))
        and not words.REQUEST.search(body)
        and not words.SUPPORT_STRONG.search(body)
    )


def _sentences(text: str) -> list[str]:
    found = []
    own = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    for piece in _SENTENCE.split(_WRAPPED.sub(" ", own)):
        sentence = " ".join(piece.split()).lstrip("-*•·>– ").strip()
        if len(sentence) >= 4 and not _GREETING_LINE.match(sentence) and not _CLOSING_LINE.match(sentence):
            found.append(sentence)
    return found


def _asks(text: str) -> tuple[str, ...]:
    """The sentences that ask for something, at most five."""
    asks = [
        sentence
        for sentence in _sentences(text)
        if (words.REQUEST.search(sentence) and len(sentence.split()) >= 3) or sentence.endswith("？")
    ]
    return tuple(dict.fromkeys(_short(ask, 160) for ask in asks))[:5]


def _summary(subject: Redacted, text: Redacted) -> Redacted:
    """The first sentences that say something, else the subject."""
    out = ""
    for sentence in _sentences(text.text[:_LOOKED_AT]):
        if len(sentence.split()) < 3 and len(sentence) < 12:
            continue
        if out and len(out) + len(sentence) > 220:
            break
        out = f"{out} {sentence}".strip()
        if len(out) > 110:
            break
    return taken(_short(out or subject.text, 280))


def _short(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    opened = cut.rfind("<")
    if opened > cut.rfind(">"):
        cut = cut[:opened]
    return cut.rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def _reasons(category: Category, fired: Mapping[Category, list[str]]) -> tuple[str, ...]:
    found = len(fired.get(category, ()))
    return (
        (f"rules: {found} word{'s' if found != 1 else ''} of {category.value}",) if found else ("rules: no word of any category",)
    )
