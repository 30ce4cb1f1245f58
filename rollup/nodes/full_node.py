"""The full node: derives the chain from L1, executes every batch, keeps the result, and says who lied."""

from rollup.batch.batch import Batch
from rollup.batch.derivation import Position
from rollup.batch.epochs import Epochs
from rollup.execution import interpreter
from rollup.execution.engine import Runner, execute
from rollup.ir.image import Image
from rollup.nodes.alarm import Alarm, OnAlarm
from rollup.nodes.follower import Derived, Follower, Posted
from rollup.nodes.programs import Programs
from rollup.nodes.stream import StreamReader
from rollup.nodes.witnessed import Witnessed
from rollup.ports.l1 import Contract, L1Reorganised
from rollup.ports.store import Block, ChainStore, Changes, L1Point
from rollup.state.header import Header
from rollup.state.tree import Tree

REORGANISATIONS = 16
"""Within one `sync`, after which it gives up."""


class FullNode:
    """Holds the whole state; satisfies `ports.settlement.ChainView`.

    Parameters
    ----------
    follower, store
        Where it reads, and by which programs; where it keeps. The store may be read by other roles.
    stream
        What the sequencer says, if it is to be checked.
    on_alarm
        Told of every lie; they are kept in `alarms` too.
    runner
        An interpreter of graphs.
    """

    def __init__(
        self,
        follower: Follower,
        store: ChainStore,
        *,
        stream: StreamReader | None = None,
        on_alarm: OnAlarm | None = None,
        runner: Runner = interpreter.run,
    ) -> None:
        self.store = store
        self.alarms: list[Alarm] = []
        self._follower = follower
        self._on_alarm = on_alarm
        self._witnessed = None if stream is None else Witnessed(stream)
        self._runner = runner

    @property
    def rollup(self) -> Contract:
        """The rollup contract."""
        return self._follower.rollup

    @property
    def programs(self) -> Programs:
        """The programs that it has."""
        return self._follower.programs

    # Following

    def sync(self) -> int:
        """Follow L1 to its head, and return the number of the newest batch.

        A reorganisation is followed too: what it undid is forgotten, and the new branch derived.

        Raises
        ------
        L1Error
            If L1 does not answer, or nobody has the data of a batch.
        L1Reorganised
            If L1 reorganised again and again while it was read.
        DerivationError, L1Forged
            If L1 says what cannot be.
        OutsideError
            If an epoch begins whose program this node does not have, or cannot run.
        """
        for _ in range(REORGANISATIONS):
            try:
                self._follow(self._common_point())
                break
            except L1Reorganised:
                continue
        else:
            self._follow(self._common_point())
        return self.derived()

    def _common_point(self) -> L1Point:
        """Return the newest L1 block followed that is still in the chain, having forgotten all that came after it."""
        while (point := self.store.point()) is not None:
            if self._follower.scanner.holds(point):
                return point
            self.store.rewind(point.number - 1)
        return self._follower.start

    def _follow(self, point: L1Point) -> None:
        number = self.store.newest()
        position = self.store.position(number)
        header, state = self.store.header(number), self.store.state(number)
        messages = self.store.messages(position.inbox_index)
        for derived in self._follower.after(point, position, messages, self.store.epochs()):
            header, state = self._keep(derived, header, state)

    def _keep(self, derived: Derived, header: Header, state: Tree) -> tuple[Header, Tree]:
        executed: list[tuple[Block, Changes]] = []
        for posted in derived.batches:
            state = state.fork()
            block = self._execute(posted, header, state)
            executed.append((block, Changes.of(state)))
            header = block.header
        self.store.advance(derived.point, derived.messages, executed, derived.epochs)
        for block, _ in executed:
            self._judge(block)
        # What is kept can be read again from there, without the overlays.
        return header, self.store.state(header.batch_number) if executed else state

    def _execute(self, posted: Posted, header: Header, state: Tree) -> Block:
        image = self.programs.image(posted.epoch.program_id)
        result = execute(image, header, posted.batch, state, self._runner)
        return Block(
            posted.batch, posted.point, posted.transaction_hash, result.header, result.step_headers, result.receipts
        )

    def _judge(self, block: Block) -> None:
        if self._witnessed is None:
            return
        self._witnessed.read()
        for alarm in self._witnessed.judge(block):
            self.alarms.append(alarm)
            if self._on_alarm is not None:
                self._on_alarm(alarm)

    # What others ask

    def derived(self) -> int:
        """Number of the newest batch derived and executed; 0 if none is."""
        return self.store.newest()

    def epochs(self) -> Epochs:
        """Return the epochs that L1 has applied."""
        return Epochs(self.store.epochs())

    def program_of(self, number: int) -> Image:
        """Return the program that a derived batch runs."""
        return self.programs.image(self.epochs().of(number).program_id)

    def batch(self, number: int) -> Batch:
        """Return a derived batch; `KeyError` if there is none."""
        return self.store.block(number).batch

    def block(self, number: int) -> Block:
        """Return a derived batch with its result; `KeyError` if there is none."""
        return self.store.block(number)

    def header(self, number: int) -> Header:
        """Return the header after a batch; `header(0)` is genesis."""
        return self.store.header(number)

    def position(self, number: int) -> Position:
        """Return where derivation stands after a batch."""
        return self.store.position(number)

    def state_before(self, number: int) -> Tree:
        """Return a copy of the state that batch `number` runs on."""
        return self.store.state(number - 1)
