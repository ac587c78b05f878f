"""Tells a dead PostgreSQL's pid file from a living server's."""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path

log = logging.getLogger("triage.store")


def forget_dead_postmaster(data: Path) -> None:
    """Remove a pid file whose process is a zombie, or is not a PostgreSQL working in `data`.

    PostgreSQL handles a process that is gone. It waits for ever on a zombie that nobody reaps (containers) and on a
    foreign process that got the same number. Only Linux shows enough of a process to be sure; elsewhere nothing is done.
    """
    pid_file = data / "postmaster.pid"
    if not sys.platform.startswith("linux") or not pid_file.exists():
        return
    pid = _written_pid(pid_file)
    if pid is None or not _proc(pid).exists() or _serves(pid, data):
        return
    if any(_serves(other, data) for other in _all_pids()):
        return  # a killed postmaster's children still hold its memory: let PostgreSQL judge
    log.warning("removed a stale pid file of the database")
    pid_file.unlink(missing_ok=True)


def _written_pid(pid_file: Path) -> int | None:
    try:
        return abs(int(pid_file.read_text(encoding="ascii").split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _proc(pid: int) -> Path:
    return Path("/proc") / str(pid)


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a living PostgreSQL process of `data`; every one of them works in its data directory."""
    with contextlib.suppress(OSError):
        if (_proc(pid) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "Z":
            return False
        working_in = (_proc(pid) / "cwd").readlink()
        return working_in == data and (_proc(pid) / "comm").read_text(encoding="ascii", errors="replace").strip() == "postgres"
    return False
