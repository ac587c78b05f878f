"""The Gmail API's methods on drafts, sending, labels and addresses to send from."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime
from typing import Any

from bot.sandbox import gmail_mime as mime
from bot.sandbox.gmail_messages import Call, Json, decode, short, shown
from bot.sandbox.gmail_store import SYSTEM_LABELS, GmailError, Mail, Mailstore, invalid, not_found

_MOST_LABELS = 10_000
_MOST_RECIPIENTS = 500


def outgoing(store: Mailstore, raw: bytes) -> bytes:
    """The bytes that really leave: From that is one of ours, a Date, and a Message-ID of Gmail's own making."""
    headers = mime.headers_of(raw)
    everyone = [pair for name in ("To", "Cc", "Bcc") for pair in mime.addresses(mime.header(headers, name))]
    if not everyone:
        raise invalid("Recipient address required")
    if len(everyone) > _MOST_RECIPIENTS:
        raise invalid("Too many recipients")
    senders = mime.addresses(mime.header(headers, "From"))
    if len(senders) != 1 or senders[0][1] not in store.ours:
        name = senders[0][0] if senders else ""
        raw = mime.with_header(raw, "From", email.utils.formataddr((name, store.address)))
    if not mime.header(headers, "Date"):
        moment = datetime.fromtimestamp(store.timings.clock(), UTC)
        raw = mime.with_header(raw, "Date", email.utils.format_datetime(moment))
    if store.timings.overwrite_message_id or not mime.header(headers, "Message-ID"):
        raw = mime.with_header(raw, "Message-ID", f"<CAL{store.new_number():06d}+triage={store.history_id}@mail.gmail.com>")
    return raw


def send(store: Mailstore, raw: bytes, thread_id: str | None) -> Mail:
    """Send a mail; one that is also to ourselves lands in the inbox as well."""
    leaving = outgoing(store, raw)
    mail = store.add(leaving, {"SENT"}, wanted_thread=thread_id)
    receivers = {address for name in ("To", "Cc", "Bcc") for _, address in mime.addresses(mail.header(name))}
    if receivers & store.ours:
        store.relabel(mail.id, {"INBOX", "UNREAD"})
    return mail


def _message(call: Call) -> Json:
    message = call.body.get("message")
    if not isinstance(message, dict):
        raise invalid("Missing draft message")
    return message


def _thread_of(message: Json) -> str | None:
    thread_id = message.get("threadId")
    if thread_id is not None and not isinstance(thread_id, str):
        raise invalid("Invalid value at 'thread_id'")
    return thread_id or None


def send_message(call: Call) -> Json:
    """messages.send"""
    return short(send(call.store, decode(call.body.get("raw")), _thread_of(call.body)))


def _draft(store: Mailstore, draft_id: str) -> Mail:
    if (message_id := store.drafts.get(draft_id)) is None:
        raise not_found()
    return store.mail(message_id)


def draft_shown(draft_id: str, mail: Mail) -> Json:
    """A draft as changes to it are answered."""
    return {"id": draft_id, "message": short(mail)}


def create_draft(call: Call) -> Json:
    """drafts.create"""
    message = _message(call)
    mail = call.store.add(decode(message.get("raw")), {"DRAFT"}, wanted_thread=_thread_of(message))
    draft_id = f"r{8000000000000000000 + call.store.new_number()}"
    call.store.drafts[draft_id] = mail.id
    return draft_shown(draft_id, mail)


def replace_draft(store: Mailstore, draft_id: str, raw: bytes, thread_id: str | None = None) -> Mail:
    """Put other bytes into a draft, which gives it another message id."""
    old = _draft(store, draft_id)
    mail = store.add(raw, {"DRAFT"}, wanted_thread=thread_id or old.thread_id)
    store.drafts[draft_id] = mail.id
    store.remove(old.id)
    return mail


def update_draft(call: Call) -> Json:
    """drafts.update"""
    message = _message(call)
    _draft(call.store, call.path["id"])
    return draft_shown(
        call.path["id"], replace_draft(call.store, call.path["id"], decode(message.get("raw")), _thread_of(message))
    )


