"""The settlement port: what a backend is off L1, and what it is given.

A backend is two halves that ship together: a contract that implements `ISettlement.vyi`, and a class that satisfies
`SettlementBackend`. It reaches L1, clock and disk only through its `Context`; it learns of batches only through a
`ChainView`, which derives them from L1; so it holds nothing that it could not compute again after a crash.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from rollup.ports.da import Blobs
from rollup.ports.l1 import L1, Block, Compiler, Contract

if TYPE_CHECKING:
    from rollup.batch.batch import Batch
    from rollup.ir.image import Image
    from rollup.state.header import Header
    from rollup.state.tree import Tree

Verdict = Literal["pending", "accepted", "rejected"]
JobState = Literal["queued", "running", "done", "failed"]

Progress = Callable[[str, int, int], None]
"""`progress(what, done, total)`; called from any thread."""


def silent(what: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a user must know before choosing a backend; one sentence each, shown by `tandem provers`.

    Attributes
    ----------
    finality
        How long a right claim takes to become final, and why.
    trust
        What has to hold for a wrong claim never to become final.
    liveness
        What has to hold for a right claim to become final.
    setup
        What secret or ceremony the backend stands on.
    weakness
        What it does not resist; empty if nothing is known.
    """

    finality: str
    trust: str
    liveness: str
    setup: str
    weakness: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The ports a backend works through.

    Attributes
    ----------
    l1
        A connection that pays from the account of the role that runs the backend.
    compiler
        Compiles the backend's contracts.
    blobs
        Opens posted blobs.
    cache
        A folder for what can be computed again: keys, circuits.
    progress
        Told of everything that takes longer than a second or two.
    """

    l1: L1
    compiler: Compiler
    blobs: Blobs
    cache: Path
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class Job:
    """Where the making of a claim's payload stands; `done` of `total` parts, and about how many seconds the rest takes, if that can be said."""

    id: str
    state: JobState
    done: int
    total: int
    error: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What `rollup.propose` takes for a claim: the payload, and the wei that go with it.

    `seconds` is the time its making took, measured; `details` go into reports (e.g. proofs, bytes).
    """

    payload: bytes = field(repr=False)
    value: int = 0
    seconds: float = 0.0
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Something a backend did on L1 in answer to what happened there; `gas` from the receipt."""

    what: str
    claim: int
    gas: int
    details: dict[str, object] = field(default_factory=dict)


class BackendFactory(Protocol):
    """What a package registers under the entry-point group `tandem.provers`: the backend's class."""

    def __call__(self, context: Context, **options: object) -> "SettlementBackend":
        """Make a backend; every option has a default."""
        ...


def batch_struct(batch: "Batch") -> tuple[bytes, int, int, int, bytes, int, int, bytes]:
    """Return the preimage of a batch's hash as the contracts' struct `Batch` (machine.md §6)."""
    posted = (batch.parent_hash, batch.number, batch.timestamp, batch.inbox_to)
    return (*posted, batch.rolling, batch.payee, int(batch.kind), batch.data_hash)


class ChainView(Protocol):
    """The chain as derived from L1 alone and executed here; who asks believes nobody."""

    @property
    def rollup(self) -> Contract:
        """The rollup contract."""
        ...

    def program_of(self, number: int) -> "Image":
        """Return the program that a derived batch runs."""
        ...

    def derived(self) -> int:
        """Number of the newest batch derived and executed; 0 if none is."""
        ...

    def batch(self, number: int) -> "Batch":
        """Return a derived batch, its elements included; KeyError if there is none."""
        ...

    def header(self, number: int) -> "Header":
        """Return the header after a batch; `header(0)` is genesis."""
        ...

    def state_before(self, number: int) -> "Tree":
        """Return a copy of the state that batch `number` runs on."""
        ...


class SettlementBackend(Protocol):
    """The half off L1. Every method may be called again after a crash and then goes on, or answers the same."""

    name: str
    version: int
    withholds_signatures: bool

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        ...

    def prepare(self, image: "Image") -> None:
        """Make or load what the program needs: circuits, keys. May take minutes once; then cached."""
        ...

    def deploy(self, rollup: Contract) -> Contract:
        """Create the L1 half for a rollup contract whose program is prepared, with all it stands on but the rollup and its Poseidon2."""
        ...

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Work with an L1 half that stands; compares name, version and program with its own, `OutsideError` if they differ."""
        ...

    def half(self, address: bytes) -> Contract:
        """Return an L1 half of this backend that stands at an address, with its ABI: what `attach` takes."""
        ...

    def submit(self, view: ChainView, number: int) -> str:
        """Start making the payload of the right claim for a batch; returns the job's id, the same for the same batch."""
        ...

    def poll(self, job: str) -> Job:
        """Say where a job stands; KeyError for an id never given."""
        ...

    def fetch(self, job: str) -> Submission:
        """Wait for a job and return what to propose; raises what made it fail."""
        ...

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:
        """Answer what happened on L1 up to `head`: play games, collect bonds; empty if nothing was to be done."""
        ...

    def vouches(self, view: ChainView, claim: int) -> bool:
        """Tell whether a claim with the right result is right in all else that it could fall for; if not, nobody should build on it."""
        ...

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim, for explorer and report; plain JSON values."""
        ...
