"""SOUNDNESS 20, 22: records are the state's, at the place that the graph names, of the action that the tag names."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput
from rollup.crypto.fr import R
from rollup.execution.step_trace import SlotTrace
from rollup.state.leaf import leaf_hash
from tests.attacks.circuit_liar import Lie, Values, always, prove
from tests.unit.validity.arithmetise.chain import (
    BALANCES,
    GOLD,
    MINT,
    TRANSFER,
    WITHDRAW,
    holds,
    small_chain,
)

BALANCE = 4
CHILDREN = "replace update_path"
RECORD = "_hint_attributes"


def with_slot(chunk: ChunkInput, step: int, slot: int, **changes: object) -> ChunkInput:
    """Return a chunk whose prover believes other things of one slot."""

    def changed(trace: SlotTrace) -> SlotTrace:
        return replace(trace, **changes) if trace.slot == slot else trace  # type: ignore[arg-type]

    steps = list(chunk.steps)
    steps[step] = replace(steps[step], slots=tuple(map(changed, steps[step].slots)))
    return replace(chunk, steps=tuple(steps))


def paying_fees() -> ChunkInput:
    """Return a batch of nothing but its fee step."""
    (chunk,) = small_chain().chunks(())
    return chunk


def test_a_record_that_is_richer_than_the_states_is_refused() -> None:
    """All fits but the root that the record leads to."""
    chunk = paying_fees()
    record = chunk.steps[0].slots[0].old
    rich = with_slot(chunk, 0, 0, old=(*record[:BALANCE], record[BALANCE] + 10**9))
    attempt = prove(rich)
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


def test_a_record_that_is_there_is_not_passed_off_as_absent() -> None:
    """Its leaf would be 0."""
    attempt = prove(with_slot(paying_fees(), 0, 0, old=(0,) * 5))
    assert attempt.broken == 1


def test_a_record_called_absent_although_it_is_not_empty_is_refused() -> None:
    """The prover lies about every attribute at once: none is 0, and the leaf is to be 0 all the same."""
    attempt = prove(paying_fees(), Lie("_end _leaf all_zero is_zero", always(0), None))
    assert attempt.broken > 1


@pytest.mark.parametrize("number", [0, 1, 6])
def test_siblings_that_are_not_the_trees_are_refused(number: int) -> None:
    def other(children: Values) -> Values:
        return [child if place == 0 else child + 1 for place, child in enumerate(children)]

    attempt = prove(paying_fees(), Lie(f"_end {CHILDREN}", other, number))
    assert attempt.broken >= 1


def test_a_leaf_at_another_place_among_its_siblings_is_refused() -> None:
    """Account 3 stands last of four; here it stands first."""
    attempt = prove(paying_fees(), Lie(f"_end {CHILDREN}", lambda c: [c[3], *c[:3]], 0))
    assert attempt.broken >= 1


def test_a_record_under_the_true_root_that_is_not_among_its_leaves_is_refused() -> None:
    """The path is proved over the true children, and the record is another: only that it stands among them is missing."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1))
    payee = chunk.steps[1].slots[0]
    neighbours = range(payee.index - payee.index % 4, payee.index)
    children = [*(leaf_hash(chain.tree.get(index)) for index in neighbours), leaf_hash(payee.old)]
    rich = with_slot(chunk, 1, 0, old=(*payee.old[:BALANCE], payee.old[BALANCE] + 10**9))
    attempt = prove(rich, Lie(f"_end {CHILDREN}", always(*children)))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


def test_a_slot_that_the_action_does_not_open_may_hold_any_path_and_changes_nothing() -> None:
    """Those wires are free, and harmless: `withdraw` opens one record, and the family has three."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(WITHDRAW, 1, 0, 0xAA, 1))
    honest = prove(chunk)
    attempt = prove(chunk, Lie(f"_call {CHILDREN}", lambda c: [c[0], 1, 2, 3], 1))
    assert attempt.holds
    assert attempt.header == honest.header


@pytest.mark.parametrize("number", [1, 2])
def test_a_slot_that_the_action_does_not_open_holds_no_record(number: int) -> None:
    """What stood there could be loaded by another action's code, and be in no state."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(WITHDRAW, 1, 0, 0xAA, 1))
    attempt = prove(chunk, Lie(f"_call {RECORD}", always(7), number))
    assert attempt.broken == 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_tag_that_is_said_to_be_another_is_refused(number: int) -> None:
    """`mint` said to be no action, or `withdraw` or `transfer`."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(MINT, 1, 0, GOLD, 1))
    honest = prove(chunk)
    attempt = prove(chunk, Lie("select_action is_equal is_zero", lambda v: [0 if v[0] else 99], number))
    assert not attempt.holds or attempt.header == honest.header


def test_a_record_whose_last_token_is_sent_leaves_the_tree_as_if_it_had_never_been() -> None:
    chain = small_chain()
    index = chain.image.layout.tree_index(BALANCES, 3 << 8 | GOLD)
    (chunk,) = chain.chunks_of_calls(chain.call(TRANSFER, 3, 0, 1, GOLD, 1000))
    assert not any(chain.tree.get(index))
    assert holds(chunk)
    attempt = prove(chunk, Lie("_call _leaf all_zero is_zero", always(99), None))
    assert not attempt.holds or attempt.header == prove(chunk).header


def test_a_field_that_cancels_another_tables_is_refused_at_every_attribute() -> None:
    """The leaf hashes sums over tables that share a slot; a program of one table has none to share with."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(MINT, 1, 0, GOLD, 1))
    attempt = prove(chunk, Lie(f"_call {RECORD}", lambda v: [(v[0] + 5) % R], 2))
    assert attempt.broken >= 1