def get_draft(call: Call) -> Json:
    """drafts.get"""
    mail = _draft(call.store, call.path["id"])
    return {"id": call.path["id"], "message": shown(mail, call.one("format", "full").lower())}


def list_drafts(call: Call) -> Json:
    """drafts.list"""
    most = call.number("maxResults", 100, 500)
    rows = [
        {"id": draft_id, "message": {"id": message_id, "threadId": call.store.mail(message_id).thread_id}}
        for draft_id, message_id in reversed(call.store.drafts.items())
    ]
    return ({"drafts": rows[:most]} if rows else {}) | {"resultSizeEstimate": len(rows)}


def send_stored_draft(store: Mailstore, draft_id: str, raw: bytes | None = None, thread_id: str | None = None) -> Mail:
    """Send a draft, or other bytes in its place; the draft is gone afterwards and a new message is there."""
    draft = _draft(store, draft_id)
    wanted = thread_id or (draft.thread_id if len(store.thread(draft.thread_id)) > 1 else None)
    mail = send(store, draft.raw if raw is None else raw, wanted)
    store.remove(draft.id)
    return mail


def send_draft(call: Call) -> Json:
    """drafts.send, with or without replacing bytes."""
    draft_id = call.body.get("id")
    if not isinstance(draft_id, str):
        raise invalid("Missing draft id")
    message: Any = call.body.get("message") or {}
    raw = decode(message["raw"]) if message.get("raw") else None
    return short(send_stored_draft(call.store, draft_id, raw, _thread_of(message)))


def drop_draft(store: Mailstore, draft_id: str) -> None:
    """Delete a draft for good."""
    store.remove(_draft(store, draft_id).id)


def delete_draft(call: Call) -> None:
    """drafts.delete"""
    drop_draft(call.store, call.path["id"])


def _label(label_id: str, name: str) -> Json:
    if label_id in SYSTEM_LABELS:
        return {"id": label_id, "name": name, "type": "system"}
    visibility = {"messageListVisibility": "show", "labelListVisibility": "labelShow"}
    return {"id": label_id, "name": name, "type": "user", **visibility}


def list_labels(call: Call) -> Json:
    """labels.list"""
    return {"labels": [_label(label_id, name) for label_id, name in call.store.labels.items()]}


def create_label(call: Call) -> Json:
    """labels.create; a name that exists already is a conflict."""
    name = call.body.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 225 or name.upper() in SYSTEM_LABELS:
        raise invalid("Invalid label name")
    if call.store.label_id(name):
        raise GmailError(409, "aborted", "Label name exists or conflicts", "ABORTED")
    if len(call.store.labels) >= _MOST_LABELS:
        raise invalid("Too many labels")
    label_id = f"Label_{call.store.new_number()}"
    call.store.labels[label_id] = name
    return _label(label_id, name)


def get_label(call: Call) -> Json:
    """labels.get"""
    if (name := call.store.labels.get(call.path["id"])) is None:
        raise not_found()
    carrying = [mail for mail in call.store.messages.values() if call.path["id"] in mail.labels]
    unread = sum("UNREAD" in mail.labels for mail in carrying)
    return _label(call.path["id"], name) | {"messagesTotal": len(carrying), "messagesUnread": unread}


def delete_label(call: Call) -> None:
    """labels.delete, which takes the label off every message."""
    if call.path["id"] not in call.store.labels:
        raise not_found()
    if call.path["id"] in SYSTEM_LABELS:
        raise invalid("Invalid delete request")
    for mail in [mail for mail in call.store.messages.values() if call.path["id"] in mail.labels]:
        call.store.relabel(mail.id, (), {call.path["id"]})
    del call.store.labels[call.path["id"]]


def list_send_as(call: Call) -> Json:
    """settings.sendAs.list"""
    primary: Json = {"sendAsEmail": call.store.address, "displayName": "", "replyToAddress": "", "signature": ""}
    rows = [primary | {"isPrimary": True, "isDefault": True}]
    for alias in call.store.aliases:
        rows.append(primary | {"sendAsEmail": alias, "isDefault": False, "treatAsAlias": True, "verificationStatus": "accepted"})
    return {"sendAs": rows}
