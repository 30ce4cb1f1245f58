"""The value that binds a chunk to a blob, against KZG and against its own constraints."""

from collections.abc import Sequence

import pytest

from l1bridge import kzg
from provers.validity.arithmetise import binding
from provers.validity.arithmetise.evaluation import domain_point, require_value, run_length
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Body, Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R, root_of_unity
from rollup.params import BLOB_ELEMENTS
from tests.unit.validity.arithmetise.chain import Chain, Z, small_chain, zc
from tests.unit.validity.constraints.harness import build, constraints, run

ELEMENTS = (R - 1, 5, 0, 2**254, 7, R - 2, 1, 3)
RUNS = (1, 2, 4, 8)
CONTEXT = (3, 0, R - 1, 7)


def test_element_sum_of_a_whole_blob_is_what_kzg_opens_it_to() -> None:
    elements = [pow(3, i, R) for i in range(BLOB_ELEMENTS)]
    assert binding.element_sum(0, elements, Z) == kzg.open_at(kzg.blob_of(elements), Z).y


def test_element_sums_of_parts_add_up_to_the_blob() -> None:
    elements = [pow(5, i, R) for i in range(300)]
    whole = kzg.open_at(kzg.blob_of([*elements, *[0] * (BLOB_ELEMENTS - 300)]), Z).y
    assert sum(binding.element_sum(at, elements[at : at + 100], Z) for at in (0, 100, 200)) % R == whole


def test_context_sum_of_words_is_a_polynomial_in_z() -> None:
    assert binding.context_sum(CONTEXT, Z) == sum(word * Z**k for k, word in enumerate(CONTEXT)) % R


def test_values_of_a_batch_add_up_to_its_blob_and_contexts() -> None:
    """What L1 checks (SPEC §7)."""
    chain: Chain = small_chain()
    elements = [0] * 13 + [7] * 300
    chunks = chain.chunks(elements)
    blob = kzg.blob_of([*elements, *[0] * (BLOB_ELEMENTS - len(elements))])
    values = sum(chunk.y(Z, zc(j)) for j, chunk in enumerate(chunks))
    contexts = sum(zc(j) * binding.context_sum(chunk.context, Z) for j, chunk in enumerate(chunks))
    assert (values - contexts) % R == kzg.open_at(blob, Z).y


def valuing(start: int, y: int) -> Sequence[int]:
    return (Z, zc(1), y, start, *ELEMENTS, *CONTEXT)


def gadget(length: int) -> Body:
    """Prove the value in runs of so many elements."""

    def body(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        z, weight, y, start, *rest = x
        elements, context = rest[: len(ELEMENTS)], rest[len(ELEMENTS) :]
        require_value(b, z=z, zc=weight, y=y, context=context, start=start, elements=elements, run=length)
        return ()

    return body


@pytest.mark.parametrize("length", RUNS)
@pytest.mark.parametrize("number", [0, 1, 127, 510])
def test_require_value_at_any_multiple_of_a_run_holds_for_the_value_only(length: int, number: int) -> None:
    start = number * length
    y = binding.chunk_value(start, CONTEXT, ELEMENTS, Z, zc(1))
    assert run(gadget(length), *valuing(start, y)) == ()
    assert not build(gadget(length), *valuing(start, (y + 1) % R)).holds
    assert not build(gadget(length), *valuing(start + length, y)).holds


@pytest.mark.parametrize("length", RUNS)
@pytest.mark.parametrize("start", [1, 2, 4, 12])
def test_require_value_holds_at_multiples_of_the_run_only(length: int, start: int) -> None:
    y = binding.chunk_value(start, CONTEXT, ELEMENTS, Z, zc(1))
    assert build(gadget(length), *valuing(start, y)).holds == (start % length == 0)


@pytest.mark.parametrize("length", RUNS)
def test_require_value_outside_the_blob_is_refused(length: int) -> None:
    y = binding.chunk_value(0, CONTEXT, ELEMENTS, Z, zc(1))
    for start in (BLOB_ELEMENTS, 2 * BLOB_ELEMENTS, R - 8):
        assert not build(gadget(length), *valuing(start, y)).holds


@pytest.mark.parametrize("length", RUNS)
def test_zeros_after_the_end_of_the_blob_count_as_nothing(length: int) -> None:
    start, given = BLOB_ELEMENTS - length, (*ELEMENTS[:length], *[0] * (len(ELEMENTS) - length))
    y = binding.chunk_value(start, CONTEXT, given, Z, zc(1))
    assert build(gadget(length), Z, zc(1), y, start, *given, *CONTEXT).holds
    if length < len(ELEMENTS):
        assert not build(gadget(length), Z, zc(1), y, start, *given[:-1], 1, *CONTEXT).holds


@pytest.mark.parametrize("length", RUNS)
@pytest.mark.parametrize("place", [None, 2, 100])
def test_require_value_at_zero_and_at_a_point_of_the_domain_is_refused(length: int, place: int | None) -> None:
    z = 0 if place is None else binding.blob_domain()[place]
    for y in (0, ELEMENTS[2]):
        assert not build(gadget(length), z, 0, y, 0, *ELEMENTS, *CONTEXT).holds


@pytest.mark.parametrize(("length", "cost"), [(8, 40), (4, 2 * 33), (2, 4 * 30), (1, 8 * 29)])
def test_require_value_costs_what_is_documented(length: int, cost: int) -> None:
    assert constraints(gadget(length), len(valuing(0, 0))) == cost + len(CONTEXT) + 15


@pytest.mark.parametrize(("elements", "length"), [(104, 8), (13, 1), (26, 2), (52, 4), (416, 8)])
def test_run_is_what_starts_of_chunks_are_multiples_of(elements: int, length: int) -> None:
    assert run_length(elements) == length


@pytest.mark.parametrize("index", [0, 1, 2, 5, 2048, 4094, 4095])
def test_domain_point_of_an_index_is_that_of_eip_4844(index: int) -> None:
    (got,) = run(lambda b, x: [domain_point(b, require_bits(b, x[0], 12))], index)
    assert got == binding.blob_domain()[index] == pow(root_of_unity(4096), kzg.bit_reversed(index), R)
