"""A small ceremony of two circuits, made once."""

from functools import cache

from provers.validity.ceremony.ceremony import Ceremony
from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.contribution import Beacon
from provers.validity.ceremony.initial import initial_part
from provers.validity.ceremony.powers import Powers
from tests.unit.validity.ceremony.powers import PREPARED
from tests.unit.validity.groth16.circuits import cubic, fifth_powers

CIRCUITS = {"cubic": cubic(), "powers": fifth_powers(2)}
WORKERS = Workers()
BEACON = Beacon(bytes.fromhex("00112233445566778899"), 3)


@cache
def initial() -> Ceremony:
    """Before anybody has contributed."""
    powers = Powers.open(PREPARED, 16, WORKERS)
    parts = [initial_part(label, r1cs, powers, WORKERS) for label, (r1cs, _) in CIRCUITS.items()]
    return Ceremony.new(parts, development=False)


@cache
def two() -> Ceremony:
    """After two contributions."""
    return initial().contribute("ada", b"", WORKERS).contribute("bob", b"dice", WORKERS)


@cache
def sealed() -> Ceremony:
    """After two, and a beacon."""
    return two().sealed(BEACON, WORKERS)
