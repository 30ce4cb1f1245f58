"""The pairing engine on py-ecc: the reference, in Python integers. In a module of its own, since importing py-ecc takes longer than loading kernels."""

from collections.abc import Sequence

from provers.validity.curve import plain
from provers.validity.curve.plain import ecc, to_py_ecc_g1, to_py_ecc_g2
from provers.validity.curve.points import G1Point, G2Point
from rollup.crypto.fr import R


class PyEcc:
    """The engine on py-ecc, about a second a pairing."""

    def is_in_g1(self, point: G1Point) -> bool:
        """See `pairing.PairingEngine`."""
        return bool(ecc.is_inf(ecc.multiply(to_py_ecc_g1(point), R)))

    def is_in_g2(self, point: G2Point) -> bool:
        """See `pairing.PairingEngine`."""
        return bool(ecc.is_inf(ecc.multiply(to_py_ecc_g2(point), R)))

    def g1_sum(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """See `pairing.PairingEngine`."""
        return plain.g1_sum(points, scalars)

    def is_product_one(self, pairs: Sequence[tuple[G1Point, G2Point]]) -> bool:
        """See `pairing.PairingEngine`."""
        product = ecc.FQ12.one()
        for p, q in pairs:
            product *= ecc.pairing(to_py_ecc_g2(q), to_py_ecc_g1(p), final_exponentiate=False)
        return bool(ecc.final_exponentiate(product) == ecc.FQ12.one())
