"""The test that chooses Poseidon2's internal matrix, on matrices whose answer is known."""

import pytest

from rollup.crypto.fr import R
from rollup.crypto.irreducible import are_powers_irreducible

# 7 generates the units of Fr, and 4 divides R - 1; so x² - 7 and x⁴ - 7 are irreducible.
QUARTIC = [[0, 0, 0, 7], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
TWO_QUADRATICS = [[0, 7, 0, 0], [1, 0, 0, 0], [0, 0, 0, 7 * 9], [0, 0, 1, 0]]
QUADRATIC_AND_ROOTS = [[0, 7, 0, 0], [1, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3]]
CUBIC_AND_ROOT = [[0, 0, 7, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 5]]
FOUR_ROOTS = [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0], [0, 0, 0, 4]]
EQUAL_DIAGONAL = [[9 if i == j else 1 for j in range(4)] for i in range(4)]


def test_companion_of_an_irreducible_quartic_is_accepted() -> None:
    assert are_powers_irreducible(QUARTIC, 1)


def test_a_matrix_whose_square_is_reducible_is_refused_at_the_second_power() -> None:
    assert not are_powers_irreducible(QUARTIC, 2)


@pytest.mark.parametrize(
    "matrix", [TWO_QUADRATICS, QUADRATIC_AND_ROOTS, CUBIC_AND_ROOT, FOUR_ROOTS, EQUAL_DIAGONAL, [[0] * 4] * 4]
)
def test_a_matrix_with_an_invariant_subspace_is_refused(matrix: list[list[int]]) -> None:
    assert not are_powers_irreducible([[entry % R for entry in row] for row in matrix], 1)


def test_a_matrix_of_another_size_raises() -> None:
    with pytest.raises(ValueError, match="degree"):
        are_powers_irreducible([[1, 2], [3, 4]], 1)
