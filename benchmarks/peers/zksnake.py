"""zksnake (arkworks behind Python) on our circuits."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, Words, ints_of
from rollup.crypto.fr import R


class Zksnake:
    """Its Groth16 over BLS12-381 for one circuit.

    Attributes
    ----------
    public
        Wires that it takes as public, wire 0 first.
    """

    def __init__(self, r1cs: R1CS) -> None:
        from zksnake.groth16 import Groth16

        matrices = {name: _array(getattr(r1cs, name.lower()), r1cs.wires) for name in "ABC"}
        self.public = r1cs.public + 1
        self._groth16 = Groth16(SimpleNamespace(**matrices, n_public=self.public), "BLS12_381")

    def setup(self) -> None:
        """Draw its keys."""
        self._groth16.setup()

    def prove(self, witness: list[int]) -> Any:
        """Prove; the witness is all wires."""
        return self._groth16.prove(witness[: self.public], witness[self.public :])

    def accepts(self, witness: list[int], proof: Any) -> bool:
        """Ask its verifier."""
        return bool(self._groth16.verify(proof, witness[: self.public]))


def integers(witness: Words) -> list[int]:
    """Return the witness as it wants it."""
    return ints_of(witness)


def _array(matrix: SparseMatrix, wires: int) -> Any:
    from zksnake.array import SparseArray

    array = SparseArray([[]], matrix.rows, wires, R)
    rows = np.repeat(np.arange(matrix.rows), np.diff(matrix.indptr)).tolist()
    values = ints_of(matrix.coefficients)
    array.append(list(zip(rows, matrix.indices.tolist(), values, strict=True)))
    return array
