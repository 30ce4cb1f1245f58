"""The equation that binds a chunk to the posted data, in constraints; its plain twin is `binding`."""

from collections.abc import Sequence

from provers.validity.arithmetise.binding import INDEX_BITS
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all, combine
from provers.validity.constraints.logic import divide
from rollup.crypto.fr import R, root_of_unity
from rollup.params import BLOB_ELEMENTS

LARGEST_RUN = 8
"""Elements that are evaluated together: 5 constraints each. Of 16 it would be 3, but few chunks start at multiples of 16."""


def run_length(elements: int) -> int:
    """Return the largest run that starts of chunks of so many elements are multiples of: a power of two, at most 8."""
    return min(elements & -elements, LARGEST_RUN)


def require_value(
    b: Builder,
    *,
    z: Term,
    zc: Term,
    y: Term,
    context: Sequence[Term],
    start: Term,
    elements: Sequence[Term],
    run: int,
) -> None:
    """Prove y = Σ element_i · L_{start + i}(z) + zc · Σ context_k · z^k: 40, 33, 30 or 29 constraints for a run of 8, 4, 2 or 1 elements, 1 a word of context, 15 more.

    Proves too that `start` is a multiple of `run` below 2^13. An element whose place is 4096 or more is proved to be 0.

    Parameters
    ----------
    run
        A power of two; the number of elements is a multiple of it.
    """
    # SAFETY: nothing is proved at z = 0 either, where no quotient makes this product 1.
    inverse, power = divide(b, 1, z), _outside_domain(b, z)
    runs = [elements[at : at + run] for at in range(0, len(elements), run)]
    # SAFETY: that this is a small integer q says that `start` is q times `run`, since q·run is below R.
    first = start * pow(run, -1, R)
    terms = [_run_sum(b, inverse, first + number, part) for number, part in enumerate(runs)]
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
    divide(b, 1, power - 1)
    return power


def _run_sum(b: Builder, inverse: Term, number: Term, elements: Sequence[Term]) -> Term:
    """Return Σ element_r · w_r/(z - w_r) over the points of run `number`.

    The g points of a run, in bit-reversed order, are u·ζ^k for a root of unity ζ of order g: all roots of X^g - u^g. With x = u/z, and as
    (z^g - u^g)/(z - w) = Σ_j z^(g-1-j) w^j, the sum is Σ_j x^(j+1) · ê_j / (1 - x^g), where ê_j = Σ_r element_r · ζ^(k_r·(j+1)) takes no constraint.

    SAFETY: 1 - x^g is not 0, as x^4096 = z^-4096 is not 1.
    """
    width = INDEX_BITS + 1 - (len(elements).bit_length() - 1)
    bits = require_bits(b, number, width)
    for element in elements:
        b.enforce(element, bits[-1], 0)
    x = b.product(domain_point(b, bits[:-1]), inverse)
    total: Term = 0
    for coefficient in reversed(_transform(elements)):
        total = b.product(total + coefficient, x)
    power = x
    for _ in range(len(elements).bit_length() - 1):
        power = b.product(power, power)
    return divide(b, total, 1 - power)


def _transform(elements: Sequence[Term]) -> list[Term]:
    """Return ê_j = Σ_r element_r · ζ^(k_r·(j+1)), where k_r is r with its bits reversed and ζ = w^(4096/g), for j = 0 … g - 1."""
    size = len(elements)
    root, bits = root_of_unity(size), size.bit_length() - 1
    places = [int(f"{r:0{bits}b}"[::-1], 2) if bits else 0 for r in range(size)]
    return [combine(elements, [pow(root, place * (j + 1), R) for place in places]) for j in range(size)]


def domain_point(b: Builder, bits: Sequence[Term]) -> Term:
    """Return the power of w whose exponent is an integer of n bits reversed, bit k counting 2^(n - 1 - k): the point w_i of i = 2^(12 - n) times it; n - 1 constraints."""
    w = root_of_unity(BLOB_ELEMENTS)
    factors = [1 + bit * (pow(w, 1 << (len(bits) - 1 - k), R) - 1) for k, bit in enumerate(bits)]
    point = factors[0]
    for factor in factors[1:]:
        point = b.product(point, factor)
    return point


def _horner(b: Builder, coefficients: Sequence[Term], z: Term) -> Term:
    total = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = b.product(total, z) + coefficient
    return total
