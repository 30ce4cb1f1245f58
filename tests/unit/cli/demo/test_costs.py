from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from rollup.cli.demo.costs import Meter, cause_of, gas_by_cause, gas_of, spent

ADA, BOB = b"a" * 20, b"b" * 20


@dataclass
class Line:
    what: str
    gas: int = 1
    sender: bytes = ADA
    block: int = 7
    blob_gas: int = 0
    wei: int = 0


@dataclass
class L1:
    ledger: list[Line] = field(default_factory=list)


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("deployment of rollup", "deployment"),
        ("rollup.initialize", "deployment"),
        ("rollup.deposit", "deposits"),
        ("rollup.post_blob", "data"),
        ("rollup.post_calldata", "data"),
        ("rollup.propose", "claim"),
        ("rollup.finalise", "finality"),
        ("settlement/dispute_game.collect", "bond"),
        ("settlement/dispute_game.attack", "dispute"),
        ("settlement/dispute_game.step", "dispute"),
        ("rollup.release", "withdrawal"),
    ],
)
def test_cost_when_booked_has_the_cause_of_its_function(what: str, cause: str) -> None:
    assert cause_of(Line(what)) == cause


def test_meter_when_read_gives_each_line_once() -> None:
    l1 = L1([Line("rollup.deposit")])
    meter = Meter(cast("Any", l1))
    l1.ledger += [Line("rollup.propose", 5), Line("rollup.finalise", 6)]
    assert [line.gas for line in meter.take()] == [5, 6]
    l1.ledger.append(Line("rollup.withdraw", 7))
    assert [line.gas for line in meter.take()] == [7]
    assert meter.take() == ()


def test_meter_when_asked_for_the_latest_names_what_was_not_read_yet() -> None:
    l1 = L1([Line("rollup.deposit")])
    meter = Meter(cast("Any", l1))
    assert meter.latest() == ""
    l1.ledger += [Line("deployment of rollup"), Line("rollup.initialize")]
    assert meter.latest() == "rollup.initialize, 2 transactions so far"


def test_gas_when_summed_by_cause_leaves_nothing_out() -> None:
    lines = [Line("g.reveal", 2), Line("rollup.propose", 3), Line("g.step", 40)]
    assert gas_by_cause(lines) == {"dispute": 42, "claim": 3}
    assert gas_of(lines, "step") == 40


def test_fees_when_summed_are_those_of_one_account() -> None:
    lines = [Line("g.step", wei=5), Line("g.step", sender=BOB, wei=70), Line("g.collect", wei=1)]
    assert spent(lines, ADA) == 6
