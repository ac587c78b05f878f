"""Other libraries' records: one line, one a minute of a kind, and never an exception of our own."""

from __future__ import annotations

import logging
import sys

import pytest

from bot.log import OneLine


def record(name: str, message: str, *args: object, failing: bool = True) -> logging.LogRecord:
    """A record as a library makes it inside an except block."""
    try:
        raise ValueError("ana@corp.example")
    except ValueError:
        cause = sys.exc_info() if failing else None
        return logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, cause)


@pytest.mark.parametrize(
    ("message", "args", "said"),
    [
        ("job %s\nfailed with %s", (7, "ana@corp.example"), "job 7 [ValueError]"),
        ("", (), " [ValueError]"),
        ("50 %", (), "50 % [ValueError]"),
    ],
)
def test_a_traceback_becomes_one_line(message: str, args: tuple[object, ...], said: str) -> None:
    found = record("pgqueuer", message, *args)
    assert OneLine().filter(found)
    assert logging.Formatter("%(message)s").format(found) == said


def test_the_same_is_said_once_a_minute() -> None:
    only = OneLine()
    assert [only.filter(record("pgqueuer", "no connection")) for _ in range(3)] == [True, False, False]
    assert only.filter(record("pgqueuer", "something else"))


def test_our_own_lines_pass_as_they_are() -> None:
    only = OneLine()
    assert [only.filter(record("triage.desk", "claimed", failing=False)) for _ in range(2)] == [True, True]
