"""Parameters: fixed by each chain, constants of the code, and part of what names the program."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examples.names import Names
from rollup import (  # fmt: skip
    U8,
    U64,
    AccountId,
    Bool,
    Enum,
    Field,
    L1Address,
    Parameter,
    Program,
    Record,
    Table,
    Transaction,
    action,
    conserves,
    invariant,
    require,
)
from rollup.cli.app import build
from rollup.errors import AuthorError
from rollup.params import Status
from rollup.program.abi import abi_of
from rollup.program.loading import load_program
from tests.programs.world import World, outcome, why


class Colour(Enum):
    """A choice."""

    RED = 0
    BLUE = 5


class Cell(Record):
    """A number."""

    value: U64


class Fixed(Program):
    """Parameters of every type."""

    account_bits = 4
    STEP = Parameter(U8, default=3)
    LIMIT = Parameter(U64)
    OWNER = Parameter(AccountId, default=1)
    OPEN = Parameter(Bool, default=True)
    MASK = Parameter(Field, default=7)
    HOME = Parameter(L1Address, default=0xABC)
    SHADE = Parameter(Colour, default=0)
    cells = Table(Cell, key=AccountId)

    @invariant(cells)
    def stays_below(self, cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """What a parameter says of records."""
        return cell.value <= self.LIMIT

    @action(only="OWNER")
    def step(self, tx: Transaction, shade: Colour, mask: Field, home: L1Address) -> None:
        """Read them all."""
        require(self.OPEN, "closed")
        require((shade == self.SHADE) & (mask == self.MASK) & (home == self.HOME), "another")
        cell = self.cells[tx.sender]
        require(cell.value + self.STEP <= self.LIMIT, "too much")
        cell.value += self.STEP


def world(**values: int | bool) -> World:
    world = World(Fixed.with_parameters(**values).image())
    for _ in range(3):
        world.register()
    return world


def test_action_reads_what_the_chain_fixed() -> None:
    one = world(LIMIT=6)
    assert [outcome(one.act("step", 1, 0, 7, 0xABC))[0] for _ in range(3)] == [0, 0, Status.FAILED]
    assert one.record(1, 1) == (6,)
    other = world(LIMIT=6, STEP=4, OWNER=2, MASK=9, HOME=1, SHADE=5)
    assert why(other.act("step", 1, 5, 9, 1)) == "only account 2 may do this"
    assert outcome(other.act("step", 2, 5, 9, 1))[0] is Status.APPLIED
    assert why(world(LIMIT=6, OPEN=False).act("step", 1, 0, 7, 0xABC)) == "closed"


def test_other_values_are_another_program_and_the_same_are_the_same() -> None:
    one, other = Fixed.with_parameters(LIMIT=6), Fixed.with_parameters(LIMIT=7)
    assert one.image().program_id != other.image().program_id
    assert one is Fixed.with_parameters(LIMIT=6)
    assert one.with_parameters(LIMIT=7) is other
    assert one.with_parameters(STEP=4) is Fixed.with_parameters(STEP=4, LIMIT=6)
    assert one.__name__ == "Fixed"
    # The default written out is the default.
    assert Fixed.with_parameters(LIMIT=6, STEP=3).image().program_id == one.image().program_id


def test_value_is_a_number_outside_actions() -> None:
    assert (Fixed.with_parameters(LIMIT=6).LIMIT, Fixed.STEP, Names.PRICE) == (6, 3, 5)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"LIMIT": 2**64}, "Fixed.LIMIT is none of its type; expected U64, from 0 to 18446744073709551615"),
        ({"LIMIT": -1}, "Fixed.LIMIT is none of its type"),
        ({"LIMIT": True}, "got True"),
        ({"OPEN": 1}, "expected True or False"),
        ({"OWNER": 16}, "from 0 to 15"),
        ({"SHADE": 1}, "no member of Colour; expected RED = 0, BLUE = 5"),
        ({"SPEED": 1}, "has no parameter SPEED; it has STEP, LIMIT, OWNER, OPEN, MASK, HOME, SHADE"),
    ],
)
def test_value_that_does_not_fit_is_refused(values: dict[str, int], why: str) -> None:
    with pytest.raises(AuthorError) as raised:
        Fixed.with_parameters(**values)
    assert why in str(raised.value)


def test_program_of_which_a_parameter_has_no_value_is_refused_with_what_to_write() -> None:
    with pytest.raises(AuthorError) as raised:
        Fixed.image()
    assert "LIMIT has no value" in str(raised.value)
    assert "Fixed.with_parameters(LIMIT=…)" in str(raised.value)
    assert raised.value.source == "LIMIT = Parameter(U64)"


def test_command_line_fixes_parameters_after_the_name_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "small.py"
    file.write_text(
        "from rollup import *\nfrom rollup.program import Program, Parameter, Enum, Bool, U64, action, require\n\n\n"
        "class Way(Enum):\n    UP = 0\n    DOWN = 1\n\n\nclass Small(Program):\n    N = Parameter(U64)\n    WAY = Parameter(Way, default=0)\n"
        "    OPEN = Parameter(Bool, default=True)\n\n    @action\n    def check(self, tx, a: U64):\n        require(a < self.N, 'much')\n"
    )
    word = f"{file},N=0x10,WAY=DOWN,OPEN=false"
    program = load_program(word)
    assert {each["name"]: each["value"] for each in abi_of(program)["parameters"]} == {"N": 16, "WAY": 1, "OPEN": 0}
    assert (
        load_program(f"{file}:Small,N=16").image().program_id != load_program(f"{file}:Small,N=17").image().program_id
    )
    printed = CliRunner().invoke(build(["abi"]), ["abi", word])
    assert json.loads(printed.stdout)["program_id"] == f"0x{program.image().program_id.hex()}"
    for wrong, said in (("N", "NAME=VALUE"), ("N=1,N=2", "NAME=VALUE"), ("N=x", "no number"), ("M=1", "it has N, WAY, OPEN"), ("N=1,WAY=LEFT", "UP, DOWN")):  # fmt: skip
        with pytest.raises(AuthorError, match=said):
            load_program(f"{file},{wrong}")


def test_names_cost_what_the_chain_fixed() -> None:
    cheap = World(Names.with_parameters(PRICE=1, PERIOD=60).image())
    for account in (1, 2):
        cheap.register()
        cheap.act("mint", account, 100)
    assert outcome(cheap.act("claim", 2, 42, 2, 0xAD))[0] is Status.APPLIED
    assert cheap.record(1, 42) == (2, 0xAD, cheap.timestamp + 120)
    assert cheap.record(2, 2) == (98,)


def test_a_parameter_stands_for_its_number_in_what_is_declared_of_records() -> None:
    """The invariant of `Fixed` was asked of the number that this chain fixed: `tandem audit` sees the same program."""
    assert conserves("cells.value") is not None
    pytest.importorskip("z3")
    from rollup.audit.auditor import audit
    from rollup.audit.report import Verdict
    from rollup.audit.solver import Limits

    report = audit(Fixed.with_parameters(LIMIT=6), Limits(20))
    verdicts = {f.verdict for f in report.findings if f.what == "stays_below"}
    assert verdicts == {Verdict.PROVED}
