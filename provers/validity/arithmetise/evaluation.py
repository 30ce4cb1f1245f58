"""The equation that binds a chunk to the posted data, in constraints; its plain twin is `binding`."""

from collections.abc import Sequence

from provers.validity.arithmetise.binding import INDEX_BITS
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from rollup.crypto.fr import R, root_of_unity
from rollup.params import BLOB_ELEMENTS


def require_value(
    b: Builder,
    *,
    z: Term,
    zc: Term,
    y: Term,
    context: Sequence[Term],
    indices: Sequence[Term],
    elements: Sequence[Term],
) -> None:
    """Prove y = Σ element_i · L_{index_i}(z) + zc · Σ context_k · z^k: 28 constraints an element, 1 a word of context, 14 more.

    Parameters
    ----------
    indices
        Places of the elements, proved to be integers below 2^13. An element whose place is 4096 or more is proved to be 0.
    """
    power = _outside_domain(b, z)
    terms = [_lagrange_term(b, z, index, element) for index, element in zip(indices, elements, strict=True)]
    # L_i(z) = (z^4096 - 1)/4096 · w_i/(z - w_i)
    data = b.product((power - 1) * pow(BLOB_ELEMENTS, -1, R), add_all(terms))
    b.enforce(zc, _horner(b, context, z), y - data)


def _outside_domain(b: Builder, z: Term) -> Term:
    """Return z^4096 and prove that it is not 1: 13 constraints.

    SAFETY: at the point w_i of the domain the quotient w_i/(z - w_i) does not exist; nothing is proved there. A hash hits one with probability 2^-243.
    """
    power = z
    for _ in range(INDEX_BITS):
        power = b.product(power, power)
    inverse = b.quotient(1, power - 1)
    b.enforce(power - 1, inverse, 1)
    return power


def _lagrange_term(b: Builder, z: Term, index: Term, element: Term) -> Term:
    """Return element · w_i/(z - w_i) for the point w_i = w^brp12(i): 28 constraints."""
    bits = require_bits(b, index, INDEX_BITS + 1)
    b.enforce(element, bits[INDEX_BITS], 0)
    point = domain_point(b, bits[:INDEX_BITS])
    quotient = b.quotient(point, z - point)
    b.enforce(z - point, quotient, point)
    return b.product(element, quotient)


def domain_point(b: Builder, bits: Sequence[Term]) -> Term:
    """Return w^brp12(i) for the 12 bits of i: bit k counts 2^(11 - k) in the reversed index; 11 constraints."""
    w = root_of_unity(BLOB_ELEMENTS)
    factors = [1 + bit * (pow(w, 1 << (INDEX_BITS - 1 - k), R) - 1) for k, bit in enumerate(bits)]
    point = factors[0]
    for factor in factors[1:]:
        point = b.product(point, factor)
    return point


def _horner(b: Builder, coefficients: Sequence[Term], z: Term) -> Term:
    total = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = b.product(total, z) + coefficient
    return total
