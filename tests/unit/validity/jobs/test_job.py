"""What names a job, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import UnsatisfiedError
from provers.validity.groth16.verify import verify
from provers.validity.jobs.material import load, packed, places_in, unpack
from rollup.crypto.fr import R
from rollup.errors import DecodeError, InternalError
from rollup.params import ChunkKind
from tests.unit.validity.jobs.cubes import job, material, wrong


def test_a_job_is_named_by_its_statement_and_not_by_the_help_it_brings(tmp_path: Path) -> None:
    made = material(tmp_path)
    one = job(made, 3)
    assert one.id == job(made, 3).id == replace(one, brought=b"").id == replace(one, kind=ChunkKind.DATA).id
    others = [job(made, 4), replace(one, key=bytes(32)), replace(one, public=(*one.public, 0))]
    assert len({one.id, *(other.id for other in others)}) == 4


def test_a_job_proves_its_statement_and_no_other(tmp_path: Path) -> None:
    made = material(tmp_path)
    proof = Proof.from_evm(job(made, 3).run(made.system, made.tape, made.key, 1))
    assert verify(made.key.vk, [35], proof)
    assert not verify(made.key.vk, [36], proof)
    with pytest.raises(UnsatisfiedError):
        wrong(made, 3).run(made.system, made.tape, made.key, 1)


def test_help_that_is_too_short_too_long_or_torn_is_refused(tmp_path: Path) -> None:
    made = material(tmp_path)
    good = job(made, 3)
    for brought in (b"", good.brought * 2):
        with pytest.raises(InternalError, match="wrong number of values"):
            replace(good, brought=brought).run(made.system, made.tape, made.key, 1)
    with pytest.raises(DecodeError, match="31 bytes, not a whole number of elements"):
        replace(good, brought=good.brought[:-1]).run(made.system, made.tape, made.key, 1)


def test_help_that_is_not_canonical_counts_modulo_r(tmp_path: Path) -> None:
    made = material(tmp_path)
    assert replace(job(made, 3), brought=(3 + R).to_bytes(32, "little")).run(made.system, made.tape, made.key, 1)


def test_a_material_survives_its_way_to_another_machine(tmp_path: Path) -> None:
    made = material(tmp_path / "here")
    unpack(packed(made.places), tmp_path / "there", made.digest)
    there = load(places_in(tmp_path / "there"))
    assert there.digest == made.digest
    assert verify(made.key.vk, [35], Proof.from_evm(job(made, 3).run(there.system, there.tape, there.key, 1)))


def test_a_material_of_another_digest_damaged_or_with_a_file_elsewhere_is_refused_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    made = material(tmp_path / "here")
    files = packed(made.places)
    damaged = files | {"circuit.r1cs": files["circuit.r1cs"][:-1]}
    outside = files | {"../outside": b""}
    for sent, digest in ((files, "another"), (damaged, made.digest), (outside, made.digest)):
        with pytest.raises(DecodeError):
            unpack(sent, tmp_path / "there", digest)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_material_that_came_twice_stays_as_it_came_first(tmp_path: Path) -> None:
    made = material(tmp_path / "here")
    for _ in range(2):
        unpack(packed(made.places), tmp_path / "there", made.digest)
    assert {path.name for path in tmp_path.iterdir()} == {"here", "there"}
