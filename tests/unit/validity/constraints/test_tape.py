"""The tape against its plain twin: wire for wire, whatever the values are."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints import tape_kernels
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.hints import Op
from provers.validity.constraints.linear import Term
from provers.validity.constraints.r1cs import ints_of
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.constraints.tape import SOLVE, Tape
from provers.validity.constraints.witness import WitnessBuilder
from rollup.crypto.fr import GENERATOR, R
from rollup.errors import DecodeError, InternalError
from tests.unit.validity.constraints.harness import Gadget

ELEMENTS = st.one_of(st.sampled_from([0, 1, 2, R - 1, R - 2, R // 2, 1 << 64, GENERATOR]), st.integers(0, R - 1))
FOUR = st.lists(ELEMENTS, min_size=4, max_size=4)
BROUGHT = (3, R + 4, -5, 6, 7)


def every_rule(b: Builder, x: Sequence[Term]) -> list[Term]:
    p, q, r, s = x
    first = b.given(2, lambda: BROUGHT[:2])
    around = b.given_around(p + 1, [q, r - q], lambda: BROUGHT[2:])
    terms = [
        *first, *around, b.value(3 * p - q), *b.bits(p + q, 256), b.quotient(p + first[0], q), b.inverse(r - s),
        *b.root(p, q, r), *b.root(q * GENERATOR, q, s), b.pick([], [s]), b.pick([p, q], [7, p, q - 1, r + s]), b.value(0),
        *b.division(p + q, r - s), *b.division(p, q - 1), b.isqrt(p - 2 * s),
        b.solve(p, q + 1, r - s, 5), b.solve(p - q, -r, -s, -1), b.product(p, 0), b.product(3, 4), b.pin(p * -7 + 2),
    ]  # fmt: skip
    return [b.product(terms[-1], terms[-2]), *terms]


def twice(b: Builder, x: Sequence[Term]) -> list[Term]:
    once = list(b.repeat("every", every_rule, x))
    pinned = b.pin_all([once[0], once[9], once[3] - once[1], x[1]])
    return [*b.repeat("every", every_rule, pinned), *b.repeat("every", every_rule, x[::-1])]


def tape_of(gadget: Gadget, inputs: int = 4) -> tuple[ShapeBuilder, Tape]:
    shape = ShapeBuilder(inputs)
    gadget(shape, shape.public_inputs(inputs))
    return shape, shape.tape()


def plain(gadget: Gadget, values: Sequence[int]) -> list[int]:
    builder = WitnessBuilder(values)
    gadget(builder, builder.public_inputs(len(values)))
    return builder.values


def test_operations_of_the_kernel_are_those_of_hints() -> None:
    assert [getattr(tape_kernels, op.name) for op in Op] == list(Op)
    assert tape_kernels.SOLVE == SOLVE == len(Op)


EVERY, TWICE = tape_of(every_rule), tape_of(twice)


def test_every_rule_stands_on_the_tape() -> None:
    assert set(EVERY[1].code[:, 0].tolist()) == {*Op, SOLVE}


@given(FOUR)
def test_every_rule_gives_what_its_plain_twin_gives(values: list[int]) -> None:
    shape, tape = EVERY
    assert ints_of(tape.run(shape.r1cs(), values, BROUGHT)) == plain(every_rule, values)


@given(FOUR)
def test_repeated_pieces_give_what_their_plain_twins_give(values: list[int]) -> None:
    shape, tape = TWICE
    assert ints_of(tape.run(shape.r1cs(), values, BROUGHT * 3)) == plain(twice, values)


@given(ELEMENTS, ELEMENTS, st.integers(0, 1))
def test_a_root_of_a_drawn_quotient_is_the_plain_twins(n: int, d: int, odd: int) -> None:
    shape, tape = tape_of(lambda b, x: b.root(*x), 3)
    assert ints_of(tape.run(shape.r1cs(), [n, d, odd], ())) == plain(lambda b, x: b.root(*x), [n, d, odd])


def test_a_tape_survives_its_file(tmp_path: Path) -> None:
    shape, tape = TWICE
    tape.save(tmp_path / "c.tape")
    loaded = Tape.load(tmp_path / "c.tape")
    assert loaded.brings == tape.brings == 15
    assert ints_of(loaded.run(shape.r1cs(), [1, 2, 3, 4], BROUGHT * 3)) == plain(twice, [1, 2, 3, 4])


@pytest.mark.parametrize("brought", [(), BROUGHT[:4], (*BROUGHT, 0)])
def test_too_little_or_too_much_that_is_brought_is_refused(brought: tuple[int, ...]) -> None:
    shape, tape = EVERY
    with pytest.raises(InternalError, match="wrong number of values"):
        tape.run(shape.r1cs(), [1, 2, 3, 4], brought)


def test_public_inputs_of_another_number_are_refused() -> None:
    shape, tape = EVERY
    with pytest.raises(InternalError, match="wrong number of values"):
        tape.run(shape.r1cs(), [1, 2, 3], BROUGHT)


def test_a_system_of_another_circuit_is_refused() -> None:
    other, _ = TWICE
    with pytest.raises(InternalError, match="another circuit"):
        EVERY[1].run(other.r1cs(), [1, 2, 3, 4], BROUGHT)


def changed(tape: Tape, op: int, column: int, to: int) -> Tape:
    code = tape.code.copy()
    code[np.flatnonzero(code[:, 0] == op)[0], column] = to
    return replace(tape, code=code)


@pytest.mark.parametrize(
    ("op", "column", "to"),
    [
        (Op.VALUE, 0, 10),
        (Op.VALUE, 0, -1),
        (Op.VALUE, 1, 5),
        (Op.VALUE, 1, -1),
        (Op.VALUE, 2, -1),
        (Op.VALUE, 2, 1 << 20),
        (Op.PICK, 2, (1 << 31) - 1),
        (Op.PICK, 3, 17),
        (Op.PICK, 3, -1),
        (Op.BITS, 3, 257),
        (Op.GIVEN, 3, (1 << 31) - 1),
        (Op.INSERTED, 3, 17),
        (SOLVE, 2, -1),
        (SOLVE, 3, 1 << 20),
    ],
)
def test_instructions_that_reach_outside_are_refused(op: int, column: int, to: int) -> None:
    with pytest.raises(ValueError, match="code"):
        changed(EVERY[1], op, column, to)


def test_a_constraint_that_the_system_lacks_is_not_solved() -> None:
    shape, tape = EVERY
    with pytest.raises(InternalError, match="another circuit"):
        changed(tape, SOLVE, 2, shape.r1cs().constraints).run(shape.r1cs(), [1, 2, 3, 4], BROUGHT)


@given(at=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_a_tape_damaged_anywhere_is_refused(at: int, flip: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("tape") / "c.tape"
    EVERY[1].save(path)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= flip
    path.write_bytes(data)
    with pytest.raises(DecodeError):
        Tape.load(path)


@pytest.mark.parametrize("size", [0, 1, 16, 55, 64, 1000, -64, -1])
def test_a_tape_cut_short_is_refused(size: int, tmp_path: Path) -> None:
    path = tmp_path / "c.tape"
    EVERY[1].save(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DecodeError):
        Tape.load(path)
