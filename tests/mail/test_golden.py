"""What is read out of each golden mail: headers, new text, screening, risks, and what redaction leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.values import Reading
from pipeline import reading, rules

FOLDER = Path(__file__).parent
OURS = frozenset({"support@larkspur.example", "billing@larkspur.example"})


def as_json(found: Reading) -> dict[str, Any]:
    """The parts of a reading that a person can check by eye."""
    email, redacted = found.email, found.redacted
    assert redacted is not None
    triage = rules.classify(redacted.subject, redacted.new_text, found.entities, email.language)
    return {
        "subject": email.subject,
        "sender": [email.sender.name, email.sender.email] if email.sender else None,
        "reply_to": email.reply_to.email if email.reply_to else None,
        "to": [address.email for address in email.to],
        "references": list(email.references),
        "date": email.date.isoformat() if email.date else None,
        "language": email.language,
        "company": found.company,
        "earlier": email.earlier,
        "new_text": email.new_text.split("\n"),
        "attachments": [[a.name, a.type, a.size, a.inline] for a in email.attachments],
        "hidden_text": email.hidden_text,
        "defects": list(email.defects),
        "screening": [found.screening.kind, found.screening.reason, found.screening.answerable],
        "risks": list(found.risks),
        "redacted_subject": redacted.subject.text,
        "redacted_new_text": redacted.new_text.text.split("\n"),
        "table": dict(redacted.table),
        "sender_placeholder": redacted.sender,
        "entities": {kind: list(values) for kind, values in found.entities.items()},
        "category": triage.category.value,
        "asks": [ask.text for ask in triage.asks],
    }


def test_golden(golden: str, request: pytest.FixtureRequest) -> None:
    found = as_json(reading.read((FOLDER / f"{golden}.eml").read_bytes(), {}, OURS, frozenset(), ("Larkspur",)))
    expected = FOLDER / f"{golden}.json"
    if request.config.getoption("--update"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    assert found == json.loads(expected.read_text())


def test_every_mail_has_its_json_and_the_reverse() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == {path.stem for path in FOLDER.glob("*.json")}
