"""What looks alike in two actions is one wire only if it is one value."""

from collections.abc import Sequence

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from rollup import U8, U16, U64, AccountId, Field, Program, Record, Table, action, digest, require, select
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction as Call
from rollup.params import ChunkKind
from rollup.program.program import Transaction
from tests.unit.validity.arithmetise.chain import TRANSACTIONS, Chain, Z, zc


class Pair(Record):
    """Two numbers of one width, and one that wraps."""

    left: U64
    right: U64
    any: Field


class Single(Record):
    """As many blocks of the sponge as a pair, and fewer attributes."""

    left: U64


class Twins(Program):
    """Actions that differ in the one thing by which a careless reader would not tell their code apart."""

    account_bits = 4
    capacity = 4
    pairs = Table(Pair, key=(AccountId, U8))
    singles = Table(Single, key=(AccountId, U8))

    @action
    def one(self, tx: Transaction, a: U64, b: U64, k: U8) -> None:
        """Less, minus and choice one way round."""
        pair = self.pairs[tx.sender, k]
        pair.left = select(a < b, a, b)
        pair.right += a
        pair.any = digest(a, b) - digest(a, b, b)

    @action
    def other(self, tx: Transaction, b: U64, a: U64, k: U8) -> None:
        """The same text, the arguments exchanged."""
        pair = self.pairs[tx.sender, k]
        pair.left = select(a < b, a, b)
        pair.right += a
        pair.any = digest(a, b) - digest(a, b, b)

    @action
    def moved(self, tx: Transaction, k: U8, a: U64, b: U64) -> None:
        """The same arguments at other places, and another table in the same slot."""
        single = self.singles[tx.sender, k]
        require(a <= b, "a is more")
        single.left = b - a

    @action
    def both(self, tx: Transaction, k: U8, m: U8, short: U16) -> None:
        """The tables in the other order, and a number of another width."""
        single, pair = self.singles[tx.sender, k], self.pairs[tx.sender, m]
        single.left = pair.left
        pair.right -= short
        pair.any = pair.any + pair.any


ONE, OTHER, MOVED, BOTH = 2, 3, 4, 5


@pytest.fixture(scope="module")
def circuits() -> ProgramCircuits:
    return ProgramCircuits(Twins.image(), TRANSACTIONS)


@pytest.fixture(scope="module")
def system(circuits: ProgramCircuits) -> R1CS:
    return circuits.shape(ChunkKind.DATA).r1cs()


def chunk_of(*calls: Call) -> tuple[ChunkInput, tuple[str, ...]]:
    chain = Chain.start(Twins.image())
    batch, traces = chain.trace(elements_of(chain.parcels(calls)))
    statuses = tuple(trace.receipt.reason or trace.receipt.status.name for trace in traces if trace.receipt)
    (chunk,) = chunks_of(chain.image.layout, batch, traces, TRANSACTIONS)
    return chunk, statuses


CALLS: Sequence[Sequence[tuple[int, ...]]] = [
    [(ONE, 5, 9, 0), (OTHER, 5, 9, 0), (MOVED, 0, 5, 9), (BOTH, 0, 0, 3)],
    [(ONE, 9, 5, 255), (MOVED, 255, 5, 9), (BOTH, 255, 255, 1), (OTHER, 2**64 - 1, 0, 1)],
    [(OTHER, 7, 7, 3), (ONE, 0, 2**64 - 1, 3), (BOTH, 0, 3, 7), (BOTH, 9, 3, 0)],
]


@pytest.mark.parametrize("calls", CALLS)
def test_actions_that_look_alike_are_proved_to_do_what_the_engine_says(
    circuits: ProgramCircuits, system: R1CS, calls: Sequence[tuple[int, ...]]
) -> None:
    chain = Chain.start(Twins.image())
    chunk, statuses = chunk_of(*(chain.call(tag, 1, nonce, *args) for nonce, (tag, *args) in enumerate(calls)))
    assert statuses == ("APPLIED",) * 5
    assert system.is_satisfied(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1]) is None


def test_actions_that_look_alike_fail_each_for_its_own_reason(circuits: ProgramCircuits, system: R1CS) -> None:
    chain = Chain.start(Twins.image())
    calls = [(MOVED, 0, 9, 5), (BOTH, 0, 0, 1), (ONE, 2**64 - 1, 1, 0), (OTHER, 1, 1, 0)]
    chunk, statuses = chunk_of(*(chain.call(tag, 1, nonce, *args) for nonce, (tag, *args) in enumerate(calls)))
    assert statuses[:2] == ("a is more", "U64 underflow in -")
    assert system.is_satisfied(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1]) is None


@pytest.mark.parametrize(
    "calls",
    [
        [(MOVED, 0, 5, 9), (MOVED, 0, 9, 5), (ONE, 5, 9, 0), (BOTH, 0, 0, 2**16 - 1)],
        [(ONE, 5, 9, 3), (BOTH, 3, 3, 2**16 - 1), (MOVED, 3, 1, 2), (MOVED, 3, 2, 1)],
    ],
)
def test_a_record_that_a_failed_action_opened_keeps_what_it_held(
    circuits: ProgramCircuits, system: R1CS, calls: Sequence[tuple[int, ...]]
) -> None:
    """Of the two tables that share a slot the right one is read back."""
    chain = Chain.start(Twins.image())
    chunk, statuses = chunk_of(*(chain.call(tag, 1, nonce, *args) for nonce, (tag, *args) in enumerate(calls)))
    assert statuses.count("APPLIED") == 3
    assert system.is_satisfied(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1]) is None


@pytest.mark.parametrize(("said", "done"), [(ONE, OTHER), (OTHER, ONE)])
def test_a_signature_of_one_action_is_none_of_its_twin(
    circuits: ProgramCircuits, system: R1CS, said: int, done: int
) -> None:
    """The tag is signed; the twin's call is skipped, which has a proof."""
    chain = Chain.start(Twins.image())
    call = chain.call(said, 1, 0, 5, 9, 0)
    forged = Call(done, call.sender, call.fee, call.args, call.signature)
    chunk, statuses = chunk_of(forged)
    assert statuses[0] == "bad_signature"
    assert system.is_satisfied(circuits.assign(ChunkKind.DATA, chunk, Z, zc(0))[1]) is None
