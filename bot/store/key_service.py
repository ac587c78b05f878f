"""Envelope encryption: the keys in the keys file are data keys, wrapped by a key service; the local one is the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import StoreError

_NONCE = 12


class KeyService(Protocol):
    """Wraps and unwraps data keys; AWS KMS, Vault Transit or a hardware module fit behind it.

    It is asked when a keys file is read or changed, never for a mail. `purpose` and `name` are bound to what is wrapped, so
    that a wrapped key cannot be passed off as another.
    """

    def wrap(self, purpose: str, name: str, key: bytes) -> bytes | None:
        """The wrapped key; None when this service wraps nothing and the key stands in the file as it is."""
        ...

    def unwrap(self, purpose: str, name: str, wrapped: bytes) -> bytes:
        """The data key; StoreError when it was wrapped by another service, for another purpose, or changed."""
        ...


class LocalKeys:
    """The key service of a single machine: its master keys stand in the keys file itself (mode 0600)."""

    def __init__(self, masters: Mapping[str, bytes]) -> None:
        self._masters = {name: AESGCM(key) for name, key in masters.items()}

    def __repr__(self) -> str:
        return f"LocalKeys({len(self._masters)} masters)"

    def wrap(self, purpose: str, name: str, key: bytes) -> bytes | None:
        """Wrapped with the newest master; None in a file from before there were masters."""
        if not self._masters:
            return None
        nonce = os.urandom(_NONCE)
        return nonce + list(self._masters.values())[-1].encrypt(nonce, key, _bound(purpose, name))

    def unwrap(self, purpose: str, name: str, wrapped: bytes) -> bytes:
        """Whichever master fits."""
        for cipher in self._masters.values():
            try:
                return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(purpose, name))
            except (InvalidTag, ValueError):
                continue
        raise StoreError("This key was wrapped by another key service.")


def _bound(purpose: str, name: str) -> bytes:
    return f"triage data key|{purpose}|{name}".encode()
