"""The virus scanner: bytes go to clamd over TCP, a verdict comes back. No verdict is an error, never "clean"."""

from __future__ import annotations

import io
import logging
from enum import StrEnum

from aioclamd import ClamdAsyncClient
from aioclamd import ClamdError as _ClamdError

from bot.errors import Temporary

log = logging.getLogger("triage.clamd")


class Verdict(StrEnum):
    """What the scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"


class Scanner:
    """Scans with the clamd at `address` ("host:port")."""

    def __init__(self, address: str, *, seconds: float = 30.0) -> None:
        host, _, port = address.rpartition(":")
        self._client = ClamdAsyncClient(host, int(port), timeout=seconds)

    async def scan(self, data: bytes) -> Verdict:
        """The verdict on `data`; Temporary when there is none, so that nobody opens what was not looked at."""
        try:
            answer = await self._client.instream(io.BytesIO(data))
        except (_ClamdError, OSError, UnicodeDecodeError) as error:
            log.warning("no verdict bytes=%s cause=%s", len(data), type(error).__name__)
            raise Temporary("The virus scanner did not answer, so the file stays closed. Please try again later.") from None
        status = next(iter(answer.values()))[0] if answer else ""
        if status not in ("OK", "FOUND"):
            log.warning("no verdict bytes=%s cause=%s", len(data), "answer")
            raise Temporary("The virus scanner gave no verdict, so the file stays closed. Please try again later.")
        log.info("scanned bytes=%s found=%s", len(data), status == "FOUND")
        return Verdict.INFECTED if status == "FOUND" else Verdict.CLEAN
