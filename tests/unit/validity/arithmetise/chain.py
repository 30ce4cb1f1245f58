"""A small chain of tokens and the chunks of its batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from examples.tokens import Tokens
from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from provers.validity.arithmetise.circuits import Compiled, ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from rollup.batch.batch import Batch
from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.execution import interpreter
from rollup.execution.engine import Runner
from rollup.execution.step_trace import StepTrace, trace_batch
from rollup.ir.image import Image
from rollup.params import ChunkKind, DataKind
from rollup.state.header import Header, StepHeader
from rollup.state.tree import Tree

DOMAIN = 0xD0
ACCOUNTS, BALANCES = 0, 1
WITHDRAW, MINT, TRANSFER = 1, 2, 3
GOLD = 5
TRANSACTIONS = 4
Z = 0x1234567890ABCDEF << 130
KEYS = [eddsa.generate(bytes([number]) * 32) for number in range(16)]


class Small(Tokens):
    """Tokens of few accounts: a tree of 7 levels, and batches of two chunks."""

    account_bits = 4
    capacity = 8


@dataclass
class Chain:
    """State before a batch.

    Attributes
    ----------
    tree
        Accounts 1, 2 and 3 have 10^6 gwei each and keys of their own; 4 and 5 have keys that cannot sign (off the curve; of small order).
    traces
        Of the last batch.
    """

    image: Image
    tree: Tree
    header: Header
    traces: tuple[StepTrace, ...] = ()

    @classmethod
    def start(cls, image: Image) -> "Chain":
        layout = image.layout
        keys = [*(KEYS[i].public for i in (1, 2, 3)), (5, 6), (0, 1)]
        records: dict[int, tuple[int, ...]] = {
            layout.tree_index(ACCOUNTS, i): (*key, 0xA0 + i, 0, 10**6) for i, key in enumerate(keys, 1)
        }
        records[layout.tree_index(BALANCES, 2 << 8 | GOLD)] = (2**128 - 100,)
        records[layout.tree_index(BALANCES, 3 << 8 | GOLD)] = (1000,)
        tree = Tree.of(layout.depth, records)
        return cls(image, tree, Header.genesis(tree.root, 6))

    def call(
        self, tag: int, sender: int, nonce: int, *args: int, fee: int = 10, signer: int | None = None
    ) -> Transaction:
        unsigned = Transaction(tag, sender, fee, args)
        return unsigned.sign(KEYS[sender if signer is None else signer], self.image, DOMAIN, nonce)

    def parcels(self, transactions: Sequence[Transaction]) -> list[Parcel]:
        return [transaction.parcel(self.image) for transaction in transactions]

    def trace(
        self,
        elements: Sequence[int],
        messages: Sequence[Message] = (),
        payee: int = 3,
        runner: Runner = interpreter.run,
    ) -> tuple[Batch, tuple[StepTrace, ...]]:
        """Run a batch of these elements and messages."""
        start = self.header.inbox_index
        batch = Batch(
            number=self.header.batch_number + 1,
            parent_hash=bytes(32),
            timestamp=0,
            inbox_from=start,
            inbox_to=start + len(messages),
            rolling=bytes(32),
            payee=payee,
            kind=DataKind.BLOB,
            data_hash=bytes(32),
            domain=DOMAIN,
            elements=tuple(elements),
            messages=tuple(messages),
        )
        traces = self.traces = trace_batch(self.image, StepHeader.start(self.header), batch, self.tree, runner)
        self.header = self.header.after(traces[-1].after)
        return batch, traces

    @property
    def outcomes(self) -> list[str]:
        """Of each step of the last batch: `applied`, why it failed, or why it was skipped."""
        receipts = [trace.receipt for trace in self.traces]
        return [receipt.reason or receipt.status.name.lower() for receipt in receipts if receipt]

    def chunks(
        self, elements: Sequence[int], messages: Sequence[Message] = (), payee: int = 3
    ) -> tuple[ChunkInput, ...]:
        batch, traces = self.trace(elements, messages, payee)
        return chunks_of(self.image.layout, batch, traces, TRANSACTIONS)

    def chunks_of_calls(
        self, *calls: Transaction, payee: int = 3, runner: Runner = interpreter.run
    ) -> tuple[ChunkInput, ...]:
        batch, traces = self.trace(elements_of(self.parcels(calls)), (), payee, runner)
        return chunks_of(self.image.layout, batch, traces, TRANSACTIONS)


def small_chain() -> Chain:
    return Chain.start(Small.image())


@cache
def circuits() -> ProgramCircuits:
    return ProgramCircuits(Small.image(), TRANSACTIONS)


@cache
def compiled(kind: ChunkKind) -> Compiled:
    """Return a circuit of `Small`, built in this process: no test depends on what a disk keeps."""
    return circuits().compile(kind)


def system(kind: ChunkKind) -> R1CS:
    return compiled(kind).system


def zc(number: int) -> int:
    return pow(Z, 4096 + 128 * number, R)


def holds(chunk: ChunkInput, number: int = 0) -> bool:
    """Tell whether a chunk satisfies its circuit, h and y being those of the chunk as it is given."""
    public, witness = circuits().assign_plain(chunk.kind, chunk, Z, zc(number))
    circuit, brought = compiled(chunk.kind), circuits().brought(chunk.kind, chunk)
    assert np.array_equal(circuit.tape.run(circuit.system, public, brought), witness), "the tape is not its plain twin"
    return circuit.system.is_satisfied(witness) is None
