"""The architecture as tests: sizes, who may make Redacted, who may write SQL, what no file may name."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "pipeline", "modals", "migrations", "tests")

#: Redacted is made here and nowhere else: a value of this type may travel to Slack and to the model.
MAKES_REDACTED = ("pipeline/redact/", "bot/store/", "bot/values.py", "tests/")


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module, str]]:
    """Relative path, tree and text of every module of the rooms."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text()
            yield path.relative_to(ROOT).as_posix(), ast.parse(text), text


def test_no_module_is_longer_than_400_lines() -> None:
    assert [path for path, _, text in modules(*ROOMS) if text.count("\n") > 400] == []


def test_no_function_is_longer_than_60_lines() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree, _ in modules(*ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, kinds) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert found == []


def test_every_module_says_its_duty() -> None:
    assert [path for path, tree, text in modules(*ROOMS) if text.strip() and not ast.get_docstring(tree)] == []


def test_nothing_is_mocked() -> None:
    names = [(path, name) for path, tree, _ in modules(*ROOMS) for name in imported(tree)]
    found = [path for path, name in names if name.split(".")[0] in {"mock", "pytest_mock"}]
    found += [path for path, name in names if name.startswith("unittest")]
    assert found == []


def test_only_the_redactor_and_the_store_make_redacted_values() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree, _ in modules(*ROOMS)
        if not path.startswith(MAKES_REDACTED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Redacted"
    ]
    assert found == []


def test_sql_stays_in_the_store() -> None:
    words = ("sqlalchemy", "sqlmodel", "asyncpg", "pgqueuer")
    found = {
        path
        for path, tree, _ in modules("bot", "handlers", "pipeline", "modals")
        if not path.startswith("bot/store/")
        for node in ast.walk(tree)
        for name in runtime_names(node)
        if name.split(".")[0] in words
    }
    # Sessions are passed through by the rooms above; only their type may be named there.
    assert {path for path in found if not only_sessions(path)} == set()


def only_sessions(path: str) -> bool:
    """Whether the module imports nothing of the database libraries but the session's type."""
    tree = ast.parse((ROOT / path).read_text())
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")]
    return bool(lines) and all(alias.name == "AsyncSession" for node in lines for alias in node.names)


def imported(tree: ast.Module) -> list[str]:
    """The names of all imported modules."""
    return [name for node in ast.walk(tree) for name in runtime_names(node)]


def runtime_names(node: ast.AST) -> list[str]:
    """The modules that one import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return []


def test_the_sandbox_imports_nothing_of_ours() -> None:
    ours = ("handlers", "pipeline", "modals", "migrations")
    found = [
        f"{path}: {name}"
        for path, tree, _ in modules("bot/sandbox")
        for name in imported(tree)
        if name.split(".")[0] in ours or (name.startswith("bot.") and not name.startswith("bot.sandbox"))
    ]
    assert found == []


def test_the_lock_names_only_the_public_registries() -> None:
    hosts = {line.split("://", 1)[1].split("/", 1)[0] for line in (ROOT / "uv.lock").read_text().split('"') if "://" in line}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_no_top_level_folder_was_added() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    folders = {line.split("/", 1)[0] for line in done.stdout.splitlines() if "/" in line}
    assert {name for name in folders if not name.startswith(".")} == set(ROOMS)
