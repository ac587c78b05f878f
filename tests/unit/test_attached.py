"""Getting an attachment out again by its hash: whatever the list of attachments shows can be opened."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline import parse
from pipeline.attached import attachment

MAILS = [
    *sorted((Path(__file__).parents[2] / "bot" / "sandbox" / "mails").glob("*.eml")),
    *sorted((Path(__file__).parents[1] / "mail").glob("*.eml")),
]


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_every_listed_attachment_is_found(path: Path) -> None:
    raw = path.read_bytes()
    for file in parse.parse(raw).attachments:
        data = attachment(raw, file.sha256)
        assert data is not None, file.type
        assert len(data) == file.size


def test_there_are_attachments_among_them() -> None:
    assert sum(len(parse.parse(path.read_bytes()).attachments) for path in MAILS) >= 3


@pytest.mark.parametrize(
    "raw", [b"", b"Subject: x\n\nhello", b"\x00" * 5000, b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 50]
)
def test_what_is_not_there_is_none(raw: bytes) -> None:
    assert attachment(raw, hashlib.sha256(b"something else").hexdigest()) is None
