"""Slots that different actions take from different tables."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.circuits import PUBLIC_INPUTS, ProgramCircuits
from provers.validity.constraints.r1cs import R1CS, ints_of
from rollup import U8, U64, AccountId, Field, L1Address, Program, Record, Table, action, require, send_to_l1
from rollup.crypto.fr import R
from rollup.execution import interpreter
from rollup.execution.interpreter import Load, Run
from rollup.execution.step_trace import SlotTrace
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.params import ChunkKind
from rollup.program.program import Transaction
from tests.unit.validity.arithmetise.chain import Chain, Z, zc
from tests.unit.validity.constraints.harness import HostileBuilder, _rows, undetermined

NOTE, PROFILE, BOTH, LEAVE = 2, 3, 4, 5
TEXT = 2**254 + 77


class Note(Record):
    """One attribute: one block of the sponge."""

    text: Field


class Profile(Record):
    """Four attributes: two blocks."""

    name: Field
    age: U8
    score: U64
    friend: AccountId


class Mixed(Program):
    """Slot 1 is a note for one action and a profile for another; slot 2 for one action only."""

    account_bits = 4
    capacity = 4
    notes = Table(Note, key=(AccountId, U8))
    profiles = Table(Profile, key=AccountId)

    @action
    def write(self, tx: Transaction, place: U8, text: Field) -> None:
        """Write a note."""
        self.notes[tx.sender, place].text = text

    @action
    def introduce(self, tx: Transaction, name: Field, age: U8, friend: AccountId) -> None:
        """Write a profile."""
        mine = self.profiles[tx.sender]
        mine.name = name
        mine.age = age
        mine.friend = friend
        mine.score += 1

    @action
    def praise(self, tx: Transaction, whom: AccountId, place: U8) -> None:
        """Read a note and change a profile."""
        note = self.notes[tx.sender, place]
        profile = self.profiles[whom]
        require(note.text != 0, "nothing to praise with")
        profile.score += 10
        note.text = note.text - note.text

    @action
    def leave(self, tx: Transaction, recipient: L1Address, amount: U64) -> None:
        """Send to L1 and touch no record."""
        send_to_l1(recipient, amount)


@pytest.fixture(scope="module")
def circuits() -> ProgramCircuits:
    return ProgramCircuits(Mixed.image(), 4)


@pytest.fixture(scope="module")
def system(circuits: ProgramCircuits) -> R1CS:
    return circuits.shape(ChunkKind.DATA).r1cs()


def every_action(chain: Chain) -> ChunkInput:
    (chunk,) = chain.chunks_of_calls(
        chain.call(NOTE, 1, 0, 9, TEXT),
        chain.call(PROFILE, 2, 0, 5, 30, 3),
        chain.call(BOTH, 1, 1, 2, 9),
        chain.call(LEAVE, 1, 2, 0xAA, 5),
    )
    return chunk


@pytest.fixture
def chain() -> Chain:
    return Chain.start(Mixed.image())


@pytest.fixture(scope="module")
def chunk() -> ChunkInput:
    return every_action(Chain.start(Mixed.image()))


def satisfied(circuits: ProgramCircuits, system: R1CS, chunk: ChunkInput) -> bool:
    return system.is_satisfied(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1]) is None


def test_slots_of_different_tables_and_unused_ones_hold(circuits: ProgramCircuits, system: R1CS, chain: Chain) -> None:
    chunk = every_action(chain)
    assert set(chain.outcomes) == {"applied"}
    assert satisfied(circuits, system, chunk)


def test_failing_actions_on_such_slots_hold(circuits: ProgramCircuits, system: R1CS, chain: Chain) -> None:
    (chunk,) = chain.chunks_of_calls(
        chain.call(BOTH, 1, 0, 1, 0), chain.call(BOTH, 1, 1, 15, 255), chain.call(PROFILE, 0, 0, 1, 1, 1)
    )
    assert chain.outcomes == [
        "nothing to praise with",
        "nothing to praise with",
        "unknown_account",
        "applied",
    ]
    assert satisfied(circuits, system, chunk)


def test_no_wire_of_such_slots_is_left_to_the_prover(
    circuits: ProgramCircuits, system: R1CS, chunk: ChunkInput
) -> None:
    shape = circuits.shape(ChunkKind.DATA)
    values = ints_of(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1])
    assert undetermined(system, values, [*range(1 + PUBLIC_INPUTS), *shape.data]) <= set(shape.free)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_another_old_record_is_refused(circuits: ProgramCircuits, system: R1CS, chunk: ChunkInput, step: int) -> None:
    def forged(slot: SlotTrace) -> SlotTrace:
        return replace(slot, old=(slot.old[0] + 1, *slot.old[1:])) if slot.slot == 1 else slot

    steps = list(chunk.steps)
    steps[step] = replace(steps[step], slots=tuple(map(forged, steps[step].slots)))
    assert not satisfied(circuits, system, replace(chunk, steps=tuple(steps)))


def test_attributes_that_cancel_do_not_pass_for_an_absent_record(
    circuits: ProgramCircuits, system: R1CS, chunk: ChunkInput
) -> None:
    """The leaf of an absent record is 0, and so is the sum of these attributes, each within its width and then overwritten."""

    def forged(slot: SlotTrace) -> SlotTrace:
        return replace(slot, old=(R - 1, 1, 0, 0)) if slot.slot == 1 else slot

    steps = list(chunk.steps)
    steps[1] = replace(steps[1], slots=tuple(map(forged, steps[1].slots)))
    assert not satisfied(circuits, system, replace(chunk, steps=tuple(steps)))


def blind(graph: Graph, layout: Layout, inputs: Sequence[int], load: Load) -> Run:
    """Run `praise` as if the note it reads were 0, and leave the note as it is: what a prover would like to show."""
    if graph.tag != BOTH:
        return interpreter.run(graph, layout, inputs, load)
    run = interpreter.run(graph, layout, inputs, lambda slot, index: (0,) if slot == 1 else load(slot, index))
    before, after = ((record[0], (TEXT,), record[2]) for record in (run.records_before, run.records_after))
    return replace(run, records_before=before, records_after=after)


def test_a_value_moved_to_the_attribute_of_a_table_not_in_use_is_refused(
    circuits: ProgramCircuits, system: R1CS, chain: Chain
) -> None:
    """The leaf hashes the sum over the tables that share a slot; the graph would read a note of 0 and find it in the state."""
    calls = (chain.call(NOTE, 1, 0, 9, TEXT), chain.call(BOTH, 1, 1, 2, 9))
    (chunk,) = chain.chunks_of_calls(*calls, runner=blind)
    assert chain.outcomes[1] == "nothing to praise with"
    public, witness = circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))
    data, values = circuits.shape(ChunkKind.DATA).data, ints_of(witness)
    text, name = next((one, other) for one, other in pairwise(data) if values[one] == TEXT and values[other] == 0)
    prover = HostileBuilder(public, {text: 0, name: TEXT})
    circuits.build(prover, ChunkKind.DATA, chunk)
    broken = system.is_satisfied(prover.witness())
    assert broken is not None
    # What refuses it is that an attribute of a table that is not in use must be 0.
    assert _rows(system).sides[0][broken] == {name: 1}
