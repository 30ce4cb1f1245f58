"""Attacks by a sequencer, or whoever has its key: batches of what nobody signed, or of nothing that can be read."""

from typing import Final

from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.ports.attack import Arena, Attack

ELEMENTS: Final = 24


def undecodable_data(arena: Arena) -> None:
    """Post elements that are no transactions."""
    arena.note("the sequencer posts noise in the place of transactions")
    noise = (int.from_bytes(keccak256(b"noise", bytes([place])), "big") for place in range(ELEMENTS))
    arena.post(elements=[element % R for element in noise])
    arena.honest()


def unsigned_transaction(arena: Arena) -> None:
    """Post a transfer from somebody who did not sign it."""
    arena.note(
        "the sequencer posts a transfer of what the victim has, signed by somebody else, then with what is no signature"
    )
    number = arena.view.derived()
    image, domain = arena.view.program_of(number), arena.view.batch(number).domain
    plain = arena.transaction("transfer", arena.thief, 1, 50, sender=arena.victim)
    parcel = plain.sign(eddsa.generate(bytes(32)), image, domain, 0).parcel(image)
    arena.post([parcel, *(parcel._replace(r_y=r_y) for r_y in (0, 1))])
    arena.honest()


def silent_proposer(arena: Arena) -> None:
    """Claim nothing."""
    arena.note("nobody whose task it is claims the batch; somebody else does, with a key that has no role")
    number = arena.view.derived()
    arena.claim(number, arena.view.header(number), arena.truth(number).payload, by=2)


ATTACKS: Final = (
    Attack(
        "undecodable-data",
        "posts what no transaction is, to make a step that nobody can execute or prove",
        undecodable_data,
    ),
    Attack("unsigned-transaction", "posts a transfer that its sender did not sign", unsigned_transaction),
    Attack("silent-proposer", "claims nothing, so that nothing becomes final", silent_proposer),
)
