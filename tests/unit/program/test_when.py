"""What stands in a `when` happens if its condition holds, and else nothing of it (SOUNDNESS 3, 4, 18)."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

import pytest

from rollup import (
    U8,
    U64,
    AccountId,
    Array,
    L1Address,
    Program,
    Record,
    Table,
    Transaction,
    action,
    pay,
    require,
    select,
    send_to_l1,
    when,
)
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import AuthorError
from rollup.params import Reason, Status
from tests.programs.world import World, outcome, why

APPLIED, FAILED = (Status.APPLIED, Reason.NONE), (Status.FAILED, Reason.NONE)
ALICE, BOB, CAROL, NOBODY = 1, 2, 3, 4


class Cell(Record):
    low: U8
    high: U64


class Choosing(Program):
    account_bits = 4
    cells = Table(Cell, key=AccountId)

    @action
    def swap(self, tx: Transaction, a: U64, b: U64) -> None:
        """Assign, and read what was assigned, in blocks and after them."""
        cell = self.cells[tx.sender]
        with when(a > b):
            cell.low = 1
            cell.high = cell.high + cell.low
            with when(b > 5):
                cell.low = cell.low + 10
        with when(~(a > b)):
            cell.low = 2
        cell.high += cell.low

    @action
    def guard(self, tx: Transaction, a: U64, b: U64) -> None:
        """Fail only where it matters."""
        cell = self.cells[tx.sender]
        with when(a >= b):
            cell.high = a - b
            with when(b != 0):
                require(a != 77, "not 77")
        with when(b > a):
            cell.low = b - a

    @action
    def send(self, tx: Transaction, to: AccountId, other: AccountId, amount: U64, out: L1Address) -> None:
        """Pay one of two, and L1 if it is much."""
        with when(amount < 100):
            pay(to, amount)
            pay(to, 1)
        with when(amount >= 100):
            pay(other, amount)
            with when(amount >= 200):
                send_to_l1(out, 7)
                pay(other, 1)

    @action
    def several(self, tx: Transaction, one: AccountId, other: AccountId, a: U64, b: U64) -> None:
        """Pay none, one or both of two."""
        with when(a != 0):
            pay(one, a)
        with when(b != 0):
            pay(other, b)

    @action
    def disguised(self, tx: Transaction, to: AccountId, a: U64) -> None:
        """Pay in a block, and in every case the number that the block's slot has as its key."""
        with when(a != 0):
            pay(to, 1)
        pay(select(a != 0, to, AccountId(0)), 5)

    @action
    def nested(self, tx: Transaction, to: AccountId, a: U64) -> None:
        """Pay one account in a block, in a block inside it, and in another of the same condition."""
        with when(a > 1):
            pay(to, 10)
            with when(a > 2):
                pay(to, 20)
        with when(a > 1):
            pay(to, 40)

    @action
    def both(self, tx: Transaction, to: AccountId, a: U64, b: U64) -> None:
        """Pay before the block, and again in it."""
        pay(to, a)
        with when(a < b):
            pay(to, b)


@pytest.fixture
def world() -> World:
    world = World(Choosing.image())
    for _ in range(3):
        world.register(1000)
    return world


def balances(world: World) -> tuple[int, ...]:
    return tuple(map(world.balance, (ALICE, BOB, CAROL)))


@pytest.mark.parametrize(("a", "b", "cell"), [(9, 3, (1, 42)), (9, 6, (11, 52)), (3, 9, (2, 42)), (5, 5, (2, 42))])
def test_assignments_take_effect_where_their_conditions_hold(
    world: World, a: int, b: int, cell: tuple[int, int]
) -> None:
    world.write(1, (ALICE,), (0, 40))
    assert outcome(world.act("swap", ALICE, a, b)) == APPLIED
    assert world.record(1, ALICE) == cell


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(9, 3, (0, 6)), (3, 9, (6, 0)), (77, 0, (0, 77)), (77, 1, "not 77"), (0, 256, "U64 does not fit U8"), (0, 255, (255, 0))],
)  # fmt: skip
def test_checks_fail_only_where_their_conditions_hold(world: World, a: int, b: int, expected: object) -> None:
    run = world.act("guard", ALICE, a, b)
    assert (world.record(1, ALICE) if outcome(run) == APPLIED else why(run)) == expected


@pytest.mark.parametrize(
    ("to", "other", "amount", "after"),
    [
        (BOB, CAROL, 99, (900, 1100, 1000)),
        (BOB, CAROL, 100, (900, 1000, 1100)),
        (BOB, CAROL, 200, (792, 1000, 1201)),
        (BOB, NOBODY, 99, (900, 1100, 1000)),
        (NOBODY, BOB, 100, (900, 1100, 1000)),
        (ALICE, BOB, 100, (900, 1100, 1000)),
        (BOB, ALICE, 5, (994, 1006, 1000)),
        (BOB, BOB, 5, (994, 1006, 1000)),
        (0, BOB, 100, (900, 1100, 1000)),
    ],
)
def test_payments_and_withdrawals_happen_where_their_conditions_hold(
    world: World, to: int, other: int, amount: int, after: tuple[int, ...]
) -> None:
    assert outcome(world.act("send", ALICE, to, other, amount, 0xA1)) == APPLIED
    assert balances(world) == after
    sent = hash_items(Domain.WITHDRAWAL, [0, 0xA1, 7]) if amount >= 200 else 0
    assert (world.withdrawals_count, world.withdrawals) == (amount >= 200, sent)


