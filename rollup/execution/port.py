"""The engine port: what a machine must offer so that nodes can run it and backends can settle it.

The machine of this package runs the IR. Another one, an EVM say, can stand beside it: it says itself what can settle it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rollup.batch.batch import Batch
from rollup.batch.inbox import Message
from rollup.execution import engine, interpreter
from rollup.execution.builder import BatchBuilder
from rollup.execution.engine import Execution, Runner
from rollup.execution.step_trace import StepTrace, trace_step
from rollup.ir.image import Image
from rollup.state.header import Header, StepHeader
from rollup.state.tree import State, Tree

BackendKind = Literal["optimistic", "validity"]
"""Settled by a game that L1 ends with a single step, or by a proof of whole chunks."""


class Engine(Protocol):
    """A machine with its program."""

    @property
    def program_id(self) -> bytes:
        """What L1's contracts are deployed for, 32 bytes."""
        ...

    def supported_backends(self) -> frozenset[BackendKind]:
        """Say by which kinds of backend this machine can be settled."""
        ...

    def execute(self, parent: Header, batch: Batch, state: State) -> Execution:
        """Run a batch and leave its result in `state`; `PeerError` if it does not follow `parent`."""
        ...

    def trace(self, header: StepHeader, batch: Batch, state: State) -> StepTrace:
        """Take one step, leave its result in `state`, and keep all that a proof of it needs."""
        ...

    def build(
        self, domain: int, parent: Header, state: Tree, timestamp: int, messages: Sequence[Message], payee: int
    ) -> BatchBuilder:
        """Start a batch on top of `parent`."""
        ...


@dataclass(frozen=True)
class IrEngine:
    """The machine of docs/spec/machine.md, running one program.

    Attributes
    ----------
    image
        The program.
    runner
        The interpreter of its graphs; any two agree.
    """

    image: Image
    runner: Runner = interpreter.run

    @property
    def program_id(self) -> bytes:
        """The image's identity, 32 bytes."""
        return self.image.program_id

    def supported_backends(self) -> frozenset[BackendKind]:
        """Both: L1 interprets the IR of a step, and the IR of a chunk is lowered to constraints."""
        return frozenset({"optimistic", "validity"})

    def execute(self, parent: Header, batch: Batch, state: State) -> Execution:
        """See `engine.execute`."""
        return engine.execute(self.image, parent, batch, state, self.runner)

    def trace(self, header: StepHeader, batch: Batch, state: State) -> StepTrace:
        """See `step_trace.trace_step`."""
        return trace_step(self.image, header, batch, state, self.runner)

    def build(
        self, domain: int, parent: Header, state: Tree, timestamp: int, messages: Sequence[Message], payee: int
    ) -> BatchBuilder:
        """See `builder.BatchBuilder`."""
        return BatchBuilder(
            self.image, domain, parent, state, timestamp, messages=messages, payee=payee, runner=self.runner
        )
