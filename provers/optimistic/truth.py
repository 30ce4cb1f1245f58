"""The right steps of a batch, computed here: what a player measures every claim by."""

from dataclasses import dataclass
from functools import cache, cached_property

from provers.optimistic.one_step import BlobOpener, Evidence, build_evidence
from rollup.batch.batch import Batch
from rollup.execution.compiled import CompiledInterpreter
from rollup.execution.engine import Execution, Runner, execute, step
from rollup.ir.image import Image
from rollup.ports.settlement import ChainView
from rollup.state.header import Header, StepHeader
from rollup.state.steps import Steps
from rollup.state.tree import Tree


@dataclass(frozen=True)
class Truth:
    """A batch, the state it runs on, and everything that follows from them.

    Attributes
    ----------
    image
        The program.
    parent
        The right header before the batch.
    batch
        As derived from L1.
    state
        The state of `parent`; never changed here.
    """

    image: Image
    parent: Header
    batch: Batch
    state: Tree

    @classmethod
    def of(cls, view: ChainView, number: int) -> "Truth":
        """Take a derived batch from a view of the chain."""
        return cls(view.program_of(number), view.header(number - 1), view.batch(number), view.state_before(number))

    @cached_property
    def execution(self) -> Execution:
        """The batch, executed."""
        return execute(self.image, self.parent, self.batch, self.state.fork(), runner())

    @cached_property
    def steps(self) -> Steps:
        """The right steps."""
        return Steps.of(self.execution.step_headers)

    @property
    def header(self) -> Header:
        """The right header after the batch."""
        return self.execution.header

    def before(self, position: int) -> StepHeader:
        """Return the step header before step `position`; the terminal one past the end (SOUNDNESS 9)."""
        headers = self.execution.step_headers
        return StepHeader.start(self.parent) if position == 0 else headers[min(position, len(headers)) - 1]

    def evidence(self, position: int, opener: BlobOpener) -> Evidence:
        """Return what L1 needs to execute step `position`."""
        state, header = self.state.fork(), StepHeader.start(self.parent)
        for _ in range(min(position, len(self.execution.step_headers))):
            header = step(self.image, header, self.batch, state, runner()).header
        return build_evidence(self.image, header, self.batch, state, opener)


@cache
def runner() -> Runner:
    """Return the compiled interpreter; its kernels and translated graphs serve every player of the process."""
    return CompiledInterpreter()
