"""README says what is there: every setting, command, dependency and button that it names exists, and the reverse."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from bot import cli
from bot.settings import VARIABLES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
RUN = (ROOT / ".ci" / "run").read_text()


def rows(heading: str) -> list[str]:
    """The first cells of the table under a heading row."""
    table = README.split(f"| {heading} | ", 1)[1].split("\n\n", 1)[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def commands(parser: argparse.ArgumentParser, words: str = "triage") -> Iterator[str]:
    """Every command that can be typed."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield words
    for action in below:
        for name, inner in action.choices.items():
            yield from commands(inner, f"{words} {name}")


def test_every_variable_is_in_the_table_and_no_other() -> None:
    assert [cell.strip("`") for cell in rows("Variable")] == list(VARIABLES)


def test_every_command_is_in_the_table_and_no_other() -> None:
    assert sorted(cell.strip("`") for cell in rows("Command")) == sorted(commands(cli.parser()))


def test_every_option_that_is_named_exists() -> None:
    known = set(re.findall(r'"(--[a-z-]+)"', (ROOT / "bot" / "cli.py").read_text()))
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    assert {name for cell in rows("Package") for name in cell.split(", ")} == declared


def test_ci_runs_the_commands_of_the_readme() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    demo, long_demo, test, long_test = blocks
    assert (demo, test) == ("uv run triage demo", "uv run pytest")
    assert f"{long_demo} --smoke --no-browser" in RUN
    assert long_test in RUN


def test_every_file_that_is_linked_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("https://")]
    assert [link for link in links if not (ROOT / link).exists()] == []
