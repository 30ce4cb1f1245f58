"""Powers of tau that were checked: whoever reads a file takes nothing in it on trust but that one contributor forgot.

SPEC: Bowe, Gabizon, Miers (eprint 2017/1050), section 4: every point in its subgroup, and consecutive powers in one ratio in both
groups, which determines all from `τ·G2`, `α·G1`, `β·G1` and the generators. Lagrange forms are compared by one random
sum: `Σ ρ_i·L_i(τ) = Σ c_j·τ^j`, with c the coefficients of the polynomial that is ρ_i at `ω^i`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from provers.validity.ceremony.checks import Workers, coefficients, is_same_ratio
from provers.validity.ceremony.lagrange import lagrange_form
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR
from provers.validity.curve.subgroup import require_group
from provers.validity.iden3 import powers_file
from provers.validity.iden3.powers_file import ALPHA_G1, BETA_G1, BETA_G2, TAU_G1, TAU_G2, PowersFile
from provers.validity.poly.domain import Domain
from rollup.errors import DecodeError, OutsideError

DEVELOPMENT_NOTE: Final = b"\0\0\0\0tandem: development"
"""What our own files have where others' have their contributors."""
NAMES: Final = {TAU_G1: "τ in G1", TAU_G2: "τ in G2", ALPHA_G1: "α·τ in G1", BETA_G1: "β·τ in G1", BETA_G2: "β in G2"}
GROUPS: Final = {TAU_G1: G1, TAU_G2: G2, ALPHA_G1: G1, BETA_G1: G1, BETA_G2: G2}


@dataclass(frozen=True, eq=False)
class Lagrange:
    """`L_i(τ)` times a group's generator, α and β, for each i of a domain."""

    g1: Words
    g2: Words
    alpha: Words
    beta: Words


