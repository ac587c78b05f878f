"""What an administrator does to keys and records: `triage keys`, `triage forget`, `triage audit`, `triage retention`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot import app, jobs
from bot import settings as environment
from bot.errors import Refused
from bot.settings import Settings
from bot.store import erasure, events, keyring, keys, loss, migrate, queue, receipts, retention, sealed
from bot.store.db import Database
from bot.store.models import KeyHolder
from bot.store.vault import Vault

log = logging.getLogger("triage.upkeep")

__all__ = ["Said", "audit", "forget", "keys_accept_loss", "keys_drop", "keys_rotate", "keys_status", "retain"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command prints, and its exit code."""

    lines: tuple[str, ...]
    code: int = 0


@dataclass(frozen=True, slots=True)
class _Office:
    settings: Settings
    db: Database
    vault: Vault
    path: Path


@asynccontextmanager
async def _opened(env: Mapping[str, str], *, any_keys: bool = False) -> AsyncIterator[_Office]:
    """The database and its keys, and nothing else: Slack and Gmail are not asked. Keys must fit unless `any_keys`."""
    settings = await asyncio.to_thread(partial(environment.load, env, need=()))
    async with app.database_server(settings) as url:
        vault = await asyncio.to_thread(partial(Vault.load, settings.keys, create_at=app.keys_file(settings)))
        assert vault.path is not None
        await migrate.upgrade(url)
        db = Database(url, vault)
        try:
            if not any_keys:
                async with db.transaction() as s:
                    await keys.fit(s, vault)
                    await keys.remember(s, vault)
            yield _Office(settings, db, vault, vault.path)
        finally:
            await db.dispose()


async def keys_status(env: Mapping[str, str]) -> Said:
    """`triage keys status`: which keys there are, what they sealed, and which processes have them."""
    async with _opened(env) as office:
        async with office.db.read() as s:
            made, running = await sealed.census(s), await keys.holders(s)
        ring = office.vault.ring
        lines = [f"{name}: sealed {made.get(name, 0)} values{_role(ring, name)}" for name in ring.names]
        lines += [
            f"{name}: sealed {many} values; IT IS NOT IN THE KEYS FILE" for name, many in made.items() if name not in ring.seal
        ]
        lines.append(f"running processes: {len(running)}, of which {_with(running, ring.names[-1])} read {ring.names[-1]}")
        return Said(tuple(lines))


def _role(ring: keyring.Keyring, name: str) -> str:
    return "; it seals now" if name == ring.writes else "; added, does not seal yet" if name == ring.waiting else ""


def _with(running: list[KeyHolder], name: str) -> int:
    return sum(name in holder.keys for holder in running)


async def keys_rotate(env: Mapping[str, str]) -> Said:
    """`triage keys rotate`: step 1 adds a key that every process reads; step 2 changes to it and seals everything anew."""
    async with _opened(env) as office:
        waiting = office.vault.ring.waiting
        if not waiting:
            name = await asyncio.to_thread(keyring.add, office.path)
            log.info("key added key=%s", name)
            return Said((
                f"Step 1 of 2: key {name} is in {office.path}. Running processes read it within seconds.",
                "Nothing is sealed with it yet. Back the file up now, and give it to processes that have a copy of their own.",
                    "Then run `triage keys rotate` again.",
            ))  # fmt: skip
        async with office.db.read() as s:
            running = await keys.holders(s)
        if (behind := len(running) - _with(running, waiting)) > 0:
            raise Refused(
                f"{behind} of {len(running)} running processes cannot read key {waiting} yet. Give them the keys file; "
                "they notice it by themselves within seconds."
            )
        name = await asyncio.to_thread(keyring.switch, office.path)
        async with office.db.transaction() as s:
            await queue.enqueue(s, queue.RESEAL, "start")
            left = sum(many for key, many in (await sealed.census(s)).items() if key != name)
        log.info("key changed key=%s", name)
        return Said((
            f"Step 2 of 2: key {name} seals from now on. {left} values are sealed anew in the background while triage runs.",
            "`triage keys status` shows what is left; then `triage keys drop NAME` forgets the old key.",
        ))  # fmt: skip


