"""The reference meaning of each primitive, on values that an adversary would choose."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto import eddsa, jubjub
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import hash_items
from rollup.errors import InternalError
from rollup.execution.interpreter import Run, run
from rollup.ir.graph import Check, Graph, Instruction
from rollup.ir.primitives import Primitive as P  # noqa: N817 -- it stands in every row of a table
from rollup.params import FULL
from tests.programs.graphs import LAYOUT, Case, cases

LARGEST = 2**253 - 1
SECRET = eddsa.generate(b"s" * 32)


def graph_of(code: Sequence[Instruction], widths: Sequence[int], constants: Sequence[int] = ()) -> Graph:
    opened = tuple(i.imm for i in code if i.op is P.OPEN)
    return Graph("subject", 1, (), (), tuple(widths), tuple(constants), tuple(code), opened)


def compute(op: P, values: Sequence[int], imm: int = 0) -> int:
    """Run one primitive on inputs that are as wide as elements."""
    code = [Instruction(P.INPUT, a=k) for k in range(len(values))]
    code.append(Instruction(op, imm, *range(len(values))))
    return run(graph_of(code, [FULL] * len(values)), LAYOUT, values, never).registers[-1]


def never(slot: int, index: int) -> Sequence[int]:
    raise AssertionError((slot, index))


@pytest.mark.parametrize(
    ("op", "values", "result"),
    [
        (P.ADD, (R - 1, 1), 0),
        (P.ADD, (R - 1, R - 1), R - 2),
        (P.SUB, (0, 1), R - 1),
        (P.SUB, (5, 5), 0),
        (P.MUL, (R - 1, R - 1), 1),
        (P.MUL, (2**128, 2**128), 2**256 % R),
        (P.MINUS, (5, 3), 2),
        (P.MINUS, (3, 5), 0),
        (P.MINUS, (0, LARGEST), 0),
        (P.MINUS, (LARGEST, 0), LARGEST),
        (P.LT, (3, 5), 1),
        (P.LT, (5, 5), 0),
        (P.LT, (LARGEST, 0), 0),
        (P.LT, (0, LARGEST), 1),
        (P.EQ, (R - 1, R - 1), 1),
        (P.EQ, (0, R - 1), 0),
        (P.AND, (1, 1), 1),
        (P.AND, (1, 0), 0),
        (P.OR, (0, 0), 0),
        (P.OR, (1, 1), 1),
        (P.NOT, (0,), 1),
        (P.NOT, (1,), 0),
        (P.SELECT, (1, 7, R - 1), 7),
        (P.SELECT, (0, 7, R - 1), R - 1),
        (P.INPUT, (), None),
    ],
)
def test_primitive_on_values_gives_the_result_of_the_specification(op: P, values: tuple[int, ...], result: int) -> None:
    if op is P.INPUT:
        code = [Instruction(P.INPUT, a=1)]
        assert run(graph_of(code, [8, 8]), LAYOUT, [3, 4], never).registers == (4,)
    else:
        assert compute(op, values) == result


@pytest.mark.parametrize("width", [1, 8, 64, 252, 253])
@pytest.mark.parametrize("past", [-1, 0, 1])
def test_range_and_narrow_at_the_edge_of_a_width(width: int, past: int) -> None:
    value = min((1 << width) + past, R - 1)
    assert compute(P.RANGE, [value], width) == (past < 0)
    assert compute(P.NARROW, [value], width) == (value if past < 0 else 0)


def test_range_of_no_bits_tells_zero() -> None:
    assert [compute(P.RANGE, [value], 0) for value in (0, 1)] == [1, 0]


@given(st.lists(st.integers(0, R - 1), max_size=8), st.integers(0, 255))
def test_hash_takes_as_many_of_the_queued_as_it_says(values: list[int], domain: int) -> None:
    code = [Instruction(P.INPUT, a=k) for k in range(len(values))]
    padded = [*range(len(values)), *[0] * (-len(values) % 3)]
    code += [Instruction(P.ARG, 0, *padded[k : k + 3]) for k in range(0, len(padded), 3)]
    code.append(Instruction(P.HASH, domain, len(values)))
    assert run(graph_of(code, [FULL] * len(values)), LAYOUT, values, never).registers[-1] == hash_items(domain, values)


def test_queue_is_empty_after_it_was_taken() -> None:
    take = [Instruction(P.ARG, 0, 0, 0, 0), Instruction(P.HASH, 8, 1)]
    registers = run(graph_of([Instruction(P.INPUT), *take, *take], [8]), LAYOUT, [9], never).registers
    assert registers[2] == registers[4] == hash_items(8, [9])


def verify(key: tuple[int, int], message: int, r_y: int, r_sign: int, s: int) -> int:
    code = [Instruction(P.INPUT, a=k) for k in range(6)]
    code += [Instruction(P.ARG, 0, 0, 1, 2), Instruction(P.VERIFY_SIGNATURE, 1, 3, 4, 5)]
    widths = [FULL, FULL, FULL, FULL, 1, 252]
    return run(graph_of(code, widths), LAYOUT, [*key, message, r_y, r_sign, s], never).registers[-1]


def test_signature_by_the_key_is_valid() -> None:
    signature = eddsa.sign(SECRET, (12345,))
    assert verify(SECRET.public, 12345, signature.r_y, signature.r_sign, signature.s) == 1


@pytest.mark.parametrize(
    ("key", "message", "change"),
    [
        (SECRET.public, 12346, {}),
        (SECRET.public, 12345, {"s": 0}),
        (SECRET.public, 12345, {"s": jubjub.ORDER}),
        (SECRET.public, 12345, {"s": 2**252 - 1}),
        (SECRET.public, 12345, {"r_y": 0}),
        (SECRET.public, 12345, {"r_y": R - 1}),
        ((0, 1), 12345, {}),
        ((0, R - 1), 12345, {}),
        ((0, 0), 12345, {}),
        ((5, 5), 12345, {}),
    ],
    ids=["message", "s=0", "s=L", "s wide", "R off", "R low order", "identity", "order 2", "absent", "off curve"],
)
def test_signature_that_is_not_one_is_answered_with_0(
    key: tuple[int, int], message: int, change: dict[str, int]
) -> None:
    parts = {**eddsa.sign(SECRET, (12345,))._asdict(), **change}
    assert verify(key, message, parts["r_y"], parts["r_sign"], parts["s"]) == 0


OPENED = [Instruction(P.INPUT, a=0), Instruction(P.OPEN, 1, 0)]
RECORD = (200, R - 1, 1)


def test_open_concatenates_table_and_key() -> None:
    asked: list[tuple[int, int]] = []

    def load(slot: int, index: int) -> Sequence[int]:
        asked.append((slot, index))
        return RECORD

    result = run(graph_of([*OPENED, *OPENED], [7]), LAYOUT, [0x7F], load)
    assert asked == [(0, 1 << 7 | 0x7F), (1, 1 << 7 | 0x7F)]
    assert result.indices == (255, 255)
    assert result.registers[1] == 255


def test_loads_give_the_values_before_the_step() -> None:
    code = [*OPENED, Instruction(P.INPUT, a=1), Instruction(P.STORE, 0, 0, 2), Instruction(P.LOAD, 0, 0)]
    result = run(graph_of(code, [7, 8]), LAYOUT, [3, 9], lambda *_: RECORD)
    assert result.registers[3:] == (0, 200)
    assert (result.records_before, result.records_after) == ((RECORD,), ((9, *RECORD[1:]),))


def test_outputs_are_what_was_written_and_no_more() -> None:
    code = [Instruction(P.INPUT), Instruction(P.OUTPUT, 3, 0)]
    assert dict(run(graph_of(code, [8]), LAYOUT, [44], never).outputs) == {3: 44}


def test_first_check_that_does_not_hold_is_named() -> None:
    checks = tuple(Check(k, f"check {k}", "", 0) for k in range(3))
    subject = Graph(
        "subject", 1, (), (), (1, 1, 1), (), tuple(Instruction(P.INPUT, a=k) for k in range(3)), (), checks
    )  # fmt: skip

    def failed(result: Run) -> str | None:
        return None if result.failed_check is None else result.failed_check.message

    assert failed(run(subject, LAYOUT, [1, 0, 0], never)) == "check 1"
    assert failed(run(subject, LAYOUT, [1, 1, 1], never)) is None


@pytest.mark.parametrize("inputs", [[], [1, 2], [256], [-1]])
def test_inputs_that_are_not_as_declared_are_our_own_fault(inputs: list[int]) -> None:
    with pytest.raises(InternalError, match="input"):
        run(graph_of([Instruction(P.INPUT)], [8]), LAYOUT, inputs, never)


@pytest.mark.parametrize("record", [(), (1, 2), (256, 0, 0), (0, R, 0), (0, 0, 2), (0, 0, 0, 0)])
def test_record_that_is_not_of_its_table_is_our_own_fault(record: tuple[int, ...]) -> None:
    with pytest.raises(InternalError, match="tree index 131"):
        run(graph_of(OPENED, [7]), LAYOUT, [3], lambda *_: record)


@given(cases())
def test_checked_graph_runs_on_any_input_and_keeps_every_width(case: Case) -> None:
    result = run(case.graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot])
    for table, record in enumerate(result.records_after):
        for value, width in zip(record, LAYOUT.tables[table].widths, strict=True):
            assert 0 <= value < (1 << width if width else R)
