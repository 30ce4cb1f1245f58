"""A chunk of plain transfers, proved from its trace: runs in the processes of `workers`, which keep what `prepare` made.

Accounts lie anywhere in a tree of 2^20, each transfer is between two that no other one touches, and every signature is another key's.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.ours import THREADS, pool
from examples.payments import Payments
from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.evaluation import evaluate
from provers.validity.constraints.r1cs import R1CS, Words
from provers.validity.groth16.prove import prove
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verify import verify
from rollup.batch.batch import Batch
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.execution.step_trace import trace_batch
from rollup.ir.image import Image
from rollup.params import ChunkKind, DataKind, Status
from rollup.state.header import Header, StepHeader
from rollup.state.tree import Tree

ACCOUNTS, PAY = 0, 2
DOMAIN, BALANCE, AMOUNT, FEE = 0xD0, 10**9, 1234, 10
Z, ZC = 0x1234567890ABCDEF << 130, 0xFEDCBA9876543210 << 120
_SEED = 20


@dataclass
class _Case:
    circuits: ProgramCircuits
    chunk: ChunkInput
    key: ProvingKey


_case: list[_Case] = []


def prepare(count: int, folder: str) -> int:
    """Make `count` transfers, their circuit and a development key, and prove them once; return the constraints. The key is kept in `folder` for the next process."""
    image = Payments.image()
    circuits = ProgramCircuits(image, count)
    system = circuits.circuit(ChunkKind.DATA)
    case = _Case(circuits, _chunk(image, count), _key(system, Path(folder)))
    _case[:] = [case]
    public, witness = _assign(case)
    assert verify(case.key.vk, public, prove(case.key, system, witness, threads=THREADS)), "the proof does not hold"
    return system.constraints


def prove_chunk() -> None:
    """Prove the chunk on two threads, witness generation included."""
    (case,) = _case
    _, witness = _assign(case)
    prove(case.key, case.circuits.circuit(ChunkKind.DATA), witness, threads=THREADS)


def assign_chunk() -> None:
    """Compute the witness and evaluate the constraints, which is what a proof needs of them."""
    (case,) = _case
    _, witness = _assign(case)
    with pool() as threads:
        found = evaluate(
            case.circuits.circuit(ChunkKind.DATA), np.ascontiguousarray(witness), case.key.size, threads, THREADS
        )
    assert found.broken is None, "the witness breaks a constraint"


def _assign(case: _Case) -> tuple[list[int], Words]:
    return case.circuits.assign(ChunkKind.DATA, case.chunk, Z, ZC)


def _key(system: R1CS, folder: Path) -> ProvingKey:
    if not folder.exists():
        setup(system, threads=THREADS)[0].save(folder)
    return ProvingKey.load(folder, system)


def _chunk(image: Image, count: int) -> ChunkInput:
    """Trace a batch of `count` transfers and return its first chunk."""
    layout = image.layout
    next_account = (1 << layout.account_bits) - 1
    drawn = np.random.default_rng(_SEED).choice(next_account - 1, 2 * count, replace=False)
    accounts = [1 + int(number) for number in drawn]
    senders, payees = accounts[:count], accounts[count:]
    secrets = {account: eddsa.generate(account.to_bytes(32, "big")) for account in accounts}
    records: dict[int, tuple[int, ...]] = {
        layout.tree_index(ACCOUNTS, account): (*secrets[account].public, account, 0, BALANCE) for account in accounts
    }
    tree = Tree.of(layout.depth, records)
    header = Header.genesis(tree.root, next_account)
    calls = [
        Transaction(PAY, sender, FEE, (payee, AMOUNT)).sign(secrets[sender], image, DOMAIN, 0)
        for sender, payee in zip(senders, payees, strict=True)
    ]
    elements = elements_of([call.parcel(image) for call in calls])
    batch = Batch(
        number=1,
        parent_hash=bytes(32),
        timestamp=0,
        inbox_from=0,
        inbox_to=0,
        rolling=bytes(32),
        payee=0,
        kind=DataKind.BLOB,
        data_hash=bytes(32),
        domain=DOMAIN,
        elements=tuple(elements),
        messages=(),
    )
    traces = trace_batch(image, StepHeader.start(header), batch, tree)
    applied = [trace.receipt.status for trace in traces[:count] if trace.receipt]
    assert applied == [Status.APPLIED] * count, f"a transfer was not applied: {applied}"
    return chunks_of(layout, batch, traces, count)[0]
