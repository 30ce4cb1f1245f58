"""The attack port: what somebody tries on a chain, and what of the chain he has in his hands.

An attack is found by the entry-point group `tandem.attacks`. It only acts; whether it got away with anything, the arena judges by what L1
holds in the end (`rollup.devnet.arena`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rollup.ports.da import Blobs
from rollup.ports.l1 import L1, Contract
from rollup.ports.settlement import ChainView, Submission

if TYPE_CHECKING:
    from rollup.batch.batch import Batch
    from rollup.batch.parcel import Parcel
    from rollup.batch.transaction import Transaction
    from rollup.state.header import Header

EVERY = frozenset[str]()
"""Of `Attack.against`: whatever settles the chain."""


class Arena(Protocol):
    """A chain whose newest batch nobody has claimed, as an attacker finds it: honest roles run, he has keys of his own, and maybe the sequencer's."""

    @property
    def backend(self) -> str:
        """Name of the settlement backend."""
        ...

    @property
    def view(self) -> ChainView:
        """The chain, as everybody derives it."""
        ...

    @property
    def settlement(self) -> Contract:
        """The contract that judges claims about the newest batch."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Opens posted blobs."""
        ...

    @property
    def sequencer(self) -> L1:
        """A connection that signs with the sequencer's key."""
        ...

    @property
    def thief(self) -> int:
        """An L2 account of the attacker's."""
        ...

    @property
    def victim(self) -> int:
        """An L2 account of somebody else, who has something to steal."""
        ...

    def hostile(self, index: int = 0) -> L1:
        """Return a connection that signs with a key of the attacker's, who has four."""
        ...

    def truth(self, number: int) -> Submission:
        """Return the payload of the right claim for a batch, as the backend makes it."""
        ...

    def claim(
        self,
        number: int,
        header: "Header",
        payload: bytes,
        *,
        by: int = 0,
        parent: int | None = None,
        parent_header: "Header | None" = None,
    ) -> int | None:
        """Claim with whatever bond the backend wants, on the right claim about the batch before by default; None if L1 refuses it."""
        ...

    def send(self, contract: Contract, function: str, *args: object, value: int = 0, by: int = 0) -> bool:
        """Call a contract with a key of the attacker's; False if L1 refuses it."""
        ...

    def transaction(self, action: str, *args: int, sender: int) -> "Transaction":
        """Return a transaction for the nonce that is due, signed by nobody."""
        ...

    def post(self, parcels: "Sequence[Parcel]" = (), elements: Sequence[int] | None = None) -> "Batch":
        """Post a batch with the sequencer's key, whatever is in it, and let everybody derive it."""
        ...

    def honest(self) -> None:
        """Let the honest roles do what is due now: claim, answer, doubt, make final."""
        ...

    def wait(self, seconds: int) -> None:
        """Let time pass on L1, with the honest roles at work once a day."""
        ...

    def note(self, text: str) -> None:
        """Tell the reader what is being tried."""
        ...


@dataclass(frozen=True, slots=True)
class Attack:
    """Something to try.

    Attributes
    ----------
    name
        As `tandem attack NAME` takes it.
    summary
        What it tries, one sentence.
    run
        Tries it.
    against
        Names of the backends that it makes sense against; `EVERY` for all.
    """

    name: str
    summary: str
    run: Callable[[Arena], None]
    against: frozenset[str] = EVERY
