"""Logging: one line per event on stderr; libraries that print what they handle are kept quiet."""

from __future__ import annotations

import logging
import sys

#: These print payloads, tokens or mail text at INFO or DEBUG; a warning from them is still wanted.
QUIET = (
    *("slack_sdk", "slack_bolt", "aiohttp", "asyncio", "googleapiclient", "google", "httplib2", "openai", "httpx", "httpx2"),
    *("httpcore", "httpcore2", "alembic", "sqlalchemy", "pgqueuer", "presidio-analyzer", "presidio_analyzer", "tldextract"),
)


class OneLine(logging.Filter):
    """Keeps other libraries to one line, and to one a minute of a kind: a full disk must not write a hundred tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Ours pass as they are."""
        if record.name.startswith("triage"):
            return True
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        kind = (record.name, f"{record.msg} {cause}")
        if record.created - self._said.get(kind, 0.0) < 60:
            return False
        self._said[kind] = record.created
        if cause:
            # Made whole first: a cut text no longer fits its arguments, and an empty one has no first line.
            record.msg, record.args = f"{next(iter(record.getMessage().splitlines()), '')} [{cause}]", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def configure(level: int = logging.INFO) -> None:
    """Send everything of `triage.*` at `level` and above to stderr, and only warnings of everybody else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("triage").setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every poll that takes longer than the interval
