"""Powers of tau that one process makes, for development and tests: fast, and whoever made them could have kept τ."""

from __future__ import annotations

from pathlib import Path

from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.powers import DEVELOPMENT_NOTE
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g2_array
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.iden3.powers_file import ALPHA_G1, BETA_G1, BETA_G2, MAX_POWER, TAU_G1, TAU_G2, save
from provers.validity.poly.domain import Domain
from provers.validity.poly.vector import powers, scaled, weighted_sum
from rollup.crypto.fr import R, root_of_unity
from rollup.errors import AuthorError


def make_powers(
    path: Path | str, power: int, workers: Workers, entropy: bytes | None = None, note: bytes = DEVELOPMENT_NOTE
) -> None:
    """Write a prepared file of `2^power`; `entropy` and `note` are for tests, which must repeat and pass for others' files.

    Raises
    ------
    AuthorError
        The power is out of range.
    OutsideError
        The file cannot be written.
    """
    if not 1 <= power <= MAX_POWER:
        raise AuthorError("ceremony: a power is out of range", expected=f"1..{MAX_POWER}", got=power)
    size = 1 << power
    waste = ToxicWaste.draw(2 * size, entropy)
    makers = {
        G1: FixedBase(G1, g1_array([G1_GENERATOR])[0], 10 * size),
        G2: FixedBase(G2, g2_array([G2_GENERATOR])[0], 3 * size),
    }
    steps = iter(range(4 * power + 10))

    def times(group: Group, scalars: Words) -> Words:
        workers.progress("making powers of tau", next(steps), 4 * power + 10)
        return makers[group].multiples(scalars, workers.pool, workers.threads)

    points = {
        TAU_G1: times(G1, powers(waste.tau, 2 * size - 1)),
        TAU_G2: times(G2, powers(waste.tau, size)),
        ALPHA_G1: times(G1, powers(waste.tau, size, waste.alpha)),
        BETA_G1: times(G1, powers(waste.tau, size, waste.beta)),
        BETA_G2: times(G2, powers(1, 1, waste.beta)),
    }
    levels = range(power + 1)
    lagrange = {
        TAU_G1: [
            *(times(G1, _form(1 << p, waste.tau, 1)) for p in levels),
            times(G1, _short_form(2 * size, waste.tau)),
        ],
        TAU_G2: [times(G2, _form(1 << p, waste.tau, 1)) for p in levels],
        ALPHA_G1: [times(G1, _form(1 << p, waste.tau, waste.alpha)) for p in levels],
        BETA_G1: [times(G1, _form(1 << p, waste.tau, waste.beta)) for p in levels],
    }
    save(path, power, points, lagrange, note)


def _form(size: int, tau: int, factor: int) -> Words:
    """`factor·L_i(τ)`."""
    if size == 1:
        return powers(1, 1, factor)
    return scaled(Domain(size).lagrange(tau), factor * pow(1 << 256, -1, R) % R)


def _short_form(size: int, tau: int) -> Words:
    """`L_i(τ)` without the term of the highest power, which section 2 lacks: `(1/n)·Σ_j ω^(-ij)·τ^j` over `j < n - 1`."""
    last = powers(root_of_unity(size), size, pow(tau, size - 1, R) * pow(size, -1, R) % R)
    return weighted_sum([_form(size, tau, 1), last], [1, R - 1])
