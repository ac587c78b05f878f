"""The trained name finder, on top of the rules: what it finds is filtered, and spaCy forgets the words that it saw."""

from __future__ import annotations

import importlib.util
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from pipeline.redact.cues import STOP, WORD, trim
from pipeline.redact.spans import Span

_BUNDLED = Path(__file__).parent / "ner_model"
_KINDS = {"PERSON": "PERSON", "PER": "PERSON", "ADDRESS": "ADDRESS"}
_BLOCK = 3000  #: characters that are looked at in one go
_CAPITAL = re.compile(rf"(?<![\w@./&-]){WORD}(?![\w@])")
_LONG = re.compile(r"[^\W\d_]{4,}")
_LINE = re.compile(r"[^\n]*\n?")
_ENDS_SENTENCE = re.compile(r"(?:^|[.!?:;>*•\-–—][\"'”)]?)[ \t]*$")
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
    from thinc.api import NumpyOps

    if _chosen:
        return spacy.load(_chosen, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "morphologizer"])
    nlp = spacy.load(_BUNDLED)
    tagger: Any = nlp.get_pipe("tagger")
    for label in tagger.labels:
        nlp.vocab.strings.add(label)  # what is added in a memory zone only is forgotten with it
    for node in tagger.model.walk():
        node.ops = NumpyOps(use_blis=False)  # numpy multiplies matrices of this size in half the time
    return nlp


def found(text: str, known: Iterable[Span], ids: Iterable[tuple[int, int]]) -> list[Span]:
    """Names and addresses in the lines of `text` that still have an unexplained capitalised word after the rules."""
    hidden = [(span.start, span.end) for span in known if span.kind in ("PERSON", "EMAIL", "LINK", "SECRET")]
    seen = bytearray(len(text))
    for start, end in hidden:
        seen[start:end] = b"\1" * (end - start)
    areas = sorted(ids)
    spans: list[Span] = []
    for block, origin in _blocks(text, seen):
        spans += _entities(block, origin)
    return [kept for span in spans if (kept := _filtered(text, span, areas))]


def _blocks(text: str, seen: bytearray) -> Iterable[tuple[str, list[tuple[int, int]]]]:
    """The lines worth looking at, some thousand characters at a time, each with (where in the block, where in the text)."""
    out, origin, size = list[str](), list[tuple[int, int]](), 0
    for line in _LINE.finditer(text):
        if not _promising(text, line.start(), line.end(), seen):
            continue
        for start in range(line.start(), line.end(), _BLOCK):
            piece = text[start : min(start + _BLOCK, line.end())]
            if size + len(piece) > _BLOCK and out:
                yield "".join(out), origin
                out, origin, size = [], [], 0
            origin.append((size, start))
            out.append(piece if piece.endswith("\n") else piece + "\n")
            size += len(out[-1])
    if out:
        yield "".join(out), origin


def _promising(text: str, start: int, end: int, seen: bytearray) -> bool:
    """Whether a capitalised word stands there that no rule hid and that is no mere beginning of a sentence."""
    for word in _CAPITAL.finditer(text, start, end):
        if seen[word.start()] or word.group(0).casefold() in STOP:
            continue
        follows = text[word.end() : word.end() + 2]
        if not _ENDS_SENTENCE.search(text, max(start, word.start() - 4), word.start()) or (follows[1:2].isupper()):
            return True
        if word.start() == start or follows[:1] in " ,'’":
            return True
    return False


def _entities(block: str, origin: list[tuple[int, int]]) -> list[Span]:
    nlp = pipeline()
    with nlp.memory_zone():
        doc = nlp(block)
        entities = [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents] if _chosen else list(_tagged(doc))
    return [Span(*_place(start, end, origin), _KINDS[label]) for start, end, label in entities if label in _KINDS]


def _tagged(doc: Any) -> Iterator[tuple[int, int, str]]:
    """Runs of words with the same label; "B-" begins a new one."""
    start, end, label = 0, 0, ""
    for token in doc:
        mark, _, tag = token.tag_.partition("-")
        if label and (mark == "B" or tag != label):
            yield start, end, label
            label = ""
        if tag and not token.is_space:
            start = start if label else token.idx
            end, label = token.idx + len(token.text), tag
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
    in_ids = sum(max(0, min(span.end, end) - max(span.start, start)) for start, end in areas)
    if span.kind == "ADDRESS":
        words = _LONG.findall(value)
        return span if words and any(char.isdigit() for char in value) and in_ids < 0.4 * len(value) else None
    if in_ids or any(char.isdigit() for char in value) or "@" in value or "\n" in value:
        return None
    kept = trim(text, span)
    return kept if kept and text[kept.start].isupper() and not text[kept.start : kept.end].isupper() else None
