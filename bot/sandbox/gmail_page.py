"""What the page beside Slack asks about the mailbox: its threads, and to write as a customer or as a colleague."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import gmail_mime as mime
from bot.sandbox.gmail_store import GmailError, Mail

if TYPE_CHECKING:
    from bot.sandbox.gmail import GmailWorld

Json = dict[str, Any]

_MOST_THREADS = 200
_MOST_SENDERS = 1000
_MOST_TEXT = 20_000


class MailPage:
    """The /ui/mail endpoints."""

    def __init__(self, world: GmailWorld) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        """Their URLs."""
        return [
            web.get("/ui/mail", self._threads),
            web.post("/ui/mail/compose", self._compose),
            web.post("/ui/mail/upload", self._upload),
            web.post("/ui/mail/colleague", self._colleague),
        ]

    async def _threads(self, request: web.Request) -> web.Response:
        store = self.world.store
        newest = list(dict.fromkeys(mail.thread_id for mail in store.newest_first() if _visible(mail)))
        threads = [
            self._thread(thread_id, [mail for mail in store.thread(thread_id) if _visible(mail)])
            for thread_id in newest[:_MOST_THREADS]
        ]
        customers: dict[str, str] = {}
        for mail in islice(store.newest_first(), _MOST_SENDERS):
            if not {"SENT", "DRAFT"} & mail.labels:
                for name, address in mime.addresses(mail.header("From"))[:1]:
                    customers.setdefault(address, name)
        people = [{"address": address, "name": name} for address, name in customers.items()][:_MOST_THREADS]
        return web.json_response({"mailbox": self.world.mailbox, "threads": threads, "customers": people})

    def _thread(self, thread_id: str, mails: list[Mail]) -> Json:
        first = next((mail for mail in mails if "SENT" not in mail.labels), mails[0])
        return {
            "id": thread_id,
            "subject": mails[0].header("Subject"),
            "customer": first.header("From") if "SENT" not in first.labels else first.header("To"),
            "messages": [self._message(mail) for mail in mails],
        }

    def _message(self, mail: Mail) -> Json:
        return {
            "id": mail.id,
            "from": mail.header("From"),
            "to": mail.header("To"),
            "cc": mail.header("Cc"),
            "subject": mail.header("Subject"),
            "date": datetime.fromtimestamp(mail.internal_ms / 1000, UTC).isoformat(timespec="seconds"),
            "text": mail.text[:_MOST_TEXT],
            "html": mail.words.html,
            "labels": sorted(self.world.labels_of(mail.id)),
            "direction": "out" if "SENT" in mail.labels else "in",
            "attachments": mail.words.attachments,
        }

    async def _compose(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        address, name = _line(asked, "from"), _line(asked, "name")
        if not mime.addresses(address):
            return _refused("From must be a mail address.")
        if not _line(asked, "subject") and not _line(asked, "thread_id"):
            return _refused("A new mail needs a subject.")
        sender = email.utils.formataddr((name, mime.addresses(address)[0][1]))

        async def write() -> str:
            to, thread = _line(asked, "to") or None, _line(asked, "thread_id") or None
            return await self.world.write(sender, _line(asked, "subject"), str(asked.get("text") or ""), to=to, thread=thread)

        return await _done(write)

    async def _upload(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not raw.strip():
            return _refused("The file is empty.")
        return await _done(lambda: self.world.deliver(raw))

    async def _colleague(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        text = str(asked.get("text") or "")
        if not text.strip():
            return _refused("Write something first.")
        return await _done(lambda: self.world.answer_as_colleague(_line(asked, "thread_id"), text))


def _visible(mail: Mail) -> bool:
    return "DRAFT" not in mail.labels


async def _asked(request: web.Request) -> Json:
    try:
        asked = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _line(asked: Json, name: str) -> str:
    return " ".join(str(asked.get(name) or "").split())


async def _done(act: Callable[[], Any]) -> web.Response:
    try:
        return web.json_response({"ok": True, "id": await act()})
    except GmailError as error:
        return _refused("That conversation is gone." if error.code == 404 else error.message)


def _refused(why: str) -> web.Response:
    return web.json_response({"ok": False, "error": why})
