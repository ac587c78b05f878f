"""The keys file: one line per key, read into a Keyring, and changed only by adding, switching and dropping keys.

    master NAME BASE64              wraps the others (the local key service)
    seal   NAME KEY                 seals; several may be there, and `use NAME` says which one writes (else the last)
    index  NAME KEY                 keyed hashes of addresses and Message-IDs
    chain  NAME KEY                 signs the history of tickets

KEY is 32 bytes in base64, or `wrapped:` and what the key service made of them.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import logging
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SettingsError, StoreError
from bot.store.key_service import KeyService, LocalKeys

log = logging.getLogger("triage.store")

HEADING = "# Keys of one Triage database. Without this file its mails cannot be read. Back it up apart from it."
PURPOSES = ("seal", "index", "chain")
_WRAPPED = "wrapped:"
_KINDS = {"master": 3, "seal": 3, "index": 3, "chain": 3, "use": 2}


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of one file: those that open, the one that seals, one for hashes and one for the event chain."""

    seal: dict[str, bytes]
    writes: str  #: name of the key that seals
    index: bytes
    chain: bytes

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the keys that open, in the order of the file."""
        return tuple(self.seal)

    @property
    def waiting(self) -> str:
        """A key that was added and does not write yet, "" when there is none."""
        newest = self.names[-1]
        return newest if newest != self.writes else ""


def read(path: Path) -> str:
    """The text of a keys file; SettingsError says what to do when it cannot be read."""
    try:
        if path.stat().st_mode & stat.S_IRWXO:
            log.warning("the keys file can be read by every user of this machine: chmod 600 %s", path)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"TRIAGE_KEYS: {path} does not exist. Restore it from a backup; for a new database make one: "
            f"python -m bot.store.vault {path}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"TRIAGE_KEYS: {path} cannot be read ({type(error).__name__}).") from None


def parse(text: str, path: Path, service: KeyService | None = None) -> Keyring:
    """Read a keys file; a mistake is named by its line, never by its content."""
    found: dict[str, dict[str, tuple[str, int]]] = {kind: {} for kind in _KINDS}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = line.split()
        if _KINDS.get(words[0]) != len(words) or len(words[1].encode()) > 255:
            raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: expected `seal NAME BASE64`, `index ...` or `chain ...`.")
        if words[0] != "use" and not words[-1].startswith(_WRAPPED):
            _key(words[-1], path, number)
        found[words[0]][words[1]] = (words[-1], number)
    for purpose in PURPOSES:
        if not found[purpose] or (purpose != "seal" and len(found[purpose]) > 1):
            raise SettingsError(f"TRIAGE_KEYS: {path}: expected one line that begins with `{purpose}`.")
    masters = {name: _key(encoded, path, number) for name, (encoded, number) in found["master"].items()}
    unwrap = service or LocalKeys(masters)
    keys = {
        purpose: {name: _opened(unwrap, purpose, name, *said, path) for name, said in found[purpose].items()}
        for purpose in PURPOSES
    }
    (index,), (chain,) = keys["index"].values(), keys["chain"].values()
    writes = list(found["use"] or keys["seal"])[-1]
    if writes not in keys["seal"]:
        raise SettingsError(f"TRIAGE_KEYS: {path}: `use` names a key for which there is no line that begins with `seal`.")
    return Keyring(keys["seal"], writes, index, chain)


def _opened(service: KeyService, purpose: str, name: str, said: str, number: int, path: Path) -> bytes:
    if not said.startswith(_WRAPPED):
        return _key(said, path, number)
    try:
        key = service.unwrap(purpose, name, base64.b64decode(said.removeprefix(_WRAPPED), validate=True))
    except (StoreError, binascii.Error, ValueError):
        raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: the key service does not unwrap this key.") from None
    if len(key) != 32:
        raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: the key is not 32 bytes.")
    return key


def _key(encoded: str, path: Path, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: the key is not 32 bytes in base64.")
    return key


def write_new(path: Path, service: KeyService | None = None) -> None:
    """Make a keys file that only its owner can read. An existing one is never touched, also not in a race."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [HEADING]
    if service is None:
        name, master = _name("m1"), secrets.token_bytes(32)
        lines.append(f"master {name} {base64.b64encode(master).decode()}")
        service = LocalKeys({name: master})
    lines += [_line(service, purpose, _name("k1")) for purpose in PURPOSES]
    made = _beside(path, lines)
    try:
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        made.unlink()
    log.info("made a new keys file")


