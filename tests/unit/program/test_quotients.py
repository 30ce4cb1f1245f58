"""Division, bits and roots of the language against Python's own."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

from math import isqrt as python_isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup import U8, U64, U128, AccountId, Program, Record, Table, Transaction, action, isqrt, mul_div
from rollup.params import Status
from tests.programs.world import World, outcome, why

TOP64, TOP128 = (1 << 64) - 1, (1 << 128) - 1


class Result(Record):
    quotient: U128
    remainder: U128
    common: U128
    either: U128
    one: U128
    others: U128
    root: U128
    left: U128
    right: U128


class Base(Program):
    account_bits = 6
    results = Table(Result, key=AccountId)


class Words(Base):
    @action
    def act(self, tx: Transaction, a: U64, b: U64) -> None:
        """All operators of two words."""
        result = self.results[tx.sender]
        result.quotient, result.remainder = divmod(a, b)
        result.common, result.either, result.one, result.others = a & b, a | b, a ^ b, ~a
        result.root, result.left, result.right = isqrt(a), (a & 0xFF) << 56, a >> 7

    @action
    def literals(self, tx: Transaction, a: U64) -> None:
        """Operators with literals on either side."""
        result = self.results[tx.sender]
        result.quotient, result.remainder = divmod(1000, a)
        result.common, result.either, result.one = 0xF0 & a, 1 | a, 3 ^ a
        result.others, result.root = a // 8, a // 10
        result.left, result.right = a % 8, a % 10


class Wide(Base):
    @action
    def act(self, tx: Transaction, a: U128, b: U128, small: U8) -> None:
        """Division and products that pass the field."""
        result = self.results[tx.sender]
        result.quotient, result.remainder = a // b, a % b
        result.common, result.root, result.right = a // small, isqrt(a), small ^ b

    @action
    def multiply(self, tx: Transaction, a: U128, b: U128) -> None:
        """A product that may pass the field."""
        self.results[tx.sender].quotient = a * b

    @action
    def scale(self, tx: Transaction, a: U128, b: U64, by: U128) -> None:
        """A quotient of a product."""
        self.results[tx.sender].quotient = mul_div(a, b, by)


WORLDS: dict[str, World] = {}


def apply(program: type[Program], name: str, *arguments: int) -> tuple[int, ...] | str:
    """Run an action on an empty record; return the record, or why it failed."""
    world = WORLDS.get(program.__name__)
    if world is None:
        world = WORLDS[program.__name__] = World(program.image())
        world.register()
    world.write(1, (1,), (0,) * 9)
    run = world.act(name, 1, *arguments)
    if outcome(run)[0] is Status.FAILED:
        return why(run)
    assert outcome(run)[0] is Status.APPLIED
    return world.record(1, 1)


def integers(top: int) -> st.SearchStrategy[int]:
    return st.one_of(
        st.sampled_from([0, 1, 2, top - 1, top]), st.integers(0, top), st.integers(0, 300).map(lambda n: n % (top + 1))
    )


@given(integers(TOP64), integers(TOP64))
def test_operators_of_words_are_those_of_python(a: int, b: int) -> None:
    found = apply(Words, "act", a, b)
    if not b:
        assert found == "U64 division by zero"
        return
    bits = (a & b, a | b, a ^ b, ~a & TOP64)
    assert found == (*divmod(a, b), *bits, python_isqrt(a), (a & 0xFF) << 56, a >> 7)


@given(integers(TOP64))
def test_literals_stand_on_either_side(a: int) -> None:
    found = apply(Words, "literals", a)
    if not a:
        assert found == "U64 division by zero"
        return
    assert found == (*divmod(1000, a), 0xF0 & a, 1 | a, 3 ^ a, a // 8, a // 10, a % 8, a % 10)


@given(integers(TOP128), integers(TOP128), integers(255))
def test_division_of_the_widest_is_that_of_python(a: int, b: int, small: int) -> None:
    found = apply(Wide, "act", a, b, small)
    if not (b and small):
        assert found == "U128 division by zero"
        return
    assert found == (*divmod(a, b), a // small, 0, 0, 0, python_isqrt(a), 0, small ^ b)


@given(integers(TOP128), integers(TOP128))
def test_product_of_the_widest_fails_exactly_if_it_overflows(a: int, b: int) -> None:
    found = apply(Wide, "multiply", a, b)
    assert found == ((a * b, *[0] * 8) if a * b <= TOP128 else "U128 overflow in *")


@given(st.integers(1, TOP64), st.integers(0, 2))
def test_product_next_to_overflow_is_exact(a: int, off: int) -> None:
    b = TOP128 // a + off - 1
    if 0 <= b <= TOP128:
        found = apply(Wide, "multiply", a, b)
        assert found == ((a * b, *[0] * 8) if a * b <= TOP128 else "U128 overflow in *")


@given(integers(TOP128), integers(TOP64), integers(TOP128))
def test_mul_div_takes_the_whole_product(a: int, b: int, by: int) -> None:
    found = apply(Wide, "scale", a, b, by)
    if not by:
        assert found == "U128 division by zero"
    elif a * b // by > TOP128:
        assert found == "U128 overflow in mul_div"
    else:
        assert found == (a * b // by, *[0] * 8)


@pytest.mark.parametrize("value", [255, 254])
def test_a_shift_that_overflows_fails(value: int) -> None:
    class Shifted(Base):
        @action
        def act(self, tx: Transaction, a: U8) -> None:
            """Twice."""
            self.results[tx.sender].left = a << 1

    assert apply(Shifted, "act", value) == "U8 overflow in <<"
    assert apply(Shifted, "act", 127) == (0,) * 7 + (254, 0)
