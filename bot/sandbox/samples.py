"""The sample mailbox: where its mails are, in the order in which they arrive."""

from __future__ import annotations

from pathlib import Path

MAILS = Path(__file__).parent / "mails"


def sample_mails(folder: Path = MAILS) -> list[Path]:
    """The .eml files of a folder (the shipped samples unless another is named), by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".eml" and path.is_file())
