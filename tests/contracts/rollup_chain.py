"""The rollup contract on its own, under a settlement that says what a test wants; headers are whatever a test makes up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from l1bridge import compiler
from l1bridge.client import L1Client
from rollup.batch.inbox import EMPTY_ROLLING
from rollup.crypto.keccak import keccak256
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.encoding import uint_to_bytes
from rollup.params import DataKind
from rollup.ports.l1 import Contract, L1Reverted, Receipt

ACCOUNT_BITS, CAPACITY, STRIDE, INBOX_CAP = 8, 8, 15, 3
GENESIS_ROOT, NEXT_ACCOUNT = 7_777, 1
WINDOW, DRIFT, SILENCE, EXIT_WINDOW = 1_000, 300, 5_000, 20_000
PROGRAM_ID = bytes(range(32))
GWEI = 10**9
GENESIS = (GENESIS_ROOT, 0, 0, 0, NEXT_ACCOUNT, 0)

OBEDIENT = """
# pragma version 0.4.3

struct Subject:
    rollup: address
    program_id: bytes32

struct Batch:
    parent_hash: bytes32
    number: uint256
    timestamp: uint256
    inbox_to: uint256
    rolling: bytes32
    payee: uint256
    kind: uint256
    data_hash: bytes32

settles: public(Subject)
verdict: public(HashMap[uint256, uint256])
opened: public(HashMap[uint256, address])
paid: public(HashMap[uint256, uint256])

@deploy
def __init__(rollup: address, program_id: bytes32):
    self.settles = Subject(rollup=rollup, program_id=program_id)

@external
@payable
def open(claim: uint256, proposer: address, batch: Batch, parent: uint256[6], header: uint256[6], payload: Bytes[73728]):
    self.opened[claim] = proposer
    self.paid[claim] = msg.value
    assert payload != b"refuse", "test: refused"

@external
def decide(claim: uint256, verdict: uint256):
    self.verdict[claim] = verdict
"""
"""A settlement contract for tests."""

Item = tuple[int, bytes, int]
Posted = tuple[bytes, int, int, int, bytes, int, int, bytes]


@dataclass
class Posting:
    """The arguments of a post, which a test may bend."""

    parent_hash: bytes
    timestamp: int
    inbox_to: int = 0
    rolling: bytes = EMPTY_ROLLING
    payee: int = 0

    def arguments(self) -> tuple[bytes, int, int, bytes, int]:
        return self.parent_hash, self.timestamp, self.inbox_to, self.rolling, self.payee


@dataclass
class RollupChain:
    """A rollup contract, and what has happened on it."""

    l1: L1Client
    rollup: Contract
    settlement: Contract
    batches: list[Posted] = field(default_factory=list)
    headers: dict[int, tuple[int, ...]] = field(default_factory=lambda: {0: GENESIS})

    def call(self, name: str, *args: Any) -> Any:
        return self.l1.call(self.rollup, name, *args)

    def act(self, name: str, *args: Any, value: int = 0, blobs: Sequence[bytes] = ()) -> Receipt:
        return self.l1.transact(self.rollup, name, *args, value=value, blobs=blobs)

    def refused(
        self, name: str, *args: Any, value: int = 0, blobs: Sequence[bytes] = (), by: bytes | None = None
    ) -> str:
        """Send what must fail, and return with which words."""
        l1 = self.l1 if by is None else self.l1.as_account(by)
        with pytest.raises(L1Reverted) as raised:
            l1.transact(self.rollup, name, *args, value=value, blobs=blobs)
        return raised.value.reason

    # Batches

    def posting(self, **changes: Any) -> Posting:
        """Return what can be posted next."""
        number, _, inbox_to, _ = self.call("newest_batch")
        now = self.l1.head().timestamp
        right = {"parent_hash": self.call("batch_hash", number), "timestamp": now, "inbox_to": inbox_to}
        wanted = {**right, **changes}
        return Posting(**({"rolling": self.call("rolling", wanted["inbox_to"])} | wanted))

    def post(self, data: bytes = b"", **changes: Any) -> Posted:
        """Post calldata, and return the batch."""
        posting = self.posting(**changes)
        self.act("post_calldata", *posting.arguments(), data)
        number = len(self.batches) + 1
        p = posting
        kind = int(DataKind.CALLDATA)
        batch = (p.parent_hash, number, p.timestamp, p.inbox_to, p.rolling, p.payee, kind, keccak256(data))
        self.batches.append(batch)
        return batch

    # Claims

    def header(self, number: int, root: int = 1, withdrawals: int = 0, count: int = 0) -> tuple[int, ...]:
        return (root, withdrawals, count, 0, NEXT_ACCOUNT, number)

    def propose(self, batch: int, parent: int, header: tuple[int, ...], value: int = 0) -> int:
        arguments = (self.batches[batch - 1], parent, self.headers[parent], header, b"")
        self.act("propose", *arguments, value=value)
        claim: int = self.call("claim_count")
        self.headers[claim] = header
        return claim

    def accept(self, claim: int) -> None:
        self.l1.transact(self.settlement, "decide", claim, 1)

    def make_final(self, withdrawals: int = 0, count: int = 0) -> int:
        """Post, claim, accept and finalise the next batch with these withdrawals, right or wrong."""
        batch = self.post()
        header = self.header(batch[1], withdrawals=withdrawals, count=count)
        claim = self.propose(batch[1], self.call("final_claim", batch[1] - 1), header)
        self.accept(claim)
        self.act("finalise", claim, header)
        return claim


def deploy(l1: L1Client, poseidon2: Contract, source: str | None = None, **changes: int) -> RollupChain:
    """Deploy a rollup, from another source if need be, under a settlement that obeys tests."""
    artifact = compiler.contract("rollup") if source is None else compiler.source("rollup_changed", source)
    rollup = l1.deploy(artifact, *arguments(l1, poseidon2, **changes))
    settlement = obedient(l1, rollup)
    l1.transact(rollup, "initialize", settlement.address)
    return RollupChain(l1, rollup, settlement)


def obedient(l1: L1Client, rollup: Contract, program_id: bytes = PROGRAM_ID) -> Contract:
    """Deploy a settlement that obeys tests."""
    return l1.deploy(compiler.source("obedient", OBEDIENT), rollup.address, program_id)


def arguments(l1: L1Client, poseidon2: Contract, **changes: int) -> tuple[Any, ...]:
    """Return the constructor's arguments."""
    right = {
        "account_bits": ACCOUNT_BITS,
        "capacity": CAPACITY,
        "stride": STRIDE,
        "inbox_cap": INBOX_CAP,
        "genesis_root": GENESIS_ROOT,
        "genesis_next_account": NEXT_ACCOUNT,
    }
    assert changes.keys() <= right.keys()
    return (
        PROGRAM_ID,
        *(right | changes).values(),
        poseidon2.address,
        l1.address,
        WINDOW,
        DRIFT,
        SILENCE,
        l1.address,
        EXIT_WINDOW,
    )


def withdrawals(amounts: Sequence[tuple[bytes, int]], before: int = 0) -> tuple[int, list[Item]]:
    """Return the accumulator over withdrawals, and the items that release them, newest first; by the Python twin of the hash."""
    items: list[Item] = []
    for recipient, amount in amounts:
        items.append((before, recipient, amount))
        before = hash_items(Domain.WITHDRAWAL, (before, int.from_bytes(recipient, "big"), amount))
    return before, items[::-1]


def batch_hash(batch: Posted) -> bytes:
    """SPEC: machine.md §6."""
    return keccak256(*(word if isinstance(word, bytes) else uint_to_bytes(word, 32) for word in batch))
