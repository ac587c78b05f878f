"""Starts, attaches to and stops the PostgreSQL server whose binaries come with us."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bot.errors import StoreError
from bot.store import places as where
from bot.store import processes
from bot.store.places import Places

log = logging.getLogger("triage.store")

USER = "triage"
DATABASE = "triage"
PORT = "5432"  #: only part of the socket's file name; nothing listens on TCP
START_SECONDS = 300  #: a long crash recovery is not a failure
RETRY_SECONDS = 40.0
LOCK_SECONDS = 330.0


@dataclass(slots=True)
class EmbeddedServer:
    """A running server that this process uses. The last user's `stop` stops it; a killed user does not count."""

    places: Places
    url: str
    started: bool  #: False when it was running already
    _users: int  #: descriptor of a shared lock; the kernel drops it when the process dies
    _lock: Path

    @property
    def version(self) -> str:
        """PostgreSQL's major version."""
        return (self.places.data / "PG_VERSION").read_text(encoding="ascii").strip()

    async def stop(self) -> None:
        """Leave, and stop the server when nobody else uses it. Doing it twice does nothing."""
        if self._users >= 0:
            await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        with _locked(self._lock):
            users, self._users = self._users, -1
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another process works with it
            else:
                _pg_ctl(self.places, "stop", "-m", "fast", "-w", "-t", "60")
                log.info("database stopped")
            finally:
                os.close(users)


async def start(data_dir: Path, *, settings: Mapping[str, str] | None = None, shelter: Path = where.SHELTER) -> EmbeddedServer:
    """Start the server of `data_dir`, making it first if there is none, or attach to it when it runs.

    `settings` are PostgreSQL settings for this start. Raises StoreError with a sentence that says what to do.
    """
    starting = asyncio.create_task(asyncio.to_thread(_start, data_dir, dict(settings or {}), shelter))
    try:
        server = await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(StoreError, OSError):
            await (await starting).stop()  # the thread cannot be interrupted; leave nothing running
        raise
    except OSError as error:
        raise StoreError(
            f"The bundled database could not be started in {data_dir}: {error.strerror or type(error).__name__}. "
            "Check that the disk has room and that the directory belongs to the user who starts triage."
        ) from None
    try:
        await _make_database(server)
    except BaseException:
        await server.stop()
        raise
    return server


def _start(data_dir: Path, settings: dict[str, str], shelter: Path) -> EmbeddedServer:
    data_dir = data_dir.resolve()
    # Root's server runs as another user, who has to pass through; nothing in here is readable for others.
    data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    lock = data_dir / "postgres.lock"
    with _locked(lock):
        places = where.find(data_dir, shelter)
        password = _password(places)
        if not (places.data / "PG_VERSION").exists():
            _initialise(places)
        _check_version(places)
        users = os.open(data_dir / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            started = _bring_up(places, settings)
        except BaseException:
            os.close(users)
            raise
    log.info("database %s", "started" if started else "attached")
    return EmbeddedServer(places, f"postgresql://{USER}:{password}@/{DATABASE}?host={places.sockets}", started, users, lock)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock beside the data directory; other starters wait for us."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreError(f"Another process has been starting the database for too long: see {path}.") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _password(places: Places) -> str:
    if places.password_file.exists():
        return places.password_file.read_text(encoding="ascii").strip()
    if (places.data / "PG_VERSION").exists():
        raise StoreError(
            f"The database's password file {places.password_file} is gone. Restore it from a backup, "
            "or move the directory away to begin with an empty database."
        )
    password = secrets.token_urlsafe(24)
    handle = os.open(places.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(password)
        if places.account.switch:
            os.fchown(file.fileno(), places.account.uid, places.account.gid)
    return password


def _initialise(places: Places) -> None:
    """Run initdb into a temporary name and rename: a killed one leaves nothing that looks like a data directory."""
    for leftover in places.home.glob("data.new*"):
        shutil.rmtree(leftover)
    new = f"data.new{os.getpid()}"
    arguments = ["-D", new, "-N", "-U", USER, f"--pwfile={places.password_file.name}", "--auth=scram-sha-256"]
    locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    code, said = _run(places, "initdb", *arguments, *locale)
    if code != 0:
        raise StoreError(f"The bundled database could not be made in {places.home}. {_advice(said)}")
    (places.home / new).rename(places.data)
    log.info("database made")


def _check_version(places: Places) -> None:
    found = (places.data / "PG_VERSION").read_text(encoding="ascii").strip()
    _, said = _run(places, "postgres", "--version")
    match = re.search(r"\) (\d+)", said)
    ours = match.group(1) if match else ""
    if found != ours:
        raise StoreError(
            f"The data in {places.data} was written by PostgreSQL {found}, and the bundled one is {ours or 'unusable'}. "
            f"Convert it with pg_upgrade, or use the version of triage that came with PostgreSQL {found}, or set DATABASE_URL."
        )


def _bring_up(places: Places, settings: dict[str, str]) -> bool:
    """True when we started it, False when it was up. Asks the socket, never believes the pid file."""
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        if _answers(places):
            return False
        processes.forget_dead_postmaster(places.data)
        code, said = _start_server(places, settings)
        if code == 0:
            return True
        # A killed server that is not reaped yet refuses the first start: "lock file already exists".
        if time.monotonic() > deadline:
            raise StoreError(f"The bundled database does not start. {_advice(said + _tail(places.log))}")
        time.sleep(0.25)


def _answers(places: Places) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while True:
        code, _ = _run(places, "pg_isready", "-q", "-h", str(places.sockets), "-p", PORT, "-t", "5")
        if code != 1:  # 1: it is there and still recovering
            return code == 0
        if time.monotonic() > deadline:
            raise StoreError(f"The bundled database has been recovering for {START_SECONDS} s. See {places.log}.")
        time.sleep(0.1)


def _start_server(places: Places, settings: dict[str, str]) -> tuple[int, str]:
    wanted = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.sockets),
        "unix_socket_permissions": "0700",
        "port": PORT,
        "logging_collector": "off",
        "log_statement": "none",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",  # a statement may carry personal data
        "log_parameter_max_length_on_error": "0",
        **settings,
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in wanted.items())
    _rotate(places.log)
    return _pg_ctl(places, "start", "-w", "-t", str(START_SECONDS), "-l", places.log.name, "-o", options)


