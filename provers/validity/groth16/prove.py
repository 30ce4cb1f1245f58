"""Proving: from a witness to three points, blinded afresh each time.

SPEC: Groth 2016 (eprint 2016/260), section 3.2:
`A = α + Σ w_i·u_i + r·δ`, `B = β + Σ w_i·v_i + s·δ`, `C = Σ_private w_i·l_i + Σ h_i·H_i + s·A + r·B - r·s·δ`.
"""

from __future__ import annotations

import secrets
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.evaluation import Evaluation, evaluate
from provers.validity.constraints.r1cs import R1CS, limbs_of
from provers.validity.curve.groups import G1, G2, Group, Words, g1_points, g2_points
from provers.validity.curve.msm import msm
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.poly.domain import domain_of
from rollup.crypto.fr import R
from rollup.errors import TandemError

_LANES = 2
"""Sums, or the quotient, that are under way at a time; each takes memory of its own."""


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
    with ThreadPoolExecutor(threads) as pool, ThreadPoolExecutor(min(threads, _LANES)) as lanes:
        prover = _Prover(pk, r1cs, np.ascontiguousarray(witness), pool, threads)
        return prover.proof(r, s, lanes)


class _Prover:
    """One proof in work. Lanes wait for work that they hand to the pool, where the computing is done."""

    def __init__(self, pk: ProvingKey, r1cs: R1CS, witness: Words, pool: Executor, threads: int) -> None:
        self._pk, self._r1cs, self._witness, self._pool, self._threads = pk, r1cs, witness, pool, threads

    def proof(self, r: int, s: int, lanes: Executor) -> Proof:
        pk = self._pk
        evaluation = self._evaluate()
        rest = lanes.submit(self._rest, evaluation)
        del evaluation
        # Longest first. What of a sum cannot be shared out among threads is done while they work for the other lane.
        sums = [lanes.submit(self._over, *each) for each in (
            (G2, pk.b_g2, pk.b_wires), (G1, pk.l, slice(self._r1cs.public + 1, None)), (G1, pk.a, pk.a_wires), (G1, pk.b_g1, pk.b_wires)
        )]  # fmt: skip
        in_b_g2, private, in_a, in_b = (future.result() for future in sums)
        a = self._with_tail(G1, pk.tail_g1, in_a, [1, 0, r])
        b_g1 = self._with_tail(G1, pk.tail_g1, in_b, [0, 1, s])
        b_g2 = self._with_tail(G2, pk.tail_g2, in_b_g2, [1, s])
        points = np.stack([private, rest.result(), a, b_g1, pk.tail_g1[2]])
        c = self._sum(G1, points, limbs_of([1, 1, s, r, -r * s % R]))
        return Proof(g1_points(a[np.newaxis])[0], g2_points(b_g2[np.newaxis])[0], g1_points(c[np.newaxis])[0])

    def _evaluate(self) -> Evaluation:
        """Evaluate `A·w`, `B·w`, `C·w`, consistency rows included."""
        r1cs = self._r1cs
        found = evaluate(r1cs, self._witness, self._pk.size, self._pool, self._threads)
        if found.broken is not None:
            raise UnsatisfiedError(found.broken)
        # INVARIANT: in the consistency rows B and C are zero, so they hold whatever A is.
        found.a[r1cs.constraints : r1cs.constraints + r1cs.public + 1] = self._witness[: r1cs.public + 1]
        return found

    def _rest(self, found: Evaluation) -> Words:
        """Return `Σ h_i·H_i`; the evaluation is overwritten."""
        quotient = domain_of(self._pk.size).quotient(found.a, found.b, found.c, self._pool)
        return self._sum(G1, self._pk.h, quotient[: self._pk.size - 1])

    def _over(self, group: Group, points: Words, wires: NDArray[np.int64] | slice) -> Words:
        return self._sum(group, points, self._witness[wires])

    def _sum(self, group: Group, points: Words, scalars: Words) -> Words:
        return msm(group, points, np.ascontiguousarray(scalars), self._pool, self._threads)

    def _with_tail(self, group: Group, tail: Words, total: Words, scalars: list[int]) -> Words:
        return self._sum(group, np.concatenate([tail, total[np.newaxis]]), limbs_of([*scalars, 1]))
