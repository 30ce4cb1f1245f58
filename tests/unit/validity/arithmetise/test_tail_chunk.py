"""Chunks of elements that nobody reads."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise.chunk_input import TAIL_ELEMENTS, ChunkInput
from provers.validity.constraints.r1cs import ints_of
from rollup.crypto.fr import R
from rollup.params import BLOB_ELEMENTS, ChunkKind
from tests.unit.validity.arithmetise.chain import Z, circuits, holds, small_chain, system, zc
from tests.unit.validity.constraints.harness import undetermined


def tail(start: int, *elements: int) -> ChunkInput:
    return ChunkInput(ChunkKind.TAIL, start=start, count=len(elements), elements=elements)


@pytest.mark.parametrize("count", [0, 1, 255, 256])
def test_a_tail_of_any_count_holds(count: int) -> None:
    assert holds(tail(26, *range(R - count, R)))


def test_a_tail_at_the_end_of_the_blob_holds() -> None:
    assert holds(tail(BLOB_ELEMENTS - 3, 1, R - 1, 2**252))


def test_a_count_of_fewer_elements_than_are_there_is_refused() -> None:
    chunk = tail(26, 1, 2, 3)
    assert not holds(replace(chunk, count=2))
    assert holds(replace(chunk, count=4))


@pytest.mark.parametrize("count", [TAIL_ELEMENTS + 1, R - 1])
def test_a_count_of_more_than_256_elements_is_refused(count: int) -> None:
    assert not holds(replace(tail(26, 1), count=count))


def test_an_element_that_would_lie_outside_the_blob_is_refused() -> None:
    honest = tail(BLOB_ELEMENTS - 1, 1)
    public, witness = circuits().assign(ChunkKind.TAIL, honest, Z, zc(0))
    assert system(ChunkKind.TAIL).is_satisfied(witness) is None
    # The place before and after: the same numbers, one element further on, with y as if the blob went on.
    wires = circuits().shape(ChunkKind.TAIL).data
    forged = witness.copy()
    forged[wires[0]][0] += 1
    assert system(ChunkKind.TAIL).is_satisfied(forged) is not None
    assert public[1] == Z


def test_garbage_behind_the_transactions_has_tails_that_cover_it_once() -> None:
    chain = small_chain()
    data, *tails = chain.chunks([0] * 20 + [7] * 300)
    spans = [(chunk.start, chunk.count) for chunk in (data, *tails)]
    assert spans == [(0, 13), (13, 256), (269, 256)]
    assert all(map(holds, tails))


def test_garbage_up_to_the_end_of_the_blob_ends_there() -> None:
    chain = small_chain()
    *_, last = chain.chunks([0] * (BLOB_ELEMENTS - 1) + [R - 1])
    assert last.start + last.count == BLOB_ELEMENTS
    assert holds(last)


def test_a_tail_leaves_no_wire_to_the_prover_once_its_data_is_fixed() -> None:
    shape = circuits().shape(ChunkKind.TAIL)
    values = ints_of(circuits().assign(ChunkKind.TAIL, tail(26, 5, 0, 7), Z, zc(0))[1])
    known = [*range(1 + shape.public), *shape.data]
    assert undetermined(system(ChunkKind.TAIL), values, known) <= set(shape.free)
