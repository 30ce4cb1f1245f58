"""The compiled interpreter against the reference: on random graphs, on hostile values, on whole batches."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.tokens import Tokens
from rollup.batch.parcel import elements_of
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.errors import InternalError
from rollup.execution import interpreter, interpreter_kernels
from rollup.execution.compiled import CompiledInterpreter
from rollup.execution.engine import execute
from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import FULL, MAX_ATTRIBUTES
from tests.programs.graphs import LAYOUT, Case, cases, elements
from tests.unit.execution.chain import KEYS, Chain, deposit

COMPILED = CompiledInterpreter()
SECRET = eddsa.generate(b"c" * 32)
SIGNED = eddsa.sign(SECRET, (99,))


def assert_agree(graph: Graph, inputs: Sequence[int], records: Sequence[Sequence[int]] = ()) -> None:
    runs = [runner(graph, LAYOUT, inputs, lambda slot, _: records[slot]) for runner in (interpreter.run, COMPILED)]
    assert runs[0] == runs[1]


def graph_of(code: Sequence[Instruction], inputs: int) -> Graph:
    reads = [Instruction(Primitive.INPUT, a=k) for k in range(inputs)]
    return Graph("subject", 1, (), (), (FULL,) * inputs, (), (*reads, *code), ())


@given(cases())
def test_random_graphs_run_alike(case: Case) -> None:
    assert_agree(case.graph, case.inputs, case.records)


PLAIN = [p for p in Primitive if p.name in {"ADD", "SUB", "MUL", "MINUS", "LT", "EQ", "RANGE", "NARROW"}]
BOOLEAN = [p for p in Primitive if p.name in {"AND", "OR", "NOT", "SELECT"}]


@pytest.mark.parametrize("op", PLAIN)
@given(st.lists(elements, min_size=2, max_size=2), st.integers(0, 253))
def test_arithmetic_runs_alike_on_any_elements(op: Primitive, values: list[int], imm: int) -> None:
    operands = range(len(PRIMITIVES[op].registers))
    instruction = Instruction(op, imm if PRIMITIVES[op].uses_imm else 0, *operands)
    assert_agree(graph_of([instruction], 2), values)
    assert_agree(graph_of([instruction], 2), [values[0]] * 2)


@pytest.mark.parametrize("op", BOOLEAN)
@pytest.mark.parametrize("bits", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_logic_runs_alike_on_all_bits(op: Primitive, bits: tuple[int, int]) -> None:
    operands = range(len(PRIMITIVES[op].registers))
    assert_agree(graph_of([Instruction(op, 0, *operands)], 3), [*bits, R - 1])


@given(st.lists(elements, max_size=11), st.integers(0, 255))
def test_hashes_run_alike_at_every_length(values: list[int], domain: int) -> None:
    padded = [*range(len(values)), *[0] * (-len(values) % 3)]
    code = [Instruction(Primitive.ARG, 0, *padded[k : k + 3]) for k in range(0, len(padded), 3)]
    code.append(Instruction(Primitive.HASH, domain, len(values)))
    assert_agree(graph_of([*code, *code], len(values)), values) if values else None


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (SECRET.public, 99, SIGNED),
        (SECRET.public, 98, SIGNED),
        (SECRET.public, 99, SIGNED._replace(r_sign=1 - SIGNED.r_sign)),
        (SECRET.public, 99, SIGNED._replace(s=(1 << 252) - 1)),
        (SECRET.public, 99, SIGNED._replace(r_y=0)),
        ((0, 1), 99, SIGNED),
        ((1, 1), 99, SIGNED),
    ],
)
def test_signatures_are_judged_alike(key: tuple[int, int], message: int, signature: eddsa.Signature) -> None:
    reads = [Instruction(Primitive.INPUT, a=k) for k in range(6)]
    code = [Instruction(Primitive.ARG, 0, 0, 1, 2), Instruction(Primitive.VERIFY_SIGNATURE, 1, 3, 4, 5)]
    graph = Graph("subject", 1, (), (), (FULL, FULL, FULL, FULL, 1, 252), (), (*reads, *code), ())
    assert_agree(graph, [*key, message, *signature])


def test_whole_batch_executes_alike() -> None:
    chain = Chain(Tokens.image())
    chain.fund(1000, 1000)
    calls = [
        chain.call(1, "mint", 7, 50, fee=2),
        chain.call(1, "transfer", 2, 7, 20, nonce=1),
        chain.call(1, "transfer", 1, 7, 20, nonce=2),
        chain.call(1, "transfer", 2, 7, 99, nonce=3),
        chain.call(2, "withdraw", 0xBEEF, 9),
        chain.call(2, "mint", 1, 1, nonce=9),
        replace(chain.call(2, "mint", 1, 1, nonce=1), sender=99),
    ]
    parcels = [call.parcel(chain.image) for call in calls]
    messages = [deposit(KEYS[2], 5), deposit(KEYS[2], 5, account=1000)]
    batch = chain.batch(elements_of(parcels), messages, payee=2)
    parent, states = chain.header, [chain.state.fork(), chain.state.fork()]
    first = execute(chain.image, parent, batch, states[0], interpreter.run)
    second = execute(chain.image, parent, batch, states[1], COMPILED)
    assert first == second
    assert {receipt.status.name for receipt in first.receipts} == {"APPLIED", "FAILED", "SKIPPED"}


def test_inputs_and_records_that_are_not_as_declared_are_our_own_fault() -> None:
    graph = Chain(Tokens.image()).image.fees
    layout = Tokens.image().layout
    with pytest.raises(InternalError, match="inputs of FEES"):
        COMPILED(graph, layout, [1, 2], lambda *_: ())
    with pytest.raises(InternalError, match="inputs of FEES"):
        COMPILED(graph, layout, [1 << layout.account_bits, 2, 3], lambda *_: ())
    with pytest.raises(InternalError, match="the record at tree index 1"):
        COMPILED(graph, layout, [1, 2, 3], lambda *_: (1, 2, 3))


def test_kernel_has_the_numbers_of_the_table() -> None:
    numbers = {name: value for name, value in vars(interpreter_kernels).items() if name in Primitive.__members__}
    assert numbers == {primitive.name: int(primitive) for primitive in Primitive}
    assert interpreter_kernels.ROW == MAX_ATTRIBUTES
