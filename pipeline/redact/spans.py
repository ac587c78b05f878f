"""Spans of personal data in a text, and how overlapping ones become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Where spans overlap, the kind that stands first names the whole.
ORDER = (
    "HIDDEN",
    "LINK",
    "SECRET",
    "CARD",
    "IBAN",
    "EMAIL",
    "ID",
    "PHONE",
    "ADDRESS",
    "BIRTHDATE",
    "ACCOUNT",
    "IP",
    "DEVICE",
    "PERSON",
)
_RANK = {kind: rank for rank, kind in enumerate(ORDER)}


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of one text. `weak` spans give way to an order or invoice id around them."""

    start: int
    end: int
    kind: str
    weak: bool = False


def union(spans: Iterable[Span]) -> list[Span]:
    """Non-overlapping spans in reading order that cover everything the given ones cover."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.end <= span.start:
            continue
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            kind = min(last.kind, span.kind, key=lambda k: _RANK.get(k, 99))
            merged[-1] = Span(last.start, max(last.end, span.end), kind)
        else:
            merged.append(span)
    return merged
