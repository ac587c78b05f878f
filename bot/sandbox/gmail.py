"""The Gmail stand-in: a mailbox behind Gmail's API, and the customers and colleagues around it."""

from __future__ import annotations

import asyncio
import email.utils
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web

from bot.sandbox import gmail_mime as mime
from bot.sandbox import gmail_outbox as outbox
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Faults
from bot.sandbox.gmail_api import GmailApi, GmailCall
from bot.sandbox.gmail_messages import sent_of
from bot.sandbox.gmail_page import MailPage
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.gmail_store import Mail, Mailstore, SentMail, not_found
from bot.sandbox.google import GoogleAccounts

BILLING = "billing@larkspur.example"


@dataclass(frozen=True)
class DraftMail:
    """A draft as a colleague sees it in Gmail."""

    id: str
    message_id: str
    thread_id: str
    raw: bytes
    text: str


class GmailWorld:
    """One Gmail mailbox and everybody who writes to it."""

    def __init__(
        self,
        mailbox: str = "support@larkspur.example",
        aliases: Collection[str] = (BILLING,),
        timings: GmailTimings | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.mailbox, self.timings = mailbox.lower(), timings or GmailTimings()
        self.faults = Faults()
        self._changes, self._on_change = Changes(), on_change
        self.store = Mailstore(mailbox, aliases, self.timings)
        self.accounts = GoogleAccounts(self.mailbox, self.timings, self.faults)
        self._api = GmailApi(self.store, self.accounts, self.faults, self._changed)
        self._page = MailPage(self)

    def routes(self) -> list[web.RouteDef]:
        """Gmail's API, Google's token endpoint and what the page asks."""
        return [web.post("/google/token", self.accounts.token), *self._api.routes(), *self._page.routes()]

    @property
    def calls(self) -> list[GmailCall]:
        """Every authorised API call so far."""
        return self._api.calls

    @property
    def sent(self) -> list[SentMail]:
        """Everything that left the mailbox, oldest first."""
        return sent_of(self.store)

    @property
    def drafts(self) -> list[DraftMail]:
        """The drafts there are now."""
        found = []
        for draft_id, message_id in self.store.drafts.items():
            mail = self.store.mail(message_id)
            found.append(DraftMail(draft_id, mail.id, mail.thread_id, mail.raw, mail.text[0]))
        return found

    @property
    def inbox(self) -> list[Mail]:
        """What is in the inbox, oldest first."""
        return [mail for mail in self.store.messages.values() if "INBOX" in mail.labels]

    async def eventually(self, predicate: Callable[[], object], timeout: float = 15.0, what: str = "") -> None:
        """Wait until the mailbox is as wanted."""
        await self._changes.until(predicate, timeout, lambda: what or "the mailbox")

    def labels_of(self, message_id: str) -> set[str]:
        """The names of a message's labels."""
        return {self.store.labels[label] for label in self.store.mail(message_id).labels}

    def expire_history(self) -> None:
        """Forget the history, so that every cursor from before is answered with 404."""
        self.store.expire_history()

    # customers

    async def deliver(self, mail: bytes | Path, *, spam: bool = False, verified: bool = True) -> str:
        """A mail arrives, as bytes or from a file; answers its Gmail id. `verified` is what Gmail found out about the sender."""
        raw = await asyncio.to_thread(mail.read_bytes) if isinstance(mail, Path) else mail
        labels = {"SPAM", "UNREAD"} if spam else {"INBOX", "UNREAD", "CATEGORY_PERSONAL"}
        kept = self.store.add(self._received(raw, verified), labels)
        self._changed()
        return kept.id

    async def write(
        self,
        sender: str,
        subject: str,
        text: str,
        *,
        to: str | None = None,
        cc: str | None = None,
        thread: str | None = None,
        reply_to_message: str | None = None,
    ) -> str:
        """A customer writes, or answers: `reply_to_message` (a Gmail id), or the newest of `thread`. Returns the Gmail id."""
        parent = self.store.mail(reply_to_message) if reply_to_message else self.store.thread(thread)[-1] if thread else None
        message = _composed(sender, to or self.mailbox, _answering(subject, parent), text, parent, self.timings)
        if cc:
            message["Cc"] = cc
        return await self.deliver(message.as_bytes())

    async def answer_as_customer(self, sent: SentMail, text: str) -> str:
        """The receiver of a mail of ours answers it, quoting it below; answers the new mail's Gmail id."""
        mail = self.store.mail(sent.id)
        reply_to = mail.header("Reply-To") or mail.header("From")
        quoted = "\n".join("> " + line for line in sent.text.splitlines())
        whole = f"{text}\n\nOn {mail.header('Date')}, {sent.sender} wrote:\n{quoted}\n"
        sender = next((pair for pair in mime.addresses(mail.header("To"))), ("", "customer@elsewhere.example"))
        message = _composed(email.utils.formataddr(sender), reply_to, _answering("", mail), whole, mail, self.timings)
        return await self.deliver(message.as_bytes())

    # colleagues, in Gmail itself

    async def answer_as_colleague(self, thread_id: str, text: str) -> str:
        """Somebody of the team answers a thread's newest customer mail from Gmail; answers the sent message's id."""
        incoming = [mail for mail in self.store.thread(thread_id) if not {"SENT", "DRAFT"} & mail.labels]
        if not incoming:
            raise not_found()
        parent = incoming[-1]
        receiver = parent.header("Reply-To") or parent.header("From")
        message = _composed(self.mailbox, receiver, _answering("", parent), text, parent, self.timings)
        mail = outbox.send(self.store, message.as_bytes(), thread_id)
        self._changed()
        return mail.id

    async def edit_draft(self, draft_id: str, text: str) -> str:
        """A colleague changes a draft's words; answers its new message id."""
        message_id = self.store.drafts.get(draft_id, "")
        old = mime.parsed(self.store.mail(message_id).raw)
        changed = EmailMessage()
        for name, value in old.items() if old is not None else ():
            if not name.lower().startswith("content-") and name.lower() != "mime-version":
                changed[name] = str(value)
        changed.set_content(text)
        mail = outbox.replace_draft(self.store, draft_id, changed.as_bytes())
        self._changed()
        return mail.id

    async def send_draft(self, draft_id: str) -> str:
        """A colleague presses Send on a draft; answers the sent message's id."""
        mail = outbox.send_stored_draft(self.store, draft_id)
        self._changed()
        return mail.id

    async def delete_draft(self, draft_id: str) -> None:
        """A colleague throws a draft away."""
        outbox.drop_draft(self.store, draft_id)
        self._changed()

    async def relabel(self, message_id: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> None:
        """A colleague moves a mail by hand: archives it (remove INBOX), or rescues it from spam (add INBOX, remove SPAM)."""
        self.store.relabel(message_id, add, remove)
        self._changed()

    async def delete(self, message_id: str) -> None:
        """A colleague deletes a mail for good."""
        self.store.remove(message_id)
        self._changed()

    def _changed(self) -> None:
        self._changes.changed()
        self._on_change()

    def _received(self, raw: bytes, verified: bool) -> bytes:
        """The mail with the trace that Gmail puts on top; its findings about the sender only when they are not there yet."""
        headers = mime.headers_of(raw)
        moment = email.utils.format_datetime(datetime.fromtimestamp(self.timings.clock(), UTC))
        trace = (
            f"Delivered-To: {self.mailbox}\r\nReceived: by 2002:a05:sandbox with SMTP id s{self.store.history_id}; {moment}\r\n"
        )
        if not mime.header(headers, "Authentication-Results").startswith("mx.google.com"):
            sender = next((address for _, address in mime.addresses(mime.header(headers, "From"))), "")
            domain = sender.rpartition("@")[2] or "unknown.invalid"
            verdict = "pass" if verified and sender else "fail"
            checks = (
                f"dkim={verdict} header.i=@{domain}; spf={verdict} smtp.mailfrom={domain}; dmarc={verdict} header.from={domain}"
            )
            trace += f"Authentication-Results: mx.google.com; {checks}\r\n"
        return trace.encode("ascii", "replace") + raw


def _answering(subject: str, parent: Mail | None) -> str:
    if parent is None or mime.base_subject(subject) not in ("", mime.base_subject(parent.header("Subject"))):
        return subject
    known = parent.header("Subject")
    return known if mime.base_subject(known) != " ".join(known.split()).casefold() else f"Re: {known}"


def _composed(sender: str, to: str, subject: str, text: str, parent: Mail | None, timings: GmailTimings) -> EmailMessage:
    """A plain mail as an ordinary mail program writes it."""
    name, address = (mime.addresses(sender) or [("", "customer@elsewhere.example")])[0]
    message = EmailMessage()
    message["From"] = email.utils.formataddr((name, address))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = email.utils.format_datetime(datetime.fromtimestamp(timings.clock(), UTC))
    message["Message-ID"] = email.utils.make_msgid(domain=address.rpartition("@")[2])
    parent_id = next(iter(mime.message_ids(parent.header("Message-ID"))), "") if parent is not None else ""
    if parent is not None and parent_id:
        message["In-Reply-To"] = parent_id
        message["References"] = " ".join([*mime.message_ids(parent.header("References")), parent_id])
    message.set_content(text)
    return message
