"""Figures: what counts as reached, and what is written."""

import json
import math
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.figures import Figure


@pytest.mark.parametrize(
    ("direction", "value", "peer", "met"),
    [
        ("at most", 1.0, 10.0, True),
        ("at most", 1.1, 10.0, False),
        ("at least", 1.1, 10.0, True),
        ("at most", 0.1, None, True),
        ("at most", 0.2, None, False),
        ("at least", 0.05, None, False),
    ],
)
def test_a_goal_is_reached_by_the_ratio_where_there_is_a_peer_else_by_the_value(
    direction: figures.Goal, value: float, peer: float | None, *, met: bool
) -> None:
    assert Figure("x", value, "s", 0.1, direction, peer=peer, peer_name="them").met is met


def test_rows_are_written_with_ratio_goal_and_verdict(tmp_path: Path) -> None:
    rows = [
        Figure("proof", 2.0, "s", 1 / 5, peer=8.0, peer_name="snarkjs"),
        Figure("rate", 9.5, "a second", 8, "at least", note="two cores"),
    ]
    figures.write(tmp_path / "figures.json", rows)
    first, second = json.loads((tmp_path / "figures.json").read_text())
    assert (first["figure"], first["value"], first["peer"], first["ratio"]) == ("proof", 2.0, 8.0, 0.25)
    assert (first["goal"], first["met"]) == ("at most 0.200 of snarkjs", False)
    assert (second["goal"], second["met"], second["peer"]) == ("at least 8.00 a second", True, None)
    assert second["note"] == "two cores"


def test_figures_that_are_no_number_reach_nothing() -> None:
    assert not Figure("x", math.nan, "s", 1).met
