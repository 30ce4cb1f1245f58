"""One step with everything that a proof of it needs: inputs, records, and their paths at the roots reached in between."""

from dataclasses import dataclass
from typing import Final

from rollup.batch.batch import Batch
from rollup.batch.receipt import Receipt
from rollup.execution import interpreter
from rollup.execution.engine import Runner, header_after, run_task, step_order
from rollup.execution.interpreter import Run
from rollup.execution.task import Task, task_at
from rollup.ir.image import Image
from rollup.state.header import StepHeader
from rollup.state.leaf import Attributes, leaf_hash
from rollup.state.tree import Path, State

TOP_LEVELS: Final = 3
"""How far below the root the nodes lie that a trace keeps."""


@dataclass(frozen=True, slots=True)
class SlotTrace:
    """The replacement of one record.

    Attributes
    ----------
    slot
        Number of the record slot.
    index
        Its tree index.
    old, new
        Attributes before and after, as many as the table has.
    path
        Siblings under the root that the slots before it led to.
    root
        The root after it.
    """

    slot: int
    index: int
    old: Attributes
    new: Attributes
    path: Path
    root: int

    @property
    def leaves(self) -> tuple[int, int]:
        """The leaves before and after."""
        return leaf_hash(self.old), leaf_hash(self.new)


@dataclass(frozen=True, slots=True)
class StepTrace:
    """A step, opened up.

    Attributes
    ----------
    before, after
        The headers around it.
    task
        Graph, inputs, message or decoded transaction; None for the identity past the end.
    run
        Registers, records and outputs; None for the identity.
    receipt
        None for the identity.
    slots
        The records in the order in which the state takes them: 1, 2, …, n, 0.
    top
        The nodes `TOP_LEVELS` below the root before the step, or the leaves where the tree is not so deep; a chunk of steps is proved from them.
    """

    before: StepHeader
    after: StepHeader
    task: Task | None
    run: Run | None
    receipt: Receipt | None
    slots: tuple[SlotTrace, ...]
    top: tuple[int, ...]


def trace_step(
    image: Image, header: StepHeader, batch: Batch, state: State, runner: Runner = interpreter.run
) -> StepTrace:
    """Take one step as `engine.step` does, leaving its records in `state`, and keep everything."""
    task, top = task_at(image, header, batch), state.top(TOP_LEVELS)
    if task is None:
        return StepTrace(header, header, None, None, None, (), top)
    run, receipt = run_task(image, header, task, state, runner)
    slots = tuple(_replace(state, run, slot) for slot in step_order(run))
    return StepTrace(header, header_after(header, task, run, state.root), task, run, receipt, slots, top)


def trace_batch(
    image: Image, header: StepHeader, batch: Batch, state: State, runner: Runner = interpreter.run
) -> tuple[StepTrace, ...]:
    """Return the trace of every step from a header to the end of its batch."""
    traces: list[StepTrace] = []
    while not header.is_terminal:
        traces.append(trace_step(image, header, batch, state, runner))
        header = traces[-1].after
    return tuple(traces)


def _replace(state: State, run: Run, slot: int) -> SlotTrace:
    index, old, new = run.indices[slot], run.records_before[slot], run.records_after[slot]
    path = state.path(index)
    state.update(index, new)
    return SlotTrace(slot, index, old, new, path, state.root)
