"""`triage demo`: the stand-ins, the page and the real bot in one process, with a database that is new at each start."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot import app
from bot import settings as environment
from bot import smoke as tour
from bot.app import Bot
from bot.errors import SettingsError
from bot.sandbox.server import Sandbox
from bot.store import embedded, mailboxes, scratch, vault

PORT = 8766
AT_ONCE = 3  #: mails that arrive together
PAUSE = 2.5  #: seconds between two such arrivals: time to look at the cards
LOOK = 2.0  #: seconds between two looks into --mail DIR
SAMPLES = Path(__file__).parent / "sandbox" / "mails"
CONFIG = Path(__file__).with_name("demo.yaml")

State = tuple[int, int]  #: size and time of change of a file


async def run(*, port: int = 0, mail: Path | None = None, browser: bool = True, model: bool = True, smoke: bool = False) -> int:
    """Run until stopped, or with `smoke` until its steps are done; the exit code."""
    if smoke:
        return await _smoke(port, model)
    async with sandbox(port) as world:
        _say(f"Triage demo: {world.url}", "Starting the bot ... (Ctrl-C stops everything)")
        if browser:
            await asyncio.to_thread(_open, world.url)
        async with bot(world, model=model) as running:
            _say("The mails are coming in. Claim a card, approve a draft, write a mail of your own.")
            delivering = asyncio.create_task(_deliver(world, mail))
            try:
                await app.until_stopped(running.alive, delivering)
            finally:
                delivering.cancel()
                await asyncio.gather(delivering, return_exceptions=True)
    return 0


async def _smoke(port: int, model: bool) -> int:
    async with sandbox(port) as world, bot(world, model=model) as running:
        return await tour.run(world, running, SAMPLES, recorded=model)


@asynccontextmanager
async def sandbox(port: int = 0) -> AsyncIterator[Sandbox]:
    """The stand-ins on `port`, or on the usual port, or on a free one when that is taken."""
    world = Sandbox(app.resource("manifest.yml"), port=port or _usual_or_free())
    try:
        await world.start()
    except OSError as error:
        raise SettingsError(f"--port {world.port} cannot be used ({error.strerror}). Choose another, or leave it out.") from None
    try:
        yield world
    finally:
        await world.stop()


def _usual_or_free() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT


@asynccontextmanager
async def bot(world: Sandbox, *, model: bool = True) -> AsyncIterator[Bot]:
    """The bot as `triage run` would start it, told by an environment of our own: nobody's real settings are read."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-demo-")))
        server = await embedded.start(data_dir())
        stack.push_async_callback(server.stop)
        url = await stack.enter_async_context(scratch.database(server.url))
        vault.write_new(folder / "keys")
        told = {
            **world.env(folder),
            "DATABASE_URL": url,
            "TRIAGE_KEYS": str(folder / "keys"),
            "TRIAGE_CONFIG": str(CONFIG),
            "TRIAGE_DATA_DIR": str(folder),
            "TRIAGE_POLL_SECONDS": "1",
        }
        if not model:
            told = {name: value for name, value in told.items() if not name.startswith("OPENAI_")}
        running = await stack.enter_async_context(app.running(environment.load(told)))
        await _until_connected(running)
        yield running


def data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """Where the demo's database server lives: of all settings only the place for data and the home directory are read."""
    wanted = {name: env[name] for name in ("TRIAGE_DATA_DIR", "XDG_DATA_HOME", "HOME") if name in env}
    return environment.load({**wanted, "TRIAGE_CONFIG": str(CONFIG)}, need=()).data_dir / "demo"


async def _until_connected(running: Bot) -> None:
    """New mail is what comes after the first poll; the samples have to wait for it."""
    while True:
        async with running.db.read() as s:
            mailbox = await mailboxes.by_address(s, running.poller.address)
        if mailbox is not None and mailbox.connected_at is not None:
            return
        await asyncio.sleep(0.05)


async def _deliver(world: Sandbox, folder: Path | None) -> None:
    """The sample mailbox a few mails at a time, then whatever .eml files are or come into `folder`."""
    samples = sorted(SAMPLES.glob("*.eml"))
    for start in range(0, len(samples), AT_ONCE):
        for path in samples[start : start + AT_ONCE]:
            await world.gmail.deliver(path)
        await asyncio.sleep(PAUSE)
    await _watch(world, folder) if folder else await asyncio.Event().wait()


async def _watch(world: Sandbox, folder: Path) -> None:
    """Deliver every file once per content, and none that is still growing."""
    delivered: dict[Path, State] = {}
    before: dict[Path, State] | None = None
    while True:
        seen = await asyncio.to_thread(_mails, folder)
        for path, state in seen.items():
            settled = before is None or before.get(path) == state
            if settled and delivered.get(path) != state:
                delivered[path] = state
                await _deliver_one(world, path)
        before = seen
        await asyncio.sleep(LOOK)


def _mails(folder: Path) -> dict[Path, State]:
    found: dict[Path, State] = {}
    for path in sorted(folder.glob("*.eml")):
        with contextlib.suppress(OSError):
            state = path.stat()
            found[path] = (state.st_size, state.st_mtime_ns)
    return found


async def _deliver_one(world: Sandbox, path: Path) -> None:
    try:
        await world.gmail.deliver(path)
    except (OSError, ValueError) as error:
        _say(f"{path.name} was not delivered: {error}")


def _open(url: str) -> None:
    """Only where a window can appear: a text browser would take the terminal."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)
