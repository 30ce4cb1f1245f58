"""A ceremony for a program's circuits, made once a machine: everybody knows τ, and nobody knows δ."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import numpy as np

from provers.validity.ceremony.ceremony import Ceremony
from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.keys import write_keys
from provers.validity.ceremony.part import Part
from provers.validity.constraints.r1cs import R1CS
from provers.validity.curve.groups import g1_array
from provers.validity.groth16.setup import setup_with
from provers.validity.groth16.toxic_waste import ToxicWaste
from rollup.params import ChunkKind
from rollup.program import Program
from tests.unit.validity.backend.keys import circuits_of, folder

FINAL = "final.tcer"
SECRETS = ToxicWaste(tau=0x7A, alpha=0xA1, beta=0xBE, gamma=1, delta=1)


def initial_part(label: str, circuit: R1CS, secrets: ToxicWaste = SECRETS) -> Part:
    """What `ceremony.initial` computes from powers of tau in a minute, from the secrets themselves in a second."""
    key, vk = setup_with(circuit, secrets)
    arrays = {name: getattr(key, name) for name in ("a_wires", "b_wires", "a", "b_g1", "b_g2", "l", "h")}
    arrays |= {"ic": g1_array(vk.ic), "alpha_beta_g1": key.tail_g1[:2].copy(), "beta_g2": key.tail_g2[:1].copy()}
    sizes = (key.size, circuit.wires, circuit.public, len(key.a_wires), len(key.b_wires))
    return Part(label, circuit.digest(), *sizes, {name: np.ascontiguousarray(x) for name, x in arrays.items()})


@cache
def keys_folder(program: type[Program]) -> Path:
    """Where the keys of a finished ceremony of one contributor stand, as `Context.cache` has them."""
    circuits = circuits_of(program)
    names = [circuits.circuit(kind).digest().hex()[:8] for kind in ChunkKind]
    place = folder() / "ceremonies" / "-".join(names)
    if not place.exists():
        partial = place.with_name(uuid4().hex)
        parts = [initial_part(kind.name.lower(), circuits.circuit(kind)) for kind in ChunkKind]
        with ThreadPoolExecutor(2) as pool:
            made = Ceremony.new(parts, development=False).contribute("ada", b"", Workers(pool, 2))
        write_keys(made, partial)
        made.save(partial / FINAL)
        try:
            partial.rename(place)
        except OSError:
            assert place.exists(), "another process finished the same ceremony meanwhile"
            rmtree(partial)
    return place
