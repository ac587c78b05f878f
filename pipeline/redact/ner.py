"""The trained name finder, on top of the rules: what it finds is filtered, and spaCy forgets the words that it saw."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from pipeline.redact.cues import STOP, WORD, trim
from pipeline.redact.spans import Span

_BUNDLED = Path(__file__).parent / "ner_model"
_KINDS = {"PERSON": "PERSON", "PER": "PERSON", "ADDRESS": "ADDRESS"}
_EXPLAINED = ("PERSON", "EMAIL", "LINK", "SECRET", "ADDRESS", "IBAN")
_BLOCK = 3000  #: characters that are looked at in one go
_CAPITAL = re.compile(rf"(?<![\w@./&-]){WORD}(?![\w@])")
_LONG = re.compile(r"[^\W\d_]{4,}")
_RUN = re.compile(r"([^\w\s])\1{24,}")  #: spaCy's tokenizer takes quadratic time on these
_LONGEST = 80  #: characters that an id has at most
_AROUND = 40  #: characters on each side of a word that are looked at with it
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")
_chosen = ""


def use(model: str) -> None:
    """Take the installed spaCy model of that name (or in that folder) from now on; "" is the bundled one."""
    global _chosen
    if model != _chosen:
        check(model)
        _chosen = model
        pipeline.cache_clear()


def check(model: str) -> None:
    """SettingsError when `model` is not on this machine: nothing is ever downloaded."""
    if model and not Path(model).is_dir() and not (model.isidentifier() and importlib.util.find_spec(model)):
        raise SettingsError(
            f"privacy.nlp_model: the spaCy model {model!r} is not installed here. Install it beside triage "
            "(its package, of the spaCy version that triage uses), give a folder, or leave the line out for the bundled one."
        )


@lru_cache(maxsize=1)
def pipeline() -> Any:
    """The one pipeline of this process."""
    import spacy
    from spacy import attrs
    from thinc.api import NumpyOps

    if _chosen:
        return spacy.load(_chosen, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "morphologizer"])
    nlp: Any = spacy.load(_BUNDLED)
    getters = nlp.vocab.lex_attr_getters
    for attribute in set(getters) - {attrs.NORM, attrs.PREFIX, attrs.SUFFIX, attrs.SHAPE, attrs.LOWER, attrs.IS_SPACE}:
        del getters[attribute]  # a new word has about twenty attributes, of which the finder looks at these
    for word in _ordinary():
        nlp.vocab[word], nlp.vocab[word.capitalize()]  # known beforehand: what a memory zone adds, it forgets
    tagger: Any = nlp.get_pipe("tagger")
    for label in tagger.labels:
        nlp.vocab.strings.add(label)  # what is added in a memory zone only is forgotten with it
    for node in tagger.model.walk():
        node.ops = NumpyOps(use_blis=False)  # numpy multiplies matrices of this size in half the time
    return nlp


def _ordinary() -> set[str]:
    """The most frequent words of the languages that customers write."""
    listed = (importlib.import_module(f"spacy.lang.{code}.stop_words").STOP_WORDS for code in _LANGUAGES)
    return set(STOP).union(*listed)


def found(text: str, known: Iterable[Span], areas: list[tuple[int, int]]) -> list[Span]:
    """Names and addresses around the capitalised words of `text` that the rules left unexplained; `areas` are its sorted ids."""
    hidden = [(span.start, span.end) for span in known if span.kind in _EXPLAINED]
    seen = bytearray(len(text))
    for start, end in hidden:
        seen[start:end] = b"\1" * (end - start)
    spans: list[Span] = []
    for block, origin in _blocks(text, seen):
        spans += _entities(block, origin)
    return [kept for span in spans if (kept := _filtered(text, span, areas))]


def _blocks(text: str, seen: bytearray) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The words worth looking at with their neighbours, up to a block's size: the text, and (where in it, where in the whole)."""
    out, origin, size = list[str](), list[tuple[int, int]](), 0
    for begin, stop in _windows(text, seen):
        for start in range(begin, stop, _BLOCK):
            piece = _RUN.sub(lambda match: " " * len(match.group(0)), text[start : min(start + _BLOCK, stop)])
            if size + len(piece) > _BLOCK and out:
                yield "".join(out), origin
                out, origin, size = [], [], 0
            origin.append((size, start))
            out.append(piece + "\n")
            size += len(piece) + 1
    if out:
        yield "".join(out), origin


def _windows(text: str, seen: bytearray) -> Iterator[tuple[int, int]]:
    """Around each capitalised word that no rule explains: the finder never looks further than three words away."""
    begin = stop = -1
    for word in _CAPITAL.finditer(text):
        if seen[word.start()] or word.group(0).casefold() in STOP:
            continue
        start, end = max(0, word.start() - _AROUND), min(len(text), word.end() + _AROUND)
        space = text.find(" ", start, word.start())
        start = space + 1 if space >= 0 and start else start
        space = text.find(" ", end, end + 40)
        end = space if space >= 0 else end
        if start > stop:
            if stop >= 0:
                yield begin, stop
            begin = start
        stop = max(stop, end)
    if stop >= 0:
        yield begin, stop


def _entities(block: str, origin: list[tuple[int, int]]) -> list[Span]:
    nlp = pipeline()
    with nlp.memory_zone():
        doc = nlp(block)
        entities = [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents] if _chosen else list(_tagged(doc))
    return [Span(*_place(start, end, origin), _KINDS[label]) for start, end, label in entities if label in _KINDS]


def _tagged(doc: Any) -> Iterator[tuple[int, int, str]]:
    """Runs of words with the same label; "B-" begins a new one."""
    strings, tags = doc.vocab.strings, doc.to_array("TAG")
    start, end, label, last = 0, 0, "", -1
    for at in (tags != strings["O"]).nonzero()[0].tolist():
        token = doc[at]
        mark, _, tag = strings[int(tags[at])].partition("-")
        if label and (mark == "B" or tag != label or at != last + 1):
            yield start, end, label
            label = ""
        last = at
        if tag and not token.is_space:
            start = start if label else token.idx
            end, label = token.idx + len(token), tag
    if label:
        yield start, end, label


def _place(start: int, end: int, origin: list[tuple[int, int]]) -> tuple[int, int]:
    """Where an entity of a block stands in the text; one that runs on over a line that was left out ends before that."""
    at = bisect_right(origin, (start, sys.maxsize)) - 1
    begin, source = origin[at]
    for later, elsewhere in origin[at + 1 :]:
        if later < end and elsewhere - source != later - begin:
            end = later
        if later >= end:
            break
    return start - begin + source, end - begin + source


def _filtered(text: str, span: Span, areas: list[tuple[int, int]]) -> Span | None:
    """Nothing with digits but an address, nothing inside an id, nothing without a capital or of common words only."""
    value = text[span.start : span.end].strip()
    near = areas[bisect_left(areas, (span.start - _LONGEST, 0)) : bisect_left(areas, (span.end, 0))]
    in_ids = sum(max(0, min(span.end, end) - max(span.start, start)) for start, end in near)
    if span.kind == "ADDRESS":
        words = _LONG.findall(value)
        return span if words and any(char.isdigit() for char in value) and in_ids < 0.4 * len(value) else None
    if in_ids or any(char.isdigit() for char in value) or "@" in value or "\n" in value:
        return None
    kept = trim(text, span)
    return kept if kept and text[kept.start].isupper() and not text[kept.start : kept.end].isupper() else None