@dataclass(frozen=True, eq=False)
class Powers:
    """What a circuit of up to `size` rows needs of a file, checked.

    Attributes
    ----------
    points
        By section: 2n - 1 powers of τ in G1; n in G2; n times α, n times β in G1; and β·G2 alone.
    """

    file: PowersFile
    size: int
    points: dict[int, Words]
    workers: Workers
    _forms: dict[int, Lagrange] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path | str, size: int, workers: Workers) -> Powers:
        """Read and check a file's powers up to what `size`, a power of two, needs.

        Raises
        ------
        OutsideError
            It cannot be opened, or is too small.
        DecodeError
            It is malformed, a point is outside its subgroup, powers are not powers, or nobody has contributed.
        """
        file = PowersFile.open(path)
        if size > 1 << file.power:
            raise OutsideError(
                f"{file.source}: powers of tau too few for the circuit",
                expected=f"2^{size.bit_length() - 1} or more",
                got=f"2^{file.power}",
                remedy="take a file of a higher power",
            )
        counts = {TAU_G1: 2 * size - 1, TAU_G2: size, ALPHA_G1: size, BETA_G1: size, BETA_G2: 1}
        powers = cls(file, size, {number: file.points(number, count) for number, count in counts.items()}, workers)
        powers._check()
        return powers

    @property
    def is_development(self) -> bool:
        """Whether the file says that one process made it."""
        return self.file.sections.contents[powers_file.CONTRIBUTIONS].tobytes() == DEVELOPMENT_NOTE

    def lagrange(self, size: int) -> Lagrange:
        """The Lagrange forms over a domain, from the file if it is prepared, else by transforms of its powers.

        Raises
        ------
        DecodeError
            A prepared form is not that of the powers.
        """
        if size not in self._forms:
            parts = [self._lagrange(number, size) for number in (TAU_G1, TAU_G2, ALPHA_G1, BETA_G1)]
            self._forms[size] = Lagrange(*parts)
        return self._forms[size]

    def _check(self) -> None:
        source = self.file.source
        for done, (number, points) in enumerate(self.points.items()):
            self.workers.progress("checking powers of tau", done, 2 * len(self.points))
            self._require_group(number, points)
        first_g1, first_g2 = self.points[TAU_G1][0], self.points[TAU_G2][0]
        if (first_g1 != g1_array([G1_GENERATOR])[0]).any() or (first_g2 != g2_array([G2_GENERATOR])[0]).any():
            raise DecodeError(f"{source}: the first power of τ is not the generator")
        self._require_secrets()
        tau_g1 = g1_points(self.points[TAU_G1][:2])
        tau_g2 = g2_points(self.points[TAU_G2][:2])
        for done, number in enumerate((TAU_G1, ALPHA_G1, BETA_G1)):
            self.workers.progress("checking powers of tau", len(self.points) + done, 2 * len(self.points))
            if not is_same_ratio(self._neighbours(number), tau_g2):
                raise DecodeError(
                    f"{source}: section {number}, {NAMES[number]}: neighbours do not differ by the factor τ"
                )
        if not is_same_ratio(tau_g1, self._neighbours(TAU_G2)):
            raise DecodeError(f"{source}: section {TAU_G2}, {NAMES[TAU_G2]}: neighbours do not differ by the factor τ")
        beta = g1_points(self.points[BETA_G1][:1])[0]
        if not is_same_ratio([G1_GENERATOR, beta], [G2_GENERATOR, g2_points(self.points[BETA_G2])[0]]):
            raise DecodeError(f"{source}: section {BETA_G2}: β in G2 is not the β of section {BETA_G1}")
        self.workers.progress("checking powers of tau", 1, 1)

    def _require_group(self, number: int, points: Words) -> None:
        what = f"{self.file.source}: section {number}, {NAMES[number]}"
        require_group(GROUPS[number], points, what, self.workers.pool, self.workers.threads)
        flat = points.reshape(len(points), -1)
        if not flat.any(axis=1).all():
            raise DecodeError(f"{what}: a point is infinity")

    def _require_secrets(self) -> None:
        """Refuse τ, α or β of 1, which is what a file has that nobody contributed to."""
        generator = g1_array([G1_GENERATOR])[0]
        for name, point in (
            ("τ", self.points[TAU_G1][1]),
            ("α", self.points[ALPHA_G1][0]),
            ("β", self.points[BETA_G1][0]),
        ):
            if (point == generator).all():
                raise DecodeError(
                    f"{self.file.source}: {name} is 1: nobody has contributed to these powers",
                    remedy="contribute to them first, or take powers that others made",
                )
        if (self.points[TAU_G1][self.size] == generator).all():
            raise DecodeError(f"{self.file.source}: τ is a root of unity, so everybody can find it")

    def _neighbours(self, number: int) -> Any:  # noqa: ANN401 - two points of the section's group
        """`Σ ρ_i·P_i` and `Σ ρ_i·P_{i+1}`."""
        points, group = self.points[number], GROUPS[number]
        rho = coefficients(len(points) - 1)
        return [self.workers.sum(group, part, rho) for part in (points[:-1], points[1:])]

    def _lagrange(self, number: int, size: int) -> Words:
        group, powers = GROUPS[number], self.points[number][:size]
        what = f"Lagrange form of {NAMES[number]}, 2^{size.bit_length() - 1}"
        if not self.file.is_prepared:
            return lagrange_form(group, powers, self.workers, what)
        self.workers.progress(f"checking the {what}", 0, 1)
        points = self.file.lagrange(number, size)
        place = f"{self.file.source}: section {powers_file.LAGRANGE + number}, {what}"
        require_group(group, points, place, self.workers.pool, self.workers.threads)
        rho = coefficients(size)
        if self._sum(group, points, rho) != self._sum(group, powers, Domain(size).intt(rho)):
            raise DecodeError(
                f"{place}: not the form of its powers", remedy="run `snarkjs powersoftau prepare phase2` anew"
            )
        return points

    def _sum(self, group: Group, points: Words, scalars: Words) -> Any:  # noqa: ANN401 - a point of the group
        return self.workers.sum(group, np.ascontiguousarray(points), scalars)
