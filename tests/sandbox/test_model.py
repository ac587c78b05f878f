"""The model stand-in answers, refuses and fails like an OpenAI-compatible server, as OpenAI's own client sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest

from bot.sandbox.model import Failure, Said
from tests.sandbox.gmail_bench import Bench, bench

SCHEMA = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "body": {"type": "string"}},
    "required": ["kind", "body"],
    "additionalProperties": False,
}
RECORDED = [
    {"match": "The pump  hums", "triage": {"category": "support"}, "draft": {"kind": "answer", "body": "Turn it off."}},
    {"match": "send me an offer", "triage": {"category": "lead"}},
]


@pytest.fixture(name="world")
async def _world(tmp_path: Path) -> AsyncIterator[Bench]:
    recordings = tmp_path / "recorded.json"
    recordings.write_text(json.dumps(RECORDED), encoding="utf-8")
    async with bench() as running:
        running.model.recordings = recordings
        yield running


@pytest.fixture(name="client")
async def _client(world: Bench) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key=world.model.api_key, base_url=f"{world.url}/openai/v1", max_retries=0, timeout=5
    ) as client:
        yield client


async def ask(client: openai.AsyncOpenAI, text: str, name: str = "draft", schema: Any = SCHEMA, **options: Any) -> Any:
    """One structured question; the answer's first choice."""
    wanted = {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
    messages = [{"role": "system", "content": "Answer. The pump hums."}, {"role": "user", "content": text}]
    arguments: dict[str, Any] = {"model": "recorded-answers", "messages": messages, "response_format": wanted} | options
    completion = await client.chat.completions.create(**arguments)
    assert completion.model == "recorded-answers"
    assert completion.usage is not None
    return completion.choices[0]


async def test_a_recorded_answer_is_found_by_its_phrase_in_the_users_words_only(world: Bench, client: openai.AsyncOpenAI) -> None:
    choice = await ask(client, "Hello,\nthe PUMP\n hums all night.")
    assert json.loads(choice.message.content) == {"kind": "answer", "body": "Turn it off."}
    assert choice.finish_reason == "stop"
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        await ask(client, "Nothing known")
    assert refused.value.code == "no_recorded_answer"
    assert [call.answered for call in world.model.calls] == [True, False]
    assert "Nothing known" in world.model.calls[1].text


async def test_the_phrase_that_comes_last_wins_and_a_missing_half_is_no_answer(client: openai.AsyncOpenAI) -> None:
    both = "The pump hums. Later: please send me an offer."
    assert json.loads((await ask(client, both, "triage")).message.content) == {"category": "lead"}
    with pytest.raises(openai.UnprocessableEntityError):
        await ask(client, both, "draft")


async def test_scripts_come_before_recordings_and_wear_out(world: Bench, client: openai.AsyncOpenAI) -> None:
    text = "The pump hums"
    world.model.script("draft", {"kind": "answer", "body": "Scripted."})
    world.model.script("draft", Said(None, refusal="No."), times=1)
    world.model.script("draft", Said('{"kind": "ans', finish_reason="length"), times=1)
    world.model.script("draft", "```json\n{}\n```", match="fenced", times=1)
    world.model.script("triage", Failure(), match="pump")
    cut, refusal, scripted = [await ask(client, text) for _ in range(3)]
    assert cut.finish_reason == "length"
    assert (refusal.message.content, refusal.message.refusal) == (None, "No.")
    assert json.loads(scripted.message.content)["body"] == "Scripted."
    assert (await ask(client, "Fenced, please")).message.content.startswith("```json")
    with pytest.raises(openai.InternalServerError):
        await ask(client, text, "triage")
    world.model.forget()
    with pytest.raises(openai.UnprocessableEntityError):
        await ask(client, text)


async def test_a_rate_limit_is_waited_out_and_an_empty_quota_is_not_a_rate_limit(
    world: Bench, client: openai.AsyncOpenAI
) -> None:
    patient = client.with_options(max_retries=1)
    world.model.script("draft", Failure(429, "rate_limit_exceeded", "Slow down.", retry_after=0.01), times=1)
    assert (await ask(patient, "The pump hums")).message.content
    world.model.script("draft", Failure(429, "insufficient_quota", "You exceeded your current quota."))
    with pytest.raises(openai.RateLimitError) as refused:
        await ask(client, "The pump hums")
    assert refused.value.type == "insufficient_quota"


async def test_a_slow_or_vanished_server(world: Bench, client: openai.AsyncOpenAI) -> None:
    world.model.script("draft", {"kind": "answer", "body": "late"}, delay=0.3, times=1)
    with pytest.raises(openai.APITimeoutError):
        await ask(client.with_options(timeout=0.05), "anything")
    world.model.script("draft", Failure(drop=True), times=1)
    with pytest.raises(openai.APIConnectionError):
        await ask(client, "anything")


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"model": "gpt-none"}, openai.NotFoundError, "does not exist"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, openai.BadRequestError, "role"),
        ({"tools": [{"type": "function", "function": {"name": "send"}}]}, openai.BadRequestError, "tools"),
        ({"response_format": {"type": "yaml"}}, openai.BadRequestError, "response_format"),
        ({"schema": SCHEMA | {"required": ["kind"]}}, openai.BadRequestError, "'required'"),
        ({"schema": {**SCHEMA, "additionalProperties": True}}, openai.BadRequestError, "additionalProperties"),
        ({"name": ""}, openai.BadRequestError, "json_schema.name"),
    ],
)
async def test_a_strict_server_says_what_it_does_not_take(
    client: openai.AsyncOpenAI, options: dict[str, Any], kind: type[openai.APIStatusError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await ask(client, "The pump hums", **options)


async def test_keys_and_models(world: Bench, client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["recorded-answers"]
    stranger = client.with_options(api_key="sk-wrong")
    with pytest.raises(openai.AuthenticationError):
        await ask(stranger, "The pump hums")
    with pytest.raises(openai.AuthenticationError):
        await stranger.models.list()
    with pytest.raises(openai.NotFoundError):
        await client.embeddings.create(model="recorded-answers", input="x")


async def test_whoever_waits_sees_the_question(world: Bench, client: openai.AsyncOpenAI) -> None:
    await ask(client, [{"type": "text", "text": "The pump hums"}])  # type: ignore[arg-type]
    await world.model.eventually(lambda: world.model.calls)
    assert (world.model.calls[0].name, world.model.calls[0].response_format["json_schema"]["schema"]) == ("draft", SCHEMA)
