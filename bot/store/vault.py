"""Seals what nobody may read without the keys, and makes the keyed hashes that stand for addresses.

A vault that was loaded from a file reads it again when it changed (`refresh`, every few seconds in a running bot).
`python -m bot.store.vault FILE` makes a keys file; bot.store.keyring describes it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import sys
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError, StoreError
from bot.store import keyring
from bot.store.key_service import KeyService
from bot.store.keyring import Keyring, write_new

log = logging.getLogger("triage.store")

__all__ = ["Vault", "key_name", "prefix", "write_new"]

_VERSION = b"\x01"
_NONCE = 12
Stamp = tuple[int, int, int]


class Vault:
    """The keys in use: one to seal with (older and newer ones open as well), one for hashes, one for the event chain."""

    def __init__(
        self, ring: Keyring, path: Path | None = None, stamp: Stamp | None = None, service: KeyService | None = None
    ) -> None:
        self._path, self._stamp, self._service = path, stamp, service
        self._take(ring)

    def _take(self, ring: Keyring) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in ring.seal.items()}
        self._ring = ring  # last: threads seal while this runs

    def __repr__(self) -> str:
        return f"Vault({len(self._ciphers)} keys)"

    @classmethod
    def load(cls, path: Path | None, *, create_at: Path | None = None, service: KeyService | None = None) -> Vault:
        """The vault of the keys file at `path`, else of the one at `create_at`, which is made when it is not there."""
        if path is None and create_at is None:
            raise SettingsError(
                "TRIAGE_KEYS is not set. With DATABASE_URL it has to name the file with the keys that seal mails. "
                "For a new database make one: python -m bot.store.vault FILE"
            )
        if path is None and create_at is not None:
            if not create_at.exists():
                write_new(create_at, service)
            path = create_at
        assert path is not None
        stamp = _stamp(path)  # before it is read: a change in between is then seen as one
        return cls(keyring.parse(keyring.read(path), path, service), path, stamp, service)

    @classmethod
    def parse(cls, text: str, path: Path) -> Vault:
        """The vault of keys that stand in no file; `path` is what errors call it."""
        return cls(keyring.parse(text, path))

    @property
    def path(self) -> Path | None:
        """The file that the keys came from."""
        return self._path

    @property
    def ring(self) -> Keyring:
        """The keys as they were read last."""
        return self._ring

    def refresh(self) -> bool:
        """Read the file again if it changed; whether another key seals now. It reads from the disk: not on the event loop.

        A file that cannot be used changes nothing, and is looked at again when it changes.
        """
        stamp, writes = _stamp(self._path) if self._path else None, self._ring.writes
        if self._path is not None and stamp is not None and stamp != self._stamp:
            self._stamp = stamp
            self._reload(self._path)
        return self._ring.writes != writes

    def _reload(self, path: Path) -> None:
        try:
            ring = keyring.parse(keyring.read(path), path, self._service)
        except SettingsError as error:
            log.error("the changed keys file is not used: %s", error)
            return
        if (ring.index, ring.chain) != (self._ring.index, self._ring.chain):
            log.error("the changed keys file is not used: its index or chain key is another one. Restart triage to use it.")
            return
        self._take(ring)
        log.info("keys changed keys=%s writes=%s", len(ring.seal), ring.writes)

    def seal(self, table: str, column: str, row_id: UUID, plain: bytes) -> bytes:
        """Encrypt for one place only: the ciphertext cannot be moved to another row or column."""
        writes, ciphers = self._ring.writes, self._ciphers
        header, nonce = prefix(writes), os.urandom(_NONCE)
        bound = _bound(header, table, column, row_id)
        return b"".join((header, nonce, ciphers[writes].encrypt(nonce, plain, bound)))

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """The plain bytes; StoreError when they were sealed with other keys, for another place, or changed."""
        if len(sealed) < 2 or sealed[:1] != _VERSION:
            raise StoreError("Sealed data is in a format that this version of triage does not know.")
        split = 2 + sealed[1]
        header, nonce, text = sealed[:split], sealed[split : split + _NONCE], sealed[split + _NONCE :]
        if (name := key_name(sealed)) not in self._ciphers:
            self.refresh()  # once in a key's life: another process had it a moment earlier
        if name not in self._ciphers:
            raise StoreError("Mails in this database were sealed with a key that is not in TRIAGE_KEYS. Restore the keys file.")
        try:
            return self._ciphers[name].decrypt(nonce, text, _bound(header, table, column, row_id))
        except (InvalidTag, ValueError):
            raise StoreError(
                "Sealed data does not open: the keys in TRIAGE_KEYS are not those of this database, or the data was changed."
            ) from None

    def blind(self, value: str) -> str:
        """A keyed hash that stands for an address or a Message-ID; equal values, whatever their case, give equal hashes."""
        return hmac.new(self._ring.index, value.strip().casefold().encode(), hashlib.sha256).hexdigest()

    def fingerprint(self, content: bytes) -> str:
        """A keyed hash of exact bytes; a plain one would let names be guessed where the rest of a text is known."""
        return hmac.new(self._ring.index, b"fingerprint\0" + content, hashlib.sha256).hexdigest()

    def mac(self, data: bytes) -> str:
        """The chain key's signature of `data`."""
        return hmac.new(self._ring.chain, data, hashlib.sha256).hexdigest()

    def marks(self) -> dict[str, str]:
        """What tells the keys that never change from others, and nothing else about them."""
        keys = {"index": self._ring.index, "chain": self._ring.chain}
        return {purpose: hmac.new(key, b"triage key mark", hashlib.sha256).hexdigest() for purpose, key in keys.items()}


def prefix(name: str) -> bytes:
    """What everything begins with that was sealed with this key."""
    return _VERSION + bytes([len(name.encode())]) + name.encode()


def key_name(sealed: bytes) -> str:
    """The name of the key that sealed this."""
    return sealed[2 : 2 + sealed[1]].decode(errors="replace")


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _bound(header: bytes, table: str, column: str, row_id: UUID) -> bytes:
    return b"|".join((header, table.encode(), column.encode(), row_id.bytes))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) == 2 else None
    if target is None or target.exists():
        sys.exit("usage: python -m bot.store.vault FILE   (a file that does not exist yet)")
    write_new(target)
