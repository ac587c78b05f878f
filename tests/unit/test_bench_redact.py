"""Floors under `triage bench redact`, on another seed than the command's, with a margin below what it prints."""

from __future__ import annotations

import pytest

from bot import bench_redact
from bot.bench_redact import Score
from bot.bench_redact_values import labelled


@pytest.fixture(name="score", scope="module")
def _score() -> Score:
    return bench_redact.measured(seed=1618, rounds=6)  # with two, names vary by four points from seed to seed


@pytest.mark.parametrize(
    ("labels", "floor"),
    [
        (bench_redact.NAMES, 0.77),
        (("phone",), 0.9),
        (("email",), 0.99),
        (("address",), 0.8),
        (("card", "iban", "account", "national", "secret"), 0.89),
        (("link", "birth"), 0.7),
    ],
)
def test_recall(score: Score, labels: tuple[str, ...], floor: float) -> None:
    assert score.recall(*labels) >= floor


def test_names_addresses_and_account_data_together(score: Score) -> None:
    assert score.recall(*(label for labels in bench_redact.HEADLINE.values() for label in labels)) >= 0.81


def test_no_address_is_left_whole(score: Score) -> None:
    assert score.partly["address"] / score.seen["address"] >= 0.98


@pytest.mark.parametrize(
    ("labels", "floor"),
    [
        (("order", "invoice", "ticket", "tracking"), 0.85),
        (("day", "amount", "url", "version"), 0.97),
        (("product", "staff"), 0.97),
    ],
)
def test_survival(score: Score, labels: tuple[str, ...], floor: float) -> None:
    assert score.kept(*labels) >= floor


def test_precision(score: Score) -> None:
    assert score.precision("PERSON") >= 0.8
    assert score.precision(*bench_redact.KINDS) >= 0.85


def test_labels_stand_where_they_say() -> None:
    for text in labelled(seed=3, rounds=1):
        for label in text.labels:
            value = text.text[label.start : label.end]
            assert value
            assert value == value.strip()
    assert labelled(seed=3, rounds=1) == labelled(seed=3, rounds=1)
