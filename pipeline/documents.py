"""Text out of attachments (PDF, DOCX, CSV, plain) in which ids are matched: bounded in size, pages and processor time."""

from __future__ import annotations

import re
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from types import FrameType

from pipeline.charset import decoded, tidy
from pipeline.limits import Limits
from pipeline.sniff import DOCX

_XML_BYTES = 8 * 1024 * 1024  #: of a document's XML that are unpacked, however much the zip says there is
_RUN = re.compile(r"<w:(?:t(?: [^<>]{0,200})?>([^<]*)|(p|tab|br)[ />])")
_PLAIN = frozenset({"text/plain", "text/csv", "text/tab-separated-values", "application/csv", "application/json", "text/xml"})


class OutOfTime(Exception):
    """The processor time for a mail's attachments is used up."""


class Documents:
    """Reads the attachments of one mail; together they have the time and the characters that the limits allow."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seconds = limits.attachment_seconds
        self._room = limits.attachment_characters
        self.pieces: list[str] = []
        self.unread = 0  #: files whose text could not be read, or only in part

    def add(self, data: bytes, kind: str, name: str) -> None:
        """Take the text of one file; whatever is wrong with it costs that file alone."""
        if self._room <= 0 or self._seconds <= 0 or not _readable(kind, name):
            return
        if len(data) > self._limits.attachment_bytes:
            self.unread += 1
            return
        started, found = time.process_time(), []
        try:
            with _time_limit(self._seconds):
                for piece in _pieces(data, kind, name, self._limits):
                    found.append(piece[: self._room])
                    self._room -= len(found[-1])
                    if self._room <= 0:
                        break
        except Exception:  # every library has its own errors for broken files
            self.unread += 1
        self._seconds -= time.process_time() - started
        self.pieces += [piece for piece in found if piece.strip()]


def _readable(kind: str, name: str) -> bool:
    return kind in ("application/pdf", DOCX) or kind in _PLAIN or name.lower().endswith((".csv", ".txt"))


def _pieces(data: bytes, kind: str, name: str, limits: Limits) -> Iterator[str]:
    if kind == "application/pdf":
        yield from _pdf(data, limits.pdf_pages)
    elif kind == DOCX:
        yield docx(data)
    else:
        yield tidy(decoded(data[: 4 * limits.attachment_characters], ""))


def _pdf(data: bytes, pages: int) -> Iterator[str]:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes the file in its warnings
    reader = PdfReader(BytesIO(data), strict=False)
    for number in range(min(len(reader.pages), pages)):
        yield tidy(reader.pages[number].extract_text())


def docx(data: bytes) -> str:
    """The text of a Word document; of a zip bomb only the first megabytes are ever unpacked, and its XML is never a tree."""
    with zipfile.ZipFile(BytesIO(data)) as packed, packed.open("word/document.xml") as xml:
        source = xml.read(_XML_BYTES).decode("utf-8", "replace")
    pieces: list[str] = []
    for match in _RUN.finditer(source):
        pieces.append({"p": "\n", "br": "\n", "tab": "\t"}[match.group(2)] if match.group(2) else unescape(match.group(1)))
    return tidy("".join(pieces)).strip()


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Ends Python code after so much processor time; only a main thread can, others rely on the reader's limit."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
