"""Drawn bodies of `when` and arrays, traced and interpreted, against the same bodies in plain Python (the plain twin of the language's control).

A body is a list of statements, each a tuple whose first item says what it is. `Plain` runs it on integers, with `if` where the language has `when`.
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollup import (
    U8,
    AccountId,
    Array,
    Program,
    Record,
    Table,
    Transaction,
    absolute_difference,
    action,
    maximum,
    minimum,
    require,
    select,
    when,
)
from rollup.params import Status
from tests.programs.world import World, outcome

LENGTH = 3
Node = tuple[Any, ...]


class State(Record):
    x: U8
    y: U8
    items: Array[U8, Literal[3]]


class Store(Protocol):
    """A record, or what stands for it in plain Python."""

    x: Any
    y: Any
    items: Any


class Failed(Exception):
    """What a failed transaction is in plain Python."""


class Plain:
    """The state and the arguments as integers."""

    def __init__(self, state: Sequence[int], arguments: Sequence[int]) -> None:
        self.x, self.y = state[:2]
        self.items = list(state[2:])
        self.arguments = arguments

    def value(self, node: Node) -> int:
        match node:
            case ("argument", number):
                return self.arguments[number]
            case ("literal", number):
                return int(number)
            case ("x" | "y" as name,):
                return int(getattr(self, name))
            case ("item", index):
                return self.items[self.place(index)]
            case ("select", condition, yes, no):
                chosen, other = self.value(yes), self.value(no)
                return chosen if self.holds(condition) else other
            case (name, left, right):
                a, b = self.value(left), self.value(right)
                found = {"+": a + b, "-": a - b, "min": min(a, b), "max": max(a, b), "distance": abs(a - b)}[name]
                if not 0 <= found < 256:
                    raise Failed
                return found
        raise AssertionError(node)

    def place(self, index: Node) -> int:
        place = self.value(index)
        if place >= LENGTH:
            raise Failed
        return place

    def holds(self, node: Node) -> bool:
        match node:
            case ("<", left, right):
                return self.value(left) < self.value(right)
            case ("==", left, right):
                return self.value(left) == self.value(right)
            case ("in", value):
                return self.value(value) in self.items
            case ("not", inner):
                return not self.holds(inner)
        raise AssertionError(node)

    def run(self, statements: Sequence[Node]) -> None:
        for statement in statements:
            match statement:
                case ("set", name, value):
                    setattr(self, name, self.value(value))
                case ("put", index, value):
                    place, found = self.place(index), self.value(value)
                    self.items[place] = found
                case ("copy", values):
                    self.items = [self.value(value) for value in values]
                case ("require", condition):
                    if not self.holds(condition):
                        raise Failed
                case ("when", condition, inner):
                    if self.holds(condition):
                        self.run(inner)


class Traced:
    """The same in the language."""

    def __init__(self, state: Store, arguments: Sequence[U8]) -> None:
        self.state, self.arguments = state, arguments

    def value(self, node: Node) -> Any:
        match node:
            case ("argument", number):
                return self.arguments[number]
            case ("literal", number):
                return U8(number)
            case ("x" | "y" as name,):
                return getattr(self.state, name)
            case ("item", index):
                return self.state.items[self.value(index)]
            case ("select", condition, yes, no):
                chosen, other = self.value(yes), self.value(no)
                return select(self.holds(condition), chosen, other)
        name, left, right = node
        a, b = self.value(left), self.value(right)
        return {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "min": lambda: minimum(a, b),
            "max": lambda: maximum(a, b),
            "distance": lambda: absolute_difference(a, b),
        }[name]()

    def holds(self, node: Node) -> Any:
        match node:
            case ("in", value):
                return self.state.items.contains(self.value(value))
            case ("not", inner):
                return ~self.holds(inner)
        name, left, right = node
        a, b = self.value(left), self.value(right)
        return a < b if name == "<" else a == b

    def run(self, statements: Sequence[Node]) -> None:
        for statement in statements:
            match statement:
                case ("set", name, value):
                    setattr(self.state, name, self.value(value))
                case ("put", index, value):
                    place, found = self.value(index), self.value(value)
                    self.state.items[place] = found
                case ("copy", values):
                    self.state.items = [self.value(value) for value in values]
                case ("require", condition):
                    require(self.holds(condition), "require")
                case ("when", condition, inner):
                    with when(self.holds(condition)):
                        self.run(inner)


numbers = st.one_of(st.integers(0, 4), st.sampled_from([127, 128, 254, 255]))
atoms = st.one_of(
    st.tuples(st.just("argument"), st.integers(0, 2)),
    st.tuples(st.just("literal"), numbers),
    st.sampled_from([("x",), ("y",)]),
)
small = st.one_of(atoms, st.tuples(st.just("literal"), st.integers(0, LENGTH - 1)))
operators = st.sampled_from(["+", "-", "min", "max", "distance"])
simple = st.one_of(atoms, st.tuples(operators, atoms, atoms), st.tuples(st.just("item"), small))
conditions = st.one_of(
    st.tuples(st.sampled_from(["<", "=="]), simple, simple),
    st.tuples(st.just("in"), simple),
    st.tuples(st.just("not"), st.tuples(st.just("<"), simple, simple)),
)
values = st.one_of(simple, st.tuples(st.just("select"), conditions, simple, simple))
leaf_statements = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(["x", "y"]), values),
    st.tuples(st.just("put"), small, values),
    st.tuples(st.just("copy"), st.lists(simple, min_size=LENGTH, max_size=LENGTH)),
    st.tuples(st.just("require"), conditions),
)
statements = st.recursive(
    leaf_statements,
    lambda inner: st.tuples(st.just("when"), conditions, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)
bodies = st.lists(statements, min_size=1, max_size=4)
states = st.tuples(*[numbers] * 5)
calls = st.lists(st.tuples(states, st.tuples(*[numbers] * 3)), min_size=1, max_size=8)


def program(body: Sequence[Node]) -> type[Program]:
    class Drawn(Program):
        account_bits = 4
        cells = Table(State, key=AccountId)

        @action
        def act(self, tx: Transaction, a: U8, b: U8, c: U8) -> None:
            Traced(self.cells[tx.sender], (a, b, c)).run(body)

    return Drawn


def compare(body: Sequence[Node], cases: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> set[Status]:
    """Run a body both ways on each state and arguments; return the statuses seen."""
    world = World(program(body).image())
    world.register()
    seen = set()
    for state, arguments in cases:
        world.write(1, (1,), state)
        plain = Plain(state, arguments)
        try:
            plain.run(body)
            expected: tuple[Status, tuple[int, ...]] = Status.APPLIED, (plain.x, plain.y, *plain.items)
        except Failed:
            expected = Status.FAILED, state
        run = world.act("act", 1, *arguments)
        assert (outcome(run)[0], world.record(1, 1)) == expected, (state, arguments)
        seen.add(expected[0])
    return seen


@settings(max_examples=60)
@given(bodies, calls)
def test_drawn_body_does_what_plain_python_does(
    body: list[Node], cases: list[tuple[tuple[int, ...], tuple[int, ...]]]
) -> None:
    compare(body, cases)


@pytest.mark.long
@settings(max_examples=5000)
@given(bodies, calls)
def test_five_thousand_drawn_bodies_do_what_plain_python_does(
    body: list[Node], cases: list[tuple[tuple[int, ...], tuple[int, ...]]]
) -> None:
    compare(body, cases)


def test_drawn_bodies_have_blocks_that_are_taken_and_failures() -> None:
    seen: set[Status] = set()
    blocks = 0

    @settings(max_examples=60, derandomize=True, database=None)
    @given(bodies, calls)
    def look(body: list[Node], cases: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
        nonlocal blocks
        seen.update(compare(body, cases))
        blocks += any(statement[0] == "when" for statement in body)

    look()
    assert seen == {Status.APPLIED, Status.FAILED}
    assert blocks >= 10
