"""`triage bench read [DIR]`: crashes, time-outs, stripped replies, automatic mail and spam, and milliseconds per mail."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import bench_read_cases as cases
from bot.values import Email, Reading
from pipeline.reader import Reader

SECONDS = 20.0
_MOST = 20_000  #: mails of a folder
_OURS = frozenset({"support@larkspur.example", "billing@larkspur.example"})
_PEOPLE = frozenset({"human", "not_bounce"})  #: labels of auto/labels.jsonl that are no automatic mail
_AUTOMATIC = frozenset({"auto-reply", "bounce", "bulk"})


@dataclass(slots=True)
class Read:
    """What happened to the mails of one folder."""

    readings: dict[str, Reading] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)

    def line(self, name: str) -> str:
        """The folder in one line: how many, how many failed, how long."""
        took = sorted(self.milliseconds) or [0.0]
        lost = sum(not reading.readable for reading in self.readings.values())
        middle, high = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.95))]
        speed = f"{middle:7.1f} ms median  {high:7.1f} ms p95  {took[-1]:8.1f} ms longest"
        return f"{name:<34} {len(took):>5} mails  {lost} crashes  {speed}"


async def run(folder: Path | None = None) -> int:
    """Print everything; 0 only when nothing crashed and nothing took longer than it may."""
    reader = Reader(seconds=SECONDS)
    started = time.perf_counter()
    await reader.start()
    print(f"reader ready after {time.perf_counter() - started:.1f} s; limit {SECONDS:.0f} s a mail")
    try:
        lost = await _all(reader, folder)
    finally:
        await reader.close()
    return 1 if lost else 0


async def _all(reader: Reader, folder: Path | None) -> int:
    lost = await _hostile(reader)
    await _replacement(reader)
    print("\nmails, each parsed, stripped, screened and redacted in a reader")
    for name, own in _own():
        read = await _folder(reader, await asyncio.to_thread(_mails, own, "*.eml"))
        lost += sum(not reading.readable for reading in read.readings.values())
        print(read.line(name))
    if folder is not None:
        lost += await _given(reader, folder)
    print("\nstripped replies                     cases  exact        near")
    _stripped("own, nine languages", ((mail, new, "", False) for _, mail, new in cases.replies()))
    for name, group in _groups(folder):
        _stripped(name, group)
    return lost


def _own() -> Iterator[tuple[str, Path]]:
    here = Path(__file__).parent
    yield "sample mailbox", here / "sandbox" / "mails"
    if (golden := here.parent / "tests" / "mail").is_dir():
        yield "golden mails", golden


async def _hostile(reader: Reader) -> int:
    """Hostile mails: each must give a reading within the limit."""
    print("\nhostile mails                          bytes      seconds  result")
    over = 0
    for name, raw in cases.hostile():
        started = time.perf_counter()
        reading = await reader.read(raw, known={}, ours=_OURS, labels=frozenset())
        seconds = time.perf_counter() - started
        over += seconds > SECONDS
        said = ", ".join(reading.email.defects) or "read"
        print(f"{name:<36} {len(raw):>10,} {seconds:>9.2f}  {said}")
    print(f"time-outs over the limit: {over}; readers killed: {reader.killed}")
    return over


def die() -> None:
    """Run in a reader: what the kernel does to a process that takes too much."""
    os.kill(os.getpid(), signal.SIGKILL)


async def _replacement(reader: Reader) -> None:
    """How long the mail after a killed reader waits."""
    took = []
    for _ in range(5):
        with suppress(Exception):
            await reader._run(die)
        started = time.perf_counter()
        await reader.read(b"From: a@b.example\n\nHello, is it back?", known={}, ours=_OURS, labels=frozenset())
        took.append(time.perf_counter() - started)
    middle, longest = sorted(took)[2] * 1000, max(took) * 1000
    print(f"a killed reader's successor answers after {middle:.0f} ms (median of 5, longest {longest:.0f} ms)")


def _mails(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))[:_MOST]


async def _folder(reader: Reader, paths: Iterable[Path]) -> Read:
    read = Read()
    for path in paths:
        raw = path.read_bytes()  # a bench of its own process: nothing else waits
        started = time.perf_counter()
        read.readings[path.name] = await reader.read(raw, known={}, ours=_OURS, labels=frozenset())
        read.milliseconds.append((time.perf_counter() - started) * 1000)
    return read


async def _given(reader: Reader, folder: Path) -> int:
    """Every .eml below the folder, by the folder it lies in; labels and references beside it are compared."""
    by_place: dict[Path, list[Path]] = {}
    for path in await asyncio.to_thread(_mails, folder, "**/*.eml"):
        by_place.setdefault(path.parent, []).append(path)
    lost, scores = 0, []
    for place, paths in by_place.items():
        read = await _folder(reader, paths)
        lost += sum(not reading.readable for reading in read.readings.values())
        print(read.line(str(place.relative_to(folder))))
        beside = (place, place.parent)
        scores += [line for at in beside for line in (*_labelled(at, read), *_referred(at, read))]
    print("\n".join(["", *scores]) if scores else "")
    return lost


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _labelled(at: Path, read: Read) -> Iterator[str]:
    """Precision and recall against labels.jsonl: spam where it says ham or spam, else automatic mail."""
    rows = [row for row in _rows(at / "labels.jsonl") if row.get("file") in read.readings]
    if not rows:
        return
    kinds = [(str(row["label"]), read.readings[row["file"]].screening.kind) for row in rows]
    if {label for label, _ in kinds} <= {"ham", "spam"}:
        yield _score("spam", [(label == "spam", kind == "spam") for label, kind in kinds])
        yield _score(
            "spam, set aside for any reason", [(label == "spam", bool(kind)) for label, kind in kinds if label == "spam"]
        )
    else:
        yield _score("automatic mail", [(label not in _PEOPLE, kind in _AUTOMATIC) for label, kind in kinds])


def _score(name: str, pairs: list[tuple[bool, bool]]) -> str:
    counts = Counter(pairs)
    right, false, missed = counts[True, True], counts[False, True], counts[True, False]
    precision, recall = right / max(1, right + false), right / max(1, right + missed)
    counted = f"(right {right}, false {false}, missed {missed})"
    return f"{name:<34} {len(pairs):>5} mails  precision {precision:.0%}  recall {recall:.0%}  {counted}"


def _referred(at: Path, read: Read) -> Iterator[str]:
    """Subjects and senders against reference.jsonl."""
    rows = [row for row in _rows(at / "reference.jsonl") if row.get("file") in read.readings]
    for name in ("subject", "sender"):
        pairs = [(str(row[name]), _header(read.readings[row["file"]].email, name)) for row in rows if row.get(name)]
        if pairs:
            same = sum(_folded(expected).lower() == _folded(found).lower() for expected, found in pairs)
            yield f"{name + 's as three parsers have them':<34} {same} of {len(pairs)}"


def _header(email: Email, name: str) -> str:
    return email.subject if name == "subject" else email.sender.email if email.sender else ""


def _groups(folder: Path | None) -> Iterator[tuple[str, list[tuple[str, str, str, bool]]]]:
    """Reply cases by their set: (raw, expected, the sender's name, whether it is HTML)."""
    if folder is None:
        return
    sets: dict[str, list[tuple[str, str, str, bool]]] = {}
    for path in sorted(folder.rglob("cases.jsonl")):
        for row in _rows(path):
            note = str(row.get("note", ""))
            sender = note.removeprefix("sender=").split("@")[0] if note.startswith("sender=") else ""
            sets.setdefault(str(row.get("set", path.parent.name)), []).append(
                (row["raw"], row["expected"], sender, row.get("kind") == "html")
            )
    yield from sets.items()


def _stripped(name: str, group: Iterable[tuple[str, str, str, bool]]) -> None:
    from pipeline import html, strip

    count = exact = near = 0
    for raw, expected, sender, markup in group:
        found = strip.strip(html.to_text(raw).text if markup else raw, sender)
        count += 1
        exact += _folded(found) == _folded(expected)
        near += _near(found, expected)
    if count:
        print(f"{name:<36} {count:>5}  {exact:>4} ({exact / count:4.0%})  {near:>4} ({near / count:4.0%})")


def _near(found: str, expected: str) -> bool:
    """Whether nine tenths of the words agree both ways."""
    ours, theirs = Counter(found.split()), Counter(expected.split())
    common = sum((ours & theirs).values())
    return 2 * common >= 0.9 * (sum(ours.values()) + sum(theirs.values()))


def _folded(text: str) -> str:
    return " ".join(text.split())
