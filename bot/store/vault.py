"""Seals what nobody may read without the keys, and makes the keyed hashes that stand for addresses.

The keys file has one line per key: its purpose, its name, 32 bytes in base64. `python -m bot.store.vault FILE` makes one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError, StoreError

log = logging.getLogger("triage.store")

_HEADING = "# Keys of one Triage database. Without this file its mails cannot be read. Back it up apart from it."
_VERSION = b"\x01"
_NONCE = 12
_PURPOSES = ("seal", "index", "chain")


class Vault:
    """The keys in use: one to seal with (older ones still open), one for hashes, one for the event chain."""

    def __init__(self, seal: Mapping[str, bytes], index: bytes, chain: bytes) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in seal.items()}
        self._current = list(seal)[-1]
        self._index, self._chain = index, chain

    def __repr__(self) -> str:
        return f"Vault({len(self._ciphers)} keys)"

    @classmethod
    def load(cls, path: Path | None, *, create_at: Path | None = None) -> Vault:
        """The vault of the keys file at `path`, else of the one at `create_at`, which is made when it is not there."""
        if path is not None:
            return cls.parse(_read(path), path)
        if create_at is None:
            raise SettingsError(
                "TRIAGE_KEYS is not set. With DATABASE_URL it has to name the file with the keys that seal mails. "
                "For a new database make one: python -m bot.store.vault FILE"
            )
        if not create_at.exists():
            write_new(create_at)
        return cls.parse(_read(create_at), create_at)

    @classmethod
    def parse(cls, text: str, path: Path) -> Vault:
        """Read a keys file; a mistake is named by its line, never by its content."""
        keys: dict[str, dict[str, bytes]] = {purpose: {} for purpose in _PURPOSES}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            words = line.split()
            if len(words) != 3 or words[0] not in _PURPOSES or len(words[1].encode()) > 255:
                raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: expected `seal NAME BASE64`, `index ...` or `chain ...`.")
            keys[words[0]][words[1]] = _key(words[2], path, number)
        for purpose in _PURPOSES:
            if not keys[purpose] or (purpose != "seal" and len(keys[purpose]) > 1):
                raise SettingsError(f"TRIAGE_KEYS: {path}: expected one line that begins with `{purpose}`.")
        (index,), (chain,) = keys["index"].values(), keys["chain"].values()
        return cls(keys["seal"], index, chain)

    def seal(self, table: str, column: str, row_id: UUID, plain: bytes) -> bytes:
        """Encrypt for one place only: the ciphertext cannot be moved to another row or column."""
        name, nonce = self._current.encode(), os.urandom(_NONCE)
        header = _VERSION + bytes([len(name)]) + name
        bound = _bound(header, table, column, row_id)
        return b"".join((header, nonce, self._ciphers[self._current].encrypt(nonce, plain, bound)))

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """The plain bytes; StoreError when they were sealed with other keys, for another place, or changed."""
        if len(sealed) < 2 or sealed[:1] != _VERSION:
            raise StoreError("Sealed data is in a format that this version of triage does not know.")
        split = 2 + sealed[1]
        header, nonce, text = sealed[:split], sealed[split : split + _NONCE], sealed[split + _NONCE :]
        cipher = self._ciphers.get(header[2:].decode(errors="replace"))
        if cipher is None:
            raise StoreError("Mails in this database were sealed with a key that is not in TRIAGE_KEYS. Restore the keys file.")
        try:
            return cipher.decrypt(nonce, text, _bound(header, table, column, row_id))
        except (InvalidTag, ValueError):
            raise StoreError(
                "Sealed data does not open: the keys in TRIAGE_KEYS are not those of this database, or the data was changed."
            ) from None

    def blind(self, value: str) -> str:
        """A keyed hash that stands for an address or a Message-ID; equal values, whatever their case, give equal hashes."""
        return hmac.new(self._index, value.strip().casefold().encode(), hashlib.sha256).hexdigest()

    def mac(self, data: bytes) -> str:
        """The chain key's signature of `data`."""
        return hmac.new(self._chain, data, hashlib.sha256).hexdigest()


def write_new(path: Path) -> None:
    """Make a keys file that only its owner can read. An existing one is never touched, also not in a race."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{purpose} k1 {base64.b64encode(secrets.token_bytes(32)).decode()}\n" for purpose in _PURPOSES)
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{_HEADING}\n{lines}")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)
        except FileExistsError:
            return
        log.info("made a new keys file")
    finally:
        made.unlink()


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & (stat.S_IRWXO):
            log.warning("the keys file can be read by every user of this machine: chmod 600 %s", path)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"TRIAGE_KEYS: {path} does not exist. Restore it from a backup; for a new database make one: "
            f"python -m bot.store.vault {path}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"TRIAGE_KEYS: {path} cannot be read ({type(error).__name__}).") from None


def _key(encoded: str, path: Path, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError(f"TRIAGE_KEYS: {path}:{number}: the key is not 32 bytes in base64.")
    return key


def _bound(header: bytes, table: str, column: str, row_id: UUID) -> bytes:
    return b"|".join((header, table.encode(), column.encode(), row_id.bytes))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) == 2 else None
    if target is None or target.exists():
        sys.exit("usage: python -m bot.store.vault FILE   (a file that does not exist yet)")
    write_new(target)
