"""A small chain on the in-process L1, settled by games; and the chain as everybody derives it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import default_compiler
from l1bridge.devchain import KEYS, connect
from provers.optimistic.backend import OptimisticBackend
from provers.optimistic.rules import Defence, honest
from provers.optimistic.terms import Terms
from rollup.batch.batch import Batch
from rollup.batch.blob import to_data
from rollup.batch.inbox import EMPTY_ROLLING, Message, rolling_hash
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.crypto.keccak import keccak256
from rollup.execution.engine import Execution, execute
from rollup.ir.image import Image
from rollup.params import DataKind
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import Context, batch_struct
from rollup.state.header import Header
from rollup.state.tree import Tree

SEQUENCER, PROPOSER, LIAR, CHALLENGER, SYBIL, STRANGER = KEYS[:6]
NOON = 1_800_000_000
"""L1's time at genesis; each block is a second after the one before unless the chain is advanced."""
TERMS = Terms(claim_bond=8 * 10**16, question_bond=10**16, window=1000, clock=400)
INCLUSION_WINDOW, DRIFT, SILENCE = 600, 300, 5000
GWEI = 10**9
RICH = 1_000_000


def secret(account: int) -> SecretKey:
    """Return an account's key."""
    return eddsa.generate(account.to_bytes(32, "big"))


def funded(image: Image, accounts: int = 2) -> Tree:
    """Return a genesis state of some rich accounts."""
    records = {image.layout.tree_index(0, n): (*secret(n).public, 0xA0 + n, 0, RICH) for n in range(1, accounts + 1)}
    return Tree.of(image.layout.depth, records)


