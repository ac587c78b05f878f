"""Presidio without a downloaded model: a blank pipeline, a trimmed set of recognizers, and its results as spans."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, SlimSpacyNlpEngine

from pipeline.redact.recognizers import KINDS, recognizers
from pipeline.redact.spans import Span

logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)  # at DEBUG it prints the words around a match

_THRESHOLD = 0.38
_STRONG = 0.8
_WEAK = frozenset({"PHONE_NUMBER", "US_BANK_NUMBER", "US_PASSPORT", "US_ITIN", "US_SSN", "NATIONAL_ID"})
_BLOCK = 3000  #: characters that are analysed at once
_RUN = re.compile(r"([^\w\s])\1{24,}")  #: spaCy's tokenizer takes quadratic time on these


class BlankEngine(SlimSpacyNlpEngine):
    """A tokenizer only. Lemmas are the lower-case words, since presidio looks for context words among the lemmas."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}], auto_download=False)

    def load(self) -> None:
        """Make the blank pipeline; nothing is loaded from anywhere."""
        self.nlp = {"en": spacy.blank("en")}  # type: ignore[assignment]

    def _doc_to_nlp_artifact(self, doc: Any, language: str) -> NlpArtifacts:
        for token in doc:
            token.lemma_ = token.lower_
        return super()._doc_to_nlp_artifact(doc, language)


class QuickContext(LemmaContextAwareEnhancer):
    """presidio's context words, with the matched token found by bisection: it walks over all tokens for every match."""

    @staticmethod
    def _find_index_of_match_token(word: str, start: int, tokens: Any, tokens_indices: list[int]) -> int:
        return max(0, bisect_right(tokens_indices, start) - 1)


@lru_cache(maxsize=1)
def analyzer() -> AnalyzerEngine:
    """The one analyzer of this process."""
    engine = BlankEngine()
    engine.load()
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=["en"],
        default_score_threshold=_THRESHOLD,
        context_aware_enhancer=QuickContext(),
    )


def patterns(text: str) -> list[Span]:
    """What the recognizers find in `text`, block by block so that cost stays linear."""
    found: list[Span] = []
    start = 0
    while start < len(text):
        end = _block_end(text, start)
        block = _RUN.sub(lambda match: " " * len(match.group(0)), text[start:end])
        for result in analyzer().analyze(block, language="en"):
            kind = KINDS.get(result.entity_type)
            if kind:
                value = block[result.start : result.end]
                weak = result.entity_type in _WEAK and result.score < _STRONG and not value.startswith("+")
                found.append(Span(start + result.start, start + result.end, kind, weak))
        start = end
    return found


def _block_end(text: str, start: int) -> int:
    """Blocks end at a line's or a word's end where there is one."""
    end = start + _BLOCK
    if end >= len(text):
        return len(text)
    for mark in ("\n", " "):
        at = text.rfind(mark, start + _BLOCK // 2, end)
        if at > 0:
            return at + 1
    spaces = re.compile(r"[^\w.@+-]").search(text, end, end + 200)
    return spaces.start() if spaces else end
