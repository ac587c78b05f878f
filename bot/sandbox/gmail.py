"""The Gmail stand-in: a mailbox behind Gmail's API, and the customers and colleagues around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web

from bot.sandbox import gmail_mime as mime
from bot.sandbox import gmail_outbox as outbox
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Faults
from bot.sandbox.gmail_api import GmailApi, GmailCall
from bot.sandbox.gmail_letters import answering, letter, traced
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
            found.append(DraftMail(draft_id, mail.id, mail.thread_id, mail.raw, mail.text))
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
        number, moment = self.store.new_number(), self.timings.clock()
        kept = self.store.add(traced(raw, self.mailbox, moment, number, verified=verified), labels)
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
        subject, moment = answering(subject, parent), self.timings.clock()
        return await self.deliver(letter(sender, to or self.mailbox, subject, text, moment=moment, parent=parent, cc=cc or ""))

    async def answer_as_customer(self, sent: SentMail, text: str) -> str:
        """The receiver of a mail of ours answers it, quoting it below; answers the new mail's Gmail id."""
        mail = self.store.mail(sent.id)
        reply_to = mail.header("Reply-To") or mail.header("From")
        quoted = "\n".join("> " + line for line in sent.text.splitlines())
        whole = f"{text}\n\nOn {mail.header('Date')}, {sent.sender} wrote:\n{quoted}\n"
        moment = self.timings.clock()
        return await self.deliver(letter(mail.header("To"), reply_to, answering("", mail), whole, moment=moment, parent=mail))

    # colleagues, in Gmail itself

    async def answer_as_colleague(self, thread_id: str, text: str) -> str:
        """Somebody of the team answers a thread's newest customer mail from Gmail; answers the sent message's id."""
        incoming = [mail for mail in self.store.thread(thread_id) if not {"SENT", "DRAFT"} & mail.labels]
        if not incoming:
            raise not_found()
        parent = incoming[-1]
        receiver = parent.header("Reply-To") if mime.addresses(parent.header("Reply-To")) else parent.header("From")
        moment = self.timings.clock()
        message = letter(self.mailbox, receiver, answering("", parent), text, moment=moment, parent=parent)
        mail = outbox.send(self.store, message, thread_id)
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
