"""The half off L1."""

from collections.abc import Sequence
from pathlib import Path

from eth_account import Account

from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Artifact, Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, Move, Properties, Submission, batch_struct

SOURCE = Path(__file__).with_name("notary.vy").read_text()
DEVELOPMENT_KEY = 77


class Notary:
    """Signs what this node has executed itself."""

    name = "notary"
    version = 1
    withholds_signatures = False

    def __init__(self, context: Context, secret: int = DEVELOPMENT_KEY) -> None:
        self._context = context
        self._account = Account.from_key(secret.to_bytes(32, "big"))
        self._image: Image | None = None
        self._settlement: Contract | None = None
        self._jobs: dict[str, Submission] = {}

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        return Properties(
            finality="at once",
            trust="the notary signs nothing that is wrong",
            liveness="the notary signs what is right",
            setup="none",
            weakness="it is one key",
        )

    # The half on L1

    def prepare(self, image: Image) -> None:
        """Remember the program: the contract is for one."""
        self._image = image

    def deploy(self, rollup: Contract) -> Contract:
        """Create the contract."""
        assert self._image is not None, "prepare comes first"
        words = rollup.address, self._image.program_id, bytes.fromhex(self._account.address[2:])
        self._settlement = self._context.l1.deploy(self._artifact(), *words)
        return self._settlement

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Work with a contract that stands, if it is this backend's, and for this chain and program."""
        l1 = self._context.l1
        assert self._image is not None, "prepare comes first"
        found = (*l1.call(settlement, "properties"), *l1.call(settlement, "settles"))
        expected = (self.name, self.version, rollup.address, self._image.program_id)
        if found != expected:
            raise OutsideError("notary: the contract is another's", expected=expected, got=found)
        self._settlement = settlement

    def half(self, address: bytes) -> Contract:
        """Return the contract at an address."""
        return Contract("notary", address, self._artifact().abi)

    def _artifact(self) -> Artifact:
        return self._context.compiler.source("notary", SOURCE)

    # Payloads

    def submit(self, view: ChainView, number: int) -> str:
        """Sign the header that this node computed."""
        job = view.batch(number).hash().hex()
        if job not in self._jobs:
            headers = view.header(number - 1).words(), view.header(number).words()
            words = batch_struct(view.batch(number)), *headers
            statement = self._context.l1.call(self._standing(), "statement", *words)
            signature = self._account.unsafe_sign_hash(statement)
            parts = signature.v, signature.r, signature.s
            self._jobs[job] = Submission(b"".join(part.to_bytes(32, "big") for part in parts))
        return job

    def poll(self, job: str) -> Job:
        """Say that a job is done; `KeyError` if it was never given."""
        self._jobs[job]
        return Job(job, "done", 1, 1)

    def fetch(self, job: str) -> Submission:
        """Return the payload."""
        return self._jobs[job]

    # Claims

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:
        """Make no move: there is nothing to dispute."""
        return ()

    def vouches(self, view: ChainView, claim: int) -> bool:
        """Say yes: what L1 took is signed."""
        return True

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim."""
        accepted = self._context.l1.call(self._standing(), "verdict", claim) == 1
        return {"verdict": "accepted" if accepted else "pending"}

    def _standing(self) -> Contract:
        assert self._settlement is not None, "deploy or attach comes first"
        return self._settlement
