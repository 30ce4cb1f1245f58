"""Keys of a finished ceremony, laid out as the backend looks for them, with the record of where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from provers.validity.ceremony.ceremony import Ceremony
from provers.validity.ceremony.contribution import Step
from provers.validity.ceremony.part import Part
from provers.validity.curve.groups import g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G2_GENERATOR
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.groth16.record import Record
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.crypto.keccak import keccak256
from rollup.errors import OutsideError, PeerError

VERIFYING_KEY: Final = "verifying_key.json"


def write_keys(ceremony: Ceremony, folder: Path) -> list[Path]:
    """Write both keys of each circuit under `folder/groth16/DIGEST`; returns those folders.

    Raises
    ------
    PeerError
        Nobody has contributed.
    OutsideError
        A folder is there already, or cannot be written.
    """
    if not ceremony.contributions:
        raise PeerError(
            "ceremony: nobody has contributed, so everybody knows δ",
            remedy="contribute first: tandem ceremony contribute",
        )
    places = [folder / "groth16" / part.circuit.hex() for part in ceremony.parts]
    for part, place in zip(ceremony.parts, places, strict=True):
        if place.exists():
            raise OutsideError(
                f"ceremony: circuit {part.label} has a key in {place} already",
                remedy="move that folder away, or name another one to write to",
            )
    record = record_of(ceremony)
    for part, step, place in zip(ceremony.parts, ceremony.deltas, places, strict=True):
        key = proving_key(part, step, development=ceremony.development)
        try:
            key.save(place)
            key.vk.save(place / VERIFYING_KEY)
            record.save(place)
        except OSError as error:
            raise OutsideError(f"ceremony: {place} cannot be written: {error.strerror}") from error
    return places


def proving_key(part: Part, step: Step, *, development: bool) -> ProvingKey:
    """The key that a part has become by a last step."""
    vk = verifying_key(part, step, development=development)
    names = ("a_wires", "b_wires", "a", "b_g1", "b_g2", "l", "h")
    arrays: dict[str, Any] = {name: part.arrays[name] for name in names}
    return ProvingKey(
        circuit=part.circuit,
        vk=vk,
        size=part.size,
        tail_g1=np.concatenate([part.arrays["alpha_beta_g1"], g1_array([step.delta_g1])]),
        tail_g2=np.concatenate([part.arrays["beta_g2"], g2_array([step.delta_g2])]),
        **arrays,
    )


def verifying_key(part: Part, step: Step, *, development: bool) -> VerifyingKey:
    """The same for the verifying key; γ is 1."""
    alpha, _ = g1_points(part.arrays["alpha_beta_g1"])
    (beta,) = g2_points(part.arrays["beta_g2"])
    return VerifyingKey(alpha, beta, G2_GENERATOR, step.delta_g2, tuple(g1_points(part.arrays["ic"])), development)


def record_of(ceremony: Ceremony) -> Record:
    """What stands beside a key of it."""
    hashes = [state.hex() for state in ceremony.transcripts()]
    names = [each.name for each in ceremony.contributions]
    return Record(hashes[-1], tuple(zip(names, hashes[1:], strict=True)), development=ceremony.development)


def describe(ceremony: Ceremony) -> dict[str, Any]:
    """A ceremony as JSON; `keys_hash` is what the contract of a chain calls `KEYS_HASH`, if these are the circuits of one program."""
    states = ceremony.transcripts()
    keys = [
        verifying_key(part, step, development=ceremony.development)
        for part, step in zip(ceremony.parts, ceremony.deltas, strict=True)
    ]
    return {
        "development": ceremony.development,
        "circuits": [
            {"label": part.label, "digest": part.circuit.hex(), "domain": part.size, "public": part.public}
            for part in ceremony.parts
        ],
        "start": ceremony.start.hex(),
        "contributions": [
            {"name": each.name, "hash": state.hex(), "beacon": each.beacon.value.hex() if each.beacon else None}
            for each, state in zip(ceremony.contributions, states[1:], strict=True)
        ],
        "transcript": states[-1].hex(),
        "keys_hash": keccak256(*(key.to_bytes() for key in keys)).hex(),
    }
