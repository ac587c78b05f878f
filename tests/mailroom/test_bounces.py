"""A failure report finds the ticket whose reply it gives back, even as a conversation of its own."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.mailroom.conftest import SUPPORT, Mailroom
from tests.mailroom.letters import ANA, BROKEN


def report(returned: str, *, form: str = "message/rfc822", to: str = SUPPORT) -> bytes:
    """What a mail server sends when a reply cannot be delivered."""
    parts = [
        "Your message could not be delivered to ana@acme.example: user unknown",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\nFinal-Recipient: x\nStatus: 5.1.1",
        f"Content-Type: {form}\n\n{returned}\nSubject: Re: Sensor offline\n\nHello Ana",
    ]
    head = f"From: MAILER-DAEMON@mx.acme.example\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\n"
    head += f"Message-ID: <{uuid4()}@mx>\n"
    head += "Return-Path: <>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
    return (head + "--B\nContent-Type: text/plain\n\n" + "\n--B\n".join(parts) + "\n--B--\n").encode()


@pytest.mark.parametrize("form", ["message/rfc822", "text/rfc822-headers"])
async def test_a_report_is_a_line_on_the_ticket_whose_conversation_it_names(room: Mailroom, form: str) -> None:
    await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    ticket = await room.ticket()
    (first,) = await room.messages()
    sent = room.post.gmail.store.mail(first.gmail_id).raw.decode()
    message_id = next(line.partition(":")[2].strip() for line in sent.splitlines() if line.lower().startswith("message-id:"))
    arrived = await room.post.gmail.deliver(report(f"Message-ID: <out@larkspur.example>\nReferences: {message_id}", form=form))
    await room.work()
    message = await room.message(arrived)
    assert (message.fate, message.ticket_id) == ("line", ticket.id)
    assert "failure report" in message.reason
    assert await room.actions() == ["create", "noted"]


async def test_a_report_that_names_nothing_of_ours_is_set_aside(room: Mailroom) -> None:
    await room.post.gmail.write(ANA, "Sensor offline", BROKEN)
    await room.work()
    arrived = await room.post.gmail.deliver(report(f"Message-ID: <unknown@x>\nX-Triage-Reply-Id: {uuid4()}"))
    await room.work()
    assert (await room.message(arrived)).fate == "aside"
