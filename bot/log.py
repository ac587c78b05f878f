"""Logging: one line per event on stderr; libraries that print what they handle are kept quiet."""

from __future__ import annotations

import logging
import sys

#: These print payloads, tokens or mail text at INFO or DEBUG; a warning from them is still wanted.
QUIET = (
    *("slack_sdk", "slack_bolt", "aiohttp", "asyncio", "googleapiclient", "google", "httplib2", "openai", "httpx", "httpx2"),
    *("httpcore", "httpcore2", "alembic", "sqlalchemy", "pgqueuer", "presidio-analyzer", "presidio_analyzer", "tldextract"),
)


def configure(level: int = logging.INFO) -> None:
    """Send everything of `triage.*` at `level` and above to stderr, and only warnings of everybody else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("triage").setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every poll that takes longer than the interval
