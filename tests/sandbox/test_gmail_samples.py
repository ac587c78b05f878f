"""The sample mails are what the demo promises, and their recorded answers are found and well-formed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import gmail_mime as mime
from bot.sandbox.model import RECORDINGS, folded, recorded_answer
from bot.sandbox.samples import sample_mails
from tests.sandbox.gmail_bench import Bench, bench

SAMPLES = sample_mails()
RECORDED: list[dict[str, Any]] = json.loads(RECORDINGS.read_text(encoding="utf-8"))
CATEGORIES = {"lead", "support", "billing", "vendor", "spam", "career", "legal", "other"}


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[Bench]:
    async with bench() as running:
        yield running


def text_of(path: Path) -> str:
    """The words of a sample above its quotes."""
    lines = mime.words(path.read_bytes()).text.splitlines()
    return folded("\n".join(line for line in lines if not line.startswith(">")))


def test_there_are_enough_samples_and_they_come_in_order() -> None:
    assert len(SAMPLES) >= 24
    assert [int(path.name[:2]) for path in SAMPLES] == list(range(1, len(SAMPLES) + 1))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_to_us_and_names_example_domains_only(path: Path) -> None:
    raw = path.read_bytes()
    headers = mime.headers_of(raw)
    assert len(raw) < 64 * 1024
    assert mime.header(headers, "From")
    assert mime.message_ids(mime.header(headers, "Message-ID"))
    to = mime.header(headers, "To")
    assert "support@larkspur.example" in to or "billing@larkspur.example" in to or "undisclosed" in to
    for name in ("From", "To", "Cc", "Reply-To"):
        assert all(address.endswith(".example") for _, address in mime.addresses(mime.header(headers, name)))


@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: str(entry["mail"]))
def test_a_recording_is_well_formed_and_found_in_its_own_mail_only(entry: dict[str, Any]) -> None:
    triage, draft = entry["triage"], entry.get("draft")
    assert triage["category"] in CATEGORIES
    assert triage["priority"] in {"low", "normal", "high", "urgent"}
    assert 0 <= triage["confidence"] <= 1
    shape = {"category", "priority", "summary", "asks", "confidence", "outage", "needs_no_answer", "language"}
    assert set(triage) == shape
    if draft is not None:
        assert draft["kind"] in {"answer", "acknowledgement"}
        assert set(draft) == {"kind", "body"}
    phrase = folded(entry["match"])
    assert [path.name for path in SAMPLES if phrase in text_of(path)] == [entry["mail"]]
    assert recorded_answer(RECORDED, "triage", text_of(SAMPLES[int(entry["mail"][:2]) - 1])) == triage


def test_some_samples_show_what_rules_and_templates_do() -> None:
    recorded = {entry["mail"] for entry in RECORDED}
    assert len(recorded) == len(RECORDED) >= 16
    assert len({entry["triage"]["language"] for entry in RECORDED}) >= 6
    assert len(recorded) < len(SAMPLES)


async def test_the_whole_mailbox_arrives_and_its_answers_join_their_threads(world: Bench) -> None:
    ids = {path.stem[:2]: await world.gmail.deliver(path) for path in SAMPLES}
    threads = {number: world.gmail.store.mail(message_id).thread_id for number, message_id in ids.items()}
    assert threads["17"] == threads["16"]
    assert threads["19"] == threads["07"]
    assert len(set(threads.values())) == len(SAMPLES) - 2
    async with world.session.get(f"{world.url}/ui/mail") as answer:
        page = await answer.json()
    assert len(page["threads"]) == len(SAMPLES) - 2
    shown = {thread["id"]: thread["messages"][0] for thread in page["threads"]}
    assert shown[threads["10"]]["html"] is True
    assert shown[threads["23"]]["from"].startswith("佐藤 美咲")
    assert "土壌センサー" in shown[threads["23"]]["text"]
    files = {file["name"]: file for message in shown.values() for file in message["attachments"]}
    assert files["Rechnung-INV-3307.pdf"]["type"] == "application/pdf"
    assert {"humidity.png", "readings-18-19-nov.csv", "CV Leo Castellanos.pdf"} <= set(files)
    for path in SAMPLES:
        form = await world.ask("messages", "get", id=ids[path.stem[:2]], format="full")
        assert form["payload"]["headers"]
