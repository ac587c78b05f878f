"""`triage bench loop`: measures the demo and the bot from outside, as processes of their own, on this machine only."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot import app
from bot.errors import TriageError
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.server import Sandbox
from bot.sandbox.timings import UNLIMITED, Timings

PATIENCE = 600.0
CLICKS = 50
FREE = GmailTimings(units_per_minute=10**9)
#: No rates at all: what is measured is the bot and not the stand-in's strictness.
UNPACED = Timings(tier_2=UNLIMITED, tier_3=UNLIMITED, tier_4=UNLIMITED, special=UNLIMITED, posts=UNLIMITED, gmail=FREE)
#: Slack's rates as they are.
PACED = Timings(gmail=FREE)
CONFIG = """
mailbox: support@larkspur.example
channels: {default: triage, oncall: triage-oncall, billing: billing, lead: sales}
gmail: {units_per_minute: 1000000000}
"""


async def run(*, mails: int) -> int:
    """Print one figure a line; 0 when all could be measured."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        folder = Path(name)
        for state in ("cold", "warm"):
            _say(f"first card, {state}", f"{await _first_card(folder / 'demo'):.1f} s after the command `triage demo`")
        await _throughput(folder / "throughput", mails)
        await _clicks(folder / "clicks")
    return 0


def _say(what: str, figure: str) -> None:
    print(f"{what:<34} {figure}", flush=True)


async def _first_card(data: Path) -> float:
    """Seconds from the command to the first card on the page."""
    started = time.monotonic()
    async with _process(["demo", "--no-browser"], {"TRIAGE_DATA_DIR": str(data)}, pipe=True) as demo:
        assert demo.stdout is not None
        url = (await demo.stdout.readline()).decode().split()[-1]
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(url) as page, page.ws_connect("/ui/live") as live:
            while not await _has_message(page):
                await live.receive_json()
        return time.monotonic() - started


async def _has_message(page: aiohttp.ClientSession) -> bool:
    for channel in ("C0TRIAGE", "C0BILLING", "C0SALES"):
        async with page.get(f"/ui/state?user=U0ANA&channel={channel}") as answer:
            if (await answer.json())["messages"]:
                return True
    return False


async def _throughput(folder: Path, mails: int) -> None:
    """Mails per second without a model, until each is filed and labelled in Gmail; then the bot's memory.

    Cards are not waited for: Slack takes one a second in a channel, and that would be all this measures.
    """
    async with _bot(folder, UNPACED) as (world, process):
        for number in range(mails):
            await world.gmail.write(
                sender=f"Customer {number} <customer{number}@firm{number % 40}.example>",
                subject=f"Question {number} about order LS-{20000 + number}",
                text=f"Hello,\n\nthe sensor of order LS-{20000 + number} shows no data since yesterday. What can I do?\n",
            )
        started = time.monotonic()
        await world.eventually(lambda: _filed(world) >= mails, PATIENCE, f"{mails} filed mails")
        seconds = time.monotonic() - started
        _say(
            "mails per second, without a model",
            f"{mails / seconds:.1f} ({mails} mails, from Gmail to ticket, draft and Gmail label)",
        )
        main, readers = await asyncio.to_thread(_memory, process.pid)
        _say("memory of the bot (PSS)", f"{main + readers:.0f} MB: {main:.0f} MB and {readers:.0f} MB in reader processes")


async def _clicks(folder: Path) -> None:
    """Fifty people click Claim at once, with Slack's rates on."""
    async with _bot(folder, PACED) as (world, _):
        for number in range(CLICKS):
            await world.gmail.write(
                sender=f"Customer {number} <customer{number}@firm.example>",
                subject=f"Question about order LS-{30000 + number}",
                text="It is broken.",
            )
        await world.eventually(lambda: len(_cards(world)) >= CLICKS, PATIENCE, f"{CLICKS} cards")
        await _quiet(world)
        cards = [await world.slack.card(f"LS-{30000 + number}") for number in range(CLICKS)]

        async def click(number: int) -> float:
            started = time.monotonic()
            await cards[number].click("Claim", by=("ana", "ben", "chloe")[number % 3])
            await cards[number].until(lambda card: "Reassign" in card.buttons, PATIENCE)
            return time.monotonic() - started

        alone = await click(0)
        taken = sorted(await asyncio.gather(*(click(number) for number in range(1, CLICKS))))
        p50, p99 = statistics.median(taken), taken[-1]
        _say("click to changed card, alone", f"{alone * 1000:.0f} ms")
        _say(
            f"click to changed card, {CLICKS - 1} at once", f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, Slack's rates on"
        )


async def _quiet(world: Sandbox) -> None:
    """Wait until the bot has nothing more to show, and Slack's allowance is full again."""
    while True:
        seen = len(world.slack.calls)
        await asyncio.sleep(5)
        if len(world.slack.calls) == seen:
            return


def _filed(world: Sandbox) -> int:
    return sum(1 for mail in world.gmail.inbox if any(name.startswith("triage/") for name in world.gmail.labels_of(mail.id)))


def _cards(world: Sandbox) -> list[str]:
    channels = ("triage", "billing", "sales")
    return [message.ts for name in channels for message in world.slack.messages(name) if not message.is_reply]


@asynccontextmanager
async def _bot(folder: Path, timings: Timings) -> AsyncIterator[tuple[Sandbox, Process]]:
    """`triage run` as its own process, connected to a sandbox in this one, without a model."""
    await asyncio.to_thread(_prepare, folder)
    async with Sandbox(app.resource("manifest.yml"), timings=timings) as world:
        env = {name: value for name, value in world.env(folder).items() if not name.startswith("OPENAI_")}
        env |= {
            "TRIAGE_DATA_DIR": str(folder / "data"),
            "TRIAGE_CONFIG": str(folder / "triage.yaml"),
            "TRIAGE_POLL_SECONDS": "0.5",
        }
        async with _process(["run"], env) as process:
            ended = asyncio.create_task(process.wait())
            ready = asyncio.create_task(_ready(world))
            await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ready.cancel()
                raise TriageError(f"The bot that was to be measured ended at once ({ended.result()}). Try `triage demo --smoke`.")
            await ready
            yield world, process


async def _ready(world: Sandbox) -> None:
    await world.eventually(lambda: world.slack.connected, PATIENCE, "the connection to Slack")
    while not _polled(world):  # noqa: ASYNC110  # a call that changes nothing in the sandbox wakes nobody
        await asyncio.sleep(0.05)


def _prepare(folder: Path) -> None:
    folder.mkdir()
    (folder / "triage.yaml").write_text(CONFIG)


def _polled(world: Sandbox) -> bool:
    """Whether the bot has its cursor: what arrives from now on is new mail."""
    return any(call.method == "history.list" for call in world.gmail.calls)


@asynccontextmanager
async def _process(words: list[str], env: dict[str, str], *, pipe: bool = False) -> AsyncIterator[Process]:
    """A `triage` command with an environment that holds none of the caller's settings; stopped in order at the end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "GMAIL_", "OPENAI_", "TRIAGE_"))}
    clean.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "bot.cli", *words]
    process = await asyncio.create_subprocess_exec(
        *command, env={**clean, **env}, stdout=asyncio.subprocess.PIPE if pipe else DEVNULL, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)


def _memory(pid: int) -> tuple[float, float]:
    """Proportional set size in MB of a process and of its children, PostgreSQL apart; Linux only."""
    children = {int(child) for child in _descendants(pid)}
    return _pss(pid), sum(_pss(child) for child in children if "postgres" not in _name(child))


def _descendants(pid: int) -> list[str]:
    found: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [child, *_descendants(int(child))]
    return found


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
