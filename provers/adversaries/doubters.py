"""Attacks on right claims: questions and refutations that nobody has a reason for."""

from typing import Final

from provers.adversaries.claims import DAY, OPTIMISTIC
from provers.optimistic.truth import Truth
from rollup.ports.attack import Arena, Attack
from rollup.ports.settlement import batch_struct


def doubter(arena: Arena) -> None:
    """Doubt the right claim as late as possible."""
    question = _made(arena)
    arena.note("the right claim is doubted in the last hour of its window, by one who hopes for silence")
    arena.wait(7 * DAY - 3_600)
    arena.send(
        arena.settlement,
        "ask",
        question,
        Truth.of(arena.view, arena.view.derived()).steps.commitment,
        value=_bond(arena),
    )
    arena.wait(4 * DAY)
    arena.send(arena.settlement, "expire", question)


def false_witness(arena: Arena) -> None:
    """Refute right steps."""
    number = arena.view.derived()
    claim, truth = _made(arena), Truth.of(arena.view, number)
    arena.note("the right claim is doubted at once, and each of its steps refuted with evidence that is right or empty")
    arena.send(arena.settlement, "ask", claim, truth.steps.commitment, value=_bond(arena))
    arena.honest()
    for position in range(len(truth.steps.leaves)):
        headers = truth.parent.words(), truth.before(position).words()
        words = (claim, truth.steps.to_bytes(), position, batch_struct(truth.batch), *headers)
        for evidence in (truth.evidence(position, arena.blobs).to_abi(), b""):
            arena.send(arena.settlement, "refute", *words, evidence)


def _made(arena: Arena) -> int:
    """Let the honest proposer claim; return the claim."""
    arena.honest()
    return int(arena.hostile().call(arena.view.rollup, "claim_count"))


def _bond(arena: Arena) -> int:
    return int(arena.hostile().call(arena.settlement, "QUESTION_BOND"))


ATTACKS: Final = (
    Attack(
        "doubter",
        "doubts a right claim at the last moment, to delay it or to have it fall by silence",
        doubter,
        OPTIMISTIC,
    ),
    Attack("false-witness", "refutes right steps, with right evidence and with none", false_witness, OPTIMISTIC),
)
