"""Attacks on what goes with a claim: forged, replayed and for something else."""

from typing import Final

from provers.adversaries.liars import credit, lie_at
from rollup.ports.attack import Arena, Attack

FLIPS: Final = 24
"""Payloads with a bit changed that are tried, spread over the payload."""


def forged_proof(arena: Arena) -> None:
    """Change bits of the right payload."""
    number = arena.view.derived()
    payload = arena.truth(number).payload
    lie = lie_at(arena.view, number, 1, credit(arena.thief))
    arena.note(f"a lie is claimed with the right payload, {FLIPS} times with one bit changed")
    for place in range(FLIPS):
        at = place * len(payload) // FLIPS
        changed = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
        arena.claim(number, lie.header, changed)
    arena.claim(number, lie.header, payload[:-1])
    arena.claim(number, lie.header, b"")


def replayed_proof(arena: Arena) -> None:
    """Use the payload of one batch for another."""
    arena.note(
        "the payload of the batch before is handed in for the newest, with the newest result and with the old one"
    )
    number = arena.view.derived()
    old = arena.truth(number - 1).payload
    for header in (arena.view.header(number), arena.view.header(number - 1)):
        arena.claim(number, header, old)


ATTACKS: Final = (
    Attack("forged-proof", "changes bits of a payload and claims a lie with it", forged_proof),
    Attack("replayed-proof", "claims a batch with the payload of another", replayed_proof),
)
