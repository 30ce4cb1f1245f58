"""Poseidon2 against the authors' published instances, and the kernels against the plain code."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollup.crypto import poseidon2, poseidon2_constants, poseidon2_parameters
from rollup.crypto.fr import R
from rollup.crypto.fr_kernels import FR
from rollup.crypto.kernel_switch import SWITCH, has_ifma
from rollup.crypto.limbs import Words
from rollup.crypto.poseidon2 import Domain
from rollup.errors import DecodeError

INSTANCES = json.loads((Path(__file__).parents[2] / "vectors" / "poseidon2.json").read_text())["instances"]
WAYS = ["portable", "ifma"] if has_ifma() else ["portable"]
few = settings(max_examples=12)
elements = st.one_of(st.sampled_from([0, 1, R - 1]), st.integers(0, R - 1))


def states(width: int) -> st.SearchStrategy[list[int]]:
    return st.lists(elements, min_size=width, max_size=width)


def integer(text: str) -> int:
    return int(text, 16)


@contextmanager
def chosen(way: str) -> Iterator[None]:
    """Kernels of one way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SWITCH, way)
        yield


def montgomery(values: list[list[int]]) -> Words:
    flat = FR.from_ints([value for row in values for value in row])
    return flat.reshape(len(values), -1, 4)


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda i: f"t{i['width']}")
def test_permute_of_the_published_input_gives_the_published_output(instance: dict[str, Any]) -> None:
    given_state = [integer(text) for text in instance["input"]]
    assert poseidon2.permute(given_state) == tuple(integer(text) for text in instance["output"])


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda i: f"t{i['width']}")
def test_generated_constants_are_the_published_ones(instance: dict[str, Any]) -> None:
    parameters = poseidon2_parameters.generate(instance["width"])
    external = [value for row in parameters.external for value in row]
    half = len(external) // 2
    sequence = [*external[:half], *parameters.internal, *external[half:]]
    assert len(parameters.external) == instance["full_rounds"]
    assert len(parameters.internal) == instance["partial_rounds"]
    assert external[0] == integer(instance["first_external"])
    assert external[-1] == integer(instance["last_external"])
    assert parameters.internal[0] == integer(instance["first_internal"])
    digest = hashlib.sha256(b"".join(value.to_bytes(32, "big") for value in sequence)).hexdigest()
    assert digest == instance["constants_sha256"]
    assert parameters.diagonal == tuple(integer(text) for text in instance["diagonal_minus_one"])


def test_constants_module_is_what_the_generator_writes() -> None:
    assert Path(poseidon2_constants.__file__).read_text() == poseidon2_parameters.render()


@pytest.mark.parametrize("width", [0, 1, 5])
def test_permute_of_another_width_raises(width: int) -> None:
    with pytest.raises(ValueError, match="width"):
        poseidon2.permute([0] * width)


@pytest.mark.parametrize("value", [-1, R])
def test_permute_and_hash_of_a_value_outside_the_field_are_refused(value: int) -> None:
    with pytest.raises(DecodeError):
        poseidon2.permute([0, value])
    with pytest.raises(DecodeError):
        poseidon2.hash_items(Domain.LEAF, [0, 0, value])


def test_hash_items_of_nothing_permutes_once() -> None:
    assert poseidon2.hash_items(5, []) == poseidon2.permute([0, 0, 0, 5 << 64])[0]


def test_hash_items_of_four_items_follows_the_specification() -> None:
    first = poseidon2.permute([1, 2, 3, (Domain.USER << 64) + 4])
    second = poseidon2.permute([(first[0] + 4) % R, *first[1:]])
    assert poseidon2.hash_items(Domain.USER, [1, 2, 3, 4]) == second[0]


def test_hash_items_separates_lengths_and_domains() -> None:
    inputs = [(domain, [0] * length) for domain in Domain for length in range(7)]
    assert len({poseidon2.hash_items(domain, items) for domain, items in inputs}) == len(inputs)


@pytest.mark.parametrize("domain", [-1, 2**64])
def test_hash_items_of_an_impossible_domain_raises(domain: int) -> None:
    with pytest.raises(ValueError, match="domain"):
        poseidon2.hash_items(domain, [])


@given(states(4))
def test_compress4_feeds_its_first_child_forward(children: list[int]) -> None:
    assert poseidon2.compress4(*children) == (poseidon2.permute(children)[0] + children[0]) % R


@pytest.mark.parametrize("width", [2, 3, 4])
@given(data=st.data())
def test_permute_many_agrees_with_permute(width: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(states(width), min_size=1, max_size=3))
    before = montgomery(rows)
    after = poseidon2.permute_many(before)
    assert (before == montgomery(rows)).all()
    assert FR.to_ints(after.reshape(-1, 4)) == [value for row in rows for value in poseidon2.permute(row)]


@pytest.mark.parametrize("way", WAYS)
@few
@given(st.lists(states(4), max_size=18))
def test_compress_many_agrees_with_compress4(way: str, rows: list[list[int]]) -> None:
    children = montgomery(rows) if rows else np.zeros((0, 4, 4), dtype=np.uint64)
    with chosen(way):
        assert FR.to_ints(poseidon2.compress_many(children)) == [poseidon2.compress4(*row) for row in rows]


@pytest.mark.parametrize("way", WAYS)
@few
@given(st.integers(0, 2**63 - 1), st.integers(0, 8), st.integers(1, 18), st.data())
def test_hash_many_agrees_with_hash_items(way: str, domain: int, length: int, count: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(states(length), min_size=count, max_size=count))
    items = FR.from_ints([value for row in rows for value in row]).reshape(count, length, 4)
    with chosen(way):
        hashes = FR.to_ints(poseidon2.hash_many(domain, items))
    assert hashes == [poseidon2.hash_items(domain, row) for row in rows]


def test_many_functions_given_another_shape_raise() -> None:
    with pytest.raises(ValueError, match="shape"):
        poseidon2.permute_many(np.zeros((1, 5, 4), dtype=np.uint64))
    with pytest.raises(ValueError, match="shape"):
        poseidon2.compress_many(np.zeros((4, 4), dtype=np.uint64))
    with pytest.raises(ValueError, match="shape"):
        poseidon2.hash_many(1, np.zeros((1, 3, 6), dtype=np.uint64))
    with pytest.raises(ValueError, match="domain"):
        poseidon2.hash_many(2**63, np.zeros((1, 3, 4), dtype=np.uint64))
