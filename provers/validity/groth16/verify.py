"""Verification: `e(A, B) = e(α, β)·e(ic(x), γ)·e(C, δ)`, for one proof or for many of one key at once.

SPEC: Groth 2016 (eprint 2016/260), section 3.2, figure "NIZK for QAP", with γ as in its CRS.
"""

from __future__ import annotations

from collections.abc import Sequence

from provers.validity.curve.pairing import PairingEngine, engine
from provers.validity.curve.points import G1Point, G2Point, is_on_g1_curve, is_on_g2_curve, negate_g1
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256

_BATCH_DOMAIN = b"tandem-groth16-batch-1"
COEFFICIENT_BITS = 128


def verify(vk: VerifyingKey, public: Sequence[int], proof: Proof, pairing: str = "arkworks") -> bool:
    """Tell whether `proof` shows a witness for the public inputs; total: whatever is wrong with them, False.

    Parameters
    ----------
    public
        `vk.public` integers; one outside [0, r) refuses the proof.
    pairing
        "arkworks" or "py-ecc"; ValueError for another name.
    """
    curve = engine(pairing)
    if not is_well_formed(vk, public, proof, curve):
        return False
    commitment = curve.g1_sum(vk.ic, [1, *public])
    pairs = [(negate_g1(proof.a), proof.b), (vk.alpha, vk.beta), (commitment, vk.gamma), (proof.c, vk.delta)]
    return curve.is_product_one(pairs)


def is_well_formed(vk: VerifyingKey, public: Sequence[int], proof: Proof, curve: PairingEngine) -> bool:
    """Tell whether inputs are canonical and as many as the key's, and the proof's points in their subgroups."""
    if len(public) != vk.public or not all(0 <= x < R for x in public):
        # SAFETY: x and x + r commit to the same point; only one of them may be accepted (SOUNDNESS 2).
        return False
    if not (is_on_g1_curve(proof.a) and is_on_g1_curve(proof.c) and is_on_g2_curve(proof.b)):
        return False
    # SAFETY: pairings bind exponents only inside the subgroups of order r (SOUNDNESS 24).
    return curve.is_in_g1(proof.a) and curve.is_in_g1(proof.c) and curve.is_in_g2(proof.b)


def batch_coefficients(vk: VerifyingKey, publics: Sequence[Sequence[int]], proofs: Sequence[Proof]) -> list[int]:
    """One coefficient a proof: 1, then `keccak(seed, i) >> 128`.

    The seed is the keccak of a domain, the key's digest, the count, and every proof and input (SOUNDNESS 24), so no
    proof can be chosen after its coefficient. All must be well formed.
    """
    text = [_BATCH_DOMAIN, vk.digest(), len(proofs).to_bytes(32, "big")]
    for public, proof in zip(publics, proofs, strict=True):
        text += [proof.to_evm(), *(x.to_bytes(32, "big") for x in public)]
    seed = keccak256(*text)
    drawn = [int.from_bytes(keccak256(seed, i.to_bytes(32, "big")), "big") for i in range(1, len(proofs))]
    return [1] * bool(proofs) + [x >> (256 - COEFFICIENT_BITS) for x in drawn]


def verify_batch(
    vk: VerifyingKey, publics: Sequence[Sequence[int]], proofs: Sequence[Proof], pairing: str = "arkworks"
) -> bool:
    """Tell whether every proof holds for its inputs, by one product of `len(proofs) + 3` pairings; total as `verify`.

    With coefficients k drawn by `batch_coefficients`:
    `Π e(k_i·A_i, B_i) = e(Σk_i·α, β)·e(Σk_i·ic(x_i), γ)·e(Σk_i·C_i, δ)`; a false proof passes with probability
    about 2^-128. No proofs at all hold.
    """
    curve = engine(pairing)
    if len(publics) != len(proofs):
        return False
    if not all(is_well_formed(vk, x, p, curve) for x, p in zip(publics, proofs, strict=True)):
        return False
    coefficients = batch_coefficients(vk, publics, proofs)
    total = sum(coefficients) % R
    weights = [sum(k * x[j] for k, x in zip(coefficients, publics, strict=True)) % R for j in range(vk.public)]
    pairs: list[tuple[G1Point, G2Point]] = [
        (negate_g1(curve.g1_sum([p.a], [k])), p.b) for k, p in zip(coefficients, proofs, strict=True)
    ]
    pairs.append((curve.g1_sum([vk.alpha], [total]), vk.beta))
    pairs.append((curve.g1_sum(vk.ic, [total, *weights]), vk.gamma))
    pairs.append((curve.g1_sum([p.c for p in proofs], coefficients), vk.delta))
    return curve.is_product_one(pairs)
