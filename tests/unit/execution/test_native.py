"""Many calls at once against the reference, call by call: statuses, reasons, failed checks, every record, and what is put out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.payments import Payments
from examples.tokens import Tokens
from rollup import U64, AccountId, L1Address, Program, Record, Table, Transaction, action, pay, send_to_l1
from rollup.crypto import eddsa
from rollup.crypto.limbs import ints_from_words, words_from_ints
from rollup.errors import InternalError
from rollup.execution import native, native_kernels
from rollup.execution.interpreter import Run
from rollup.execution.native import Calls, NativeExecutor, NativeState
from rollup.execution.native_program import RULES, NativeProgram
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import Output, Reason, Status
from tests.programs.world import World


class Cell(Record):
    value: U64
    other: U64


class Mixed(Program):
    """Money out, money on, and records that calls share."""

    account_bits = 5
    cells = Table(Cell, key=AccountId)

    @action
    def leave(self, tx: Transaction, to: L1Address, amount: U64) -> None:
        """Withdraw twice."""
        send_to_l1(to, amount)
        send_to_l1(to, amount)

    @action
    def move(self, tx: Transaction, to: AccountId, amount: U64) -> None:
        """Pay, and count in a cell of each."""
        pay(to, amount)
        self.cells[tx.sender].value += amount // 3
        self.cells[to].other = amount % 7 + (amount << 1)


@dataclass
class Recording(World):
    """A world that keeps what it was asked to run."""

    steps: list[tuple[Graph, Sequence[int], Run]] = field(default_factory=list)

    def step(self, graph: Graph, inputs: list[int]) -> Run:
        run = super().step(graph, inputs)
        self.steps.append((graph, inputs, run))
        return run


def start(image: Image) -> Recording:
    world = Recording(image)
    for balance in (1000, 50, 0):
        world.register(balance)
    return world


def program_of(image: Image) -> NativeProgram:
    return NativeProgram.of([*image.actions, image.deposit, image.fees], image.layout)


def chain_of(world: World) -> list[int]:
    return [world.withdrawals, world.withdrawals_count, world.next_account, world.fees]


def require_agreement(world: Recording, records: dict[int, tuple[int, ...]], chain: list[int], skip: int) -> None:
    """Run what a world has run since `skip` steps, from the records and outputs of then, and compare all."""
    program = program_of(world.image)
    steps = world.steps[skip:]
    calls = Calls.of(program, [(program.graphs.index(graph), inputs) for graph, inputs, _ in steps])
    state, words = NativeState(world.image.layout, records), words_from_ints(chain, 4)
    outcomes = NativeExecutor(program).run(calls, state, words)
    for number, (graph, _, run) in enumerate(steps):
        assert outcomes.status(number) == run.outputs.get(Output.STATUS, Status.APPLIED)
        assert outcomes.reason(number) == run.outputs.get(Output.REASON, Reason.NONE)
        failed = int(outcomes.failed[number])
        assert (graph.checks[failed] if failed >= 0 else None) == run.failed_check
    assert dict(state.items()) == {index: record for index, record in world.records.items() if any(record)}
    assert ints_from_words(words) == chain_of(world)


accounts = st.integers(0, 6)
amounts = st.one_of(st.sampled_from([0, 1, 49, 50, 51, 999, 1000, 2**63, 2**64 - 1]), st.integers(0, 1100))
fees = st.sampled_from([0, 0, 1, 30, 2000])
ARGUMENTS = {
    "withdraw": (st.integers(0, 2**160 - 1), amounts),
    "mint": (st.integers(0, 2), amounts),
    "transfer": (accounts, st.integers(0, 2), amounts),
    "pay": (accounts, amounts),
    "leave": (st.integers(0, 2**160 - 1), amounts),
    "move": (accounts, amounts),
}


@pytest.mark.parametrize("program", [Tokens, Payments, Mixed])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_calls_do_what_they_do_one_by_one(program: type[Program], data: st.DataObject) -> None:
    world = start(program.image())
    records, chain, skip = dict(world.records), chain_of(world), len(world.steps)
    for _ in range(data.draw(st.integers(1, 8))):
        graph = data.draw(st.sampled_from(world.image.actions))
        arguments = [data.draw(strategy) for strategy in ARGUMENTS[graph.name]]
        change = data.draw(st.sampled_from([{}, {}, {}, {"s": 5}, {"decodable": 0}, {"fee": 7}]))
        world.act(graph.name, data.draw(accounts), *arguments, fee=data.draw(fees), change=change)
        if data.draw(st.integers(0, 4)) == 0:
            world.deposit(data.draw(accounts), data.draw(amounts), key=(3, 4))
    world.collect(data.draw(accounts))
    require_agreement(world, records, chain, skip)


def test_all_steps_of_a_chain_from_nothing() -> None:
    world = start(Mixed.image())
    for _ in range(3):
        world.act("move", 1, 2, 100)
    world.act("move", 1, 1, 5)
    world.act("leave", 2, 0xA, 60, fee=3)
    world.collect(3)
    require_agreement(world, {}, [0, 0, 1, 0], 0)


def test_a_signature_is_looked_at_again_where_an_earlier_call_has_changed_what_it_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = start(Payments.image())
    skip, records, chain = len(world.steps), dict(world.records), chain_of(world)
    for _ in range(2):
        world.act("pay", 1, 2, 1)
    graph, inputs, _ = world.steps[-1]
    program = program_of(world.image)
    place = program.graphs.index(graph)
    # Both calls carry the second one's signature: of a nonce that is right only once the first has been tried, which leaves it as it was.
    calls = Calls.of(program, [(place, inputs), (place, world.steps[skip][1]), (place, inputs)])
    looked: list[int] = []
    verify = eddsa.verify

    def look(*given: Any) -> bool:
        looked.append(1)
        return verify(*given)

    monkeypatch.setattr(eddsa, "verify", look)
    state, words = NativeState(world.image.layout, records), words_from_ints(chain, 4)
    executor = NativeExecutor(program)
    outcomes = executor.run(calls, state, words)
    assert [outcomes.status(number) for number in range(3)] == [Status.SKIPPED, Status.APPLIED, Status.APPLIED]
    assert outcomes.reason(0) is Reason.BAD_SIGNATURE
    assert len(looked) == 3
    # What was found out is kept, and asked again only where it is of another message.
    again = NativeState(world.image.layout, records)
    outcomes = executor.run(calls, again, words_from_ints(chain, 4))
    assert [outcomes.status(number) for number in range(3)] == [Status.SKIPPED, Status.APPLIED, Status.APPLIED]
    assert len(looked) == 3
    assert dict(again.items()) == dict(state.items())


def test_a_signature_that_was_found_valid_of_another_message_is_not_believed() -> None:
    world = start(Payments.image())
    skip, records, chain = len(world.steps), dict(world.records), chain_of(world)
    world.act("pay", 1, 2, 1, change={"s": 5})
    program = program_of(world.image)
    graph, inputs, _ = world.steps[skip]
    calls = Calls.of(program, [(program.graphs.index(graph), inputs)])
    calls.valid[:] = native_kernels.VALID
    calls.messages[:] = 1
    state, words = NativeState(world.image.layout, records), words_from_ints(chain, 4)
    assert NativeExecutor(program).run(calls, state, words).reason(0) is Reason.BAD_SIGNATURE


def test_more_calls_than_a_chunk_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "CHUNK", 2)
    world = start(Mixed.image())
    for to in (2, 3, 2, 1, 3):
        world.act("move", 1, to, 7)
    require_agreement(world, {}, [0, 0, 1, 0], 0)


@given(
    st.dictionaries(
        st.integers(0, 2**12 - 1), st.lists(st.integers(0, 2**64 - 1), min_size=5, max_size=5), max_size=200
    )
)
def test_a_state_holds_what_it_was_given(drawn: dict[int, list[int]]) -> None:
    layout = Payments.image().layout
    records = {index: tuple(values) for index, values in drawn.items()}
    state = NativeState(layout, records)
    held = {index: values for index, values in records.items() if any(values)}
    assert dict(state.items()) == dict(state.copy().items()) == held
    assert all(state.get(index) == held.get(index, ()) for index in range(0, 2**12, 37))
    state.reserve(5000, 25_000)
    assert dict(state.items()) == held
    assert np.count_nonzero(state.keys) == len(records)


def test_every_primitive_is_encoded_and_every_operation_has_a_number_of_its_own() -> None:
    assert set(RULES) == set(Primitive)
    names = [name for name in vars(native_kernels) if name.isupper() and name[-1] in "14"]
    assert len({getattr(native_kernels, name) for name in names}) == len(names)


def test_inputs_that_are_not_as_declared_are_refused() -> None:
    program = program_of(Payments.image())
    with pytest.raises(InternalError, match="inputs of withdraw"):
        Calls.of(program, [(0, [1, 2])])
    with pytest.raises(InternalError, match="inputs of withdraw"):
        Calls.of(program, [(0, [2**255] * len(program.graphs[0].inputs))])
