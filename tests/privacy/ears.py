"""Listening and looking: what was logged, what left, what the database holds, and whether a value stands in it."""

from __future__ import annotations

import base64
import json
import logging
import quopri
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, quote_plus, unquote_plus

import sqlalchemy as sa

from bot import log
from bot.sandbox.server import Sandbox
from bot.store.db import Database


class Heard(logging.Handler):
    """Keeps every line, with tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def everybody(self) -> None:
        """Let every library speak at DEBUG that is not kept quiet on purpose, now that they all are loaded."""
        for name in list(logging.root.manager.loggerDict):
            if name.partition(".")[0] not in log.QUIET:
                logging.getLogger(name).setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def slack_got(world: Sandbox) -> str:
    """Every call and acknowledgement that Slack received, without the modals in them."""
    shown = [{name: value for name, value in call.args.items() if name not in ("view", "token")} for call in world.slack.calls]
    return json.dumps(shown, ensure_ascii=False)


def model_got(world: Sandbox) -> str:
    """Every request of the model."""
    return json.dumps([call.messages for call in world.model.calls], ensure_ascii=False, default=str)


async def database(db: Database) -> str:
    """Every column of every table, of the queue too; what is sealed stands in it as hexadecimal digits."""
    tables = "select n.nspname || '.' || quote_ident(relname) from pg_class c join pg_namespace n on n.oid = relnamespace"
    async with db.read() as s:
        names = list(await s.scalars(sa.text(f"{tables} where relkind = 'r' and nspname in ('public', 'jobs')")))
        rows = [row for name in names for row in await s.scalars(sa.text(f"select to_jsonb(t) from {name} t"))]
        payloads = list(await s.scalars(sa.text("select payload from jobs.pgqueuer")))
    said = [bytes(payload or b"").decode("utf-8", "replace") for payload in payloads]
    return json.dumps([rows, said], ensure_ascii=False, default=str)


def finds(haystack: str, value: str) -> list[str]:
    """The ways in which `value` stands in `haystack`."""
    places = {name: text for name, text in views(haystack)}
    wanted = squeezed(value)
    found = [name for name, text in places.items() if wanted in text]
    raw = re.sub(r"\\n|\s", "", haystack)
    for spelling in {value, value.lower(), value.upper(), value.title()}:
        found += [f"base64+{at}" for at, piece in enumerate(base64_pieces(spelling)) if piece in raw]
        found += ["url"] * any(piece != spelling and piece in haystack for piece in (quote(spelling), quote_plus(spelling)))
    return found


def views(haystack: str) -> Iterator[tuple[str, str]]:
    """The text as it is and as somebody who decodes it would read it; each without white space, case and accents."""
    yield "plain", squeezed(haystack)
    yield "html", squeezed(unescape(haystack))
    yield "url", squeezed(unquote_plus(haystack))
    yield "json", squeezed(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), haystack))
    printable = haystack.replace("\\r", "").replace("\\n", "\n")
    yield "quoted-printable", squeezed(quopri.decodestring(printable.encode("utf-8", "replace")).decode("utf-8", "replace"))


def squeezed(text: str) -> str:
    """Without white space (written as an escape too), case and accents."""
    text = unicodedata.normalize("NFKD", re.sub(r"\\[nrt]|\s", "", text)).casefold()
    return text if text.isascii() else "".join(char for char in text if not unicodedata.combining(char))


def base64_pieces(value: str) -> list[str]:
    """What stands in base64 text when the value lies in what was encoded, at each of the three offsets."""
    pieces = []
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + value.encode()).decode().rstrip("=")
        pieces.append(encoded[(0, 2, 3)[offset] : -1 if (len(value.encode()) + offset) % 3 else None])
    return pieces
