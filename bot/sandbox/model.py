"""An OpenAI-compatible model stand-in that repeats recorded answers, and says or fails what a test scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.changes import Changes
from bot.sandbox.striking import hung_up

Json = dict[str, Any]

MODEL = "recorded-answers"
RECORDINGS = Path(__file__).parent / "mails" / "recorded.json"

_KNOWN = frozenset(
    {"model", "messages", "response_format", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream"}
)


@dataclass(frozen=True)
class Failure:
    """An error answer; `drop` closes the connection instead."""

    status: int = 500
    code: str = "server_error"
    message: str = "The server had an error while processing your request."
    retry_after: float | None = None
    drop: bool = False


@dataclass(frozen=True)
class Said:
    """An answer word for word: `content` as it is, a refusal, or one that was cut off (finish_reason "length")."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None


Answer = Mapping[str, Any] | str | Said | Failure


@dataclass
class _Script:
    name: str
    answer: Answer
    match: str | None
    delay: float
    times: int | None


@dataclass(frozen=True)
class ModelCall:
    """One request: the schema's name, what was sent, and whether an answer was found."""

    name: str
    model: str
    messages: tuple[Json, ...]
    response_format: Json
    answered: bool

    @property
    def text(self) -> str:
        """Everything the model was shown."""
        return "\n".join(_text(message) for message in self.messages)


class Refused(Exception):
    """A request that a strict server does not take."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass
class ModelWorld:
    """The model: its recordings, its scripts and what it was asked."""

    recordings: Path = RECORDINGS
    on_change: Callable[[], None] = lambda: None
    api_key: str = "sk-sandbox-model"
    models: set[str] = field(default_factory=lambda: {MODEL})
    calls: list[ModelCall] = field(default_factory=list)
    _scripts: list[_Script] = field(default_factory=list)
    _recorded: list[Json] | None = None

    def __post_init__(self) -> None:
        self._changes = Changes()

    def routes(self) -> list[web.RouteDef]:
        """The endpoints below /openai/v1."""
        return [
            web.get("/openai/v1/models", self._models),
            web.post("/openai/v1/chat/completions", self._complete),
            web.route("*", "/openai/{rest:.*}", self._unknown),
        ]

    def script(self, name: str, answer: Answer, *, match: str | None = None, delay: float = 0, times: int | None = None) -> None:
        """Answer requests for the schema `name` ("*": any) so, `times` times or always; the latest script that fits wins."""
        self._scripts.append(_Script(name, answer, None if match is None else folded(match), delay, times))

    def forget(self) -> None:
        """Drop all scripts and all recordings: every request is answered with 422."""
        self._scripts.clear()
        self._recorded = []

    async def eventually(self, predicate: Callable[[], object], timeout: float = 15.0, what: str = "") -> None:
        """Wait until the model was asked as wanted."""
        await self._changes.until(predicate, timeout, lambda: what or "the model to be asked")

    async def _unknown(self, request: web.Request) -> web.Response:
        return _failed(Failure(404, "unknown_url", f"Unknown request URL: {request.method} {request.path}."))

    async def _models(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _failed(_BAD_KEY)
        rows = [{"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"} for name in sorted(self.models)]
        return web.json_response({"object": "list", "data": rows})

    def _known(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {self.api_key}"

    async def _complete(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _failed(_BAD_KEY)
        try:
            body = _checked(await request.read(), self.models)
        except Refused as refused:
            return _failed(refused.failure)
        wanted = body.get("response_format", {})
        name = str(wanted.get("json_schema", {}).get("name", "")) if wanted.get("type") == "json_schema" else ""
        asked = next((_text(message) for message in reversed(body["messages"]) if message["role"] == "user"), "")
        answer, delay = await self._answer(name, folded(asked))
        self.calls.append(ModelCall(name, body["model"], tuple(body["messages"]), wanted, not isinstance(answer, Failure)))
        self._changes.changed()
        self.on_change()
        if delay:
            await asyncio.sleep(delay)
        if isinstance(answer, Failure) and answer.drop:
            return hung_up(request)
        return _failed(answer) if isinstance(answer, Failure) else _completion(len(self.calls), answer, body["messages"])

    async def _answer(self, name: str, text: str) -> tuple[Answer, float]:
        for script in reversed(self._scripts):
            if script.name in (name, "*") and (script.match is None or script.match in text):
                if script.times is not None:
                    script.times -= 1
                    if script.times <= 0:
                        self._scripts.remove(script)
                return script.answer, script.delay
        if self._recorded is None:
            self._recorded = await asyncio.to_thread(_read, self.recordings)
        return recorded_answer(self._recorded, name, text) or _NO_RECORDING, 0


_BAD_KEY = Failure(401, "invalid_api_key", "Incorrect API key provided.")
_NO_RECORDING = Failure(422, "no_recorded_answer", "There is no recorded answer for this text.")


def folded(text: str) -> str:
    """Text as it is compared: without case, every run of white space one blank."""
    return " ".join(text.split()).casefold()


def recorded_answer(recordings: Sequence[Json], name: str, text: str) -> Json | None:
    """The answer of the recording whose phrase comes last in `text`, since the mail to answer stands at the end of a prompt."""
    places = [(text.rfind(folded(entry["match"])), len(entry["match"]), number) for number, entry in enumerate(recordings)]
    place, _, number = max(places, default=(-1, 0, 0))
    found = recordings[number].get(name) if place >= 0 else None
    return found if isinstance(found, dict) else None


def _read(path: Path) -> list[Json]:
    recordings: list[Json] = json.loads(path.read_text(encoding="utf-8"))
    return recordings


def _text(message: Json) -> str:
    """A message's words, given as a string or as text parts."""
    inside = message.get("content")
    if isinstance(inside, list):
        return "\n".join(str(part.get("text", "")) for part in inside if isinstance(part, dict))
    return str(inside or "")


