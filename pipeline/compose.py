"""An approved text becomes the exact MIME bytes of a threaded reply, addressed by our rules and never by the mail's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any
from uuid import UUID

from bot.values import Address, Email
from pipeline.headers import one_line

REPLY_ID_HEADER = "X-Triage-Reply-Id"

_ADDRESS = re.compile(r"[^@\s\x00-\x20\"(),:;<>\[\]\\]{1,64}@[^@\s\x00-\x20\"(),:;<>\[\]\\]{1,253}")
_MESSAGE_ID = re.compile(r"[^\s<>\x00-\x20]{1,900}")
_ANSWERED = re.compile(r"(re|aw|sv|antw|vs|ref|rif|res|ynt|odp)(\[\d+\])?\s*[:：]", re.IGNORECASE)
_REFERENCES_KEPT = 20
_SUBJECT_KEPT = 250


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets a reply, and from which of our addresses. `notes` say in our own words what a person should know."""

    sender_address: str  #: one of ours
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    notes: tuple[str, ...] = ()


class _Ids(UnstructuredHeader):
    """A header of message ids, folded between them: the default would encode a long id and so break the thread."""

    def fold(self, *, policy: Any) -> str:
        ids = f"{policy.linesep} ".join(str(self).split())
        return f"{self.name}: {ids}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> EmailPolicy[EmailMessage]:
    registry: Any = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references"):
        registry.map_to_type(name, _Ids)
    return EmailPolicy(header_factory=registry, cte_type="7bit", linesep="\r\n")


_POLICY = _policy()


def recipients(email: Email, ours: frozenset[str], mailbox: str = "") -> Recipients:
    """Answer to Reply-To or From, from the address written to; whoever else got the mail stays in Cc; never ourselves.

    `mailbox` is the address to answer from when the mail names none of ours (we were in Bcc); default: the first of `ours`.
    """
    own = frozenset(address.lower() for address in ours) | ({mailbox.lower()} if mailbox else frozenset())
    notes: list[str] = []
    to = _answer_to(email, own, notes)
    others = [a for a in (*email.to, *email.cc) if a.email not in own and a.email not in {t.email for t in to}]
    cc = _unique(a for a in others if _usable(a))
    if len(cc) < len({a.email for a in others}):
        notes.append("An address in Cc cannot be written to and was left out.")
    if "several-reply-to" in email.defects:
        notes.append("The mail asks for answers to more than one address; only the first gets this one.")
    if {"clipped-to", "clipped-cc"} & set(email.defects):
        notes.append("The mail went to so many people that only the first of them are kept in Cc.")
    if cc:
        notes.append("Another person gets a copy." if len(cc) == 1 else f"{len(cc)} other people get a copy.")
    return Recipients(_from(email, own, mailbox), to, cc, tuple(notes))


def _answer_to(email: Email, own: frozenset[str], notes: list[str]) -> tuple[Address, ...]:
    for candidate in (email.reply_to, email.sender):
        if candidate is None or candidate.email in own:
            continue
        if not _usable(candidate):
            notes.append("The sender's address cannot be written to.")
            continue
        if email.sender is not None and candidate.email != email.sender.email:
            notes.append("The answer goes to the mail's Reply-To address, which is not the sender's.")
        return (candidate,)
    notes.append("The mail names nobody who could be answered.")
    return ()


def _from(email: Email, own: frozenset[str], mailbox: str) -> str:
    for address in (*email.to, *email.cc):
        if address.email in own:
            return address.email
    return mailbox or min(own, default="")


def _usable(address: Address) -> bool:
    if not _ADDRESS.fullmatch(address.email):
        return False
    local, _, domain = address.email.rpartition("@")
    return local.isascii() and _ascii_domain(domain) != ""


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    first: dict[str, Address] = {}
    for address in addresses:
        first.setdefault(address.email, address)
    return tuple(first.values())


def keep_cc(who: Recipients, emails: Iterable[str]) -> Recipients:
    """The same recipients with only those of Cc whom a person kept: an address can be removed here and never added."""
    kept = {email.strip().lower() for email in emails}
    return replace(who, cc=tuple(address for address in who.cc if address.email in kept))


def signed(body: str, signature: str) -> str:
    """The text with the signature below it exactly once, whether or not somebody typed or pasted it already."""
    body, signature = body.strip(), signature.strip()
    if not signature or " ".join(body.split()).endswith(" ".join(signature.split())):
        return body
    return f"{body}\n\n{signature}" if body else signature


def subject_line(email: Email) -> str:
    """The subject of the answer: the mail's, on one line, with one `Re:`."""
    subject = _header_text(email.subject)[:_SUBJECT_KEPT].strip()
    return subject if _ANSWERED.match(subject) else f"Re: {subject}".strip()


def _header_text(text: str) -> str:
    """A header value on one line that can be encoded: a decoded header may hold line breaks, a lone surrogate cannot leave."""
    return one_line(text.encode("utf-8", "replace").decode("utf-8"))


def compose(
    email: Email,
    who: Recipients,
    body: str,
    *,
    signature: str = "",
    reply_id: UUID | str,
    sender_name: str = "",
    automatic: bool = False,
    at: datetime | None = None,
) -> bytes:
    """The bytes of the answer to `email`; `reply_id` goes into a header by which a lost draft or mail is found again.

    `automatic` adds what RFC 3834 asks of mail that no person approved; what a person approved must not carry it.
    """
    if not who.to or not who.sender_address:
        raise ValueError("a reply needs somebody to go to and an address to come from")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _header_address(Address(sender_name, who.sender_address))
    mail["To"] = [_header_address(address) for address in who.to]
    if who.cc:
        mail["Cc"] = [_header_address(address) for address in who.cc]
    mail["Subject"] = subject_line(email)
    mail["Date"] = at or datetime.now(UTC)
    mail["Message-ID"] = f"<triage.{reply_id}@{_ascii_domain(who.sender_address.rpartition('@')[2]) or 'localhost'}>"
    for name, value in _threading(email).items():
        mail[name] = value
    mail[REPLY_ID_HEADER] = str(reply_id)
    if automatic:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(signed(_clean(body), _clean(signature)) + "\n")
    return mail.as_bytes()


def _threading(email: Email) -> dict[str, str]:
    """In-Reply-To and References after RFC 5322: the parent's ids, then the parent; long lists lose their middle."""
    parent = _ids(email.message_id)[:1]
    if not parent:
        return {}
    earlier = _ids(" ".join(email.references))
    if not earlier and len(answered := _ids(email.in_reply_to)) == 1:
        earlier = answered
    chain = [i for i in dict.fromkeys(earlier) if i not in parent] + parent
    if len(chain) > _REFERENCES_KEPT + 1:
        chain = chain[:1] + chain[-_REFERENCES_KEPT:]
    return {"In-Reply-To": parent[0], "References": " ".join(chain)}


def _ids(text: str) -> list[str]:
    return [f"<{found}>" for found in _MESSAGE_ID.findall(text) if found.isascii()]


def _header_address(address: Address) -> HeaderAddress:
    local, _, domain = address.email.rpartition("@")
    return HeaderAddress(_header_text(address.name), local, _ascii_domain(domain))


def _clean(text: str) -> str:
    """A body in LF lines that encodes: no carriage returns, NULs or lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")
