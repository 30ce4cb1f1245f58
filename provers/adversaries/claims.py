"""Attacks by proposers: claims of what is not so, or of too much, or of nothing."""

from collections.abc import Sequence
from typing import Final

from provers.adversaries.liars import Forgery, Lie, credit, lie_at, lie_of, words
from provers.optimistic.truth import Truth
from rollup.crypto.keccak import keccak256
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.params import END
from rollup.ports.attack import Arena, Attack
from rollup.state.steps import Steps

OPTIMISTIC: Final = frozenset({"optimistic"})
STOLEN: Final = 10**9
"""Gwei."""
DAY: Final = 86_400
SWARM: Final = 50


def told(arena: Arena, step: int, forgery: Forgery) -> Lie:
    """Return a lie about the newest batch."""
    return lie_at(arena.view, arena.view.derived(), step, forgery)


def claim(arena: Arena, lie: Lie, *, by: int = 0) -> int | None:
    """Claim a lie as well as the backend lets anybody; None if L1 refuses it."""
    number = arena.view.derived()
    # A proof of what is not so cannot be made; the best that is left is the right one, under a wrong header.
    payload = lie.payload if arena.backend in OPTIMISTIC else arena.truth(number).payload
    return arena.claim(number, lie.header, payload, by=by)


def insist(arena: Arena, lies: Sequence[Lie], *, by: int = 0) -> None:
    """Claim lies, and answer whoever doubts them."""
    made = [(claim(arena, lie, by=by), lie) for lie in lies]
    arena.honest()
    for number, lie in made:
        if number is not None and arena.backend in OPTIMISTIC:
            arena.send(arena.settlement, "show", number, lie.steps.to_bytes(), by=by)
    arena.honest()


def wrong_state_root(arena: Arena) -> None:
    """Credit an account out of nothing."""
    arena.note("the proposer says that the batch gave him an ether more than it did")
    insist(arena, [told(arena, 1, credit(arena.thief, STOLEN))])


def wrong_withdrawal(arena: Arena) -> None:
    """Claim a withdrawal that nobody made, and try to take it."""
    recipient = arena.hostile().address
    before = arena.view.header(arena.view.derived()).withdrawals
    accumulator = hash_items(Domain.WITHDRAWAL, (before, int.from_bytes(recipient, "big"), STOLEN))
    count = arena.view.header(arena.view.derived()).withdrawals_count + 1
    arena.note("the proposer claims a withdrawal of an ether to himself, and tries to release it")
    insist(arena, [told(arena, 1, words(withdrawals=accumulator, withdrawals_count=count))])
    arena.wait(16 * DAY)
    arena.send(arena.view.rollup, "release", [(before, recipient, STOLEN)])
    arena.send(arena.view.rollup, "withdraw", recipient)


def invented_deposit(arena: Arena) -> None:
    """Claim that a message came in which nobody sent."""
    arena.note("the proposer claims that one more message was read, and that it brought him an ether")
    header = arena.view.header(arena.view.derived())
    insist(
        arena, [told(arena, 0, words(inbox_index=header.inbox_index + 1)), told(arena, 0, credit(arena.thief, STOLEN))]
    )


def wrong_step_count(arena: Arena) -> None:
    """Claim that the batch ended earlier or later than it did."""
    arena.note("the proposer leaves the last transactions out, then has steps follow the last one")
    number = arena.view.derived()
    truth = Truth.of(arena.view, number)
    last = truth.execution.step_headers[-1]
    longer = lie_of(truth.header, Steps((*truth.steps.leaves, truth.steps.leaves[-1])), last, len(truth.steps.leaves))
    insist(arena, [told(arena, 1, words(data_cursor=END, fees=0)), longer])


def equivocator(arena: Arena) -> None:
    """Claim the truth and its opposite."""
    arena.note("one proposer makes the right claim and a wrong one about the same batch")
    number = arena.view.derived()
    arena.claim(number, arena.view.header(number), arena.truth(number).payload)
    insist(arena, [told(arena, 1, credit(arena.thief, STOLEN))])


def serial_liar(arena: Arena) -> None:
    """Lie again as soon as a lie has fallen."""
    arena.note("the proposer makes a wrong claim a day, for ten days")
    for day in range(10):
        insist(arena, [told(arena, 1, credit(arena.thief, STOLEN + day))])
        arena.wait(DAY)


def void_parent(arena: Arena) -> None:
    """Build right claims on a wrong one."""
    lie = told(arena, 1, credit(arena.thief, STOLEN))
    arena.note("the proposer makes a wrong claim, and another on top of it, so that one must fall with the other")
    parent = claim(arena, lie)
    number = arena.post().number
    truth = Truth.of(arena.view, number)
    on_lie = truth.parent.after(truth.execution.step_headers[-1])
    if parent is not None:
        payload = arena.truth(number).payload
        arena.claim(number, on_lie, payload, parent=parent, parent_header=lie.header)
    arena.honest()


def sybil_swarm(arena: Arena) -> None:
    """Have many liars claim at once."""
    arena.note(
        f"{SWARM} liars claim wrong results of the same batch at once, each with a bond, and answer every question"
    )
    forgeries = [credit(arena.thief, STOLEN + place % 5) for place in range(SWARM)]
    insist(arena, [told(arena, place % 3, forgery) for place, forgery in enumerate(forgeries)])


def claim_spammer(arena: Arena) -> None:
    """Make the right claim again and again."""
    arena.note("the right claim is made five times, in front of the honest proposer")
    number = arena.view.derived()
    payload = arena.truth(number).payload
    for _ in range(5):
        arena.claim(number, arena.view.header(number), payload, by=1)


def silent_liar(arena: Arena) -> None:
    """Lie, and answer no question."""
    arena.note("the proposer commits to steps that nobody knows, not even he")
    lie = told(arena, 1, credit(arena.thief, STOLEN))
    hidden = keccak256(b"nobody knows what this hashes") + lie.payload[32:]
    arena.claim(arena.view.derived(), lie.header, hidden)
    arena.honest()
    arena.wait(8 * DAY)


ATTACKS: Final = (
    Attack("wrong-state-root", "claims a balance that no transaction gave", wrong_state_root),
    Attack("wrong-withdrawal", "claims a withdrawal that nobody made, and tries to take it", wrong_withdrawal),
    Attack("invented-deposit", "claims a deposit that nobody sent", invented_deposit),
    Attack("wrong-step-count", "claims that the batch ended earlier, or later, than it did", wrong_step_count),
    Attack("equivocator", "claims the truth and its opposite", equivocator),
    Attack("serial-liar", "lies again as soon as a lie has fallen, to delay the truth", serial_liar),
    Attack("void-parent", "builds on a wrong claim", void_parent),
    Attack("sybil-swarm", f"has {SWARM} liars claim at once, to exhaust the honest", sybil_swarm),
    Attack("claim-spammer", "makes the right claim many times, to be in the way", claim_spammer),
    Attack("stalling-player", "lies, and answers nobody", silent_liar, OPTIMISTIC),
)
