"""A mock of settlement, for tests of what stands around it: it proves nothing, accepts everything, and says so."""

from collections.abc import Sequence
from typing import Final

from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, Move, Properties, Submission

DEVELOPMENT_CHAINS: Final = frozenset({1337, 31337, 131277322940537})
"""Chain ids of geth --dev, of anvil and hardhat, and of py-evm; as in contracts/mocks/instant.vy."""
CONTRACT: Final = "mocks/instant"


class MockBackend:
    """Settlement by nothing at all; see `ports.settlement.SettlementBackend`."""

    name = "mock"
    version = 1
    withholds_signatures = False

    def __init__(self, context: Context) -> None:
        self._context = context
        self._settlement: Contract | None = None
        self._image: Image | None = None
        self._jobs: set[str] = set()

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        return Properties(
            finality="at once, for every claim",
            trust="everybody: a wrong claim becomes final if somebody makes it",
            liveness="none",
            setup="none",
            weakness="it is a mock: it checks nothing, and exists on development chains only",
        )

    def prepare(self, image: Image) -> None:
        """Remember the program; a mock needs nothing else."""
        self._image = image

    def deploy(self, rollup: Contract) -> Contract:
        """Create the contract; `OutsideError` unless this is a development chain."""
        l1 = self._context.l1
        if l1.chain_id not in DEVELOPMENT_CHAINS:
            raise OutsideError(
                "settlement: the mock accepts every claim, so it is deployed on development chains only",
                expected=f"a chain id of {', '.join(map(str, sorted(DEVELOPMENT_CHAINS)))}",
                got=l1.chain_id,
                remedy="choose optimistic or groth16",
            )
        if self._image is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        artifact = self._context.compiler.contract(CONTRACT)
        self._settlement = l1.deploy(artifact, rollup.address, self._image.program_id, cause="deploy")
        return self._settlement

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Compare name and version; `OutsideError` if they differ."""
        found = tuple(self._context.l1.call(settlement, "properties"))
        if found != (self.name, self.version):
            raise OutsideError(
                f"settlement: another backend than the mock settles 0x{rollup.address.hex()}",
                expected=f"{self.name} {self.version}",
                got=" ".join(map(str, found)),
            )
        self._settlement = settlement

    def half(self, address: bytes) -> Contract:
        """Return the contract that stands at an address."""
        return Contract(CONTRACT, address, self._context.compiler.contract(CONTRACT).abi)

    def submit(self, view: ChainView, number: int) -> str:
        """Return the id of a job that is done: the batch's hash."""
        job = view.batch(number).hash().hex()
        self._jobs.add(job)
        return job

    def poll(self, job: str) -> Job:
        """Say that a job is done; `KeyError` for an id never given."""
        if job not in self._jobs:
            raise KeyError(job)
        return Job(job, "done", 1, 1)

    def fetch(self, job: str) -> Submission:
        """Return an empty payload."""
        return Submission(b"", details={"proves": f"nothing about {job}"})

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:  # noqa: ARG002 - of the port
        """Make no move: nothing can be disputed."""
        return ()

    def vouches(self, view: ChainView, claim: int) -> bool:  # noqa: ARG002 - of the port
        """Say yes: no claim falls."""
        return True

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim."""
        if self._settlement is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        verdict = self._context.l1.call(self._settlement, "verdict", claim)
        return {"verdict": ("pending", "accepted", "rejected")[verdict], "checked": False}
