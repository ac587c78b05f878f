"""Gmail over HTTP: one connection per thread, quota, retries on reads and never on sends, its errors turned into ours."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httplib2
from googleapiclient.discovery import build

from bot.clients.google import Transport
from bot.errors import Ambiguous, Missing, Permanent

_METADATA = ("From", "Date", "Message-ID", "X-Triage-Reply-Id", "Auto-Submitted", "Subject")


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the mailbox is, and the newest history id."""

    address: str
    history_id: str


@dataclass(frozen=True, slots=True)
class MailRef:
    """One message as lists and history name it; `labels` is empty where Gmail does not say them."""

    id: str
    thread_id: str
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class History:
    """What came since a history id, oldest first, and the id to ask from next time."""

    history_id: str
    added: tuple[MailRef, ...]


@dataclass(frozen=True, slots=True)
class RawMail:
    """One whole message."""

    ref: MailRef
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadMail:
    """One message of a thread without its body; header names are lower case."""

    ref: MailRef
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class DraftRef:
    """A draft in Gmail; its message's id changes with every edit."""

    id: str
    message: MailRef


@dataclass(frozen=True, slots=True)
class SendAs:
    """An address that Gmail lets us write from."""

    address: str
    name: str
    usable: bool  #: the primary one, or verified


class GmailClient:
    """The few calls that Triage makes, for one mailbox. Raises only bot.errors."""

    def __init__(
        self,
        credentials: Path,
        api_url: str | None = None,
        token_uri: str | None = None,
        *,
        threads: int = 4,
        timeout: float = 15.0,
        quota_per_minute: int = 6000,
        attempts: int = 4,
    ) -> None:
        self._transport = Transport(
            credentials,
            api_url,
            token_uri,
            threads=threads,
            timeout=timeout,
            quota_per_minute=quota_per_minute,
            attempts=attempts,
        )
        self._read = self._transport.read
        self._once = self._transport.once
        self._service = build(
            "gmail",
            "v1",
            http=httplib2.Http(timeout=timeout),  # builds requests only; each thread carries them out over its own
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": api_url} if api_url else None,
        )
        self._users = self._service.users()

    async def close(self) -> None:
        """Let the running calls end and drop the connections."""
        await self._transport.close()
        self._service.close()

    # --- reading

    async def profile(self) -> Profile:
        """The mailbox's address and newest history id."""
        answer = await self._read(self._users.getProfile(userId="me"), 1)
        return Profile(str(answer["emailAddress"]).lower(), str(answer["historyId"]))

    async def history(self, start: str) -> History:
        """Everything that came into the inbox since `start`, all pages. Missing: `start` is too old."""
        found: dict[str, MailRef] = {}
        page: str | None = None
        newest = start
        while True:
            request = self._users.history().list(
                userId="me", startHistoryId=start, historyTypes=["messageAdded", "labelAdded"], maxResults=500, pageToken=page
            )
            answer = await self._read(request, 2)
            for ref in _arrivals(answer.get("history", ())):
                found[ref.id] = ref
            newest = str(answer.get("historyId", newest))
            page = answer.get("nextPageToken")
            if not page:
                return History(newest, tuple(found.values()))

    async def search(self, q: str, *, most: int = 500) -> list[MailRef]:
        """The newest messages that match `q`, newest first, at most `most`."""
        found: list[MailRef] = []
        page: str | None = None
        while len(found) < most:
            request = self._users.messages().list(userId="me", q=q, maxResults=min(500, most - len(found)), pageToken=page)
            answer = await self._read(request, 5)
            found += [MailRef(str(m["id"]), str(m["threadId"])) for m in answer.get("messages", ())]
            page = answer.get("nextPageToken")
            if not page:
                break
        return found[:most]

    async def raw(self, message_id: str) -> RawMail:
        """The exact bytes of one message. Missing: somebody deleted it."""
        answer = await self._read(self._users.messages().get(userId="me", id=message_id, format="raw"), 20)
        return RawMail(_ref(answer), _decode(answer.get("raw", "")), _received(answer))

    async def metadata(self, message_id: str) -> ThreadMail:
        """The headers and labels of one message."""
        request = self._users.messages().get(userId="me", id=message_id, format="metadata", metadataHeaders=list(_METADATA))
        return _thread_mail(await self._read(request, 20))

    async def thread(self, thread_id: str) -> tuple[ThreadMail, ...]:
        """The messages of a thread, oldest first, drafts among them."""
        request = self._users.threads().get(userId="me", id=thread_id, format="metadata", metadataHeaders=list(_METADATA))
        answer = await self._read(request, 40)
        return tuple(sorted((_thread_mail(m) for m in answer.get("messages", ())), key=lambda m: m.received_at))

    async def get_draft(self, draft_id: str) -> DraftRef:
        """The draft as it is now. Missing: it was sent or deleted."""
        return _draft(await self._read(self._users.drafts().get(userId="me", id=draft_id, format="minimal"), 20))

    async def drafts(self) -> tuple[DraftRef, ...]:
        """Every draft of the mailbox, at most a thousand."""
        found: list[DraftRef] = []
        page: str | None = None
        while len(found) < 1000:
            answer = await self._read(self._users.drafts().list(userId="me", maxResults=500, pageToken=page), 5)
            found += [_draft(draft) for draft in answer.get("drafts", ())]
            page = answer.get("nextPageToken")
            if not page:
                break
        return tuple(found)

    async def labels(self) -> dict[str, str]:
        """Label name -> id."""
        answer = await self._read(self._users.labels().list(userId="me"), 1)
        return {str(label["name"]): str(label["id"]) for label in answer.get("labels", ())}

    async def send_as(self) -> tuple[SendAs, ...]:
        """The addresses we may write from."""
        answer = await self._read(self._users.settings().sendAs().list(userId="me"), 1)
        return tuple(
            SendAs(
                str(entry["sendAsEmail"]).lower(),
                str(entry.get("displayName", "")),
                bool(entry.get("isPrimary")) or entry.get("verificationStatus") == "accepted",
            )
            for entry in answer.get("sendAs", ())
        )

    # --- writing

    async def create_draft(self, raw: bytes, thread_id: str) -> DraftRef:
        """Put a draft into a thread. Ambiguous: it may stand there, look for its header before making another."""
        body = {"message": {"raw": _encode(raw), "threadId": thread_id}}
        return _draft(await self._once(self._users.drafts().create(userId="me", body=body), 10))

    async def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> MailRef:
        """Send a draft with exactly these bytes, one POST and no retry. Ambiguous: it may have left."""
        body = {"id": draft_id, "message": {"raw": _encode(raw), "threadId": thread_id}}
        return _ref(await self._once(self._users.drafts().send(userId="me", body=body), 100))

    async def delete_draft(self, draft_id: str) -> None:
        """Delete a draft; one that is gone already is fine."""
        try:
            await self._once(self._users.drafts().delete(userId="me", id=draft_id), 10)
        except Missing:
            return

    async def modify(self, message_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Add and remove label ids; doing it again changes nothing, so it is retried like a read."""
        body = {"addLabelIds": sorted(add), "removeLabelIds": sorted(remove)}
        await self._read(self._users.messages().modify(userId="me", id=message_id, body=body), 5)

    async def create_label(self, name: str) -> str:
        """Make a label and return its id; one that exists already is found."""
        body = {"name": name, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
        try:
            return str((await self._once(self._users.labels().create(userId="me", body=body), 5))["id"])
        except (Permanent, Ambiguous):
            if (known := (await self.labels()).get(name)) is not None:
                return known
            raise


def _arrivals(history: Iterable[Mapping[str, Any]]) -> Iterable[MailRef]:
    """Messages that were added, or that got the INBOX label later (rescued from spam, back from a snooze)."""
    for record in history:
        for added in record.get("messagesAdded", ()):
            yield _ref(added["message"])
        for labelled in record.get("labelsAdded", ()):
            if "INBOX" in labelled.get("labelIds", ()):
                yield _ref(labelled["message"])


def _ref(message: Mapping[str, Any]) -> MailRef:
    return MailRef(str(message["id"]), str(message.get("threadId", "")), frozenset(message.get("labelIds", ())))


def _draft(draft: Mapping[str, Any]) -> DraftRef:
    return DraftRef(str(draft["id"]), _ref(draft["message"]))


def _thread_mail(message: Mapping[str, Any]) -> ThreadMail:
    headers = {h["name"].lower(): h["value"] for h in message.get("payload", {}).get("headers", ())}
    return ThreadMail(_ref(message), headers, _received(message))


def _received(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message.get("internalDate", 0)) / 1000, UTC)


def _decode(raw: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return b""


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")
