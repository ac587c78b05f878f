"""`pytest tests/cards --update` writes the golden files anew."""

from __future__ import annotations

import pytest


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether the golden files are written instead of compared."""
    return bool(request.config.getoption("--update", default=False))
