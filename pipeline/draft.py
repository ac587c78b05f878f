"""Proposes a reply: the model's, else a template in the mail's language that only acknowledges. Bodies carry no signature."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from bot.clients.llm import LanguageModel
from bot.values import Category, DraftKind, DraftText, Reading, Redacted, Triage, trusted
from pipeline import prompts
from pipeline.redact.placeholders import clipped, from_model, joined, placeholders

log = logging.getLogger("triage.draft")

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja")
_TEXT_LIMIT = 12_000
_HISTORY_LIMIT = 3_000
_BODY_LIMIT = 6_000
_RECORDED = "recorded-answers"


class DraftAnswer(BaseModel):
    """The model's answer as it must be."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    kind: Literal["answer", "acknowledgement"]
    body: str = Field(min_length=2, max_length=20_000)


class Drafter:
    """Drafts with a model when there is one."""

    def __init__(self, llm: LanguageModel | None) -> None:
        self._llm = llm

    async def draft(self, triage: Triage, reading: Reading, history: tuple[Redacted, ...], language: str) -> DraftText | None:
        """A reply to propose; None for spam, for mail that wants no answer, and where nothing could be read."""
        if reading.redacted is None or triage.category is Category.SPAM or triage.needs_no_answer:
            return None
        if self._llm is not None and "injection" not in reading.risks:
            try:
                return await self._by_model(self._llm, triage, reading, history, language)
            except Exception as error:  # a template is better than no draft
                log.warning("model not used for draft cause=%s", type(error).__name__)
        return by_template(triage, reading, language)

    async def _by_model(
        self, llm: LanguageModel, triage: Triage, reading: Reading, history: tuple[Redacted, ...], language: str
    ) -> DraftText:
        assert reading.redacted is not None
        answer, model = await llm.ask("draft", prompts.DRAFT_SCHEMA, prompts.DRAFT, _request(triage, reading, history, language))
        checked = DraftAnswer.model_validate(answer)
        body = from_model(checked.body, limit=_BODY_LIMIT)
        return DraftText(DraftKind(checked.kind), body, "recorded" if model == _RECORDED else model)


def _request(triage: Triage, reading: Reading, history: tuple[Redacted, ...], language: str) -> Redacted:
    assert reading.redacted is not None
    asked = joined("They want:", *(joined("-", ask, between=" ") for ask in triage.asks)) if triage.asks else trusted("")
    earlier = (
        joined("<thread>", *(clipped(mail, _HISTORY_LIMIT) for mail in history[-4:]), "</thread>") if history else trusted("")
    )
    name = f"Greet the customer as {reading.redacted.sender}." if reading.redacted.sender else "The customer's name is not known."
    mail = prompts.as_data(reading.redacted.subject, clipped(reading.redacted.new_text, _TEXT_LIMIT))
    parts = (
        f"Write in the language {language or 'of the mail'}. {name}",
        f"Category: {triage.category.value}.",
        asked,
        earlier,
        mail,
    )
    return joined(*(part for part in parts if part), between="\n\n")


def by_template(triage: Triage, reading: Reading, language: str) -> DraftText:
    """An acknowledgement that names only what the mail itself contains."""
    code = language if language in LANGUAGES else "en"
    sender = reading.redacted.sender if reading.redacted else ""
    body = _templates().get_template(f"acknowledgement.{code}.j2").render(
        name=sender if placeholders(sender) else "",
        topic=triage.category.value,
        ids=_ids(reading.entities),
        outage=triage.outage,
    )  # fmt: skip
    return DraftText(DraftKind.ACKNOWLEDGEMENT, trusted(body.strip()), f"template:acknowledgement.{code}")


def _ids(found: Mapping[str, tuple[str, ...]]) -> str:
    """Order and invoice ids, which are no personal data and survived redaction."""
    named = [value for kind in ("order", "invoice", "ticket", "reference") for value in found.get(kind, ())]
    safe = [
        value for value in dict.fromkeys(named) if len(value) <= 30 and all(char.isalnum() or char in "-_/#." for char in value)
    ]
    return ", ".join(safe[:3])


@lru_cache(maxsize=1)
def _templates() -> Environment:
    # Plain text for a mail: nothing is escaped as HTML, and values are placeholders and checked ids only.
    return Environment(
        loader=PackageLoader("pipeline", "templates"),
        autoescape=False,
        auto_reload=False,  # no look at the disk for each draft
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