def add(path: Path, service: KeyService | None = None) -> str:
    """Step 1 of a change of keys: a new key that opens and does not seal yet; returns its name."""

    def changed(ring: Keyring, lines: list[str]) -> str:
        if ring.waiting:
            raise SettingsError(f"Key {ring.waiting} was added already and does not seal yet.")
        numbers = [int(found.group(1)) for key in ring.names if (found := re.match(r"k(\d+)", key))]
        name = _name(f"k{max(numbers, default=1) + 1}")
        lines += [] if any(_is(line, "use") for line in lines) else [f"use {ring.writes}"]
        lines.append(_line(service or LocalKeys(_masters(lines, path)), "seal", name))
        return name

    return _change(path, service, changed)


def switch(path: Path, service: KeyService | None = None) -> str:
    """Step 2: from now on the added key seals; returns its name."""

    def changed(ring: Keyring, lines: list[str]) -> str:
        if not ring.waiting:
            raise SettingsError("There is no new key to change to. `triage keys rotate` adds one first.")
        lines[:] = [line for line in lines if not _is(line, "use")] + [f"use {ring.waiting}"]
        return ring.waiting

    return _change(path, service, changed)


def drop(path: Path, name: str, service: KeyService | None = None) -> str:
    """Step 3: forget a key that nothing needs any more; whoever calls has looked."""

    def changed(ring: Keyring, lines: list[str]) -> str:
        if name not in ring.seal:
            raise SettingsError(f"There is no key {name}. There are {', '.join(ring.names)}.")
        if name == ring.writes:
            raise SettingsError(f"Key {name} is the one that seals. `triage keys rotate` changes to another one first.")
        lines[:] = [line for line in lines if not _is(line, "seal", name)]
        return name

    return _change(path, service, changed)


def _change(path: Path, service: KeyService | None, change: Callable[[Keyring, list[str]], str]) -> str:
    """Replace the file by a changed one, which is read again first; nobody else changes it meanwhile."""
    with _locked(path):
        text = read(path)
        lines = text.splitlines()
        said = change(parse(text, path, service), lines)
        parse("\n".join(lines), path, service)
        made = _beside(path, lines, like=path)
        made.replace(path)
    return said


def _beside(path: Path, lines: Sequence[str], *, like: Path | None = None) -> Path:
    """A complete file next to `path`, on the disk; it belongs to whom `like` belongs to."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
        if like is not None:
            owner = like.stat()
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(owner.st_mode))
    return made


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One change at a time; a file that was replaced while we waited is waited for again."""
    while True:
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            read(path)  # says why
            raise
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_ino != path.stat().st_ino:
                continue
            yield
            return
        finally:
            os.close(handle)


def _masters(lines: Sequence[str], path: Path) -> dict[str, bytes]:
    return {line.split()[1]: _key(line.split()[2], path, at) for at, line in enumerate(lines, 1) if _is(line, "master")}


def _line(service: KeyService, purpose: str, name: str) -> str:
    key = secrets.token_bytes(32)
    wrapped = service.wrap(purpose, name, key)
    said = base64.b64encode(key).decode() if wrapped is None else _WRAPPED + base64.b64encode(wrapped).decode()
    return f"{purpose} {name} {said}"


def _name(begin: str) -> str:
    """A name that no other keys file has: a key of the same name must not be mistaken for a lost one."""
    return f"{begin}-{secrets.token_hex(3)}"


def _is(line: str, kind: str, name: str | None = None) -> bool:
    words = line.split()
    return bool(words) and words[0] == kind and (name is None or words[1] == name)
