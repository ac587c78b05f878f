"""Sealing, keyed hashes and the keys file."""

from __future__ import annotations

import base64
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from bot.errors import SettingsError, StoreError
from bot.store.vault import Vault, write_new

ROW = uuid4()


def line(purpose: str, name: str, fill: str) -> str:
    return f"{purpose} {name} {base64.b64encode(fill.encode() * 32).decode()}\n"


KEYS = line("seal", "k1", "a") + line("index", "k1", "b") + line("chain", "k1", "c")


@pytest.mark.parametrize("plain", [b"", b"x", b"\x00\xff" * 1000, b"a" * 3_000_000])
def test_opens_what_it_sealed(vault: Vault, plain: bytes) -> None:
    sealed = vault.seal("message", "sealed_raw", ROW, plain)
    assert plain not in sealed or len(plain) < 2
    assert sealed != vault.seal("message", "sealed_raw", ROW, plain), "a nonce is never used twice"
    assert vault.open("message", "sealed_raw", ROW, sealed) == plain


def test_a_sealed_value_cannot_be_moved_or_changed(vault: Vault) -> None:
    sealed = vault.seal("message", "sealed_raw", ROW, b"secret")
    places = [("message", "sealed_raw", uuid4()), ("message", "other", ROW), ("ticket", "sealed_raw", ROW)]
    for place in places:
        with pytest.raises(StoreError, match="does not open"):
            vault.open(*place, sealed)
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(StoreError):
            vault.open("message", "sealed_raw", ROW, changed)
    for short in (b"", sealed[:1], sealed[:5], sealed[:-1]):
        with pytest.raises(StoreError):
            vault.open("message", "sealed_raw", ROW, short)


def test_a_newer_key_seals_and_the_older_still_opens() -> None:
    old = Vault.parse(KEYS, Path("keys"))
    new = Vault.parse(KEYS + line("seal", "k2", "d"), Path("keys"))
    assert new.open("t", "c", ROW, old.seal("t", "c", ROW, b"kept")) == b"kept"
    with pytest.raises(StoreError, match="not in TRIAGE_KEYS"):
        old.open("t", "c", ROW, new.seal("t", "c", ROW, b"later"))
    assert old.blind("a") == new.blind("a")


def test_hashes_fold_case_and_space_and_need_the_key(vault: Vault) -> None:
    assert vault.blind(" Ana@Corp.Example ") == vault.blind("ana@corp.example") != vault.blind("ben@corp.example")
    assert vault.blind("a") != Vault.parse(KEYS, Path("keys")).blind("a")
    assert vault.blind("a") != vault.mac(b"a")


def test_keys_are_made_once_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault.load(None, create_at=path), range(8)))
    assert len({vault.mac(b"x") for vault in vaults}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [child.name for child in path.parent.iterdir()] == ["keys"]
    before = path.read_bytes()
    write_new(path)
    assert path.read_bytes() == before


def test_the_command_that_makes_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.store.vault", str(tmp_path / "keys")]
    assert subprocess.run(command, check=False).returncode == 0
    assert Vault.load(tmp_path / "keys").mac(b"x")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_keys_that_others_can_read_are_complained_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "keys").write_text(KEYS)
    (tmp_path / "keys").chmod(0o644)
    Vault.load(tmp_path / "keys")
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "one line that begins with `seal`"),
        (KEYS.replace("index", "indexes"), ":2: expected"),
        (KEYS + line("chain", "k2", "x"), "one line that begins with `chain`"),
        (KEYS.replace("YWFh", "!!!!"), ":1: the key is not 32 bytes"),
        ("seal k1 c2hvcnQ=", ":1: the key is not 32 bytes"),
        ("seal onlytwo", ":1: expected"),
    ],
)
def test_a_malformed_file_is_named_by_line_and_never_quoted(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        Vault.parse(text, Path("keys"))
    assert "YWFh" not in str(raised.value)
    assert "c2hv" not in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"does not exist.*python -m bot.store.vault"):
        Vault.load(tmp_path / "keys", create_at=tmp_path / "other")
    assert not (tmp_path / "other").exists()
    with pytest.raises(SettingsError, match="TRIAGE_KEYS is not set"):
        Vault.load(None)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        Vault.load(tmp_path / "bytes")
