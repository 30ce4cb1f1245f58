"""The value that binds a chunk to a blob, against KZG and against its own constraints."""

from collections.abc import Sequence

import pytest

from l1bridge import kzg
from provers.validity.arithmetise import binding
from provers.validity.arithmetise.evaluation import domain_point, require_value
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R, root_of_unity
from rollup.params import BLOB_ELEMENTS
from tests.unit.validity.arithmetise.chain import Chain, Z, small_chain, zc
from tests.unit.validity.constraints.harness import build, run

ELEMENTS = (R - 1, 5, 0, 2**254)
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
    elements = [*chain.slots([])] + [0] * 13 + [7] * 300
    chunks = chain.chunks(elements)
    blob = kzg.blob_of([*elements, *[0] * (BLOB_ELEMENTS - len(elements))])
    values = sum(chunk.y(Z, zc(j)) for j, chunk in enumerate(chunks))
    contexts = sum(zc(j) * binding.context_sum(chunk.context, Z) for j, chunk in enumerate(chunks))
    assert (values - contexts) % R == kzg.open_at(blob, Z).y


def valuing(start: int, y: int) -> Sequence[int]:
    return (Z, zc(1), y, start, *ELEMENTS, *CONTEXT)


def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    z, weight, y, start, *rest = x
    elements, context = rest[: len(ELEMENTS)], rest[len(ELEMENTS) :]
    places = [start + i for i in range(len(elements))]
    require_value(b, z=z, zc=weight, y=y, context=context, indices=places, elements=elements)
    return ()


@pytest.mark.parametrize("start", [0, 1, 1023, BLOB_ELEMENTS - 4])
def test_require_value_at_any_place_holds_for_the_value_only(start: int) -> None:
    y = binding.chunk_value(start, CONTEXT, ELEMENTS, Z, zc(1))
    assert run(gadget, *valuing(start, y)) == ()
    assert not build(gadget, *valuing(start, (y + 1) % R)).holds
    assert not build(gadget, *valuing(start + 1, y)).holds


def test_require_value_outside_the_blob_is_refused() -> None:
    y = binding.chunk_value(0, CONTEXT, ELEMENTS, Z, zc(1))
    assert not build(gadget, *valuing(BLOB_ELEMENTS, y)).holds


def test_require_value_at_a_point_of_the_domain_is_refused() -> None:
    z = binding.blob_domain()[2]
    for y in (0, ELEMENTS[2]):
        assert not build(gadget, z, 0, y, 0, *ELEMENTS, *CONTEXT).holds


@pytest.mark.parametrize("index", [0, 1, 2, 5, 2048, 4094, 4095])
def test_domain_point_of_an_index_is_that_of_eip_4844(index: int) -> None:
    (got,) = run(lambda b, x: [domain_point(b, require_bits(b, x[0], 12))], index)
    assert got == binding.blob_domain()[index] == pow(root_of_unity(4096), kzg.bit_reversed(index), R)
