"""A parsed mail as JSON and back: what is sealed beside the original."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.values import Address, Attachment, Email


def to_json(email: Email) -> bytes:
    """Everything, with real values: only ever sealed."""
    fields = asdict(email)
    fields["headers"] = dict(email.headers)
    fields["date"] = email.date.isoformat() if email.date else None
    # A hostile mail may hold lone surrogates; escaped they survive.
    return json.dumps(fields, ensure_ascii=True).encode("ascii")


def from_json(stored: bytes) -> Email:
    """The same mail; fields that this version does not know are left out, new ones have their defaults."""
    fields: dict[str, Any] = json.loads(stored)
    known = {name: value for name, value in fields.items() if name in Email.__dataclass_fields__}
    known["sender"], known["reply_to"] = _address(fields.get("sender")), _address(fields.get("reply_to"))
    known["to"], known["cc"] = _addresses(fields.get("to")), _addresses(fields.get("cc"))
    known["references"], known["defects"] = tuple(fields.get("references", ())), tuple(fields.get("defects", ()))
    known["attachments"] = tuple(Attachment(**part) for part in fields.get("attachments", ()))
    known["date"] = datetime.fromisoformat(fields["date"]) if fields.get("date") else None
    return Email(**known)


def _address(stored: dict[str, str] | None) -> Address | None:
    return Address(**stored) if stored else None


def _addresses(stored: list[dict[str, str]] | None) -> tuple[Address, ...]:
    return tuple(Address(**one) for one in stored or ())