def _pg_ctl(places: Places, action: str, *arguments: str) -> tuple[int, str]:
    # Relative names: pg_ctl passes them through a shell, and a path may hold anything.
    return _run(places, "pg_ctl", action, "-D", places.data.name, *arguments)


def _run(places: Places, program: str, *arguments: str) -> tuple[int, str]:
    """Run one of the server's programs in its home as its user. Output goes to a file: the server would keep a pipe open."""
    become = {"user": places.account.uid, "group": places.account.gid, "extra_groups": []} if places.account.switch else {}
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        done = subprocess.run(
            [str(places.binaries / program), *arguments],
            cwd=places.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **become,  # type: ignore[call-overload]
        )
        output.seek(0)
        return done.returncode, output.read()


def _rotate(path: Path) -> None:
    """Keep the server's log small: one older file."""
    if path.exists() and path.stat().st_size > 5_000_000:
        path.replace(path.with_suffix(".log.1"))


def _tail(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-2000:]
    except OSError:
        return ""


def _advice(said: str) -> str:
    """What the person who started us can do about what PostgreSQL said."""
    if "No space left on device" in said:
        return "The disk is full: free some room and start again."
    if "could not create shared memory" in said or "shared memory segment" in said:
        return "The system has no shared memory left for it: set DATABASE_URL, or raise the container's limits."
    if "is already in use" in said or "already exists" in said:
        return "Another PostgreSQL seems to use this directory: stop it, or choose another TRIAGE_DATA_DIR."
    if "could not look up effective user ID" in said:
        return "Its user has no name on this system: add one to /etc/passwd, start as another user, or set DATABASE_URL."
    lines = [line.strip() for line in said.splitlines() if re.search(r"error|fatal|panic|could not", line, re.IGNORECASE)]
    cause = f"It said: {lines[-1][:300]} " if lines else ""
    return f"{cause}Choose another TRIAGE_DATA_DIR, or set DATABASE_URL to a PostgreSQL server of your own."


async def _make_database(server: EmbeddedServer) -> None:
    """Our database, once; the password is proved right by the way."""
    try:
        connection = await asyncpg.connect(server.url.replace(f"/{DATABASE}?", "/postgres?"), timeout=30)
    except asyncpg.InvalidPasswordError:
        raise StoreError(
            f"The bundled database refuses the password in {server.places.password_file}. Restore that file from a backup."
        ) from None
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
            await connection.execute(f'create database "{DATABASE}"')
    except asyncpg.DuplicateDatabaseError:
        pass
    except asyncpg.UniqueViolationError:
        pass  # another starter was a moment earlier
    finally:
        await connection.close()
