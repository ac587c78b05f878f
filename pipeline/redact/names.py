"""Names of people: from headers and cues, from a list of given and family names, and spread over the whole thread."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.redact.cues import STOP, WORD
from pipeline.redact.spans import Span

MOST = 200  #: names that are looked for in one text
_DATA = Path(__file__).parent / "names.txt.gz"
_RUN = re.compile(
    rf"(?<![\w@./-]){WORD}(?:[ \t](?:(?:von|van|de|der|den|del|della|di|da|dos|du|la|le|ten|"
    rf"ter)[ \t]){{0,2}}{WORD}){{0,3}}(?![\w@])"
)
_PERSON_FOLLOWS = re.compile(
    r"(?<!\w)(?:tell|told|asked?|by|with|via|phoned?|called?|thank|colleague|durch|frag(?:en|te)?|avec|appelez|par|"
    r"con|preguntes? por|met|przez|panią?|pana)[ ]$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Case-folded name lists. `common` are names that are ordinary words as well: they count only beside another "
    "name."""

    first: frozenset[str]
    last: frozenset[str]
    common: frozenset[str]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The lists that `collect_names` wrote: one line each for given names, family names and ambiguous ones."""
    with gzip.open(_DATA, "rt", encoding="utf-8") as file:
        first, last, common = (frozenset(line.strip().split("|")) for line in file)
    return Gazetteer(first, last, common)


def listed(text: str) -> list[Span]:
    """Runs of capitalised words that the lists know: a given name with what follows it, or a clear given name alone."""
    lists = gazetteer()
    found: list[Span] = []
    for run in _RUN.finditer(text):
        words = [(m.group(0), run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\S+", run.group(0))]
        folded = [re.sub(r"['’]s$", "", word).casefold() for word, _, _ in words]
        at = 0
        while at < len(words):
            size = _name_at(folded, at, lists, _after_cue(text, words[at][1]))
            if size:
                found.append(Span(words[at][1], words[at + size - 1][2] - _possessive(words[at + size - 1][0]), "PERSON"))
            at += size or 1
    return found


def _name_at(words: list[str], at: int, lists: Gazetteer, after_cue: bool) -> int:
    """How many words from `at` are a name."""
    word = words[at]
    if word in STOP or not _known(word, lists.first):
        return 0
    following = words[at + 1 : at + 4]
    size = 1
    for later in following:
        if later in STOP and later not in {"de", "van", "von", "la", "le", "da", "du", "del"}:
            break
        size += 1
    ambiguous = word in lists.common or len(word) < 3
    if size == 1:
        return 0 if ambiguous and not after_cue else 1
    if ambiguous and not any(_known(later, lists.last) or _known(later, lists.first) for later in words[at + 1 : at + size]):
        return 0
    return size


def _known(word: str, names: frozenset[str]) -> bool:
    return word in names or ("-" in word and all(part in names for part in word.split("-")))


def _possessive(word: str) -> int:
    return 2 if word.endswith(("'s", "’s")) else 0


def _after_cue(text: str, at: int) -> bool:
    """Whether a word before `at` says that a person follows: even a name that is a common word is one then."""
    return bool(_PERSON_FOLLOWS.search(text[max(0, at - 14) : at]))


def name_parts(names: Iterable[str]) -> Mapping[str, str]:
    """Each part of each name that is long enough to be looked for alone -> the first whole name that it belongs to."""
    parts: dict[str, str] = {}
    for name in names:
        for part in _LETTERS.findall(name):
            folded = part.casefold()
            if len(part) >= (3 if part.isascii() else 2) and folded not in STOP:
                parts.setdefault(folded, name)
    return parts


def spread(text: str, names: Iterable[str]) -> list[Span]:
    """Every other place where a found name or a part of it stands: whole names in any case, parts when written as names."""
    names = [name for name in dict.fromkeys(names) if len(name) >= 2][:MOST]
    parts = name_parts(names)
    if not parts:
        return []
    wholes: dict[str, list[list[str]]] = {}
    for name in names:
        pieces = [word.casefold() for word in _LETTERS.findall(name)]
        if len(pieces) > 1:
            wholes.setdefault(pieces[0], []).append(pieces)
    words = [(m.start(), m.end(), m.group(0), m.group(0).casefold()) for m in _LETTERS.finditer(text)]
    found: list[Span] = []
    for at, (start, end, word, folded) in enumerate(words):
        for whole in wholes.get(folded, ()):
            last = at + len(whole) - 1
            if [w[3] for w in words[at : last + 1]] == whole and len(text[start : words[last][1]]) <= sum(
                map(len, whole)
            ) + 5 * last:
                found.append(Span(start, words[last][1], "PERSON"))
        bare = folded[:-2] if folded.endswith(("'s", "’s")) else folded
        if bare in parts and _written_as_name(word):
            found.append(Span(start, end - _possessive(word), "PERSON"))
    return found


def _written_as_name(word: str) -> bool:
    """Capitalised, in a script without capitals, or a name that the lists know and that is no ordinary word."""
    if word[0].isupper() or word[0].lower() == word[0].upper():
        return True
    folded, lists = word.casefold(), gazetteer()
    return (
        len(folded) >= 4 and folded not in lists.common and folded not in STOP and (folded in lists.first or folded in lists.last)
    )
