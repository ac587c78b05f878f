"""The reader: hostile mails cost themselves, never the pool, and the main process stays light."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.errors import Temporary
from pipeline.reader import Reader

OURS = frozenset({"support@larkspur.example"})
MAIL = (
    b"From: Greta Holm <greta@holm.example>\nTo: support@larkspur.example\nSubject: Help\n\nCall me at +44 20 7946 0958.\nGreta\n"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    """One started reader for this module: starting it is what takes long."""
    reader = Reader(processes=1, seconds=8.0, memory_mb=900)
    await reader.start()
    yield reader
    await reader.close()


same_loop = pytest.mark.asyncio(loop_scope="module")


def hang() -> None:
    """What a mail does whose pattern never ends."""
    while True:
        pass


def eat_memory() -> int:
    """What a mail does that unpacks to gigabytes."""
    return len(bytearray(4 * 1024**3))


def die() -> None:
    """What the kernel does to a process that takes too much."""
    os.kill(os.getpid(), signal.SIGKILL)


async def still_reads(reader: Reader) -> bool:
    """Whether the next mail is read as if nothing had happened."""
    found = await reader.read(MAIL, known={}, ours=OURS, labels=frozenset())
    return found.redacted is not None and found.redacted.new_text.text == "Call me at <PHONE_1>.\n<PERSON_1>"


@same_loop
async def test_a_mail_is_read_with_the_tables_numbers(reader: Reader) -> None:
    found = await reader.read(MAIL, known={"<PHONE_4>": "+44 20 7946 0958"}, ours=OURS, labels=frozenset())
    assert found.redacted is not None
    assert found.redacted.new_text.text == "Call me at <PHONE_4>.\n<PERSON_1>"
    assert found.readable


@same_loop
async def test_a_text_is_redacted(reader: Reader) -> None:
    hidden, table = await reader.redact("Tell Greta Holm", {"<PERSON_1>": "Greta Holm"})
    assert hidden.text == "Tell <PERSON_1>"
    assert table == {"<PERSON_1>": "Greta Holm"}


@same_loop
@pytest.mark.parametrize("killer", [die, eat_memory])
async def test_a_killed_reader_is_replaced_at_once(reader: Reader, killer: object) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # ProcessExpired or MemoryError, by the system's choice
        await reader._run(killer)  # type: ignore[arg-type]
    started = time.monotonic()
    assert await still_reads(reader)
    assert time.monotonic() - started < 5


@same_loop
async def test_a_hanging_reader_is_stopped(reader: Reader) -> None:
    with pytest.raises(TimeoutError):
        await reader._run(hang, timeout=0.3)
    assert await still_reads(reader)


@same_loop
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100_000,
        b"Subject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n"
        + b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(10_000)),
        b"Subject: big\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 7_500_000,
        b"Subject: line\n\n" + b"a" * 30_000_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    ],
    ids=["empty", "nul", "nested", "30MB-attachment", "30MB-line", "deep-html"],
)
async def test_hostile_mails_still_give_a_reading(reader: Reader, raw: bytes) -> None:
    found = await reader.read(raw, known={}, ours=OURS, labels=frozenset())
    assert found.email.size == len(raw)
    assert await still_reads(reader)


@same_loop
async def test_a_mail_whose_reader_dies_keeps_its_envelope() -> None:
    quick = Reader(processes=1, seconds=0.01, memory_mb=900)  # too short for a long mail
    await quick.start()
    found = await quick.read(MAIL + b"Greta Holm wrote 1234567 words. " * 200_000, known={}, ours=OURS, labels=frozenset())
    assert found.redacted is None
    assert not found.readable
    assert found.email.defects == ("unreadable",)
    assert found.email.sender is not None
    assert found.email.sender.email == "greta@holm.example"
    with pytest.raises(Temporary):
        await quick.redact("Greta Holm wrote 1234567 words. " * 20_000, {})
    assert quick.killed == 1
    await quick.close()


def test_the_main_process_never_imports_what_readers_need() -> None:
    program = (
        "import sys\n"
        "import pipeline.reader, pipeline.classify, pipeline.draft\n"
        "import pipeline.check, pipeline.decide, pipeline.rules, pipeline.redact\n"
        "heavy = {'spacy', 'presidio_analyzer', 'phonenumbers', 'numpy', 'fasttext', 'lxml', 'inscriptis', 'openai'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_makes_no_network_connection() -> None:
    program = (
        "import socket\n"
        "def refused(*_):\n    raise AssertionError('the network was used')\n"
        "socket.socket.connect = refused\nsocket.getaddrinfo = refused\n"
        "from pipeline import reading\n"
        "mail = b'From: a@b.example\\n\\nwrite to ida@berg.co.uk about https://x.example today please'\n"
        "found = reading.read(mail, {}, frozenset(), frozenset(), ())\n"
        "print(found.redacted.new_text.text)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "write to <EMAIL_1> about https://x.example today please"


async def test_a_mail_that_comes_while_the_reader_loads_waits_for_it() -> None:
    reader = Reader(seconds=60)
    waiting = asyncio.create_task(reader.read(MAIL, known={}, ours=frozenset(), labels=frozenset()))
    await asyncio.gather(waiting, reader.start())
    assert waiting.result().redacted is not None
    await reader.close()


async def test_without_any_reader_a_mail_is_not_called_unreadable() -> None:
    reader = Reader(seconds=60)
    await reader.start()
    await reader.close()
    with pytest.raises(Temporary):
        await reader.read(MAIL, known={}, ours=frozenset(), labels=frozenset())
