"""Proofs of real chunks, as they went to L1, verified by what others wrote."""

from functools import cache
from pathlib import Path

import pytest

from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verify import verify
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.params import ChunkKind
from tests.unit.validity.backend.claims import power
from tests.unit.validity.backend.keys import keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import DATA, INBOX, TAIL, WHOLE, purses
from tests.unit.validity.groth16.theirs import snarkjs_accepts, snarkjs_program, zksnake_accepts


@cache
def proved(place: int) -> tuple[VerifyingKey, list[int], Proof]:
    """Key, public inputs and proof of a chunk of batch `WHOLE`, as its real payload has them."""
    scene = purses()
    payload = scene.chain.submission(WHOLE).payload
    row = payload[64 + 896 * place :][:896]
    claim = scene.claim(WHOLE)
    z = claim.z()
    public = list(claim.rows[place].proved.public_inputs(z, power(z, place)))
    assert row[64:128] == b"".join(public[k].to_bytes(32, "big") for k in (0, 3))
    return keys_of(Purses).verifying(ChunkKind(claim.rows[place].kind)), public, Proof.from_evm(row[-512:])


@pytest.mark.parametrize("place", [INBOX, DATA, TAIL])
def test_py_ecc_accepts_the_proof_of_a_real_chunk_and_refuses_it_for_another_input(place: int) -> None:
    key, public, proof = proved(place)
    assert verify(key, public, proof, "py-ecc")
    if place == DATA:
        assert not verify(key, [*public[:3], public[3] ^ 1], proof, "py-ecc")


def test_zksnake_accepts_the_proof_of_a_real_chunk_and_refuses_it_for_another_input() -> None:
    key, public, proof = proved(DATA)
    assert zksnake_accepts(key, public, proof)
    assert not zksnake_accepts(key, [*public[:3], public[3] ^ 1], proof)


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_snarkjs_accepts_the_proof_of_a_real_chunk_and_refuses_it_for_another_input(tmp_path: Path) -> None:
    key, public, proof = proved(DATA)
    assert snarkjs_accepts(tmp_path, key, public, proof)
    assert not snarkjs_accepts(tmp_path, key, [*public[:3], public[3] ^ 1], proof)