def _checked(raw: bytes, models: set[str]) -> Json:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(_bad("We could not parse the JSON body of your request."))
    if unknown := sorted(set(body) - _KNOWN):
        raise Refused(_bad(f"Unrecognized request argument supplied: {unknown[0]}"))
    if body.get("stream"):
        raise Refused(_bad("The sandbox does not stream."))
    if body.get("model") not in models:
        raise Refused(
            Failure(404, "model_not_found", f"The model `{body.get('model')}` does not exist or you do not have access to it.")
        )
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(_bad("Invalid 'messages': empty array. Expected an array with minimum length 1."))
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in ("system", "developer", "user", "assistant"):
            raise Refused(_bad("Invalid value: 'messages[].role'."))
    _check_format(body.get("response_format", {"type": "text"}))
    return body


def _check_format(wanted: Any) -> None:
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise Refused(_bad("Invalid value: 'response_format.type'."))
    if kind != "json_schema":
        return
    inside = wanted.get("json_schema")
    if not isinstance(inside, dict) or not inside.get("name") or not isinstance(inside.get("schema"), dict):
        raise Refused(_bad("Missing required parameter: 'response_format.json_schema.name' or '.schema'."))
    if inside.get("strict"):
        _check_strict(inside["schema"], str(inside["name"]), ())


def _check_strict(schema: Any, name: str, context: tuple[str, ...]) -> None:
    """What strict structured outputs demand of every object: no further properties, and all of them required."""
    if not isinstance(schema, dict):
        return
    where = f"Invalid schema for response_format '{name}': In context={context}, "
    properties = schema.get("properties", {})
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise Refused(_bad(where + "'additionalProperties' is required to be supplied and to be false."))
        if set(schema.get("required", ())) != set(properties):
            raise Refused(
                _bad(where + "'required' is required to be supplied and to be an array including every key in properties.")
            )
    for key, inner in properties.items():
        _check_strict(inner, name, (*context, "properties", key))
    for key, inner in schema.get("$defs", {}).items():
        _check_strict(inner, name, (*context, "$defs", key))
    _check_strict(schema.get("items"), name, (*context, "items"))


def _bad(message: str) -> Failure:
    return Failure(400, "invalid_request_error", message)


def _failed(failure: Failure) -> web.Response:
    kind = "invalid_request_error" if failure.status < 429 else "server_error"
    if failure.code == "insufficient_quota":
        kind = "insufficient_quota"
    headers = {} if failure.retry_after is None else {"Retry-After": f"{failure.retry_after:g}"}
    error = {"message": failure.message, "type": kind, "param": None, "code": failure.code}
    return web.json_response({"error": error}, status=failure.status, headers=headers)


def _completion(number: int, answer: Mapping[str, Any] | str | Said, messages: Sequence[Json]) -> web.Response:
    if not isinstance(answer, Said):
        answer = Said(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))
    shown, said = sum(len(_text(message)) for message in messages) // 4, len(answer.content or "") // 4
    message = {"role": "assistant", "content": answer.content, "refusal": answer.refusal}
    usage = {"prompt_tokens": shown, "completion_tokens": said, "total_tokens": shown + said}
    return web.json_response(
        {
            "id": f"chatcmpl-sandbox-{number}",
            "object": "chat.completion",
            "created": 1_700_000_000 + number,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}],
            "usage": usage,
        }
    )