async def keys_drop(env: Mapping[str, str], name: str) -> Said:
    """`triage keys drop NAME`: forget a key that sealed nothing which is still there, and that no process writes with."""
    async with _opened(env) as office:
        async with office.db.transaction() as s:
            await sealed.stand_still(s)  # whoever is about to write something sealed with it is waited for
            left, running = (await sealed.census(s)).get(name, 0), await keys.holders(s)
            if left:
                raise Refused(f"{left} values are still sealed with key {name}. `triage keys status` shows when none is left.")
            if any(holder.writes == name for holder in running):
                raise Refused(f"A running process still seals with key {name}. Give it the keys file.")
            await asyncio.to_thread(keyring.drop, office.path, name)
            await receipts.keep(s, "drop-key", {"keys": 1})
        log.info("key dropped key=%s", name)
        return Said((f"Key {name} is forgotten. Backups of the database from before today need the old keys file.",))


async def keys_accept_loss(env: Mapping[str, str], *, sure: bool) -> Said:
    """`triage keys accept-loss`: give up what the present keys do not open."""
    async with _opened(env, any_keys=True) as office:
        async with office.db.read() as s:
            fits = await keys.fits(s, office.vault) and set(await sealed.census(s)) <= set(office.vault.ring.names)
        if fits:
            return Said(("The keys are those of this database: nothing is lost, and nothing was changed.",))
        if not sure:
            raise Refused(
                "This gives up for good what the lost keys sealed: originals, placeholders and recipients. They are read again "
                "from Gmail where it has them. Tickets, cards, queue and numbers stay; older history is marked as signed anew. "
                "If there may be a backup of the keys file, look for it first. To go on: triage keys accept-loss --yes"
            )
        counts = await loss.accept(office.db, office.vault)
        return Said(("Given up:", *_counted(counts), "Start `triage run`: what can be read again from Gmail is read then."))


async def forget(env: Mapping[str, str], address: str) -> Said:
    """`triage forget ADDRESS`: erase a person everywhere, and print a receipt without personal data."""
    async with _opened(env) as office:
        counts = await erasure.forget(office.db, office.vault, address)
    if not counts:
        return Said(("Nothing is known of this address.",))
    return Said((
        "Erased:", *_counted(counts),
        "Numbers and the signed history of their tickets stay. A running triage takes the text out of Slack within minutes; what",
        "colleagues wrote in Slack themselves, the mails in Gmail and backups of the database are not ours to erase.",
    ))  # fmt: skip


async def audit(env: Mapping[str, str]) -> Said:
    """`triage audit verify`: whether anybody without the keys changed the history of a ticket."""
    async with _opened(env, any_keys=True) as office, office.db.read() as s:
        found = await events.audit(s, office.vault)
        erased = await receipts.total(s)
    lines = [f"{found.tickets} tickets, {found.events} events: {len(found.broken)} histories do not verify."]
    if found.resigned:
        lines.append(f"signed anew after keys were lost, so only later events are proven: {_numbers(found.resigned)}")
    lines += [f"receipts: {kind}: {many}" for kind, many in sorted(erased.items())]
    if found.broken:
        lines.append(f"BROKEN: {_numbers(found.broken)}")
    return Said(tuple(lines), 1 if found.broken else 0)


async def retain(env: Mapping[str, str]) -> Said:
    """`triage retention`: do now what is done every night."""
    async with _opened(env) as office:
        counts = await retention.run(office.db, partial(jobs.days, office.settings.config))
    return Said(_counted(counts) or ("Nothing is kept too long.",))


def _counted(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"  {kind}: {many}" for kind, many in counts.items() if many)


def _numbers(found: tuple[int, ...]) -> str:
    return ", ".join(f"#{number}" for number in found)
