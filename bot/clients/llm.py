"""The language model behind an OpenAI-compatible endpoint: JSON in, errors translated, no tools, no text in any log."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.errors import AuthFailed, Permanent, Temporary
from bot.values import Redacted

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

log = logging.getLogger("triage.llm")

_PAUSE = 300.0  #: seconds without calls after the endpoint refused our key or our quota
_LADDER = ("json_schema", "json_object", "prompt")
_OPENAI = "https://api.openai.com/"


class LanguageModel:
    """One shared client. Only `Redacted` text can be asked about."""

    def __init__(self, api_key: str, base_url: str | None, model: str, timeout: float = 30.0) -> None:
        from openai import AsyncOpenAI  # 0.4 s, and not needed without a key

        self._client: AsyncOpenAI = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=2)
        self._model = model
        self._step = 0  #: the rung of the ladder that this endpoint understands
        self._paused_until = 0.0
        self._own = base_url is None or base_url.startswith(_OPENAI)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def names(self) -> frozenset[str]:
        """The models that the endpoint offers, empty where it does not say; raises as `ask` does."""
        from openai import NotFoundError

        try:
            return frozenset(model.id for model in (await self._client.models.list()).data)
        except NotFoundError:
            return frozenset()
        except Exception as error:
            raise self._translated(error) from None

    async def ask(self, name: str, schema: Mapping[str, Any], system: str, user: Redacted) -> tuple[dict[str, Any], str]:
        """The JSON object that the model answers, and the model's name.

        Raises Temporary (busy, away, too slow), AuthFailed (key or quota), Permanent (refused, cut off, no JSON).
        """
        if time.monotonic() < self._paused_until:
            raise AuthFailed("The model's key or quota was refused a moment ago. Check OPENAI_API_KEY and the account.")
        started = time.monotonic()
        while True:
            try:
                completion = await self._call(name, schema, system, user)
                break
            except Exception as error:
                if not self._go_down(error):
                    raise self._translated(error) from None
        self._record(name, completion, time.monotonic() - started)
        return _answer(completion), completion.model or self._model

    async def _call(self, name: str, schema: Mapping[str, Any], system: str, user: Redacted) -> ChatCompletion:
        rung = _LADDER[self._step]
        extra: dict[str, Any] = {"store": False} if self._own else {}
        if rung == "json_schema":
            extra["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": name, "schema": dict(schema), "strict": True},
            }
        else:
            system = f"{system}\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(dict(schema))}"
            if rung == "json_object":
                extra["response_format"] = {"type": "json_object"}
        completion: ChatCompletion = await self._client.chat.completions.create(
            model=self._model,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user.text}],
            **extra,
        )
        return completion

    def _go_down(self, error: Exception) -> bool:
        """Whether the endpoint only refused the form of the answer; then the next rung is kept for all later calls."""
        from openai import BadRequestError

        words = str(error).lower()
        about_form = isinstance(error, BadRequestError) and any(
            w in words for w in ("response_format", "json_schema", "json_object", "schema")
        )
        if about_form and self._step + 1 < len(_LADDER):
            self._step += 1
            log.info("model ladder step=%s", _LADDER[self._step])
            return True
        return False

    def _translated(self, error: Exception) -> Exception:
        """Our error for the client library's; its text never quotes what was sent or received."""
        import openai

        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            self._paused_until = time.monotonic() + _PAUSE
            return AuthFailed("The model refuses our key. Check OPENAI_API_KEY.")
        if isinstance(error, openai.RateLimitError):
            if error.code == "insufficient_quota":
                self._paused_until = time.monotonic() + _PAUSE
                return AuthFailed("The model account's quota is used up.")
            return Temporary("The model is busy.", retry_after=_retry_after(error))
        if isinstance(error, openai.APIConnectionError):  # time-outs too
            return Temporary("The model did not answer in time.")
        if isinstance(error, openai.APIStatusError):
            if error.status_code >= 500 or error.status_code in (408, 409):
                return Temporary("The model's server has a problem.")
            return Permanent(f"The model refused the request ({error.status_code}).", code=str(error.code or error.status_code))
        if isinstance(error, openai.OpenAIError):
            return Permanent("The model's client could not make the request.")
        return error

    def _record(self, name: str, completion: ChatCompletion, seconds: float) -> None:
        usage = completion.usage
        log.info(
            "model call=%s tokens_in=%s tokens_out=%s ms=%s",
            name,
            usage.prompt_tokens if usage else "?",
            usage.completion_tokens if usage else "?",
            round(seconds * 1000),
        )


def _retry_after(error: Any) -> float | None:
    try:
        return float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None


def _answer(completion: ChatCompletion) -> dict[str, Any]:
    if not completion.choices:
        raise Permanent("The model gave no answer.", code="empty")
    choice = completion.choices[0]
    if choice.message.refusal:
        raise Permanent("The model declined to answer.", code="refusal")
    if choice.finish_reason == "length":
        raise Permanent("The model's answer was cut off.", code="length")
    return first_object(choice.message.content or "")


def first_object(text: str) -> dict[str, Any]:
    """The first JSON object in `text`, with or without a code fence around it."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(20):
        if at < 0:
            break
        try:
            found, _end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(found, dict):
            return found
        at = text.find("{", at + 1)
    raise Permanent("The model's answer was no JSON object.", code="no_json")
