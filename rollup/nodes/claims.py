"""What L1 logged of claims, finality and value: proved events, from the deployment on."""

from collections.abc import Iterator
from dataclasses import dataclass

from rollup.nodes.scan import Event, Scanner
from rollup.ports.l1 import L1, Contract, L1Reorganised
from rollup.ports.store import L1Point
from rollup.state.header import Header

GENESIS_CLAIM = 0
"""Final from the start, for batch 0."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's word on what a batch came to.

    Attributes
    ----------
    id, batch, parent
        Numbers of the claim, of its batch, and of the claim about the batch before.
    proposer
        20 bytes.
    header
        What is claimed; a header whose words are out of range cannot be right, and is None.
    point
        The L1 block that took it.
    """

    id: int
    batch: int
    parent: int
    proposer: bytes
    header: Header | None
    point: L1Point


class Claims:
    """The claims of a chain, which of them are final, and how many withdrawals were released.

    Held in memory and read again from L1 at start: claims are few, and blocks without any are passed by their bloom filter.

    Parameters
    ----------
    l1
        Only read from.
    rollup
        The rollup contract.
    start
        The L1 block that created it.
    """

    def __init__(self, l1: L1, rollup: Contract, start: L1Point) -> None:
        self._scanner = Scanner(l1, rollup)
        self._start = start
        self._clear()

    def _clear(self) -> None:
        self._point = self._start
        self._claims: dict[int, Claim] = {}
        self._final: dict[int, int] = {0: GENESIS_CLAIM}
        self.released = 0

    def sync(self) -> None:
        """Follow L1 to its head; after a reorganisation, read everything again."""
        if not self._scanner.holds(self._point):
            self._clear()
        try:
            self._follow()
        except L1Reorganised:
            self._clear()
            self._follow()

    def _follow(self) -> None:
        for point, events in self._scanner.after(self._point):
            for event in events:
                self._take(event, point)
            self._point = point

    def _take(self, event: Event, point: L1Point) -> None:
        values = event.values
        if event.name == "Claimed":
            words = values["header"]
            bounds = Header.BOUNDS
            header = Header(*words) if all(word < bound for word, bound in zip(words, bounds, strict=True)) else None
            claim = Claim(values["claim_id"], values["batch"], values["parent"], values["proposer"], header, point)
            self._claims[claim.id] = claim
        elif event.name == "Finalised":
            self._final[values["batch"]] = values["claim_id"]
        elif event.name == "Released":
            self.released += 1

    def __iter__(self) -> Iterator[Claim]:
        """Yield the claims in the order in which L1 took them."""
        return iter(tuple(self._claims.values()))

    def __getitem__(self, claim: int) -> Claim:
        """Return a claim by its number; `KeyError` if there is none, or it is genesis."""
        return self._claims[claim]

    @property
    def final_batch(self) -> int:
        """Number of the last batch with a final claim; 0 if none has."""
        return max(self._final)

    def final_claim(self, batch: int) -> int | None:
        """Return the claim that is final for a batch; None if none is."""
        return self._final.get(batch)
