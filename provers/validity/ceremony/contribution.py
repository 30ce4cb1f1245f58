"""One contribution: who, and for each circuit what δ became, with a proof that its secret was known.

SPEC: Bowe, Gabizon, Miers (eprint 2017/1050), sections 3 and 4: to multiply δ by x, publish `x·G1` and `x·R`, where R is a
point of G2 hashed from the transcript so far and `x·G1`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from py_ecc.bls import hash_to_curve

from provers.validity.ceremony.checks import is_same_ratio
from provers.validity.curve.pairing import Arkworks
from provers.validity.curve.plain import from_py_ecc_g2, g1_multiple, g2_multiple
from provers.validity.curve.points import (
    G1_BYTES,
    G1_GENERATOR,
    G2_BYTES,
    G2_GENERATOR,
    G1Point,
    G2Point,
    g1_from_evm,
    g1_to_evm,
    g2_from_evm,
    g2_to_evm,
)
from provers.validity.iden3.sections import Reader
from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError

STEP_BYTES: Final = 2 * (G1_BYTES + G2_BYTES)
MAX_NAME: Final = 64
MAX_BEACON: Final = 64
MAX_ROUNDS: Final = 24
"""2^24 hashes take about ten seconds, of everybody who verifies."""
#: py-ecc declares the hash function's type as that of its result.
_hash_to_g2: Any = hash_to_curve.hash_to_G2
_HASH_TO_G2: Final = b"TANDEM-CEREMONY-1-BLS12381G2_XMD:SHA-256_SSWU_RO_"
_CHAIN: Final = b"tandem-ceremony-contribution-1"
_BEACON: Final = b"tandem-ceremony-beacon-1"


@dataclass(frozen=True)
class Beacon:
    """Public randomness that nobody could foresee: `2^rounds` times SHA-256 of `value`."""

    value: bytes
    rounds: int

    def secrets(self, count: int) -> list[int]:
        """What it multiplies the δ of each circuit by, in [1, r); takes `2^rounds` hashes."""
        state = self.value
        for _ in range(1 << self.rounds):
            state = hashlib.sha256(state).digest()
        return [secret_of(_BEACON, state, part) for part in range(count)]


@dataclass(frozen=True)
class Step:
    """What a contribution did to one circuit.

    Attributes
    ----------
    delta_g1, delta_g2
        δ after it.
    secret_g1, secret_r
        `x·G1` and `x·R`: that x was known.
    """

    delta_g1: G1Point
    delta_g2: G2Point
    secret_g1: G1Point
    secret_r: G2Point

    def to_bytes(self) -> bytes:
        """EIP-2537 encodings, 768 bytes."""
        first = g1_to_evm(self.delta_g1) + g2_to_evm(self.delta_g2)
        return first + g1_to_evm(self.secret_g1) + g2_to_evm(self.secret_r)


START: Final = Step(G1_GENERATOR, G2_GENERATOR, G1_GENERATOR, G2_GENERATOR)
"""δ = 1."""


@dataclass(frozen=True)
class Contribution:
    """A name of up to 64 characters, the beacon it came from if it did, and a step a circuit."""

    name: str
    beacon: Beacon | None
    steps: tuple[Step, ...]

    def heading(self) -> bytes:
        """Name and beacon."""
        name = self.name.encode()
        beacon = b"" if self.beacon is None else bytes([self.beacon.rounds]) + self.beacon.value
        return bytes([len(name)]) + name + bytes([len(beacon)]) + beacon

    def to_bytes(self) -> bytes:
        """The heading, then the steps."""
        return self.heading() + b"".join(step.to_bytes() for step in self.steps)

    def hash(self, transcript: bytes) -> bytes:
        """The transcript after it: what a contributor publishes, to find it again in the finished file."""
        return hashlib.sha256(_CHAIN + transcript + self.to_bytes()).digest()


def secret_of(domain: bytes, seed: bytes, part: int) -> int:
    """A scalar in [1, r): SHA-512 modulo r - 1, plus 1 (bias below 2^-256)."""
    digest = hashlib.sha512(domain + part.to_bytes(4, "big") + seed).digest()
    return int.from_bytes(digest, "big") % (R - 1) + 1


def contribute(
    transcript: bytes, name: str, beacon: Beacon | None, before: tuple[Step, ...], secrets: list[int]
) -> Contribution:
    """Multiply each δ by its secret; not constant-time."""
    check_name(name)
    unsigned = Contribution(name, beacon, ())
    steps = []
    for part, (last, x) in enumerate(zip(before, secrets, strict=True)):
        public = g1_multiple(x)
        r = challenge(transcript, unsigned, part, public)
        steps.append(Step(g1_multiple(x, last.delta_g1), g2_multiple(x, last.delta_g2), public, g2_multiple(x, r)))
    return Contribution(name, beacon, tuple(steps))


def challenge(transcript: bytes, contribution: Contribution, part: int, secret_g1: G1Point) -> G2Point:
    """R: hashed to G2 (RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_) from all that came before, the heading and `x·G1`."""
    message = transcript + contribution.heading() + part.to_bytes(4, "big") + g1_to_evm(secret_g1)
    point: Any = _hash_to_g2(message, _HASH_TO_G2, hashlib.sha256)
    return from_py_ecc_g2(point)


def check(transcript: bytes, number: int, contribution: Contribution, before: tuple[Step, ...]) -> None:
    """Check a contribution against the δ before it.

    Raises
    ------
    PeerError
        Names the contribution, the circuit's place and the equation that does not hold.
    """
    who = f"contribution {number} ({contribution.name})"
    if contribution.beacon is not None:
        expected = [g1_multiple(x) for x in contribution.beacon.secrets(len(before))]
        if expected != [step.secret_g1 for step in contribution.steps]:
            raise PeerError(f"ceremony: {who}: its secrets are not those of its beacon")
    for part, (last, step) in enumerate(zip(before, contribution.steps, strict=True)):
        r = challenge(transcript, contribution, part, step.secret_g1)
        if not is_same_ratio([G1_GENERATOR, step.secret_g1], [r, step.secret_r]):
            raise PeerError(f"ceremony: {who}, circuit {part}: the proof of knowledge of its secret does not hold")
        if not is_same_ratio([last.delta_g1, step.delta_g1], [r, step.secret_r]):
            raise PeerError(f"ceremony: {who}, circuit {part}: δ in G1 is not the one before it times its secret")
        if not is_same_ratio([G1_GENERATOR, step.delta_g1], [G2_GENERATOR, step.delta_g2]):
            raise PeerError(f"ceremony: {who}, circuit {part}: δ in G2 is not that in G1")


def check_name(name: str) -> None:
    """Raise DecodeError unless a name is printable, not empty and short."""
    if not re.fullmatch(r"[^\x00-\x1f\x7f]+", name) or not name.isprintable() or len(name.encode()) > MAX_NAME:
        raise DecodeError("ceremony: a name must be printable", expected=f"1..{MAX_NAME} bytes", got=repr(name))


def read(reader: Reader, number: int, parts: int) -> Contribution:
    """Read a contribution; DecodeError, naming it, if it is malformed or a point is none."""
    what = f"contribution {number}"
    raw = reader.bytes(reader.uint(1, what), what)
    try:
        name = raw.decode()
    except UnicodeDecodeError as error:
        raise DecodeError(f"ceremony: {what}: its name is no UTF-8") from error
    try:
        check_name(name)
        beacon = _beacon(reader.bytes(reader.uint(1, what), what))
        steps = tuple(_step(reader.bytes(STEP_BYTES, what)) for _ in range(parts))
    except DecodeError as error:
        raise DecodeError(f"ceremony: {what}: {error.what}", expected=error.expected, got=error.got) from error
    return Contribution(name, beacon, steps)


def _beacon(data: bytes) -> Beacon | None:
    if not data:
        return None
    beacon = Beacon(data[1:], data[0])
    check_beacon(beacon)
    return beacon


def check_beacon(beacon: Beacon) -> None:
    """Raise DecodeError unless a beacon has 1 to 64 bytes and at most 2^24 rounds."""
    if not 1 <= len(beacon.value) <= MAX_BEACON or not 0 <= beacon.rounds <= MAX_ROUNDS:
        raise DecodeError(
            "a beacon is out of range",
            expected=f"1..{MAX_BEACON} bytes, rounds 0..{MAX_ROUNDS}",
            got=f"{len(beacon.value)} bytes, rounds {beacon.rounds}",
        )


def _step(data: bytes) -> Step:
    curve, ends = Arkworks(), [0, G1_BYTES, G1_BYTES + G2_BYTES, 2 * G1_BYTES + G2_BYTES, STEP_BYTES]
    raw = [data[a:b] for a, b in pairwise(ends)]
    step = Step(g1_from_evm(raw[0]), g2_from_evm(raw[1]), g1_from_evm(raw[2]), g2_from_evm(raw[3]))
    if None in (step.delta_g1, step.delta_g2, step.secret_g1, step.secret_r):
        raise DecodeError("a point is infinity")
    # SAFETY: pairings compare exponents inside the subgroups of order r only.
    if not (curve.is_in_g1(step.delta_g1) and curve.is_in_g1(step.secret_g1)):
        raise DecodeError("a point is on the curve but outside G1")
    if not (curve.is_in_g2(step.delta_g2) and curve.is_in_g2(step.secret_r)):
        raise DecodeError("a point is on the curve but outside G2")
    return step
