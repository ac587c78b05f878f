"""Faults on demand: what the next calls to a stand-in shall suffer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["429", "5xx", "drop", "slow", "error"]


@dataclass(slots=True)
class Fault:
    """`method` is a name such as `chat.update`, or `*`.

    `drop` does the work and then closes the connection (`before`: without doing it).
    """

    method: str
    kind: Kind
    times: int = 1
    retry_after: int = 1
    seconds: float = 0.0
    before: bool = False
    status: int = 503
    error: str = "internal_error"  # for kind "error": what the answer says


@dataclass(slots=True)
class Faults:
    """Faults that wait for their call; each is used `times` times, oldest first."""

    waiting: list[Fault] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        self.waiting.append(fault)
        return fault

    def take(self, method: str) -> Fault | None:
        for fault in self.waiting:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                self.struck.append(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
