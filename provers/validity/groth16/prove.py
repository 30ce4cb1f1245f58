"""Proving: from a witness to three points, blinded afresh each time.

SPEC: Groth 2016 (eprint 2016/260), section 3.2:
`A = α + Σ w_i·u_i + r·δ`, `B = β + Σ w_i·v_i + s·δ`, `C = Σ_private w_i·l_i + Σ h_i·H_i + s·A + r·B - r·s·δ`.
"""

from __future__ import annotations

import secrets
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from provers.validity.constraints.r1cs import R1CS, limbs_of
from provers.validity.curve.groups import G1, G2, Group, Words, g1_points, g2_points
from provers.validity.curve.msm import msm
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.poly.domain import Domain
from provers.validity.poly.vector import first_unequal, to_montgomery
from rollup.crypto.fr import R
from rollup.errors import TandemError


class UnsatisfiedError(TandemError):
    """A witness breaks a constraint, so there is nothing to prove.

    Attributes
    ----------
    constraint
        Index of the first constraint it breaks.
    """

    def __init__(self, constraint: int) -> None:
        super().__init__(f"groth16: the witness breaks constraint {constraint}")
        self.constraint = constraint


def prove(pk: ProvingKey, r1cs: R1CS, witness: Words, *, threads: int = 2) -> Proof:
    """Prove that `witness` (`uint64[wires, 4]`, canonical) satisfies `r1cs`, for its public wires.

    Not constant-time.

    Raises
    ------
    KeyMismatchError
        The key belongs to another circuit.
    UnsatisfiedError
        The witness breaks a constraint.
    ValueError
        The witness has the wrong shape, an element `>= r`, or wire 0 is not 1.
    """
    return prove_blinded(pk, r1cs, witness, secrets.randbelow(R), secrets.randbelow(R), threads=threads)


def prove_blinded(pk: ProvingKey, r1cs: R1CS, witness: Words, r: int, s: int, *, threads: int = 2) -> Proof:
    """`prove` with the blinding given: a proof is zero-knowledge only if `r` and `s` are uniform, secret and used once."""
    pk.require_circuit(r1cs)
    r1cs.check_witness(witness)
    with ThreadPoolExecutor(threads) as pool:
        prover = _Prover(pk, r1cs, np.ascontiguousarray(witness), pool, threads)
        return prover.proof(r, s)


class _Prover:
    """One proof in work."""

    def __init__(self, pk: ProvingKey, r1cs: R1CS, witness: Words, pool: Executor, threads: int) -> None:
        self._pk, self._r1cs, self._witness, self._pool, self._threads = pk, r1cs, witness, pool, threads

    def proof(self, r: int, s: int) -> Proof:
        pk, witness = self._pk, self._witness
        quotient = self._quotient()
        in_b = witness[pk.b_wires]
        a = self._with_tail(G1, pk.tail_g1, self._sum(G1, pk.a, witness[pk.a_wires]), [1, 0, r])
        b_g1 = self._with_tail(G1, pk.tail_g1, self._sum(G1, pk.b_g1, in_b), [0, 1, s])
        b_g2 = self._with_tail(G2, pk.tail_g2, self._sum(G2, pk.b_g2, in_b), [1, s])
        private = self._sum(G1, pk.l, witness[self._r1cs.public + 1 :])
        rest = self._sum(G1, pk.h, quotient[: pk.size - 1])
        points = np.stack([private, rest, a, b_g1, pk.tail_g1[2]])
        c = self._sum(G1, points, limbs_of([1, 1, s, r, -r * s % R]))
        return Proof(g1_points(a[np.newaxis])[0], g2_points(b_g2[np.newaxis])[0], g1_points(c[np.newaxis])[0])

    def _quotient(self) -> Words:
        """Evaluate `A·w`, `B·w`, `C·w`, consistency rows included, and divide."""
        r1cs, size = self._r1cs, self._pk.size
        values = to_montgomery(self._witness)
        matrices = [m.compiled(r1cs.wires) for m in (r1cs.a, r1cs.b, r1cs.c)]
        a, b, c = self._pool.map(lambda matrix: matrix.times(values, size), matrices)
        broken = first_unequal(a, b, c)
        if broken is not None:
            raise UnsatisfiedError(broken)
        # INVARIANT: in the consistency rows B and C are zero, so they hold whatever A is.
        a[r1cs.constraints : r1cs.constraints + r1cs.public + 1] = self._witness[: r1cs.public + 1]
        return Domain(size).quotient(a, b, c, self._pool)

    def _sum(self, group: Group, points: Words, scalars: Words) -> Words:
        return msm(group, points, np.ascontiguousarray(scalars), self._pool, self._threads)

    def _with_tail(self, group: Group, tail: Words, total: Words, scalars: list[int]) -> Words:
        return self._sum(group, np.concatenate([tail, total[np.newaxis]]), limbs_of([*scalars, 1]))
