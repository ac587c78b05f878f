"""What is in the stand-in's Gmail mailbox: mails, threads, labels, drafts and the history of all changes."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox import gmail_mime as mime
from bot.sandbox.gmail_settings import GmailTimings

SYSTEM_LABELS = (
    *("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "STARRED", "UNREAD"),
    *("CATEGORY_PERSONAL", "CATEGORY_SOCIAL", "CATEGORY_PROMOTIONS", "CATEGORY_UPDATES", "CATEGORY_FORUMS"),
)
UNCHANGEABLE = frozenset({"SENT", "DRAFT", "CHAT"})

Change = Literal["messageAdded", "messageDeleted", "labelAdded", "labelRemoved"]


class GmailError(Exception):
    """An answer in Google's error form."""

    def __init__(self, code: int, reason: str, message: str, status: str) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.status = code, reason, message, status


def not_found() -> GmailError:
    """What Gmail says about an id that it does not know (any more)."""
    return GmailError(404, "notFound", "Requested entity was not found.", "NOT_FOUND")


def invalid(message: str) -> GmailError:
    """What Gmail says about a request that makes no sense."""
    return GmailError(400, "invalidArgument", message, "INVALID_ARGUMENT")


@dataclass
class Mail:
    """One message; `raw` never changes, its labels do."""

    id: str
    thread_id: str
    raw: bytes
    labels: set[str]
    internal_ms: int
    headers: mime.Headers
    history_id: int = 0
    _words: mime.Words | None = field(default=None, repr=False)

    def header(self, name: str) -> str:
        """A header's decoded value."""
        return mime.header(self.headers, name)

    @property
    def words(self) -> mime.Words:
        """What a person sees of it; read once."""
        if self._words is None:
            self._words = mime.words(self.raw)
        return self._words

    @property
    def text(self) -> str:
        """The words a person reads."""
        return self.words.text

    @property
    def snippet(self) -> str:
        """The first words, as Gmail lists them."""
        return " ".join(self.text[:400].split())[:200]


@dataclass(frozen=True)
class HistoryRecord:
    """One change, with the labels the message had right after it."""

    id: int
    change: Change
    message_id: str
    thread_id: str
    labels: frozenset[str]
    changed_labels: frozenset[str]
    at: float


