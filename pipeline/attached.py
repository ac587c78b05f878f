"""One attachment out of a mail's bytes, found by its hash. Runs in a reader: the mail may be hostile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice

from pipeline import parts, tnef

MOST_PARTS = 400
LARGEST = 64 * 1024 * 1024


def attachment(raw: bytes, sha256: str) -> bytes | None:
    """The decoded bytes of the file with that hash, also of one packed in a winmail.dat; None when the mail has no such file."""
    return next((data for data in files(raw) if hashlib.sha256(data).hexdigest() == sha256), None)


def files(raw: bytes) -> Iterator[bytes]:
    """What every part of the mail holds, as the list of attachments counts it."""
    message = BytesParser(policy=compat32).parsebytes(raw[:LARGEST])
    for part in islice(message.walk(), MOST_PARTS):
        if parts.kind(part).startswith("multipart/"):
            continue
        data, _ = parts.content(part)
        yield data
        packed = tnef.unpack(data)
        yield from (inner for _, inner in packed.files) if packed else ()
