"""What a claim says of its steps: one hash, from which L1 can check the last leaf without the others."""

import pytest
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from rollup.errors import DecodeError
from rollup.params import MAX_STEPS
from rollup.state.header import StepHeader
from rollup.state.steps import Steps


def header(step: int) -> StepHeader:
    return StepHeader(7, 0, 0, 0, 1, 65535, 0, step)


LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9).map(tuple)


def test_leaves_are_the_hashes_of_the_headers() -> None:
    headers = [header(step) for step in (1, 2, 3)]
    assert Steps.of(headers).leaves == tuple(
        keccak(b"".join(w.to_bytes(32, "big") for w in h.words())) for h in headers
    )


@given(leaves=LEAVES)
def test_commitment_is_the_hash_of_all_leaves_and_the_last(leaves: tuple[bytes, ...]) -> None:
    steps = Steps(leaves)
    assert steps.commitment == keccak(keccak(b"".join(leaves)) + leaves[-1])
    assert Steps.from_bytes(steps.to_bytes()) == steps


@pytest.mark.parametrize("size", [0, 1, 31, 33, 32 * MAX_STEPS + 32])
def test_bytes_that_are_no_leaves_are_refused(size: int) -> None:
    with pytest.raises(DecodeError, match="not leaves of 32 bytes"):
        Steps.from_bytes(bytes(size))


@given(leaves=LEAVES, other=LEAVES)
def test_first_difference_is_found_where_the_last_leaf_repeats(
    leaves: tuple[bytes, ...], other: tuple[bytes, ...]
) -> None:
    longer = (*other, *[other[-1]] * len(leaves))
    differing = [at for at, leaf in enumerate(leaves) if leaf != longer[at]]
    assert Steps(leaves).first_difference(Steps(other)) == (differing[0] if differing else None)


def test_steps_that_go_on_past_the_end_differ_nowhere() -> None:
    right = Steps((b"\1" * 32, b"\2" * 32))
    assert Steps((*right.leaves, right.leaves[-1])).first_difference(right) is None
    assert Steps(right.leaves[:1]).first_difference(right) is None