class Mailstore:
    """The mailbox's contents; every change writes a history record."""

    def __init__(self, address: str, aliases: Collection[str], timings: GmailTimings) -> None:
        self.address, self.aliases, self.timings = address.lower(), tuple(alias.lower() for alias in aliases), timings
        self.messages: dict[str, Mail] = {}
        self.threads: dict[str, list[str]] = {}
        self.drafts: dict[str, str] = {}
        self.labels: dict[str, str] = {name: name for name in SYSTEM_LABELS}
        self.history: deque[HistoryRecord] = deque()
        self.history_id, self.history_floor = 1000, 1000
        self._by_message_id: dict[str, list[str]] = {}
        self._made = 0
        self._last_ms = 0

    @property
    def ours(self) -> frozenset[str]:
        """Every address that is the mailbox itself."""
        return frozenset({self.address, *self.aliases})

    def new_number(self) -> int:
        """A number that was never given before."""
        self._made += 1
        return self._made

    def mail(self, message_id: str) -> Mail:
        """The message of that id."""
        if (mail := self.messages.get(message_id)) is None:
            raise not_found()
        return mail

    def thread(self, thread_id: str) -> list[Mail]:
        """The messages of a thread, oldest first."""
        if not (ids := self.threads.get(thread_id)):
            raise not_found()
        return [self.messages[message_id] for message_id in ids]

    def newest_first(self) -> Iterator[Mail]:
        """All messages, the latest arrival first."""
        return reversed(self.messages.values())

    def add(self, raw: bytes, labels: Collection[str], *, wanted_thread: str | None = None) -> Mail:
        """Keep a mail, in the thread where Gmail's rules put it."""
        headers = mime.headers_of(raw)
        message_id = f"{0x19AA0C0000000000 + self.new_number() * 0x10001:016x}"
        thread_id = self.thread_for(headers, wanted_thread) or message_id
        self._last_ms = max(int(self.timings.clock() * 1000), self._last_ms + 1)
        mail = Mail(message_id, thread_id, raw, set(labels), self._last_ms, headers)
        self.messages[message_id] = mail
        self.threads.setdefault(thread_id, []).append(message_id)
        for known in mime.message_ids(mail.header("Message-ID"))[:1]:
            self._by_message_id.setdefault(known, []).append(message_id)
        self._record(mail, "messageAdded")
        return mail

    def remove(self, message_id: str) -> None:
        """Delete a message for good, and the draft that it is, if it is one."""
        mail = self.mail(message_id)
        self.drafts = {draft_id: known for draft_id, known in self.drafts.items() if known != message_id}
        self._record(mail, "messageDeleted")
        del self.messages[message_id]
        self.threads[mail.thread_id].remove(message_id)
        if not self.threads[mail.thread_id]:
            del self.threads[mail.thread_id]
        for known in mime.message_ids(mail.header("Message-ID"))[:1]:
            self._by_message_id[known].remove(message_id)

    def relabel(self, message_id: str, add: Collection[str] = (), remove: Collection[str] = ()) -> Mail:
        """Put labels on a message and take labels off."""
        mail = self.mail(message_id)
        gone, new = mail.labels & set(remove), set(add) - mail.labels - set(remove)
        mail.labels = (mail.labels - gone) | new
        if gone:
            self._record(mail, "labelRemoved", gone)
        if new:
            self._record(mail, "labelAdded", new)
        return mail

    def thread_for(self, headers: mime.Headers, wanted: str | None = None) -> str | None:
        """The thread a mail belongs to: known references and the same subject, in the wanted thread if one is named."""
        if wanted is not None and wanted not in self.threads:
            raise not_found()
        subject = mime.base_subject(mime.header(headers, "Subject"))
        references = mime.message_ids(mime.header(headers, "In-Reply-To") + mime.header(headers, "References"))
        for reference in reversed(references):
            for known in self._by_message_id.get(reference, ()):
                thread_id = self.messages[known].thread_id
                same_subject = mime.base_subject(self.thread(thread_id)[0].header("Subject")) == subject
                if same_subject and wanted in (None, thread_id):
                    return thread_id
        return None

    def label_id(self, name: str) -> str | None:
        """The id of the label of that name, whatever its case."""
        return next((known for known, label in self.labels.items() if label.lower() == name.lower()), None)

    def expire_history(self) -> None:
        """Forget all history until now, as Gmail does after some days (or hours)."""
        self.history.clear()
        self.history_floor = self.history_id + 1
        self.history_id += 1

    def history_since(self, start: int) -> list[HistoryRecord]:
        """Every change after `start`; 404 when it is too old or was never given."""
        oldest = self.timings.clock() - self.timings.history_seconds
        while self.history and self.history[0].at < oldest:
            self.history_floor = self.history.popleft().id
        if not self.history_floor <= start <= self.history_id:
            raise not_found()
        return [record for record in self.history if record.id > start]

    def _record(self, mail: Mail, change: Change, labels: Collection[str] = ()) -> None:
        self.history_id += 1
        mail.history_id = self.history_id
        now = self.timings.clock()
        touched = frozenset(mail.labels), frozenset(labels)
        self.history.append(HistoryRecord(self.history_id, change, mail.id, mail.thread_id, *touched, now))


@dataclass(frozen=True)
class SentMail:
    """A mail that left the mailbox, as its receivers see it."""

    id: str
    thread_id: str
    raw: bytes
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    text: str
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, mail: Mail) -> SentMail:
        """What left with this message; `sender`, `to` and `cc` are bare addresses in lower case."""

        def listed(name: str) -> tuple[str, ...]:
            return tuple(address for _, address in mime.addresses(mail.header(name)))

        sender = (listed("From") or ("",))[0]
        headers = {name: value for name, value in reversed(mail.headers)}
        everyone = listed("To"), listed("Cc"), listed("Bcc")
        return cls(mail.id, mail.thread_id, mail.raw, sender, *everyone, mail.header("Subject"), mail.text, headers)
