"""Presidio without a model: a trimmed set of recognizers, context words read from the text, and its results as spans."""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine

from pipeline.redact.recognizers import KINDS, recognizers
from pipeline.redact.spans import Span

logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)  # at DEBUG it prints the words around a match

_THRESHOLD = 0.38
_STRONG = 0.8
_WEAK = frozenset({"PHONE_NUMBER", "US_BANK_NUMBER", "US_PASSPORT", "US_ITIN", "US_SSN", "NATIONAL_ID"})
_BLOCK = 3000  #: characters that are analysed at once


class NearbyWords(ContextAwareEnhancer):
    """presidio's rule for context words, on the words of the text itself: no tokenizer runs for it, nor keeps what it saw."""

    _WORD = re.compile(r"\w{2,}")

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0.35, min_score_with_context_similarity=0.4, context_prefix_count=8, context_suffix_count=0
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Raise the score of what stands shortly after one of its recognizer's context words."""
        wanted = {recognizer.id: recognizer.context for recognizer in recognizers if recognizer.context}
        for result in raw_results:
            words = wanted.get(result.recognition_metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY], ())
            if words and result.score < _STRONG:
                before = self._WORD.findall(text[max(0, result.start - 100) : result.start].lower())[-self.context_prefix_count :]
                if any(word.lower() in near for near in before for word in words):
                    raised = result.score + self.context_similarity_factor
                    result.score = min(1.0, max(raised, self.min_score_with_context_similarity))
        return raw_results


@lru_cache(maxsize=1)
def analyzer() -> AnalyzerEngine:
    """The one analyzer of this process."""
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "no_op"}])
    engine.load()
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=["en"],
        default_score_threshold=_THRESHOLD,
        context_aware_enhancer=NearbyWords(),
    )


def patterns(text: str) -> list[Span]:
    """What the recognizers find in `text`, block by block so that cost stays linear."""
    found: list[Span] = []
    start = 0
    while start < len(text):
        end = _block_end(text, start)
        block = text[start:end]
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