@dataclass
class Clock:
    """L1's time: a block carries `now`, or a second more than its parent if that is later."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now


@dataclass(repr=False)
class Chain:
    """A deployed chain and its view; satisfies `ports.settlement.ChainView`."""

    image: Image
    clock: Clock
    l1: L1Client
    rollup: Contract
    game: Contract
    domain: int
    headers: list[Header]
    states: list[Tree]
    batches: list[Batch] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    inbox: list[Message] = field(default_factory=list)

    @classmethod
    def deploy(cls, image: Image, terms: Terms = TERMS) -> "Chain":
        """Deploy rollup, stepper and game for a program on an L1 of its own."""
        clock = Clock()
        l1 = connect(key=SEQUENCER, clock=clock)
        compiler, layout, state = default_compiler(), image.layout, funded(image)
        genesis = Header.genesis(state.root, 3)
        poseidon = l1.deploy(compiler.contract("poseidon2"))
        shape = (layout.account_bits, layout.capacity, layout.stride, layout.inbox_cap)
        times = (INCLUSION_WINDOW, DRIFT, SILENCE)
        start = (state.root, genesis.next_account, poseidon.address, l1.address)
        rollup = l1.deploy(
            compiler.contract("rollup"),
            image.program_id,
            *shape,
            *start,
            *times,
            bytes(20),
            2 * (INCLUSION_WINDOW + SILENCE),
        )
        backend = backend_for(l1, terms)
        backend.prepare(image)
        game = backend.deploy(rollup)
        l1.transact(rollup, "initialize", game.address)
        return cls(image, clock, l1, rollup, game, l1.call(rollup, "domain_of", image.program_id), [genesis], [state])

    @contextmanager
    def undone(self) -> Iterator["Chain"]:
        """Give a copy to play with; afterwards L1 and its time are as before."""
        snapshot, now = self.l1.snapshot(), self.clock.now
        known = replace(self, headers=[*self.headers], states=[*self.states], batches=[*self.batches])
        try:
            yield replace(known, executions=[*self.executions], inbox=[*self.inbox])
        finally:
            self.l1.revert(snapshot)
            self.clock.now = now

    # Time

    @property
    def head(self) -> Block:
        """L1's newest block."""
        return self.l1.head()

    def at(self, time: int) -> "Chain":
        """Let the next transaction happen exactly then."""
        assert time > self.head.timestamp, "that time is past"
        self.clock.now = time
        return self

    def pass_to(self, time: int) -> None:
        """Seal an empty block of that time."""
        self.at(time).l1.mine()

    # What happens on L1

    def as_(self, key: bytes) -> L1Client:
        """Return the connection of a role."""
        return self.l1.as_account(key)

    def deposit(
        self, gwei: int, account: int = 0, public: tuple[int, int] | None = None, key: bytes = STRANGER
    ) -> Message:
        """Put value into the inbox, for an account, or for a new one with a public key."""
        x, y = public or secret(9).public
        self.as_(key).transact(self.rollup, "deposit", account, x, y, value=gwei * GWEI)
        depositor = int.from_bytes(self.as_(key).address, "big")
        self.inbox.append(Message(1, account, x, y, depositor, gwei))
        return self.inbox[-1]

    def call(self, account: int, action: str, *args: int, fee: int = 0, nonce: int | None = None) -> Transaction:
        """Return a call signed for the nonce that the account has at the head."""
        record = self.states[-1].get(self.image.layout.tree_index(0, account))
        unsigned = Transaction(self.image.action(action).tag, account, fee, args)
        due = (record[3] if record else 0) if nonce is None else nonce
        return unsigned.sign(secret(account), self.image, self.domain, due)

    def post(
        self,
        *calls: Transaction,
        kind: DataKind = DataKind.CALLDATA,
        elements: Sequence[int] | None = None,
        payee: int = 2,
        key: bytes = SEQUENCER,
        messages: int | None = None,
    ) -> Batch:
        """Post a batch of these calls, or elements, that reads all waiting messages, or so many; and derive it."""
        parcels = [call.parcel(self.image) for call in calls]
        data = tuple(elements_of(parcels) if elements is None else elements)
        batch = self.draft(data, kind, payee, messages)
        head = (batch.parent_hash, batch.timestamp, batch.inbox_to, batch.rolling, batch.payee)
        if kind is DataKind.BLOB:
            self.as_(key).transact(self.rollup, "post_blob", *head, blobs=[to_data(kind, data)])
        else:
            self.as_(key).transact(self.rollup, "post_calldata", *head, to_data(kind, data))
        assert self.l1.call(self.rollup, "batch_hash", batch.number) == batch.hash()
        self.derive(batch)
        return batch

    def draft(self, data: Sequence[int], kind: DataKind, payee: int, messages: int | None = None) -> Batch:
        """Return the next batch, not posted yet."""
        start = self.headers[-1].inbox_index
        count = len(self.inbox) - start if messages is None else messages
        encoded = to_data(kind, data)
        return Batch(
            number=len(self.headers),
            parent_hash=self.batches[-1].hash() if self.batches else self.image.program_id,
            timestamp=self.l1.head().timestamp,
            inbox_from=start,
            inbox_to=start + count,
            rolling=rolling_hash(self.inbox[: start + count], EMPTY_ROLLING),
            payee=payee,
            kind=kind,
            data_hash=kzg.hash_of(encoded) if kind is DataKind.BLOB else keccak256(encoded),
            domain=self.domain,
            elements=tuple(data),
            messages=tuple(self.inbox[start : start + count]),
        )

    def derive(self, batch: Batch) -> None:
        """Execute a batch on top of the head."""
        state = self.states[-1].fork()
        execution = execute(self.image, self.headers[-1], batch, state)
        self.batches.append(batch)
        self.executions.append(execution)
        self.headers.append(execution.header)
        self.states.append(state)

    def propose(self, key: bytes, number: int, header: Header, payload: bytes, **options: Any) -> int:
        """Propose a claim, on the right parent claim unless `parent` and `parent_header` say otherwise; return its number."""
        parent = options["parent"] if "parent" in options else self.parent_of(number)
        parent_header = options.get("parent_header", self.headers[number - 1])
        value = options.get("value", self.l1.call(self.game, "CLAIM_BOND"))
        words = (batch_struct(self.batches[number - 1]), parent, parent_header.words(), header.words(), payload)
        self.as_(key).transact(self.rollup, "propose", *words, value=value)
        return int(self.l1.call(self.rollup, "claim_count"))

    def parent_of(self, number: int) -> int:
        """Return the first claim that has the right header for the batch before `number`."""
        for claim in range(int(self.l1.call(self.rollup, "claim_count")) + 1):
            header_hash, batch, _, _ = self.l1.call(self.rollup, "claim", claim)
            if batch == number - 1 and header_hash == self.headers[number - 1].hash():
                return claim
        raise AssertionError(f"nobody has claimed batch {number - 1} yet")

    def finalise(self, claim: int, header: Header) -> None:
        """Make an accepted claim final."""
        self.l1.transact(self.rollup, "finalise", claim, header.words())

    # ChainView

    def program_of(self, number: int) -> Image:
        """Every batch runs the one program."""
        assert 0 < number <= self.derived(), number
        return self.image

    def derived(self) -> int:
        """Number of the newest batch."""
        return len(self.batches)

    def batch(self, number: int) -> Batch:
        """Return a batch; `KeyError` if there is none."""
        if not 1 <= number <= len(self.batches):
            raise KeyError(number)
        return self.batches[number - 1]

    def header(self, number: int) -> Header:
        """Return the header after a batch."""
        return self.headers[number]

    def state_before(self, number: int) -> Tree:
        """Return the state that a batch runs on."""
        return self.states[number - 1].fork()


def backend_for(l1: L1Client, terms: Terms = TERMS, defence: Defence = honest) -> OptimisticBackend:
    """Return the optimistic backend of an account."""
    return OptimisticBackend(Context(l1, default_compiler(), kzg, Path("unused")), terms, defence)
