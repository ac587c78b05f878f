"""Attachments: taken out of a mail in a reader, scanned, and never given to anybody before the scanner called them clean."""

from __future__ import annotations

import mimetypes
from collections.abc import Collection
from typing import Protocol

from bot.clients.clamd import Scanner, Verdict
from bot.errors import Refused, Temporary
from bot.store import verdicts
from bot.store.db import Database
from bot.store.vault import Vault

UNSCANNED = "not scanned"


#: What a file is called in Slack: its own name may hold personal data, and its ending may lie.
_ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt", "text/csv": ".csv", "image/png": ".png", "image/jpeg": ".jpg"}


def neutral_name(number: int, at: int, kind: str) -> str:
    """The name under which attachment `at` of ticket `number` is sent; the ending follows the true type."""
    ending = _ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ".bin"
    return f"ticket-{number}-attachment-{at}{ending}"


class Opener(Protocol):
    """The part of the reader pool that this needs."""

    async def attachment(self, raw: bytes, sha256: str) -> bytes | None:
        """The attachment with that hash; Temporary when it cannot be read."""
        ...


class Files:
    """What is known of attachments, and their bytes for whoever may have them. `scanner` None: nothing is scanned."""

    def __init__(self, db: Database, vault: Vault, opener: Opener, scanner: Scanner | None = None) -> None:
        self._db, self._vault, self._opener, self.scanner = db, vault, opener, scanner

    def mark(self, sha256: str) -> str:
        """What stands for a file in the database and in events: a keyed hash, which nobody can look up elsewhere."""
        return self._vault.blind(f"file:{sha256}")

    async def states(self, hashes: Collection[str]) -> dict[str, str]:
        """Hash -> "clean", "infected" or "not scanned"."""
        marks = {sha256: self.mark(sha256) for sha256 in hashes}
        async with self._db.read() as s:
            known = await verdicts.of(s, marks.values())
        return {sha256: known.get(mark, UNSCANNED) for sha256, mark in marks.items()}

    async def open(self, raw: bytes, sha256: str) -> bytes:
        """The bytes, if they may be given to somebody. Refused: infected or not there. Temporary: no verdict."""
        data = await self._opener.attachment(raw, sha256)
        if data is None:
            raise Refused("This attachment is not in the mail any more. Please open it in Gmail.")
        if await self._verdict(sha256, data) == Verdict.INFECTED:
            raise Refused("The virus scanner found something in this attachment, so it is not given out.")
        return data

    async def scan(self, raw: bytes, sha256: str) -> None:
        """Find out about one attachment if there is a scanner; what cannot be found out stays not scanned."""
        if self.scanner is None:
            return
        try:
            data = await self._opener.attachment(raw, sha256)
            if data is not None:
                await self._verdict(sha256, data)
        except Temporary:
            return

    async def _verdict(self, sha256: str, data: bytes) -> Verdict | None:
        """The scanner's word of now, which is remembered; None where there is no scanner."""
        if self.scanner is None:
            return None
        verdict = await self.scanner.scan(data)
        async with self._db.transaction() as s:
            await verdicts.note(s, self.mark(sha256), verdict.value)
        return verdict
