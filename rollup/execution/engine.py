"""The engine: a header and a batch in, the next header out (spec §4). A pure function of header, batch and records, and total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rollup.batch.batch import Batch
from rollup.batch.receipt import Receipt, StepKind, Touched, Withdrawal
from rollup.batch.transaction import hash_of
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import PeerError
from rollup.execution import interpreter
from rollup.execution.interpreter import Load, Run
from rollup.execution.task import Task, task_at
from rollup.execution.withdrawals import withdrawals_of
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.params import Output, Reason, Status
from rollup.state.header import Header, StepHeader
from rollup.state.leaf import Attributes
from rollup.state.tree import State, StateReader

__all__ = [
    "Execution",
    "Receipt",
    "Runner",
    "StepKind",
    "StepResult",
    "Touched",
    "Withdrawal",
    "domain",
    "execute",
    "loader",
    "run_task",
    "step",
    "step_order",
]

Runner = Callable[[Graph, Layout, Sequence[int], Load], Run]
"""An interpreter of graphs: the reference or a compiled twin."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step's outcome.

    Attributes
    ----------
    header
        After the step.
    receipt
        None for the identity past the end.
    accesses
        Tree indices of the records opened, in the order of the slots.
    """

    header: StepHeader
    receipt: Receipt | None
    accesses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """A batch's outcome.

    Attributes
    ----------
    header
        After the batch.
    step_headers
        The header after each step, the last one terminal; not padded.
    receipts
        One a step.
    accesses
        Tree indices of all records opened, ascending: what a state witness must prove.
    """

    header: Header
    step_headers: tuple[StepHeader, ...]
    receipts: tuple[Receipt, ...]
    accesses: tuple[int, ...]


def domain(chain_id: int, rollup_address: bytes, program_id: bytes) -> int:
    """Return what signatures of one chain are bound to (spec §4); the address has 20 bytes, the program's id 32."""
    assert len(rollup_address) == 20, "an L1 address has 20 bytes"
    assert len(program_id) == 32, "a program's id has 32 bytes"
    high, low = (int.from_bytes(half, "big") for half in (program_id[:16], program_id[16:]))
    return hash_items(Domain.CHAIN, (chain_id, int.from_bytes(rollup_address, "big"), high, low))


def execute(image: Image, parent: Header, batch: Batch, state: State, runner: Runner = interpreter.run) -> Execution:
    """Run a whole batch and leave its result in `state`.

    Raises
    ------
    PeerError
        If the batch does not follow the header, or a state witness lacks a record.
    """
    _require_successor(parent, batch, state)
    headers: list[StepHeader] = []
    receipts: list[Receipt] = []
    accesses: set[int] = set()
    header = StepHeader.start(parent)
    while not header.is_terminal:
        result = step(image, header, batch, state, runner)
        assert result.receipt is not None, "only the identity has no receipt"
        header = result.header
        headers.append(header)
        receipts.append(result.receipt)
        accesses.update(result.accesses)
    return Execution(parent.after(header), tuple(headers), tuple(receipts), tuple(sorted(accesses)))


def step(image: Image, header: StepHeader, batch: Batch, state: State, runner: Runner = interpreter.run) -> StepResult:
    """Take one step and leave its records in `state`, whose root must be the header's."""
    assert state.root == header.state_root, "the state is not that of the header"
    task = task_at(image, header, batch)
    if task is None:
        return StepResult(header, None, ())
    run, receipt = run_task(image, header, task, state, runner)
    # INVARIANT: a record opened twice keeps its value in all slots but the last of them in the order of a step (spec §5, Records).
    state.update_many({run.indices[slot]: run.records_after[slot] for slot in step_order(run)})
    return StepResult(header_after(header, task, run, state.root), receipt, run.indices)


def run_task(
    image: Image, header: StepHeader, task: Task, records: StateReader, runner: Runner = interpreter.run
) -> tuple[Run, Receipt]:
    """Run a step on records as they are, without writing any."""
    run = runner(task.graph, image.layout, task.inputs, loader(image.layout, records))
    return run, _receipt(image, header, task, run)


def step_order(run: Run) -> tuple[int, ...]:
    """Return the slots in the order in which a step replaces their records: 1, 2, …, n, 0."""
    return (*range(1, len(run.indices)), *range(min(1, len(run.indices))))


def loader(layout: Layout, records: StateReader) -> Load:
    """Return what gives an interpreter its records: those of `records`, and zeros for the absent ones."""

    def load(_slot: int, index: int) -> Attributes:
        return records.get(index) or (0,) * len(layout.tables[index >> layout.key_bits].attributes)

    return load


def header_after(header: StepHeader, task: Task, run: Run, state_root: int) -> StepHeader:
    """Return the header after a step; an output that was not written keeps the header's word."""
    return StepHeader(
        state_root=state_root,
        withdrawals=run.outputs.get(Output.WITHDRAWALS, header.withdrawals),
        withdrawals_count=run.outputs.get(Output.WITHDRAWALS_COUNT, header.withdrawals_count),
        inbox_index=task.next_inbox,
        next_account=run.outputs.get(Output.NEXT_ACCOUNT, header.next_account),
        data_cursor=task.next_cursor,
        fees=run.outputs.get(Output.FEES, header.fees),
        step=header.step + 1,
    )


def _receipt(image: Image, header: StepHeader, task: Task, run: Run) -> Receipt:
    status = Status(run.outputs.get(Output.STATUS, Status.APPLIED))
    skip = Reason(run.outputs.get(Output.REASON, Reason.NONE))
    return Receipt(
        position=header.step,
        kind=task.kind,
        status=status,
        skip=skip,
        reason=_reason(task, status, skip, run),
        action=task.graph.name,
        tag=task.graph.tag,
        sender=task.sender,
        args=task.args,
        fee=task.fee,
        touched=tuple(Touched.at(image.layout, index) for index in run.indices),
        withdrawals=withdrawals_of(task.graph, run, header.withdrawals),
        transaction=hash_of(task.parcel) if task.parcel else b"",
    )


def _reason(task: Task, status: Status, skip: Reason, run: Run) -> str:
    if status is Status.SKIPPED:
        return skip.name.lower()
    if status is Status.FAILED:
        return run.failed_check.message if run.failed_check else _FAILURES[task.kind]
    return ""


_FAILURES: dict[StepKind, str] = {
    "inbox": "cannot be delivered: goes back to its depositor on L1",
    "transaction": "failed",
    "fees": "the payee does not exist or can hold no more: burnt",
}
"""What a failure means where no check of a graph says it."""


def _require_successor(parent: Header, batch: Batch, state: State) -> None:
    if state.root != parent.state_root:
        raise PeerError("engine: the state is not the header's", expected=hex(parent.state_root), got=hex(state.root))
    expected, got = (parent.batch_number + 1, parent.inbox_index), (batch.number, batch.inbox_from)
    if expected != got:
        raise PeerError("engine: the batch does not follow the header (number, inbox)", expected=expected, got=got)