@pytest.mark.parametrize(
    ("to", "other", "amount", "problem"),
    [
        (NOBODY, BOB, 5, "the account to pay does not exist"),
        (0, BOB, 5, "the account to pay does not exist"),
        (BOB, 0, 100, "the account to pay does not exist"),
        (ALICE, BOB, 5, "a record is borrowed twice"),
        (BOB, CAROL, 1000, "the balance does not cover the withdrawal"),
    ],
)
def test_payments_fail_where_their_conditions_hold(
    world: World, to: int, other: int, amount: int, problem: str
) -> None:
    run = world.act("send", ALICE, to, other, amount, 0xA1)
    assert (outcome(run), why(run)) == (FAILED, problem)
    assert (balances(world), world.withdrawals_count) == ((1000, 1000, 1000), 0)


@pytest.mark.parametrize(
    ("one", "other", "a", "b", "after"),
    [
        (BOB, CAROL, 0, 0, (1000, 1000, 1000)),
        (BOB, CAROL, 4, 0, (996, 1004, 1000)),
        (BOB, CAROL, 0, 5, (995, 1000, 1005)),
        (BOB, CAROL, 4, 5, (991, 1004, 1005)),
        (BOB, BOB, 0, 0, (1000, 1000, 1000)),
        (ALICE, ALICE, 0, 0, (1000, 1000, 1000)),
        (NOBODY, 0, 0, 0, (1000, 1000, 1000)),
        (BOB, BOB, 0, 5, (995, 1005, 1000)),
        (BOB, BOB, 4, 5, "a record is borrowed twice"),
        (BOB, 0, 4, 5, "the account to pay does not exist"),
        (0, 0, 4, 5, "the account to pay does not exist"),
    ],
)
def test_payments_that_do_not_happen_meet_nobody(
    world: World, one: int, other: int, a: int, b: int, after: object
) -> None:
    run = world.act("several", ALICE, one, other, a, b)
    assert (balances(world) if outcome(run) == APPLIED else why(run)) == after


@pytest.mark.parametrize(("a", "b", "paid"), [(5, 3, 5), (5, 9, 14)])
def test_payment_in_a_block_adds_to_the_one_before_it(world: World, a: int, b: int, paid: int) -> None:
    assert outcome(world.act("both", ALICE, BOB, a, b)) == APPLIED
    assert balances(world) == (1000 - paid, 1000 + paid, 1000)


@pytest.mark.parametrize(
    ("a", "problem"), [(0, "the account to pay does not exist"), (1, "a record is borrowed twice")]
)
def test_account_that_nobody_has_is_never_paid(world: World, a: int, problem: str) -> None:
    assert why(world.act("disguised", ALICE, BOB, a)) == problem
    assert world.record(0, 0) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("a", "paid"), [(1, 0), (2, 50), (3, 70)])
def test_payments_to_one_account_in_nested_blocks_add_up(world: World, a: int, paid: int) -> None:
    assert outcome(world.act("nested", ALICE, BOB, a)) == APPLIED
    assert balances(world) == (1000 - paid, 1000 + paid, 1000)
    assert Choosing.image().action("nested").slots == (0, 0)


class Keeping(Program):
    account_bits = 4
    cells = Table(Cell, key=AccountId)

    @action
    def act(self, tx: Transaction, a: U8, b: U8) -> None:
        """Change an array of the action's own, and find one made in a block useless after it."""
        kept = Array[U8, 2]([a, b])  # type: ignore[valid-type]
        with when(a > b):
            kept[0] = 100
            made = Array[U8, 2]([1, 2])  # type: ignore[valid-type]
            made[1] = 3
            kept[1] = made[1] + made[0]
        cell = self.cells[tx.sender]
        cell.low, cell.high = kept[0], kept[1]


@pytest.mark.parametrize(("a", "b", "cell"), [(2, 1, (100, 4)), (1, 2, (1, 2))])
def test_arrays_of_the_action_change_where_the_condition_holds(a: int, b: int, cell: tuple[int, int]) -> None:
    world = World(Keeping.image())
    world.register()
    assert outcome(world.act("act", ALICE, a, b)) == APPLIED
    assert world.record(1, ALICE) == cell


def test_block_that_raises_leaves_no_condition_behind() -> None:
    class Raising(Program):
        @action
        def act(self, tx: Transaction, a: U8) -> None:
            with when(a > 1):
                raise KeyError(a)

    with pytest.raises(AuthorError, match="raised KeyError"):
        Raising.image()
    assert Choosing.image().actions


def test_names_of_loops_and_names_used_inside_alone_are_left_to_the_author() -> None:
    class Looping(Program):
        account_bits = 4
        cells = Table(Cell, key=AccountId)

        @action
        def act(self, tx: Transaction, a: U64, b: U64) -> None:
            cell = self.cells[tx.sender]
            with when(a > b):
                for i in range(3):
                    part = a * i
                    cell.high += part
            with when(b > a):
                for i in range(2):
                    part = b + i
                    cell.high += part
                last = b + 1
                cell.low = last

    world = World(Looping.image())
    world.register()
    assert outcome(world.act("act", ALICE, 9, 5)) == APPLIED
    assert world.record(1, ALICE) == (0, 27)
    assert outcome(world.act("act", ALICE, 1, 5)) == APPLIED
    assert world.record(1, ALICE) == (6, 27 + 11)
