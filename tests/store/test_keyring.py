"""The keys file: changed in steps, noticed by whoever runs, wrapped by a key service."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from bot.errors import SettingsError, StoreError
from bot.store import keyring
from bot.store.vault import Vault, key_name, write_new
from tests.store.test_vault import KEYS, line

ROW = uuid4()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_new(tmp_path / "keys")
    return tmp_path / "keys"


def seal(vault: Vault, plain: bytes = b"plain") -> bytes:
    return vault.seal("message", "sealed_raw", ROW, plain)


def opened(vault: Vault, sealed: bytes) -> bytes:
    return vault.open("message", "sealed_raw", ROW, sealed)


def test_a_running_process_reads_a_new_key_before_anybody_writes_with_it(path: Path) -> None:
    here, elsewhere = Vault.load(path), Vault.load(path)
    old = here.ring.writes
    new = keyring.add(path)
    assert not here.refresh()
    assert not elsewhere.refresh(), "nobody writes with it yet"
    assert elsewhere.ring.names == (old, new)
    assert key_name(seal(here)) == old
    with pytest.raises(SettingsError, match="added already"):
        keyring.add(path)
    assert keyring.switch(path) == new
    assert here.refresh()
    assert not here.refresh()
    sealed = seal(here)
    assert key_name(sealed) == new
    assert opened(elsewhere, sealed) == b"plain"


def test_what_an_old_key_sealed_opens_until_it_is_dropped(path: Path) -> None:
    vault = Vault.load(path)
    old, sealed = vault.ring.writes, seal(vault)
    keyring.add(path)
    keyring.switch(path)
    vault.refresh()
    assert opened(vault, sealed) == b"plain"
    keyring.drop(path, old)
    vault.refresh()
    assert vault.ring.names == (vault.ring.writes,)
    with pytest.raises(StoreError, match="not in TRIAGE_KEYS"):
        opened(vault, sealed)


def test_a_key_that_was_not_read_yet_is_looked_for_when_it_is_needed(path: Path) -> None:
    late, early = Vault.load(path), Vault.load(path)
    keyring.add(path)
    keyring.switch(path)
    early.refresh()
    assert opened(late, seal(early)) == b"plain"


def test_what_cannot_be_dropped(path: Path) -> None:
    writes = Vault.load(path).ring.writes
    with pytest.raises(SettingsError, match="is the one that seals"):
        keyring.drop(path, writes)
    with pytest.raises(SettingsError, match="There is no key k9"):
        keyring.drop(path, "k9")
    with pytest.raises(SettingsError, match="no new key"):
        keyring.switch(path)


def test_the_file_keeps_its_mode_and_its_comments(path: Path) -> None:
    path.chmod(0o640)
    keyring.add(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text().startswith(keyring.HEADING)
    assert [child.name for child in path.parent.iterdir()] == ["keys"]


def test_of_many_who_add_a_key_one_does(path: Path) -> None:
    def add(_: int) -> str:
        try:
            return keyring.add(path)
        except SettingsError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        done = [name for name in pool.map(add, range(8)) if name]
    assert len(done) == 1
    assert len(Vault.load(path).ring.names) == 2


def test_a_file_that_became_useless_changes_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vault, good = Vault.load(path), path.read_text()
    sealed = seal(vault)
    for bad in ("seal k1", "", KEYS):  # half a line, nothing, the keys of another database
        path.write_text(bad)
        vault.refresh()
        assert opened(vault, sealed) == b"plain"
        assert key_name(seal(vault)) == key_name(sealed)
    assert "is not used" in caplog.text
    path.unlink()
    vault.refresh()
    assert opened(vault, seal(vault)) == b"plain"
    path.write_text(good)
    vault.refresh()
    assert opened(vault, seal(vault)) == b"plain"


def test_old_files_with_plain_keys_can_be_changed_too(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEYS)
    (tmp_path / "keys").chmod(0o600)
    vault = Vault.load(tmp_path / "keys")
    keyring.add(tmp_path / "keys")
    vault.refresh()
    assert len(vault.ring.names) == 2
    assert vault.ring.writes == "k1"


def test_new_keys_stand_wrapped_in_the_file_and_cannot_change_places(path: Path) -> None:
    lines = path.read_text().splitlines()
    wrapped = {line.split()[0]: line.split()[2] for line in lines if " wrapped:" in line}
    assert set(wrapped) == {"seal", "index", "chain"}
    swapped = path.read_text().replace(wrapped["seal"], "@").replace(wrapped["chain"], wrapped["seal"])
    with pytest.raises(SettingsError, match="does not unwrap"):
        Vault.parse(swapped.replace("@", wrapped["chain"]), path)


class FarAway:
    """A key service as a vendor's would be: it keeps its master to itself, and can be asked how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def wrap(self, purpose: str, name: str, key: bytes) -> bytes:
        return f"{purpose}|{name}|".encode() + bytes(byte ^ 0x5A for byte in key)

    def unwrap(self, purpose: str, name: str, wrapped: bytes) -> bytes:
        self.asked += 1
        begin = f"{purpose}|{name}|".encode()
        if not wrapped.startswith(begin):
            raise StoreError("not mine")
        return bytes(byte ^ 0x5A for byte in wrapped.removeprefix(begin))


def test_another_key_service_takes_the_place_of_the_local_one(tmp_path: Path) -> None:
    service, path = FarAway(), tmp_path / "keys"
    vault = Vault.load(None, create_at=path, service=service)
    sealed = seal(vault)
    assert "master" not in path.read_text()
    assert service.asked == 3
    assert [opened(vault, sealed) for _ in range(5)] == [b"plain"] * 5
    assert service.asked == 3, "it is asked for a file, never for a mail"
    keyring.add(path, service)
    keyring.switch(path, service)
    vault.refresh()
    assert key_name(seal(vault)) != key_name(sealed)
    with pytest.raises(SettingsError, match="does not unwrap"):
        Vault.load(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KEYS + "use k7\n", "`use` names a key"),
        (KEYS + "use k1 k1\n", ":4: expected"),
        (KEYS.replace("index k1 ", "index k1 wrapped:"), ":2: the key service does not unwrap"),
        (line("master", "m1", "m") + KEYS + "master m2 short\n", ":5: the key is not 32 bytes"),
    ],
)
def test_a_malformed_file_is_named_by_line(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Vault.parse(text, Path("keys"))


def test_marks_tell_keys_apart_and_nothing_else() -> None:
    one, other = Vault.parse(KEYS, Path("keys")), Vault.parse(KEYS.replace("Y2Nj", "Y2Nk"), Path("keys"))
    assert one.marks()["index"] == other.marks()["index"]
    assert one.marks()["chain"] != other.marks()["chain"]
    assert one.marks()["chain"] != one.mac(b"x")
    assert one.fingerprint(b"A") != one.fingerprint(b"a")
    assert one.fingerprint(b"a") != one.blind("a")
