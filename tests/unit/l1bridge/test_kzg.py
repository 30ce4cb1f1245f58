"""Blob openings against ckzg's own checks, against py-evm's precompile and against the polynomial evaluated by hand."""

from types import SimpleNamespace
from typing import Any

import pytest
from eth.exceptions import VMError
from eth.precompiles.point_evaluation import point_evaluation_precompile
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge import kzg, precompiles
from rollup.crypto import fr
from rollup.errors import DecodeError

ELEMENTS = [(i * i * 7919 + 5) % fr.R for i in range(kzg.ELEMENTS)]
BLOB = kzg.blob_of(ELEMENTS)


def evaluate(elements: list[int], z: int) -> int:
    """p(z) in barycentric form: (z^n − 1)/n · Σ p_i w_i / (z − w_i)."""
    roots = [kzg.root(i) for i in range(kzg.ELEMENTS)]
    terms = fr.batch_inv([(z - w) % fr.R for w in roots])
    total = sum(p * w * t for p, w, t in zip(elements, roots, terms, strict=True))
    return total * (pow(z, kzg.ELEMENTS, fr.R) - 1) * fr.inv(kzg.ELEMENTS) % fr.R


def test_root_when_taken_to_4096_is_one_and_not_before() -> None:
    assert pow(kzg.ROOT, 4096, fr.R) == 1
    assert pow(kzg.ROOT, 2048, fr.R) == fr.R - 1
    assert (kzg.root(0), kzg.root(1)) == (1, fr.R - 1)
    with pytest.raises(DecodeError):
        kzg.root(4096)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 4095))
def test_open_element_when_index_is_any_gives_that_element(index: int) -> None:
    opening = kzg.open_element(BLOB, index)
    assert (opening.z, opening.y) == (kzg.root(index), ELEMENTS[index])
    assert kzg.verify(kzg.commitment(BLOB), opening)


def test_open_at_when_z_is_off_the_domain_equals_barycentric_evaluation() -> None:
    opening = kzg.open_at(BLOB, 123456789)
    assert opening.y == evaluate(ELEMENTS, 123456789)
    assert kzg.verify(kzg.commitment(BLOB), opening)


def test_verify_when_anything_is_off_is_false() -> None:
    good, point = kzg.open_at(BLOB, 5), kzg.commitment(BLOB)
    assert not kzg.verify(point, good._replace(y=good.y ^ 1))
    assert not kzg.verify(point, good._replace(z=6))
    assert not kzg.verify(point, good._replace(y=good.y + fr.R))
    assert not kzg.verify(point, good._replace(proof=point))
    assert not kzg.verify(point, good._replace(proof=good.proof[:-1]))
    assert not kzg.verify(kzg.commitment(bytes(kzg.BLOB_BYTES)), good)


def test_precompile_input_when_given_to_py_evm_is_accepted_only_if_true() -> None:
    precompiles.install()
    point, good = kzg.commitment(BLOB), kzg.open_element(BLOB, 17)
    for opening, right in ((good, True), (good._replace(y=good.y + 1), False)):
        message = SimpleNamespace(data_as_bytes=kzg.precompile_input(point, opening))
        computation: Any = SimpleNamespace(msg=message, output=b"", consume_gas=lambda amount, reason: None)
        if right:
            point_evaluation_precompile(computation)
            assert computation.output == (4096).to_bytes(32, "big") + fr.R.to_bytes(32, "big")
        else:
            with pytest.raises(VMError):
                point_evaluation_precompile(computation)


def test_blob_of_when_read_back_gives_the_elements_and_zeros() -> None:
    assert kzg.elements_of(kzg.blob_of([1, fr.R - 1])) == (1, fr.R - 1) + (0,) * 4094


@pytest.mark.parametrize("elements", [[fr.R], [-1], [0] * 4097])
def test_blob_of_when_elements_do_not_fit_is_refused(elements: list[int]) -> None:
    with pytest.raises(DecodeError):
        kzg.blob_of(elements)


@pytest.mark.parametrize(
    "blob", [b"", bytes(kzg.BLOB_BYTES - 1), b"\xff" * kzg.BLOB_BYTES], ids=["empty", "short", "not canonical"]
)
def test_commitment_when_a_blob_is_malformed_is_refused(blob: bytes) -> None:
    with pytest.raises(DecodeError):
        kzg.commitment(blob)
    with pytest.raises(DecodeError):
        kzg.elements_of(blob)
    with pytest.raises(DecodeError):
        kzg.open_at(blob, 1)


def test_versioned_hash_when_blob_is_zero_is_that_of_infinity() -> None:
    # SPEC: EIP-4844; the commitment of the zero polynomial is the compressed point at infinity, 0xc0 and 47 zeros.
    assert kzg.commitment(bytes(kzg.BLOB_BYTES)) == b"\xc0" + bytes(47)
    assert (
        kzg.hash_of(bytes(kzg.BLOB_BYTES)).hex() == "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014"
    )
