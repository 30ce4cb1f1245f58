"""SOUNDNESS 20, 22: records are the state's, at the place that the graph names, of the action that the tag names."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput
from rollup.crypto.fr import R
from rollup.execution.step_trace import SlotTrace
from rollup.state.leaf import leaf_hash
from tests.attacks.circuit_liar import Lie, Values, always, bits_of, prove
from tests.unit.validity.arithmetise.chain import (
    BALANCES,
    GOLD,
    MINT,
    TRANSFER,
    WITHDRAW,
    Chain,
    Small,
    holds,
    small_chain,
)

BALANCE = 4
CHILDREN = "replace update_path"
ENTRY = "replace replace_entry"
NODE = 2
"""Constraints that say that the node before is the one that the path leads to: of it, and of what is added to it."""
BELOW = Small.image().layout.depth - 2
"""Levels of a path: a chunk of four keeps the 16 nodes two levels below the root."""
RECORD = "_hint_record"


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


def minting() -> tuple[Chain, ChunkInput]:
    """Return a batch of one call for a fee, and the state after it."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1))
    return chain, chunk


def test_a_record_that_is_richer_than_the_states_is_refused() -> None:
    """All fits but the node that the record leads to, which is not the one before, nor is their difference what is added."""
    _, chunk = minting()
    record = chunk.steps[1].slots[0].old
    rich = with_slot(chunk, 1, 0, old=(*record[:BALANCE], record[BALANCE] + 10**9))
    attempt = prove(rich)
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == NODE


def test_a_record_that_is_there_is_not_passed_off_as_absent() -> None:
    """Its leaf would be 0."""
    attempt = prove(with_slot(paying_fees(), 0, 0, old=(0,) * 5))
    assert attempt.broken == NODE


def test_a_record_called_absent_although_it_is_not_empty_is_refused() -> None:
    """The prover lies about every attribute at once: none is 0, and the leaf is to be 0 all the same."""
    attempt = prove(paying_fees(), Lie("_end _absences is_zero", always(0), None))
    assert attempt.broken > 1


@pytest.mark.parametrize("number", [0, 1, BELOW - 1])
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
    chain, chunk = minting()
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
    attempt = prove(chunk, Lie("_call _absences is_zero", always(99), None))
    assert not attempt.holds or attempt.header == prove(chunk).header


def test_a_field_that_cancels_another_tables_is_refused_at_every_attribute() -> None:
    """The leaf hashes sums over tables that share a slot; a program of one table has none to share with."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(MINT, 1, 0, GOLD, 1))
    attempt = prove(chunk, Lie(f"_call {RECORD}", lambda v: [(v[0] + 5) % R], 2))
    assert attempt.broken >= 1


# The nodes of the top of the tree are wires that a chunk's slots hand on.


def more(values: Values) -> Values:
    return [values[0] + 7]


@pytest.mark.parametrize(("entry", "reached"), [(0, True), (4, True), (15, False)])
def test_a_chunk_does_not_start_from_other_nodes_than_the_roots(entry: int, reached: bool) -> None:  # noqa: FBT001
    """The root over them is the one before; and where a record reaches an entry it is the node that its path leads to."""
    _, chunk = minting()

    def other(nodes: Values) -> Values:
        return [node + 1 if place == entry else node for place, node in enumerate(nodes)]

    attempt = prove(chunk, Lie("give_top", other))
    assert (attempt.header.state_root != prove(chunk).header.state_root) != reached
    assert attempt.broken == 1 + NODE * reached


def test_a_chunk_does_not_start_from_the_nodes_of_another_state() -> None:
    """The richer state's own nodes, with the records and paths of that state, under the root of this one."""
    chain, chunk = minting()
    other = small_chain()
    account = chain.image.layout.tree_index(0, 3)
    other.tree.update(account, (*other.tree.get(account)[:BALANCE], 10**9))
    other.header = replace(other.header, state_root=other.tree.root)
    (rich,) = other.chunks_of_calls(other.call(MINT, 1, 0, GOLD, 1))
    assert holds(rich)
    attempt = prove(replace(chunk, steps=rich.steps, top=rich.top))
    assert attempt.header.state_root == other.header.state_root
    assert attempt.broken == 1


