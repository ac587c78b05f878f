"""Writes mails as ordinary mail programs do, and the trace that Gmail puts on top of what arrives."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime
from email.message import EmailMessage

from bot.sandbox import gmail_mime as mime
from bot.sandbox.gmail_store import Mail, invalid

_NOBODY = ("", "customer@elsewhere.example")


def letter(sender: str, to: str, subject: str, text: str, *, moment: float, parent: Mail | None = None, cc: str = "") -> bytes:
    """A plain mail at `moment` (epoch seconds), threaded below `parent`; 400 when an address cannot be written to."""
    name, address = (mime.addresses(sender) or [_NOBODY])[0]
    message = EmailMessage()
    try:
        message["From"] = email.utils.formataddr((_clean(name), address))
        message["To"] = _mailboxes(to)
        if cc:
            message["Cc"] = _mailboxes(cc)
        message["Subject"] = _line(subject)
        message["Date"] = email.utils.format_datetime(datetime.fromtimestamp(moment, UTC))
        message["Message-ID"] = email.utils.make_msgid(domain=address.rpartition("@")[2])
        if parent is not None and (parent_ids := mime.message_ids(parent.header("Message-ID"))[:1]):
            message["In-Reply-To"] = parent_ids[0]
            message["References"] = " ".join([*mime.message_ids(parent.header("References")), *parent_ids])
        message.set_content(_clean(text))
        return message.as_bytes()
    except Exception as error:  # the header classes raise a dozen kinds on hostile addresses and ids
        raise invalid("There is no address here that can be written to.") from error


def answering(subject: str, parent: Mail | None) -> str:
    """The subject of an answer to `parent`: its own with one Re:, or `subject` when that is about something else."""
    if parent is None:
        return subject
    known = parent.header("Subject")
    if mime.base_subject(subject) not in ("", mime.base_subject(known)):
        return subject
    return known if mime.has_prefix(known) else f"Re: {known}"


def traced(raw: bytes, mailbox: str, moment: float, number: int, *, verified: bool) -> bytes:
    """The mail as Gmail hands it on; its findings about the sender only when they are not there yet."""
    headers = mime.headers_of(raw)
    when = email.utils.format_datetime(datetime.fromtimestamp(moment, UTC))
    trace = f"Delivered-To: {mailbox}\r\nReceived: by 2002:a05:sandbox with SMTP id s{number}; {when}\r\n"
    if not mime.header(headers, "Authentication-Results").startswith("mx.google.com"):
        trace += f"Authentication-Results: mx.google.com; {_findings(headers, verified)}\r\n"
    return trace.encode("ascii", "replace") + raw


def _findings(headers: mime.Headers, verified: bool) -> str:
    address = next((address for _, address in mime.addresses(mime.header(headers, "From"))), "")
    domain = re.sub(r"[^a-z0-9.-]", "", address.rpartition("@")[2]) or "unknown.invalid"
    verdict = "pass" if verified and address else "fail"
    return f"dkim={verdict} header.i=@{domain}; spf={verdict} smtp.mailfrom={domain}; dmarc={verdict} header.from={domain}"


def _mailboxes(value: str) -> str:
    return ", ".join(email.utils.formataddr((_clean(name), address)) for name, address in mime.addresses(_line(value)))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
