"""SOUNDNESS 12, 13: what a chunk proves is of the elements that were posted, at their places, and of the context that L1 has."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from provers.validity.arithmetise import binding
from provers.validity.arithmetise.chunk_input import TAIL_ELEMENTS, ChunkInput
from provers.validity.arithmetise.evaluation import require_value
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from rollup.params import BLOB_ELEMENTS, ChunkKind
from tests.attacks.circuit_liar import Lie, Values, always, bits_of, lie_to, prove
from tests.unit.validity.arithmetise.chain import GOLD, MINT, Z, small_chain, zc

ELEMENT = 77
CONTEXT = (3, R - 1)
PLACE = "_run_sum require_bits"


def valuing(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    """One element at a place: z, zc, y, place, element, context."""
    require_value(b, z=x[0], zc=x[1], y=x[2], context=x[5:], start=x[3], elements=[x[4]], run=1)
    return []


def value(place: int, z: int = Z, element: int = ELEMENT, context: Sequence[int] = CONTEXT) -> int:
    return binding.chunk_value(place, context, [element], z, zc(0))


def test_an_element_at_its_place_has_its_value() -> None:
    assert lie_to(valuing, [Z, zc(0), value(9), 9, ELEMENT, *CONTEXT]).holds


@pytest.mark.parametrize("place", [8, 9 + 1024, 0])
def test_an_element_at_another_place_does_not_have_it(place: int) -> None:
    """The bits of the place told to be those of another."""
    attempt = lie_to(valuing, [Z, zc(0), value(place), 9, ELEMENT, *CONTEXT], Lie(PLACE, bits_of(place)))
    assert attempt.broken == 1


def test_a_place_past_the_blob_does_not_stand_for_one_in_it() -> None:
    """Place 4096 + 9 has the low bits of place 9, so what stands there must be 0."""
    inputs = [Z, zc(0), value(9), BLOB_ELEMENTS + 9, ELEMENT, *CONTEXT]
    assert lie_to(valuing, inputs).broken == 1
    nothing = [Z, zc(0), value(9, element=0), BLOB_ELEMENTS + 9, 0, *CONTEXT]
    assert lie_to(valuing, nothing).holds


@pytest.mark.parametrize("place", [R - 1, 2 * BLOB_ELEMENTS + 9, R + 9 - 2 * BLOB_ELEMENTS])
def test_a_place_beyond_13_bits_is_none(place: int) -> None:
    assert not lie_to(valuing, [Z, zc(0), value(9), place, ELEMENT, *CONTEXT], Lie(PLACE, bits_of(9))).holds


RUN = (77, 0, R - 1, 5, 6, 7, 8, 9)


def valuing_a_run(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    """Eight elements that are one run: z, zc, y, start, elements, context."""
    require_value(b, z=x[0], zc=x[1], y=x[2], context=x[12:], start=x[3], elements=x[4:12], run=8)
    return []


def value_of_run(start: int) -> int:
    return binding.chunk_value(start, CONTEXT, RUN, Z, zc(0))


def test_a_run_at_its_start_has_its_value() -> None:
    assert lie_to(valuing_a_run, [Z, zc(0), value_of_run(24), 24, *RUN, *CONTEXT]).holds


@pytest.mark.parametrize("start", [16, 0, BLOB_ELEMENTS - 8])
def test_a_run_at_another_start_does_not_have_it(start: int) -> None:
    inputs = [Z, zc(0), value_of_run(start), 24, *RUN, *CONTEXT]
    assert lie_to(valuing_a_run, inputs, Lie(PLACE, bits_of(start // 8))).broken == 1


@pytest.mark.parametrize("start", [1, 4, 25, R - 8])
def test_a_run_does_not_start_between_two(start: int) -> None:
    """start/8 is no small integer modulo R, whatever its bits are said to be."""
    for number in range(4):
        inputs = [Z, zc(0), value_of_run(8 * number), start, *RUN, *CONTEXT]
        assert lie_to(valuing_a_run, inputs, Lie(PLACE, bits_of(number))).broken == 1


def test_a_run_past_the_blob_does_not_stand_for_one_in_it() -> None:
    inputs = [Z, zc(0), value_of_run(24), BLOB_ELEMENTS + 24, *RUN, *CONTEXT]
    assert lie_to(valuing_a_run, inputs).broken == sum(element != 0 for element in RUN)


@pytest.mark.parametrize("place", [0, 9, BLOB_ELEMENTS - 1])
def test_at_a_point_of_the_domain_there_is_no_proof_of_anything(place: int) -> None:
    """The element there would have the value 0·w/0. Of the others 0 is the truth, and even that is not proved."""
    z = binding.blob_domain()[place]
    outside = Lie("_outside_domain divide", always(1))
    context = zc(0) * binding.context_sum(CONTEXT, z) % R
    for wish in (0, 1, 5):
        lies = (Lie("_run_sum divide", always(wish)), outside)
        assert lie_to(valuing, [z, zc(0), (context + wish) % R, place, ELEMENT, *CONTEXT], *lies).broken >= 1
    assert lie_to(valuing, [z, zc(0), context, place ^ 1, ELEMENT, *CONTEXT], outside).broken == 1


def test_at_zero_there_is_no_proof_of_anything() -> None:
    context = zc(0) * CONTEXT[0] % R
    for inverse in (0, 1, 5):
        lie = Lie("require_value divide", always(inverse))
        assert lie_to(valuing, [0, zc(0), context, 9, ELEMENT, *CONTEXT], lie).broken >= 1


def test_a_quotient_is_not_the_provers_to_choose() -> None:
    attempt = lie_to(valuing, [Z, zc(0), value(9), 9, ELEMENT, *CONTEXT], Lie("_run_sum divide", lambda v: [v[0] + 1]))
    assert not attempt.holds


def test_a_context_is_not_moved_to_another_chunk() -> None:
    """With the same powers of z for all chunks L1 would see only the sum of their contexts, and headers could change places."""
    one, other, shift = [5, 7, 9], [1, 2, 3], 1000
    moved = [one[0], one[1] + shift, one[2]], [other[0], other[1] - shift, other[2]]

    def left_over(first: int, second: int) -> int:
        """What L1 computes: values of chunks with the moved contexts, less the sums of the true ones."""
        proved = first * binding.context_sum(moved[0], Z) + second * binding.context_sum(moved[1], Z)
        return (proved - first * binding.context_sum(one, Z) - second * binding.context_sum(other, Z)) % R

    assert left_over(zc(0), zc(0)) == 0
    assert left_over(zc(0), zc(1)) != 0


def test_powers_of_no_two_chunks_overlap_nor_those_of_the_data() -> None:
    longest = 69
    starts = [BLOB_ELEMENTS, *(BLOB_ELEMENTS + 128 * j for j in range(52))]
    assert all(later - earlier in (0, 128) for earlier, later in pairwise(starts))
    assert longest <= 128


@pytest.mark.parametrize("number", [0, 1, 4, TAIL_ELEMENTS])
def test_the_count_of_a_tail_is_not_said_to_be_another(number: int) -> None:
    tail = ChunkInput(ChunkKind.TAIL, start=26, count=4, elements=(1, 2, 3, 4))
    attempt = prove(tail, Lie("build is_equal is_zero", lambda v: [0 if v[0] else 99], number))
    assert attempt.holds == (number == 4), "where the count is this number the inverse of 0 is free, and harmless"


def test_an_element_behind_a_tails_count_is_refused() -> None:
    """It would be proved twice: by this tail and by the next, or by nobody."""
    tail = ChunkInput(ChunkKind.TAIL, start=26, count=4, elements=(1, 2, 3, 4, 5))
    assert prove(tail).broken == 1


@pytest.mark.parametrize("count", [TAIL_ELEMENTS + 1, R - 1])
def test_a_count_that_no_tail_has_does_not_open_all_places(count: int) -> None:
    tail = ChunkInput(ChunkKind.TAIL, start=26, count=count, elements=(1, 2, 3, 4, 5))
    assert prove(tail).broken == 1


def test_other_elements_than_those_that_are_hashed_are_refused() -> None:
    """z is drawn after h. A prover who knows z could choose elements with the posted value, but not with this h."""
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1))
    factors = [binding.element_sum(place, [1], Z) for place in (10, 11)]

    def chosen(elements: Values) -> Values:
        change = [1, -factors[0] * pow(factors[1], -1, R)]
        return [
            *elements[:10],
            *((old + new) % R for old, new in zip(elements[10:12], change, strict=True)),
            *elements[12:],
        ]

    attempt = prove(chunk, Lie("give_elements", chosen))
    assert attempt.broken == 1, "the value is the posted one: only the hash is another"


@pytest.mark.parametrize("word", [0, 1, 2, 3, 4, 5, 12, 13, 20])
def test_a_context_that_is_not_l1s_has_another_hash_and_another_value(word: int) -> None:
    chain = small_chain()
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1))

    def changed(context: Values) -> Values:
        return [*context[:word], context[word] + 1, *context[word + 1 :]]

    assert prove(chunk, Lie("give_context", changed)).broken >= 2
