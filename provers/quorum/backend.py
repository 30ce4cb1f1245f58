"""The quorum backend: a claim stands once enough attesters have signed it. The smallest example of a backend, and fast."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from eth_abi import encode

from provers.quorum import bls
from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, Move, Properties, Submission, batch_struct

CONTRACT: Final = "settlement/quorum"
MAX_MEMBERS: Final = 32

Attester = Callable[[ChainView, int, bytes], bytes | None]
"""Asked for its signature of a statement about a batch, 32 bytes; None while it is down, or does not agree."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who attests.

    Attributes
    ----------
    key
        Compressed public key, 48 bytes.
    possession
        The proof that it is possessed, 96 bytes.
    attester
        Where it is asked for signatures.
    """

    key: bytes
    possession: bytes = field(repr=False)
    attester: Attester = field(repr=False)


def in_process(secret: int) -> Member:
    """Return a member whose key is in this process: it signs what the view says, which executed the batch."""

    def attest(_view: ChainView, _number: int, statement: bytes) -> bytes:
        return bls.sign(secret, statement)

    return Member(bls.public(secret), bls.possession(secret), attest)


def development_members(count: int = 4) -> tuple[Member, ...]:
    """Return members with keys that everybody knows."""
    return tuple(in_process(bls.development_secret(index)) for index in range(count))


class QuorumBackend:
    """Settlement by n of m signatures; see `ports.settlement.SettlementBackend`.

    Parameters
    ----------
    context
        The ports.
    members
        Who attests, at most 32; four with development keys by default.
    threshold
        How many must sign; more than two thirds by default.
    """

    name = "quorum"
    version = 1
    withholds_signatures = False

    def __init__(self, context: Context, members: Sequence[Member] = (), threshold: int = 0) -> None:
        self._context = context
        self._is_development = not members
        self._members = tuple(members) or development_members()
        self._threshold = threshold or len(self._members) * 2 // 3 + 1
        self._image: Image | None = None
        self._settlement: Contract | None = None
        self._jobs: dict[str, Submission | str] = {}

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        n, m = self._threshold, len(self._members)
        return Properties(
            finality=f"as soon as {n} of {m} attesters have signed",
            trust=f"fewer than {n} of {m} attesters sign what is wrong",
            liveness=f"{n} of {m} attesters sign what is right",
            setup="attesters prove that they possess their keys, on L1",
            weakness="a quorum that lies is believed: nothing is proved, and nobody can object",
        )

    def prepare(self, image: Image) -> None:
        """Remember the program; attesters execute it as every node does."""
        self._image = image

    def deploy(self, rollup: Contract) -> Contract:
        """Create the contract with its members."""
        keys = [bls.key_words(member.key) for member in self._members]
        proofs = [bls.signature_words(member.possession) for member in self._members]
        artifact = self._context.compiler.contract(CONTRACT)
        program_id = self._prepared().program_id
        words = (rollup.address, program_id, self._threshold, keys, proofs)
        self._settlement = self._context.l1.deploy(artifact, *words)
        return self._settlement

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Work with a contract that stands; `OutsideError` if it is another backend's, chain's, program's or quorum's."""
        l1 = self._context.l1
        name, version = l1.call(settlement, "properties")
        _agree("another backend", f"{self.name} {self.version}", f"{name} {version}")
        at, program = l1.call(settlement, "settles")
        _agree("another chain", rollup.address.hex(), at.hex())
        _agree("another program", self._prepared().program_id.hex(), program.hex())
        _agree("another threshold", self._threshold, int(l1.call(settlement, "THRESHOLD")))
        _agree("another number of members", len(self._members), int(l1.call(settlement, "MEMBERS")))
        for index, member in enumerate(self._members):
            if tuple(l1.call(settlement, "member", index)) != bls.key_words(member.key):
                raise OutsideError(f"settlement: member {index} of the contract has another key", got=member.key.hex())
        self._settlement = settlement

    def half(self, address: bytes) -> Contract:
        """Return the contract that stands at an address."""
        return Contract(CONTRACT, address, self._context.compiler.contract(CONTRACT).abi)

    def submit(self, view: ChainView, number: int) -> str:
        """Ask attesters until enough have signed; if too few do, the job fails and is tried anew when it is submitted again."""
        job = hashlib.sha256(self.name.encode() + view.batch(number).hash()).hexdigest()
        if not isinstance(self._jobs.get(job), Submission):
            self._jobs[job] = self._collect(view, number)
        return job

    def poll(self, job: str) -> Job:
        """Say where a job stands; `KeyError` for an id never given."""
        found = self._jobs[job]
        return Job(job, "done", 1, 1) if isinstance(found, Submission) else Job(job, "failed", 0, 1, found)

    def fetch(self, job: str) -> Submission:
        """Return what to propose; `OutsideError` if too few signed."""
        found = self._jobs[job]
        if not isinstance(found, Submission):
            raise OutsideError(found, remedy="see that attesters run, and submit again")
        return found

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:  # noqa: ARG002 - of the port
        """Make no move: nothing can be disputed."""
        return ()

    def vouches(self, view: ChainView, claim: int) -> bool:  # noqa: ARG002 - of the port
        """Say yes: what L1 took is signed."""
        return True

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim."""
        verdict = int(self._context.l1.call(self._seated(), "verdict", claim))
        return {
            "verdict": ("pending", "accepted", "rejected")[verdict],
            "threshold": self._threshold,
            "members": len(self._members),
            "development_keys": self._is_development,
        }

    def _collect(self, view: ChainView, number: int) -> Submission | str:
        started = time.perf_counter()
        headers = view.header(number - 1).words(), view.header(number).words()
        words = (batch_struct(view.batch(number)), *headers)
        statement: bytes = self._context.l1.call(self._seated(), "statement", *words)
        signers, signatures = 0, list[bytes]()
        for index, member in enumerate(self._members):
            signature = member.attester(view, number, statement)
            # SAFETY: one that is no signature would spoil the sum of all; who gave it is passed over.
            if signature is None or not bls.verify(member.key, statement, signature):
                continue
            signers |= 1 << index
            signatures.append(signature)
            if len(signatures) == self._threshold:
                signed = bls.signature_words(bls.aggregate(signatures))
                payload = encode(["(uint256,uint256[8])"], [(signers, signed)])
                seconds = time.perf_counter() - started
                return Submission(
                    payload, seconds=seconds, details={"signers": len(signatures), "payload_bytes": len(payload)}
                )
        return f"settlement: too few attesters signed batch {number}: {len(signatures)} of {self._threshold}"

    def _prepared(self) -> Image:
        if self._image is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        return self._image

    def _seated(self) -> Contract:
        if self._settlement is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        return self._settlement


def _agree(what: str, expected: object, got: object) -> None:
    if expected != got:
        raise OutsideError(f"settlement: the contract has {what}", expected=expected, got=got)
