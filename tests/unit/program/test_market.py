"""Enums, arrays, nested records, tables to append to, records that are read, and actions for one account."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.ir.graph import Graph
from rollup.ir.text import from_text, to_text
from rollup.params import Reason, Status
from tests.programs import market
from tests.programs.market import Grade, Market, Side
from tests.programs.world import World, outcome, why

GOLDEN = Path(__file__).parents[2] / "golden" / "ir"
APPLIED, FAILED = (Status.APPLIED, Reason.NONE), (Status.FAILED, Reason.NONE)
ALICE, BOB = 1, 2
ORDERS, BOOKS = 1, 2
BUY, SELL = int(Side.BUY), int(Side.SELL)
FINE, ROUGH = int(Grade.FINE), int(Grade.ROUGH)
IMAGE = Market.image()


@dataclass
class Place:
    """Arguments of `place`."""

    number: int = 7
    side: int = BUY
    grade: int = FINE
    whole: int = 30
    part: int = 9
    sizes: tuple[int, int, int] = (7, 8, 9)

    def arguments(self) -> tuple[int, ...]:
        return self.number, self.side, self.grade, self.whole, self.part, *self.sizes


@pytest.fixture
def world() -> World:
    world = World(IMAGE)
    for _ in range(2):
        world.register()
    return world


@pytest.mark.parametrize("graph", IMAGE.actions[1:], ids=lambda graph: graph.name)
def test_graph_of_the_market_is_the_committed_one(graph: Graph) -> None:
    path, text = GOLDEN / f"market_{graph.name}.txt", to_text(graph, IMAGE.layout)
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "the IR changed: see it with git diff after TANDEM_WRITE_GOLDEN=1 pytest"
    assert from_text(text) == graph


def test_arrays_and_nested_records_are_attributes_and_arguments_in_a_row() -> None:
    orders, books = IMAGE.layout.tables[ORDERS:]
    assert dict(orders.attributes) == {
        "owner": 4, "grade": 3, "limit.whole": 32, "limit.part": 8, "sizes.0": 16, "sizes.1": 16, "sizes.2": 16,
    }  # fmt: skip
    assert books.key_bits == 1
    assert IMAGE.action("place").argument_names == (
        "number", "side", "grade", "limit.whole", "limit.part", "sizes.0", "sizes.1", "sizes.2",
    )  # fmt: skip


def test_order_is_kept_with_all_its_parts(world: World) -> None:
    assert outcome(world.act("place", ALICE, *Place().arguments())) == APPLIED
    order = (ALICE, FINE, 30, 9, 7, 8, 9)
    seal = hash_items(Domain.USER, [*order, 30, 9])
    assert world.record(ORDERS, 7) == order
    assert world.record(BOOKS, BUY) == (30, 9, 7, 8, 9, seal, 0)


def test_order_cannot_be_written_over(world: World) -> None:
    world.act("place", ALICE, *Place().arguments())
    run = world.act("place", BOB, *Place(whole=1).arguments())
    assert (outcome(run), why(run)) == (FAILED, "this record of orders is there already")
    assert world.record(ORDERS, 7)[0] == ALICE
    assert outcome(world.act("place", BOB, *Place(number=8).arguments())) == APPLIED


@pytest.mark.parametrize("attribute", range(7))
def test_record_of_which_one_attribute_is_not_zero_is_there(world: World, attribute: int) -> None:
    world.write(ORDERS, (7,), tuple(int(place == attribute) for place in range(7)))
    assert why(world.act("place", ALICE, *Place().arguments())) == "this record of orders is there already"


@pytest.mark.parametrize("grade", range(8))
def test_argument_that_is_no_member_fails(world: World, grade: int) -> None:
    run = world.act("place", ALICE, *Place(grade=grade).arguments())
    problems = {0: "goods have a grade", FINE: "", ROUGH: ""}
    assert (run.failed_check.message if run.failed_check else "") == problems.get(grade, "grade is no member of Grade")
    assert (outcome(run) == APPLIED) == (grade in (FINE, ROUGH))


def test_member_outside_an_action_is_its_number_and_the_class_counts_and_lists_them() -> None:
    assert (Grade.NONE, Grade.FINE, Grade.ROUGH) == (0, 3, 5)
    assert (list(Grade), len(Grade), Grade.WIDTH, Side.WIDTH) == ([0, 3, 5], 3, 3, 1)


@pytest.mark.parametrize(("level", "counts"), [(0, (5, 8, 9)), (1, (7, 6, 9)), (2, (7, 8, 7))])
def test_index_of_the_transaction_picks_the_item(world: World, level: int, counts: tuple[int, ...]) -> None:
    world.act("place", ALICE, *Place(grade=ROUGH).arguments())
    assert outcome(world.act("fill", BOB, 7, BUY, level, 2, ALICE, SELL)) == APPLIED
    assert world.record(BOOKS, BUY)[2:5] == counts
    assert (world.balance(ALICE), world.balance(BOB)) == (1000, 1000)


@pytest.mark.parametrize("level", [3, 4, 255])
def test_index_past_the_end_fails(world: World, level: int) -> None:
    world.act("place", ALICE, *Place().arguments())
    run = world.act("fill", BOB, 7, BUY, level, 2, ALICE, SELL)
    assert (outcome(run), why(run)) == (FAILED, "the index is past the end of an array of 3")


def test_smaller_amount_is_filled_and_the_larger_paid(world: World) -> None:
    world.act("place", ALICE, *Place(sizes=(2000, 3, 0)).arguments())
    assert outcome(world.act("fill", BOB, 7, BUY, 1, 50, ALICE, SELL)) == APPLIED
    assert (world.record(BOOKS, BUY)[3], world.balance(ALICE), world.balance(BOB)) == (0, 1005, 995)
    assert outcome(world.act("fill", BOB, 7, BUY, 0, 500, ALICE, SELL)) == APPLIED
    assert (world.record(BOOKS, BUY)[2], world.balance(ALICE)) == (1500, 1505)


def test_difference_of_two_is_that_of_the_larger_and_the_smaller(world: World) -> None:
    world.write(BOOKS, (SELL,), (1, 12, 0, 0, 0, 0, 0))
    world.act("place", ALICE, *Place().arguments())
    world.act("fill", BOB, 7, BUY, 1, 1, ALICE, SELL)
    assert world.record(BOOKS, BUY)[1] == 3
    world.act("fill", BOB, 7, BUY, 1, 1, ALICE, BUY)
    assert world.record(BOOKS, BUY)[1] == 0


def test_record_that_is_read_may_be_the_one_that_is_borrowed_and_is_as_before(world: World) -> None:
    world.act("place", ALICE, *Place(grade=ROUGH).arguments())
    seal = world.record(BOOKS, BUY)[5]
    run = world.act("fill", BOB, 7, BUY, 0, 7, ALICE, BUY)
    assert outcome(run) == APPLIED
    assert run.indices[2] == run.indices[3]
    assert world.record(BOOKS, BUY)[2:6] == (0, 8, 9, seal + 1)
    assert world.withdrawals_count == 1, "an item was 7 before the transaction"


@pytest.mark.parametrize(("sender", "expected"), [(ALICE, ""), (BOB, "only account 1 may do this")])
def test_action_for_one_account_fails_for_others(world: World, sender: int, expected: str) -> None:
    run = world.act("open", sender, SELL, 1)
    assert (why(run) if run.failed_check else "") == expected
    assert world.record(BOOKS, SELL)[6] == (sender == ALICE)


def test_checks_of_a_declaration_name_the_action(world: World) -> None:
    run = world.act("open", BOB, SELL, 1)
    assert run.failed_check is not None
    lines = Path(market.__file__).read_text().splitlines()
    assert (run.failed_check.file, lines[run.failed_check.line - 1].strip()[:9]) == ("market.py", "def open(")


def test_constant_of_a_subclass_decides_who_may() -> None:
    class Other(Market):
        ADMIN = 2

    assert [check.message for check in Other.image().action("open").checks] == ["only account 2 may do this"]
