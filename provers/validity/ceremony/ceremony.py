"""A ceremony's file: the parts of all circuits as they stand, and every contribution since the start.

Type `tcer`, version 1, in sections as `iden3.sections` reads them. Section 1: whether the powers of tau were made for
development (`uint8`), the number of circuits (`uint8`), their headings, and the transcript's start (32 bytes). Section 2: the number of
contributions (`uint32`), then those. Section 16 + k: the arrays of circuit k.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from provers.validity.ceremony import contribution as contributions
from provers.validity.ceremony.checks import Workers, coefficients, is_same_ratio
from provers.validity.ceremony.contribution import START, Beacon, Contribution, Step, secret_of
from provers.validity.ceremony.part import ARRAYS, CHANGING, Part, split
from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve.combinations import multiples
from provers.validity.curve.groups import G1
from provers.validity.curve.points import G2_GENERATOR
from provers.validity.curve.subgroup import require_group
from provers.validity.iden3.sections import Reader, Sections, write
from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError

KIND: Final = b"tcer"
VERSION: Final = 1
HEADER, CONTRIBUTIONS, ARRAYS_FROM = 1, 2, 16
MAX_PARTS: Final = 16
_START: Final = b"tandem-ceremony-1"
_SECRET: Final = b"tandem-ceremony-secret-1"


@dataclass(frozen=True, eq=False)
class Ceremony:
    """Everything in a file.

    Attributes
    ----------
    development
        Whether the powers of tau were made by one process.
    parts
        One a circuit.
    start
        The transcript before the first contribution: a hash of the initial parts.
    """

    development: bool
    parts: tuple[Part, ...]
    start: bytes
    contributions: tuple[Contribution, ...]

    @classmethod
    def new(cls, parts: Sequence[Part], *, development: bool) -> Ceremony:
        """Start from initial parts."""
        return cls(development, tuple(parts), start_of(parts, development=development), ())

    @property
    def deltas(self) -> tuple[Step, ...]:
        """δ of each circuit as it stands."""
        return self.contributions[-1].steps if self.contributions else (START,) * len(self.parts)

    def transcripts(self) -> list[bytes]:
        """The transcript at the start and after each contribution."""
        states = [self.start]
        for each in self.contributions:
            states.append(each.hash(states[-1]))
        return states

    def save(self, path: Path | str) -> None:
        """Write the file; OutsideError if it cannot be written."""
        headings = b"".join(part.heading() for part in self.parts)
        records = b"".join(each.to_bytes() for each in self.contributions)
        head = bytes([self.development, len(self.parts)])
        contents: dict[int, list[object]] = {
            HEADER: [head + headings + self.start],
            CONTRIBUTIONS: [len(self.contributions).to_bytes(4, "little") + records],
        }
        for k, part in enumerate(self.parts):
            contents[ARRAYS_FROM + k] = [part.arrays[name] for name in ARRAYS]
        write(path, KIND, VERSION, contents)  # type: ignore[arg-type]

    @classmethod
    def open(cls, path: Path | str) -> Ceremony:
        """Map a file; points of contributions are checked to be in their groups, those of the arrays are not.

        Raises
        ------
        OutsideError
            It cannot be opened.
        DecodeError
            It is malformed.
        """
        file = Sections.open(path, KIND, VERSION)
        reader = Reader(file.source, file.take(HEADER))
        development, count = reader.uint(1, "the header"), reader.uint(1, "the header")
        if development > 1 or not 1 <= count <= MAX_PARTS:
            raise DecodeError(f"{file.source}: the header is malformed", expected=f"1..{MAX_PARTS} circuits", got=count)
        headings = [_heading(file.source, reader) for _ in range(count)]
        start = reader.bytes(32, "the header")
        reader.end("the header")
        file.require_only([HEADER, CONTRIBUTIONS, *range(ARRAYS_FROM, ARRAYS_FROM + count)])
        parts = [split(file.source, part, file.take(ARRAYS_FROM + k)) for k, part in enumerate(headings)]
        return cls(bool(development), tuple(parts), start, _read_contributions(file, count))

    def contribute(self, name: str, entropy: bytes, workers: Workers) -> Ceremony:
        """Add a contribution by secrets drawn now from the operating system, mixed with `entropy`, and kept nowhere.

        Raises
        ------
        PeerError
            A contribution before it does not hold, or a point that is to be multiplied is in no group.
        """
        seed = os.urandom(64) + hashlib.sha512(entropy).digest()
        secrets = [secret_of(_SECRET, seed, part) for part in range(len(self.parts))]
        return self._continued(name, None, secrets, workers)

    def sealed(self, beacon: Beacon, workers: Workers) -> Ceremony:
        """Add the last contribution, by a public beacon."""
        contributions.check_beacon(beacon)
        workers.progress(f"hashing the beacon 2^{beacon.rounds} times", 0, 1)
        return self._continued("beacon", beacon, beacon.secrets(len(self.parts)), workers)

    def _continued(self, name: str, beacon: Beacon | None, secrets: list[int], workers: Workers) -> Ceremony:
        contributions.check_name(name)
        self.check_contributions(workers)
        if any(each.beacon for each in self.contributions):
            raise PeerError(
                "ceremony: the beacon has been applied, so it is over", remedy="write the keys: ceremony finish"
            )
        # SAFETY: a multiple of a point of small order tells the secret modulo that order.
        self.check_groups(workers)
        made = contributions.contribute(self.transcripts()[-1], name, beacon, self.deltas, secrets)
        parts = tuple(_divided(part, secret, workers) for part, secret in zip(self.parts, secrets, strict=True))
        return replace(self, parts=parts, contributions=(*self.contributions, made))

    def check_contributions(self, workers: Workers) -> None:
        """Check every contribution against the one before it; PeerError names the one that does not hold."""
        before, states = (START,) * len(self.parts), self.transcripts()
        for number, each in enumerate(self.contributions, 1):
            workers.progress("checking contributions", number - 1, len(self.contributions))
            if number < len(self.contributions) and each.beacon:
                raise PeerError(f"ceremony: contribution {number + 1} comes after the beacon")
            contributions.check(states[number - 1], number, each, before)
            before = each.steps

    def check_groups(self, workers: Workers) -> None:
        """Check that every point of `l` and `h` is in G1; DecodeError names the circuit, the array and the point."""
        for part in self.parts:
            for name in CHANGING:
                workers.progress(f"circuit {part.label}: checking the points of {name}", 0, 1)
                what = f"ceremony: circuit {part.label}, {name}"
                require_group(G1, part.arrays[name], what, workers.pool, workers.threads)

    def check_against(self, initial: Ceremony, workers: Workers) -> None:
        """Check everything, given the ceremony as it must have started.

        Raises
        ------
        PeerError
            Names the circuit and the array, or the contribution, that is wrong.
        """
        if self.development != initial.development:
            raise PeerError("ceremony: its mark of development is not that of its powers of tau")
        if len(self.parts) != len(initial.parts):
            raise PeerError("ceremony: other circuits", expected=len(initial.parts), got=len(self.parts))
        for mine, theirs in zip(self.parts, initial.parts, strict=True):
            difference = mine.first_difference(theirs)
            if difference is not None:
                raise PeerError(f"ceremony: circuit {theirs.label}: {difference} is not what circuit and powers give")
        if self.start != initial.start:
            raise PeerError("ceremony: the transcript does not start from these circuits and powers")
        self.check_contributions(workers)
        self.check_groups(workers)
        for mine, theirs, delta in zip(self.parts, initial.parts, self.deltas, strict=True):
            for name in CHANGING:
                _check_divided(mine, theirs, name, delta, workers)
        workers.progress("checking", 1, 1)


def start_of(parts: Sequence[Part], *, development: bool) -> bytes:
    """SHA-256 of a domain, the mark of development and the digests of the initial parts."""
    return hashlib.sha256(_START + bytes([development, len(parts)]) + b"".join(p.digest() for p in parts)).digest()


def _divided(part: Part, secret: int, workers: Workers) -> Part:
    """A part whose `l` and `h` are divided by a secret."""
    factor = limbs_of([pow(secret, -1, R)])
    changed = {
        name: multiples(
            G1, part.arrays[name], factor, workers.pool, workers.threads, workers.told(f"circuit {part.label}: {name}")
        )
        for name in CHANGING
    }
    return replace(part, arrays=part.arrays | changed)


def _check_divided(mine: Part, theirs: Part, name: str, delta: Step, workers: Workers) -> None:
    """`e(Σ ρ_i·P_i, δ) = e(Σ ρ_i·P_i⁰, 1)` for random ρ, P⁰ being the initial points."""
    workers.progress(f"circuit {mine.label}: comparing {name}", 0, 1)
    rho = coefficients(len(mine.arrays[name]))
    sums = [workers.sum(G1, part.arrays[name], rho) for part in (mine, theirs)]
    if not is_same_ratio(sums, [G2_GENERATOR, delta.delta_g2]):  # type: ignore[arg-type]
        raise PeerError(f"ceremony: circuit {mine.label}: {name} is not the initial one divided by δ")


def _heading(source: str, reader: Reader) -> Part:
    raw = reader.bytes(reader.uint(1, "the header"), "the header")
    try:
        label = raw.decode()
    except UnicodeDecodeError as error:
        raise DecodeError(f"{source}: a circuit's label is no UTF-8") from error
    contributions.check_name(label)
    circuit = reader.bytes(32, "the header")
    size, wires, public, in_a, in_b = (reader.uint(4, "the header") for _ in range(5))
    if public >= wires or size < 2 or size & (size - 1) or max(in_a, in_b) > wires:
        raise DecodeError(f"{source}: the sizes of circuit {label} do not fit each other")
    return Part(label, circuit, size, wires, public, in_a, in_b, {})


def _read_contributions(file: Sections, parts: int) -> tuple[Contribution, ...]:
    reader = Reader(file.source, file.take(CONTRIBUTIONS))
    # INVARIANT: a count that the section cannot hold ends at its first missing contribution.
    count = reader.uint(4, "the contributions")
    found = tuple(contributions.read(reader, number, parts) for number in range(1, count + 1))
    reader.end("the last contribution")
    return found
