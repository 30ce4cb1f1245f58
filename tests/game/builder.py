"""Moves about a claim, one after the other, each by whom it behoves unless a test says otherwise.

Play.of_lie(chain, lie).ask().show().refute()
"""

from dataclasses import dataclass
from typing import Any

from l1bridge import kzg
from provers.adversaries.liars import Lie
from provers.optimistic.table import Claim, Table
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted, Receipt
from rollup.ports.settlement import batch_struct
from rollup.state.header import Header
from rollup.state.steps import Steps
from tests.game.chain import CHALLENGER, LIAR, SEQUENCER, STRANGER, TERMS, Chain, backend_for


@dataclass
class Play:
    """A claim and what is done about it: `steps` is what it was made from."""

    chain: Chain
    claim: int
    steps: Steps
    proposer: bytes

    @classmethod
    def of_lie(cls, chain: Chain, lie: Lie, batch: int = 1, proposer: bytes = LIAR, **options: Any) -> "Play":
        """Propose a lie."""
        claim = chain.propose(proposer, batch, lie.header, lie.payload, **options)
        return cls(chain, claim, lie.steps, proposer)

    @classmethod
    def of_truth(cls, chain: Chain, batch: int = 1, proposer: bytes = LIAR, **options: Any) -> "Play":
        """Propose the right claim."""
        claim, steps = propose_right(chain, proposer, batch, **options)
        return cls(chain, claim, steps, proposer)

    # Moves

    def ask(self, key: bytes = CHALLENGER, **options: Any) -> "Play":
        """Doubt the claim; `steps` and `value` are right unless given."""
        steps = options.get("steps", self.steps.commitment)
        value = options.get("value", self.chain.l1.call(self.chain.game, "QUESTION_BOND"))
        self._send(key, "ask", self.claim, steps, value=value)
        return self

    def show(self, leaves: bytes | None = None, key: bytes | None = None) -> "Play":
        """Show the steps."""
        given = self.steps.to_bytes() if leaves is None else leaves
        self._send(key or self.proposer, "show", self.claim, given)
        return self

    def refute(
        self, position: int | None = None, key: bytes = STRANGER, gas: int | None = None, **changes: Any
    ) -> Receipt:
        """Have a step executed, the first wrong one unless given; `changes` replace what the contract is given."""
        return self._send(key, "refute", *self._arguments(position, changes), gas=gas)

    def would_refute(self, position: int, **changes: Any) -> bool:
        """Tell whether the claim would fall by that step, without taking it."""
        try:
            self.chain.l1.call(self.chain.game, "refute", *self._arguments(position, changes))
        except L1Reverted:
            return False
        return True

    def expire(self, key: bytes = STRANGER) -> "Play":
        """Call time on a question."""
        self._send(key, "expire", self.claim)
        return self

    def settle(self, key: bytes = STRANGER) -> "Play":
        """Ask for the bonds to be given where they belong."""
        self._send(key, "settle", self.claim)
        return self

    def collect(self, key: bytes) -> int:
        """Have an account paid; return what it got, in wei."""
        address = self.chain.as_(key).address
        before = self.chain.l1.balance(address)
        self._send(SEQUENCER, "collect", address)
        return self.chain.l1.balance(address) - before

    def at(self, time: int) -> "Play":
        """Let the next move happen exactly then."""
        self.chain.at(time)
        return self

    def late(self, seconds: int = 1) -> "Play":
        """Let the next move happen so many seconds after the clock that runs has run out."""
        return self.at(self.read.moved + TERMS.clock + seconds)

    # What L1 says

    @property
    def table(self) -> Table:
        """The contracts, read."""
        return Table(self.chain.l1, self.chain.rollup, self.chain.game)

    @property
    def verdict(self) -> str:
        """What became of the claim."""
        return ("pending", "accepted", "rejected")[self.table.verdict(self.claim)]

    @property
    def read(self) -> Claim:
        """The claim as it stands."""
        return self.table.claim(self.claim)

    def credit(self, key: bytes) -> int:
        """What an account can collect, in wei."""
        return self.table.credit(self.chain.as_(key).address)

    def refusal(self, move: str, *args: Any, **options: Any) -> str:
        """Make a move that must be refused, and return with which words; nothing of the claim has changed then."""
        before = self.read
        try:
            getattr(self, move)(*args, **options)
        except L1Reverted as refused:
            assert self.read == before, "a move that was refused has changed something"
            return refused.reason
        raise AssertionError(f"{move} was not refused")

    # What a move needs

    def evidence(self, position: int) -> dict[str, Any]:
        """Return what `refute` takes for a step, executed on the true state."""
        truth = Truth.of(self.chain, self.read.batch)
        return {
            "leaves": self.steps.to_bytes(),
            "position": position,
            "batch": batch_struct(truth.batch),
            "parent_header": truth.parent.words(),
            "pre": truth.before(position).words(),
            "evidence": truth.evidence(position, kzg).to_abi(),
        }

    def _arguments(self, position: int | None, changes: dict[str, Any]) -> list[Any]:
        if position is None:
            position = self.steps.first_difference(Truth.of(self.chain, self.read.batch).steps)
            assert position is not None, "the claim has no wrong step"
        given = {"position": position} | changes
        wanted = ("leaves", "position", "batch", "parent_header", "pre", "evidence")
        if given.keys() != set(wanted):
            given = self.evidence(position) | given
        return [self.claim, *(given[name] for name in wanted)]

    def _send(self, key: bytes, function: str, *args: Any, **options: Any) -> Receipt:
        return self.chain.as_(key).transact(self.chain.game, function, *args, **options)


def propose_right(chain: Chain, key: bytes, number: int, **options: Any) -> tuple[int, Steps]:
    """Propose the right claim as the backend makes it; return its number and its steps."""
    backend = backend_for(chain.as_(key))
    backend.prepare(chain.image)
    backend.attach(chain.rollup, chain.game)
    submission = backend.fetch(backend.submit(chain, number))
    claim = chain.propose(key, number, chain.header(number), submission.payload, **options)
    return claim, Truth.of(chain, number).steps


def wrong_header(header: Header) -> Header:
    """Return a header with another state root."""
    words = header.words()
    return Header.from_words((words[0] ^ 1, *words[1:]))