def test_a_slot_that_the_action_does_not_open_writes_nothing() -> None:
    """`withdraw` opens slot 0, which comes last; the prover writes another node through slot 1, and all that follows fits."""
    (chunk,) = small_chain().chunks_of_calls(small_chain().call(WITHDRAW, 1, 0, 0xAA, 1))
    attempt = prove(chunk, Lie(f"_call {ENTRY}", more, 1))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


@pytest.mark.parametrize("access", range(3, 12))
def test_a_step_that_is_not_taken_writes_nothing(access: int) -> None:
    """A chunk of one call has room for three more, of three slots each."""
    _, chunk = minting()
    attempt = prove(chunk, Lie(f"_call {ENTRY}", more, access))
    assert 1 <= attempt.broken <= 1 + NODE, "the fee step may reach the entry again"


def test_a_slot_does_not_write_another_node_than_its_own() -> None:
    _, chunk = minting()
    attempt = prove(chunk, Lie(f"_end {ENTRY}", more))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


@pytest.mark.parametrize("column", range(4))
def test_a_slot_does_not_write_beside_its_entry(column: int) -> None:
    """In its row alone: the entry of this column is another than the one before, or than the one after."""
    _, chunk = minting()
    attempt = prove(chunk, Lie(f"_end {ENTRY} _row_after", more, column))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1 + NODE


def test_a_record_is_not_taken_from_another_entry() -> None:
    """Account 3 pays account 7 from the tokens of account 2, with the true record and path of the latter: only the bits of the index are not those of the place named."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(TRANSFER, 3, 0, 7, GOLD, 100))
    layout = chain.image.layout
    seven, two = (layout.tree_index(BALANCES, account << 8 | GOLD) for account in (7, 2))
    assert seven >> 2 * BELOW != two >> 2 * BELOW
    before = small_chain().tree
    target = chunk.steps[0].slots[1]
    assert (target.slot, target.index) == (2, seven)
    true = with_slot(chunk, 0, 2, old=before.get(two), path=before.path(two))
    attempt = prove(true, Lie("_call replace require_bits", bits_of(two), 1))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == 1


def test_a_record_changed_before_in_the_chunk_is_not_taken_as_it_was() -> None:
    """Two calls mint for one account; the second starts from the record that the first one found."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(*(chain.call(MINT, 1, nonce, GOLD, 100) for nonce in range(2)))
    first = chunk.steps[0].slots[0]
    assert first.slot == 1
    assert chunk.steps[1].slots[0].old != first.old
    attempt = prove(with_slot(chunk, 1, 1, old=first.old))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == NODE


def test_two_records_under_one_entry_are_replaced_one_after_the_other() -> None:
    """The path of the second as it was before the first one was replaced leads to the entry as it was."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(TRANSFER, 3, 0, 2, GOLD, 10))
    one, other = chunk.steps[0].slots[:2]
    assert one.index >> 2 * BELOW == other.index >> 2 * BELOW
    assert holds(chunk)
    stale = small_chain().tree.path(other.index)
    assert stale != other.path
    attempt = prove(with_slot(chunk, 0, other.slot, path=stale))
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == NODE


def test_the_root_after_is_that_of_the_nodes_after() -> None:
    """The header before is claimed again, as if nothing had happened."""
    _, chunk = minting()
    assert chunk.header_in is not None
    assert chunk.header_out is not None
    assert holds(chunk)
    assert not holds(replace(chunk, header_out=replace(chunk.header_out, state_root=chunk.header_in.state_root)))


# The payee's key and address stand in its leaf as one hash, which the prover gives: no action reads what it is of.


def test_another_hash_of_the_head_is_refused() -> None:
    """The account would have another key from then on; it is not the state's, and that is all that refuses it."""
    _, chunk = minting()
    payee = chunk.steps[1].slots[0]
    stolen = with_slot(chunk, 1, 0, old=(7, 8, *payee.old[2:]))
    attempt = prove(stolen)
    assert attempt.header.state_root != prove(chunk).header.state_root
    assert attempt.broken == NODE


def test_a_hash_of_a_head_that_is_0_does_not_stand_for_an_absent_record() -> None:
    """Account 3 has no leaf of 0; and the leaf of no attributes but a head called 0 is not that of an absent record."""
    _, chunk = minting()
    attempt = prove(chunk, Lie(f"_end {RECORD}", always(0, 0, 0)))
    assert attempt.broken == NODE
    assert attempt.header.state_root != prove(chunk).header.state_root
