"""One attachment out of a mail's bytes, found by its hash. Runs in a reader: the mail may be hostile."""

from __future__ import annotations

import hashlib
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice

MOST_PARTS = 300
LARGEST = 64 * 1024 * 1024


def attachment(raw: bytes, sha256: str) -> bytes | None:
    """The decoded bytes of the part with that hash; None when the mail has no such part."""
    message = BytesParser(policy=compat32).parsebytes(raw[:LARGEST])
    for part in islice(message.walk(), MOST_PARTS):
        data = content(part)
        if data is not None and hashlib.sha256(data).hexdigest() == sha256:
            return data
    return None


def content(part: Message) -> bytes | None:
    """What a part holds, as the list of attachments counts it; a forwarded mail is its source."""
    try:
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            return data
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        return inner.as_bytes() if isinstance(inner, Message) and part.get_content_maintype() == "message" else None
    except Exception:  # broken encodings: the list does not have it either
        return None
