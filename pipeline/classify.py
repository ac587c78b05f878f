"""Redacted mail to Triage: the model, once more with its error shown, then the rules. Never fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.clients.llm import LanguageModel
from bot.errors import Permanent, VendorError
from bot.values import Category, Priority, Reading, Redacted, Triage, trusted
from pipeline import prompts, rules
from pipeline.redact.placeholders import clipped, from_model, joined

log = logging.getLogger("triage.classify")

_TEXT_LIMIT = 12_000
_RECORDED = "recorded-answers"  #: the model name of the sandbox's stand-in


class TriageAnswer(BaseModel):
    """The model's answer as it must be; what does not fit is repaired once, then thrown away."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    category: Category
    priority: Priority
    summary: str = Field(min_length=1, max_length=2000)
    asks: list[str] = Field(max_length=20)
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    outage: bool = False
    needs_no_answer: bool = False


class Classifier:
    """Classifies with a model when there is one."""

    def __init__(self, llm: LanguageModel | None) -> None:
        self._llm = llm

    async def classify(self, reading: Reading) -> Triage:
        """What the mail is. Only redacted text is shown to the model; without any, a person has to look."""
        if reading.redacted is None:
            return _unread()
        by_rules = rules.classify(reading.redacted.subject, reading.redacted.new_text, reading.entities, reading.email.language)
        if self._llm is None:
            return by_rules
        try:
            return await self._by_model(self._llm, reading, by_rules)
        except VendorError as error:
            cause = type(error).__name__
        except Exception as error:  # never fails: the rules' answer is there
            cause = type(error).__name__
        log.warning("model not used for triage cause=%s", cause)
        return replace(by_rules, reasons=(*by_rules.reasons, "the model gave no usable answer, so rules decided"))

    async def _by_model(self, llm: LanguageModel, reading: Reading, by_rules: Triage) -> Triage:
        assert reading.redacted is not None
        mail = prompts.as_data(reading.redacted.subject, clipped(reading.redacted.new_text, _TEXT_LIMIT))
        try:
            checked, model = await _asked(llm, mail)
        except (ValidationError, Permanent) as error:
            if isinstance(error, Permanent) and error.code != "no_json":
                raise
            checked, model = await _asked(
                llm, joined(f"Your last answer did not fit: {_plain(error)} Answer again.", mail, between="\n\n")
            )
        return _triage(checked, "recorded" if model == _RECORDED else model, by_rules)


async def _asked(llm: LanguageModel, mail: Redacted) -> tuple[TriageAnswer, str]:
    answer, model = await llm.ask("triage", prompts.TRIAGE_SCHEMA, prompts.TRIAGE, mail)
    return TriageAnswer.model_validate(answer), model


def _triage(answer: TriageAnswer, source: str, by_rules: Triage) -> Triage:
    reasons = [f"{'a recorded answer' if source == 'recorded' else 'the model'} chose {answer.category.value}"]
    confidence = answer.confidence
    if by_rules.category is not answer.category and by_rules.confidence >= 0.75:
        confidence = min(confidence, 0.55 if Category.LEGAL in (by_rules.category, answer.category) else 0.7)
        reasons.append(f"rules would say {by_rules.category.value}")
    return Triage(
        category=answer.category,
        priority=answer.priority,
        summary=from_model(answer.summary, limit=400, one_line=True),
        asks=tuple(from_model(ask, limit=160, one_line=True) for ask in answer.asks[:6] if ask.strip()),
        entities=by_rules.entities,
        confidence=round(confidence, 2),
        outage=answer.outage,
        needs_no_answer=answer.needs_no_answer and not by_rules.asks,
        source=source,
        reasons=tuple(reasons),
    )


def _unread() -> Triage:
    reason = "the mail could not be read, so nothing was shown to a model"
    summary = trusted("This mail could not be read. The original is behind View original.")
    return Triage(Category.OTHER, Priority.NORMAL, summary, (), {}, 0.0, source="rules", reasons=(reason,))


def _plain(error: ValidationError | Permanent) -> str:
    """Which fields were wrong, without their values."""
    if isinstance(error, Permanent):
        return str(error)
    problems: list[Mapping[str, Any]] = [dict(problem) for problem in error.errors(include_input=False, include_url=False)]
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'answer'}: {p['type']}" for p in problems[:5]) + "."
