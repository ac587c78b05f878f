"""The Gmail API's methods on messages, threads, history and the profile."""

from __future__ import annotations

import base64
import binascii
import email.message
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import gmail_mime as mime
from bot.sandbox.gmail_query import compiled
from bot.sandbox.gmail_store import UNCHANGEABLE, GmailError, HistoryRecord, Mail, Mailstore, SentMail, invalid

Json = dict[str, Any]

_DEEPEST = 50

_CHANGES = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


@dataclass(frozen=True)
class Call:
    """One authorised request: `path` holds the ids of the URL, `query` every value of every parameter."""

    store: Mailstore
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Json

    def one(self, name: str, default: str = "") -> str:
        """A parameter that is given once."""
        return (self.query.get(name) or [default])[-1]

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter that is a number from 1 to `most`."""
        found = whole(self.one(name, str(default)))
        if found is None or not 1 <= found <= most:
            raise invalid(f"Invalid value at '{name}'")
        return found

    def words(self, name: str) -> list[str]:
        """A list of strings in the body."""
        value = self.body.get(name, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise invalid(f"Invalid value at '{name}'")
        return value


def whole(text: str) -> int | None:
    """A whole number as it stands in a URL; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def decode(raw: object) -> bytes:
    """The bytes of a base64url `raw`."""
    if not isinstance(raw, str) or not raw:
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    try:
        return base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed") from None


def encode(raw: bytes) -> str:
    """Bytes as Gmail writes them."""
    return base64.urlsafe_b64encode(raw).decode("ascii")


def short(mail: Mail) -> Json:
    """A message as changes to it are answered."""
    return {"id": mail.id, "threadId": mail.thread_id, "labelIds": sorted(mail.labels)}


def shown(mail: Mail, form: str, wanted: Iterable[str] = (), *, raw_allowed: bool = True) -> Json:
    """A message in one of the forms minimal, metadata, full and raw."""
    if form not in ("minimal", "metadata", "full", "raw") or (form == "raw" and not raw_allowed):
        raise invalid(f"Invalid value at 'format': {form}")
    answer = short(mail) | {
        "snippet": mail.snippet,
        "sizeEstimate": len(mail.raw),
        "historyId": str(mail.history_id),
        "internalDate": str(mail.internal_ms),
    }
    if form == "raw":
        answer["raw"] = encode(mail.raw)
    elif form == "metadata":
        names = {name.lower() for name in wanted}
        answer["payload"] = {"headers": _header_list(mail.headers, names), "mimeType": _kind(mail)}
    elif form == "full":
        answer["payload"] = _payload(mail)
    return answer


def _kind(mail: Mail) -> str:
    return mail.header("Content-Type").partition(";")[0].strip().lower() or "text/plain"


def _header_list(headers: mime.Headers, names: set[str] | frozenset[str] = frozenset()) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers if not names or name.lower() in names]


def _payload(mail: Mail) -> Json:
    message = mime.parsed(mail.raw)
    if message is None:
        return {"partId": "", "mimeType": _kind(mail), "filename": "", "headers": _header_list(mail.headers), "body": {"size": 0}}
    return _part(message, "") | {"headers": _header_list(mail.headers)}


def _part(part: email.message.Message, part_id: str, depth: int = 0) -> Json:
    answer: Json = {
        "partId": part_id,
        "mimeType": part.get_content_type(),
        "filename": mime.filename(part),
        "headers": [{"name": name, "value": str(value)} for name, value in part.items()],
        "body": {"size": 0},
    }
    if part.is_multipart():
        inside = mime.children(part) if depth < _DEEPEST else []
        dotted = part_id + "." if part_id else ""
        answer["parts"] = [_part(child, f"{dotted}{number}", depth + 1) for number, child in enumerate(inside)]
        return answer
    body = mime.content(part)
    answer["body"] = {"size": len(body)}
    if answer["filename"]:
        answer["body"]["attachmentId"] = f"ANGj{part_id or '0'}"
    elif body:
        answer["body"]["data"] = encode(body)
    return answer


def get(call: Call) -> Json:
    """messages.get"""
    return shown(call.store.mail(call.path["id"]), call.one("format", "full").lower(), call.query.get("metadataHeaders", ()))


def attachment(call: Call) -> Json:
    """messages.attachments.get"""

    def search(part: Json, message: email.message.Message) -> bytes | None:
        if part["body"].get("attachmentId") == call.path["attachment"]:
            return mime.content(message)
        pairs = zip(part.get("parts", ()), mime.children(message), strict=False)
        return next((found for inner, child in pairs if (found := search(inner, child)) is not None), None)

    mail = call.store.mail(call.path["id"])
    message = mime.parsed(mail.raw)
    inside = search(_payload(mail), message) if message is not None else None
    if inside is None:
        raise invalid("Invalid attachment token")
    return {"size": len(inside), "data": encode(inside)}


