"""Constraint systems: their file, their digest, and what is refused as none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints.array_file import read_arrays, write_arrays
from provers.validity.constraints.evaluation import evaluate
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, first_not_canonical, ints_of, limbs_of
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.groth16.circuits import bits, cubic, fifth_powers

Rows = list[list[tuple[int, int]]]
elements = st.one_of(st.sampled_from([0, 1, R - 1]), st.integers(0, R - 1))


def matrices() -> st.SearchStrategy[Rows]:
    entry = st.tuples(st.integers(0, 4), elements)
    return st.lists(st.lists(entry, max_size=5), min_size=5, max_size=5)


@pytest.mark.parametrize("circuit", [cubic(), fifth_powers(3), bits(5, 19)], ids=["cubic", "fifth powers", "bits"])
def test_a_system_survives_its_file(circuit: tuple[R1CS, list[int]], tmp_path: Path) -> None:
    r1cs, witness = circuit
    r1cs.save(tmp_path / "c.r1cs")
    loaded = R1CS.load(tmp_path / "c.r1cs")
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


def _rewritten(path: Path, form: str = "tandem-r1cs-2", **changes: Any) -> Path:
    """Change arrays and facts, the file being whole; what is None is left out."""
    facts, arrays = read_arrays(path, "tandem-r1cs-2")
    for name, value in changes.items():
        place = arrays if isinstance(value, np.ndarray) or name in arrays else facts
        place.pop(name, None)
        if value is not None:
            place[name] = value
    write_arrays(path, form, facts, arrays)
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"a_indices": np.array([2, 3, 4, 2, 99], dtype=np.int32)},
        {"a_indices": np.array([2, 3, 4, 2, -1], dtype=np.int32)},
        {"a_indices": np.array([2, 3, 4, 2, 0])},
        {"a_numbers": np.array([0, 0, 0, 0, 99], dtype=np.int32)},
        {"a_numbers": np.array([0, 0, 0, 0, -1], dtype=np.int32)},
        {"a_numbers": np.array([0, 0, 0, 0], dtype=np.int32)},
        {"a_indptr": np.array([0, 2, 1, 5])},
        {"a_indptr": np.array([0, 1, 2, 4])},
        {"a_indptr": np.array([0, 1, 5])},
        {"table": np.full((9, 4), 2**64 - 1, dtype=np.uint64)},
        {"table": np.ones((9, 4), dtype=np.int64)},
        {"table": np.ones((9, 3), dtype=np.uint64)},
        {"wires": 2, "public": 1},
        {"wires": 5, "public": 5},
        {"wires": None},
        {"wires": "many"},
        {"form": "other"},
        {"more": np.array([1])},
        {"c_indices": None},
    ],
)
def test_a_file_that_is_no_system_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    cubic()[0].save(tmp_path / "c.r1cs")
    with pytest.raises(DecodeError):
        R1CS.load(_rewritten(tmp_path / "c.r1cs", **changes))


@given(data=st.binary(max_size=64))
def test_bytes_that_are_no_archive_are_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("r1cs") / "c.r1cs"
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


def test_the_digest_that_a_file_states_is_taken_where_it_is_trusted_only(tmp_path: Path) -> None:
    r1cs, _ = cubic()
    path = tmp_path / "c.r1cs"
    r1cs.save(path)
    assert R1CS.load(path, trusted=True).digest() == r1cs.digest()
    _rewritten(path, digest=bytes(32).hex())
    assert R1CS.load(path, trusted=True).digest() == bytes(32)
    assert R1CS.load(path).digest() == r1cs.digest()


def test_a_digest_does_not_depend_on_how_coefficients_are_numbered() -> None:
    r1cs, _ = fifth_powers(3)
    a = r1cs.a
    table = np.concatenate([limbs_of([0, 5]), a.table[::-1]])
    numbers = (len(table) - 1 - a.numbers).astype(np.int32)
    renumbered = R1CS(replace(a, numbers=numbers, table=table), r1cs.b, r1cs.c, r1cs.wires, r1cs.public)
    assert renumbered.digest() == r1cs.digest()


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, R - 1)), max_size=4), max_size=4))
def test_a_matrix_from_entries_is_that_from_rows(rows: list[list[tuple[int, int]]]) -> None:
    one = SparseMatrix.from_rows(rows)
    other = SparseMatrix.from_entries(one.indptr, one.indices, one.coefficients)
    assert other.fault(5) is None
    assert np.array_equal(one.coefficients, other.coefficients)
    assert ints_of(one.coefficients) == [value for row in rows for _, value in row]


@given(matrices(), matrices(), matrices(), st.lists(elements, min_size=4, max_size=4), st.booleans())
def test_an_evaluation_is_that_of_the_plain_twins_in_one_block_or_many(
    a: Rows,
    b: Rows,
    c: Rows,
    values: list[int],
    parallel: bool,  # noqa: FBT001  (drawn)
) -> None:
    r1cs = R1CS(SparseMatrix.from_rows(a), SparseMatrix.from_rows(b), SparseMatrix.from_rows(c), 5, 0)
    witness = limbs_of([1, *values])
    with ThreadPoolExecutor(2) as pool:
        found = evaluate(r1cs, witness, 7, pool if parallel else None, 2)
    for vector, matrix in ((found.a, r1cs.a), (found.b, r1cs.b), (found.c, r1cs.c)):
        assert ints_of(vector) == [*matrix.times(np.array([1, *values], dtype=object)), 0, 0]
    assert found.broken == r1cs.is_satisfied_plain(witness)


def test_an_evaluation_that_has_no_room_is_refused() -> None:
    r1cs, witness = cubic()
    with pytest.raises(ValueError, match="do not fit"):
        evaluate(r1cs, limbs_of(witness), r1cs.constraints - 1)
