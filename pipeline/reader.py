"""The pool of reader processes: a hostile mail kills one of them, never the bot, and still gets its card."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from multiprocessing import context, resource_tracker
from types import ModuleType
from typing import Any, Final

from pebble import ProcessPool

from bot.config import Config
from bot.errors import Temporary
from bot.values import Email, Reading, Redacted, Screening
from pipeline import parse, reading
from pipeline.company import company
from pipeline.limits import Limits, Rules
from pipeline.redact import ner
from pipeline.risks import risks
from pipeline.screen import screen

log = logging.getLogger("triage.reader")

_MAILS_PER_PROCESS: Final = 400  #: spaCy keeps every word it saw in memory; a fresh process forgets them
LOADING: Final = 120.0  #: seconds that a mail waits for the first reader
_RULES: Final = Rules()
_lock = threading.Lock()


class _ReaderProcess(context.ForkServerProcess):
    """A process that does not import the bot's main module again: that would cost time and memory in every reader."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # multiprocessing's own name
        with _lock:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return context.ForkServerProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _ReaderContext(context.ForkServerContext):
    Process = _ReaderProcess


def reader_of(config: Config) -> Reader:
    """A reader as triage.yaml wants it."""
    given, said = config.readers, config.screen
    rules = Rules(
        limits=Limits(**given.model_dump(exclude={"processes", "seconds", "memory_mb"})),
        block=said.block,
        allow=said.allow,
        spam_points=said.spam_points,
        authority=said.authority,
        ids={kind: patterns for kind, patterns in config.entities.model_dump().items() if patterns},
    )
    names = (*config.privacy.allow, *(colleague.name for colleague in config.people))
    return Reader(given.processes, given.seconds, given.memory_mb, names, rules, config.privacy.nlp_model)


class NoReader(Temporary):
    """No reader process is running."""


class Reader:
    """Reads mails and redacts texts in processes of its own, each with a time and a memory limit."""

    def __init__(
        self,
        processes: int = 1,
        seconds: float = 20.0,
        memory_mb: int = 1000,
        allow: tuple[str, ...] = (),
        rules: Rules = _RULES,
        nlp_model: str = "",
    ) -> None:
        self._processes = processes
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._allow = allow
        self._rules = rules
        self._nlp_model = nlp_model
        self._pool: ProcessPool | None = None
        self._up = asyncio.Event()
        self.killed = 0  #: readers lost to a mail since the start

    async def start(self) -> None:
        """Start the processes and wait until one has loaded everything; SettingsError without the spaCy model that is wanted."""
        await asyncio.to_thread(ner.check, self._nlp_model)
        self._pool, warmed = await asyncio.to_thread(self._make)
        self._up.set()
        await asyncio.wrap_future(warmed)

    def _make(self) -> tuple[ProcessPool, Future[None]]:
        """The pool with its first task: that is when pebble starts processes, which waits for the preloading."""
        resource_tracker.ensure_running()
        multiprocessing.get_context("forkserver").set_forkserver_preload(["pipeline.preload"])
        pool = ProcessPool(
            max_workers=self._processes,
            max_tasks=_MAILS_PER_PROCESS,
            initializer=prepare,
            initargs=(self._memory_mb * 1024 * 1024, self._nlp_model),
            context=_ReaderContext(),
        )
        return pool, pool.schedule(reading.warm, timeout=max(60.0, self._seconds))

    async def close(self) -> None:
        """Stop the processes, without waiting for mails that are being read."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(_stop, pool)

    async def read(self, raw: bytes, *, known: Mapping[str, str], ours: frozenset[str], labels: frozenset[str]) -> Reading:
        """What stands in `raw`, whatever it is: a mail that kills its reader keeps its headers and nothing else.

        Temporary only when there is no reader at all, which is no fault of the mail's.
        """
        try:
            found = await self._run(reading.read, raw, dict(known), ours, labels, self._allow, self._rules)
        except NoReader:
            raise
        except Exception as error:  # a mail must not stop the poller, whatever it did
            self.killed += 1
            log.warning("unreadable bytes=%s cause=%s", len(raw), type(error).__name__)
            return await asyncio.to_thread(_unread, raw, ours, labels, self._rules)
        return found  # type: ignore[no-any-return]

    async def redact(self, text: str, known: Mapping[str, str]) -> tuple[Redacted, dict[str, str]]:
        """`text` redacted with a ticket's table; raises Temporary when that is impossible, so that nothing leaves unredacted."""
        try:
            return await self._run(reading.mask, text, dict(known), self._allow)  # type: ignore[no-any-return]
        except Exception as error:
            log.warning("not redacted characters=%s cause=%s", len(text), type(error).__name__)
            raise Temporary("The text could not be checked for personal data. Please try again.") from None

    async def attachment(self, raw: bytes, sha256: str) -> bytes | None:
        """The attachment of `raw` with that hash, None when it has none; Temporary when that cannot be found out."""
        try:
            return await self._run(reading.attachment, raw, sha256)  # type: ignore[no-any-return]
        except Exception as error:
            log.warning("attachment not read bytes=%s cause=%s", len(raw), type(error).__name__)
            raise Temporary("The attachment could not be read. Please open it in Gmail.") from None

    async def _run(self, function: Callable[..., Any], *args: object, timeout: float | None = None) -> Any:
        pool = await self._running()
        future = pool.schedule(function, args=args, timeout=timeout or self._seconds)
        return await asyncio.wrap_future(future)

    async def _running(self) -> ProcessPool:
        """The pool, once it is there: the bot takes mails in while its readers still load."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), LOADING)
        if self._pool is None:
            raise NoReader
        return self._pool


def prepare(limit: int, nlp_model: str) -> None:
    """Run in a new reader, before its first mail."""
    limit_memory(limit)
    ner.use(nlp_model)


def limit_memory(limit: int) -> None:
    """Run in a new reader: an address space limit where the system has one."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join(timeout=10)


def _unread(raw: bytes, ours: frozenset[str], labels: frozenset[str], rules: Rules) -> Reading:
    """The reading of a mail whose reader was killed: headers for the reply, nothing that could be shown."""
    try:
        email = parse.envelope(raw, rules)
        return Reading(
            email,
            screen(email, ours, labels, rules),
            None,
            {},
            risks(email, rules.authority),
            company(email.sender.email) if email.sender else "",
        )
    except Exception:
        empty = Email("", "", None, None, (), (), "", (), None, "", "", "", defects=("unreadable",), size=len(raw))
        return Reading(empty, Screening("", "", answerable=False), None)
