"""Chains with batches of every kind, made once a process; the clock stands still, so z and the proofs are the same in every run."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import default_compiler
from l1bridge.devchain import connect
from provers.validity.backend import Groth16Backend
from rollup.batch.transaction import Transaction
from rollup.crypto.fr import R
from rollup.params import AccountAttribute, DataKind
from rollup.ports.l1 import Contract
from rollup.ports.settlement import Context
from rollup.program import Program
from tests.unit.validity.backend.claims import Claim, Payload
from tests.unit.validity.backend.keys import TRANSACTIONS, IdealProver, folder, keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.settled import SettledChain

NOON = 1_800_000_000
FIRST, WHOLE, CALLDATA, ORDERED = 1, 2, 3, 4
"""Batches of `purses`: registrations; one with every kind of chunk in a blob; one in calldata; one of two chunks whose order matters."""
INBOX, DATA, LAST_DATA, TAIL = range(4)
"""Places of the chunks of batch `WHOLE`."""
GARBAGE = (R - 1, 1 << 252, 0xFF, 0, 12345)


@cache
def l1() -> L1Client:
    """An L1 whose clock stands still; blocks are a second apart."""
    return connect(clock=lambda: NOON)


@cache
def poseidon2() -> Contract:
    """The hash that rollups call."""
    return l1().deploy(default_compiler().contract("poseidon2"))


def backend(program: type[Program] = Purses, pairing: str = "arkworks") -> Groth16Backend:
    """A backend with the test keys of a program, prepared."""
    keys_of(program)
    made = Groth16Backend(Context(l1(), default_compiler(), kzg, folder()), TRANSACTIONS, pairing)
    made.prepare(program.image())
    return made


@dataclass(frozen=True)
class Scene:
    """A chain and who proves for it."""

    chain: SettledChain
    prover: IdealProver
    payloads: dict[int, Payload] = field(default_factory=dict)

    def claim(self, number: int) -> Claim:
        """An honest claim about a batch."""
        return Claim.honest(self.chain, self.prover, number)

    def payload(self, number: int) -> Payload:
        """The honest payload for a batch, to be changed."""
        if number not in self.payloads:
            self.payloads[number] = self.claim(number).payload()
        return deepcopy(self.payloads[number])


def empty_chain(program: type[Program] = Purses, by: Groth16Backend | None = None) -> SettledChain:
    """A chain without batches."""
    return SettledChain(l1(), default_compiler(), program.image(), poseidon2()).settle_by(by or backend(program))


@cache
def purses() -> Scene:
    """Four batches, the first three claimed."""
    chain = empty_chain()
    chain.register(*[1000] * 8)
    chain.post()
    chain.deposit(3, 55)
    chain.post((*chain.packed(*every_status(chain)), *GARBAGE), payee=5)
    elements = chain.packed(chain.call(3, "put", 4, fee=7))
    chain.post((*elements, *(0,) * (13 - len(elements)), *GARBAGE), DataKind.CALLDATA, payee=15)
    nonce = chain.attribute(1, AccountAttribute.NONCE)
    chain.post(chain.packed(*(chain.call(1, "put", 1, nonce=nonce + k) for k in range(5))), DataKind.CALLDATA)
    for number in (FIRST, WHOLE, CALLDATA):
        chain.propose(number, chain.submission(number).payload)
    return Scene(chain, IdealProver(Purses))


def every_status(chain: SettledChain) -> list[Transaction]:
    """Eight transactions: as many as a batch holds, and of each status one at least."""
    return [
        chain.call(1, "put", 500, fee=3),
        chain.call(1, "put", 0, fee=5, nonce=1),  # fails: nothing to put
        chain.call(2, "write", R - 1, fee=2, nonce=7),  # skipped: a nonce that is not due, so a bad signature
        chain.call(2, "withdraw", 0xABC, 100, fee=2),
        chain.call(4, "put", 1, fee=2000),  # skipped: cannot pay
        chain.call(9, "put", 1, fee=1),  # skipped: unknown account
        chain.call(6, "withdraw", 0xABC, 10**6, fee=1),  # fails: more than the balance
        chain.call(7, "write", R - 1, fee=4),
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Forget on L1 what happens inside; what tests share stands before."""
    purses()
    snapshot = l1().snapshot()
    try:
        yield
    finally:
        l1().revert(snapshot)
