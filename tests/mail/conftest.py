"""Golden mails: NAME.eml beside NAME.json; `pytest tests/mail --update` writes the JSON anew."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per mail, called by its name."""
    if "golden" in metafunc.fixturenames:
        metafunc.parametrize("golden", sorted(path.stem for path in FOLDER.glob("*.eml")))
