"""The whole of Triage over the sandbox, as the stories use it, with ears at every place where data could leave."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot import log
from tests.privacy.ears import Heard
from tests.scenario.conftest import office as office
from tests.scenario.conftest import reader as reader
from tests.scenario.conftest import world as world


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Everything that is logged, as the command sets it up but at DEBUG; afterwards the levels are as they were."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in [*logging.root.manager.loggerDict, *log.QUIET, "triage"]}
    handlers, level = root.handlers[:], root.level
    log.configure(logging.DEBUG)
    ears = Heard()
    root.handlers[:] = [ears]
    yield ears
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
