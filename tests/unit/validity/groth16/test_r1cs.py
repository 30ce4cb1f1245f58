"""Constraint systems: their file, their digest, and what is refused as none."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, first_not_canonical, ints_of, limbs_of
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.groth16.circuits import bits, cubic, fifth_powers


@pytest.mark.parametrize("circuit", [cubic(), fifth_powers(3), bits(5, 19)], ids=["cubic", "fifth powers", "bits"])
def test_a_system_survives_its_file(circuit: tuple[R1CS, list[int]], tmp_path: Path) -> None:
    r1cs, witness = circuit
    r1cs.save(tmp_path / "c.npz")
    loaded = R1CS.load(tmp_path / "c.npz")
    assert loaded.digest() == r1cs.digest()
    assert loaded.is_satisfied(limbs_of(witness)) is None
    assert (loaded.wires, loaded.public, loaded.constraints) == (r1cs.wires, r1cs.public, r1cs.constraints)


def test_a_digest_depends_on_every_part() -> None:
    one, other = [[(0, 1)], [(1, 2)]], [[(0, 1), (1, 2)], []]
    rows = [one, other, [[(1, 1)], [(1, 2)]], [[(0, 1)], [(1, 3)]]]
    matrices = [SparseMatrix.from_rows(x) for x in rows]
    systems = [R1CS(m, matrices[0], matrices[0], 3, 1) for m in matrices]
    systems += [R1CS(matrices[0], matrices[1], matrices[0], 3, 1), R1CS(matrices[0], matrices[0], matrices[1], 3, 1)]
    systems += [R1CS(matrices[0], matrices[0], matrices[0], w, p) for w, p in ((4, 1), (3, 2))]
    assert len({s.digest() for s in systems}) == len(systems)


def _rewritten(path: Path, **changes: object) -> Path:
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files}
    arrays.update({name: np.asarray(value) for name, value in changes.items() if value is not None})
    for name, value in changes.items():
        if value is None:
            del arrays[name]
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"a_indices": np.array([2, 3, 4, 2, 99])},
        {"a_indices": np.array([2, 3, 4, 2, -1])},
        {"a_indptr": np.array([0, 2, 1, 5])},
        {"a_indptr": np.array([0, 1, 2, 4])},
        {"a_indptr": np.array([0, 1, 5])},
        {"b_coefficients": np.full((3, 4), 2**64 - 1, dtype=np.uint64)},
        {"b_coefficients": np.ones((3, 4), dtype=np.int64)},
        {"sizes": np.array([2, 1])},
        {"sizes": np.array([5, 5])},
        {"sizes": np.array([5])},
        {"format": np.array("other")},
        {"format": None},
        {"more": np.array(1)},
    ],
)
def test_a_file_that_is_no_system_is_refused(changes: dict[str, object], tmp_path: Path) -> None:
    cubic()[0].save(tmp_path / "c.npz")
    with pytest.raises(DecodeError):
        R1CS.load(_rewritten(tmp_path / "c.npz", **changes))


@given(data=st.binary(max_size=64))
def test_bytes_that_are_no_archive_are_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("r1cs") / "c.npz"
    path.write_bytes(data)
    with pytest.raises(DecodeError):
        R1CS.load(path)


@given(st.lists(st.integers(0, R - 1)))
def test_limbs_read_back_as_their_integers(values: list[int]) -> None:
    limbs = limbs_of(values)
    assert limbs.shape == (len(values), 4)
    assert ints_of(limbs) == values
    assert first_not_canonical(limbs) is None


@pytest.mark.parametrize("value", [R, R + 1, 2**255, 2**256 - 1])
def test_an_element_beyond_the_field_is_found(value: int) -> None:
    limbs = limbs_of([0, R - 1, 0])
    limbs[2] = [(value >> (64 * i)) & (2**64 - 1) for i in range(4)]
    assert first_not_canonical(limbs) == 2
    with pytest.raises(ValueError, match="element 1 is not canonical"):
        limbs_of([0, value])


@given(st.data())
def test_the_first_broken_constraint_is_that_of_the_plain_twin(data: st.DataObject) -> None:
    r1cs, witness = fifth_powers(3)
    for wire in data.draw(st.sets(st.integers(1, r1cs.wires - 1), max_size=3)):
        witness[wire] = data.draw(st.integers(0, R - 1))
    assert r1cs.is_satisfied(limbs_of(witness)) == r1cs.is_satisfied_plain(limbs_of(witness))