def _found(call: Call) -> list[Mail]:
    tests, everywhere = compiled(call.one("q"), call.store)
    labels = set(call.query.get("labelIds", ()))
    hidden = set() if everywhere or call.one("includeSpamTrash") == "true" or labels & {"SPAM", "TRASH"} else {"SPAM", "TRASH"}
    return [
        mail
        for mail in call.store.newest_first()
        if labels <= mail.labels and not hidden & mail.labels and all(test(mail) for test in tests)
    ]


def _paged(call: Call, name: str, rows: list[Json], most: int = 500) -> Json:
    start = whole(call.one("pageToken", "0"))
    if start is None:
        raise invalid("Invalid pageToken")
    size = call.number("maxResults", 100, most)
    answer: Json = {}
    if page := rows[start : start + size]:
        answer[name] = page
    if start + size < len(rows):
        answer["nextPageToken"] = str(start + size)
    return answer


def list_messages(call: Call) -> Json:
    """messages.list"""
    rows = [{"id": mail.id, "threadId": mail.thread_id} for mail in _found(call)]
    return _paged(call, "messages", rows) | {"resultSizeEstimate": len(rows)}


def list_threads(call: Call) -> Json:
    """threads.list"""
    threads = dict.fromkeys(mail.thread_id for mail in _found(call))
    rows = []
    for thread_id in threads:
        newest = call.store.thread(thread_id)[-1]
        rows.append({"id": thread_id, "snippet": newest.snippet, "historyId": str(newest.history_id)})
    return _paged(call, "threads", rows) | {"resultSizeEstimate": len(rows)}


def get_thread(call: Call) -> Json:
    """threads.get, which has no raw form."""
    mails = call.store.thread(call.path["id"])
    form, wanted = call.one("format", "full").lower(), call.query.get("metadataHeaders", ())
    messages = [shown(mail, form, wanted, raw_allowed=False) for mail in mails]
    return {"id": call.path["id"], "historyId": str(max(mail.history_id for mail in mails)), "messages": messages}


def _changes(call: Call) -> tuple[set[str], set[str]]:
    add, remove = call.words("addLabelIds"), call.words("removeLabelIds")
    if len(add) > 100 or len(remove) > 100:
        raise invalid("Too many labels")
    for label in [*add, *remove]:
        if label not in call.store.labels or label in UNCHANGEABLE:
            raise invalid(f"Invalid label: {label}")
    if not add and not remove:
        raise invalid("No label add or removes specified")
    return set(add), set(remove)


def modify(call: Call) -> Json:
    """messages.modify"""
    call.store.mail(call.path["id"])
    return short(call.store.relabel(call.path["id"], *_changes(call)))


def modify_thread(call: Call) -> Json:
    """threads.modify"""
    mails = call.store.thread(call.path["id"])
    add, remove = _changes(call)
    return {"id": call.path["id"], "messages": [short(call.store.relabel(mail.id, add, remove)) for mail in mails]}


def batch_modify(call: Call) -> None:
    """messages.batchModify"""
    ids = call.words("ids")
    if not 1 <= len(ids) <= 1000:
        raise invalid("Invalid value at 'ids'")
    add, remove = _changes(call)
    for message_id in [known for known in ids if known in call.store.messages]:
        call.store.relabel(message_id, add, remove)


def trash(call: Call) -> Json:
    """messages.trash"""
    return short(call.store.relabel(call.path["id"], {"TRASH"}, {"INBOX"}))


def untrash(call: Call) -> Json:
    """messages.untrash"""
    return short(call.store.relabel(call.path["id"], (), {"TRASH"}))


def delete(call: Call) -> None:
    """messages.delete, for which the scope gmail.modify is not enough."""
    message = "Request had insufficient authentication scopes."
    raise GmailError(403, "insufficientPermissions", message, "PERMISSION_DENIED")


def profile(call: Call) -> Json:
    """users.getProfile"""
    store = call.store
    counts = {"messagesTotal": len(store.messages), "threadsTotal": len(store.threads)}
    return {"emailAddress": store.address, **counts, "historyId": str(store.history_id)}


def _row(record: HistoryRecord) -> Json:
    message: Json = {"id": record.message_id, "threadId": record.thread_id}
    entry: Json = {"message": message | {"labelIds": sorted(record.labels)}}
    if record.changed_labels:
        entry["labelIds"] = sorted(record.changed_labels)
    return {"id": str(record.id), "messages": [message], _CHANGES[record.change]: [entry]}


def list_history(call: Call) -> Json:
    """history.list; without a `history` key when there is nothing."""
    start = whole(call.one("startHistoryId"))
    if start is None:
        raise invalid("Missing or invalid startHistoryId")
    kinds, label = set(call.query.get("historyTypes", ())), call.one("labelId")
    if kinds - set(_CHANGES):
        raise invalid("Invalid value at 'history_types'")
    rows = [
        _row(record)
        for record in call.store.history_since(start)
        if (not kinds or record.change in kinds) and (not label or label in record.labels | record.changed_labels)
    ]
    return _paged(call, "history", rows) | {"historyId": str(call.store.history_id)}


def sent_of(store: Mailstore) -> list[SentMail]:
    """Everything that left the mailbox, in order."""
    return [SentMail.of(mail) for mail in store.messages.values() if "SENT" in mail.labels]
