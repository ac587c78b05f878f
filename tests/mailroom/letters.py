"""What customers write in these tests, and what the model's stand-in says about it."""

from __future__ import annotations

from email.message import EmailMessage

from tests.mailroom.conftest import SUPPORT, Mailroom

ANA = "Ana Silva <ana@acme.example>"
BROKEN = "Hello, my greenhouse sensor is broken since Monday and shows no values. Can you help me, please?"
SUPPORTING = {
    "category": "support",
    "priority": "normal",
    "summary": "A sensor shows no values.",
    "asks": ["Make the sensor work"],
    "confidence": 0.92,
    "outage": False,
    "needs_no_answer": False,
    "language": "en",
}
ANSWER = {"kind": "answer", "body": "Hello <PERSON_1>,\n\nplease restart the gateway."}


def mail(subject: str, text: str, *, sender: str = ANA, to: str = SUPPORT, **headers: str) -> bytes:
    """A mail with headers of one's own (underscores are dashes)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{abs(hash((subject, text, sender)))}@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def script(room: Mailroom, **triage: object) -> None:
    room.post.model.script("triage", {**SUPPORTING, **triage})
    room.post.model.script("draft", ANSWER)
