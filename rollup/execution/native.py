"""Many calls at once, by `native_kernels`: what a sequencer executes ahead of trees and proofs. The plain twin is `engine`, step by step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollup.crypto import eddsa, poseidon2_kernels
from rollup.crypto.jubjub import Point
from rollup.crypto.kernel_memory import address
from rollup.crypto.limbs import Words, ints_from_words, words_from_ints
from rollup.errors import InternalError
from rollup.execution import interpreter_kernels
from rollup.execution import native_kernels as kernels
from rollup.execution.native_program import NativeProgram
from rollup.ir.bounds import of_width
from rollup.ir.check import KEY_ITEMS
from rollup.ir.layout import Layout
from rollup.params import Reason, Status
from rollup.state.leaf import Attributes

_BYTES = 32
"""Of an attribute."""
CHUNK = 1 << 14
"""Calls between which memory may grow."""


class NativeState:
    """Records by tree index: attributes in one array, and an open-addressed table, never more than half full, of where."""

    def __init__(self, layout: Layout, records: Mapping[int, Attributes] | None = None) -> None:
        self.layout = layout
        self.keys, self.rows = _table(64)
        self.arena = np.zeros(kernels.ZERO_ROW // 8, dtype=np.uint64)
        self.used = np.array([kernels.ZERO_ROW, 0], dtype=np.int64)
        if records:
            self._fill(records)

    def _fill(self, records: Mapping[int, Attributes]) -> None:
        sizes = np.array([_BYTES * len(attributes) for attributes in records.values()], dtype=np.int64)
        elements = [value for attributes in records.values() for value in attributes]
        self.reserve(len(records), len(elements))
        start = int(self.used[0])
        self.arena[start // 8 : start // 8 + 4 * len(elements)] = words_from_ints(elements, 4).reshape(-1)
        keys = np.array(list(records), dtype=np.uint64) + np.uint64(1)
        kernels.insert_all(self.keys, self.rows, keys, start + np.cumsum(sizes) - sizes)
        self.used += (int(sizes.sum()), len(records))

    def reserve(self, records: int, elements: int) -> None:
        """Make room for so many more, of so many attributes together."""
        needed = int(self.used[0]) // 8 + 4 * elements
        if needed > len(self.arena):
            more = max(needed, 2 * len(self.arena)) - len(self.arena)
            self.arena = np.concatenate([self.arena, np.zeros(more, dtype=np.uint64)])
        size = len(self.keys)
        while size < 2 * (int(self.used[1]) + records):
            size *= 2
        if size > len(self.keys):
            keys, rows = self.keys, self.rows
            self.keys, self.rows = _table(size)
            kernels.insert_all(self.keys, self.rows, keys, rows)

    def copy(self) -> "NativeState":
        """Return a state of its own with the same records, and as much room."""
        other = NativeState(self.layout)
        other.keys, other.rows = self.keys.copy(), self.rows.copy()
        other.arena, other.used = self.arena.copy(), self.used.copy()
        return other

    def get(self, index: int) -> Attributes:
        """Return the attributes of the record at a tree index; `()` if it is absent."""
        place = kernels.find(address(self.keys), len(self.keys) - 1, index + 1)
        return self._attributes(index, int(self.rows[place])) if self.keys[place] else ()

    def items(self) -> Iterator[tuple[int, Attributes]]:
        """Yield the records that are not absent, in no order."""
        for place in np.flatnonzero(self.keys):
            index = int(self.keys[place]) - 1
            attributes = self._attributes(index, int(self.rows[place]))
            if attributes:
                yield index, attributes

    def _attributes(self, index: int, row: int) -> Attributes:
        width = len(self.layout.tables[index >> self.layout.key_bits].attributes)
        found = tuple(ints_from_words(self.arena[row // 8 : row // 8 + 4 * width].reshape(-1, 4)))
        return found if any(found) else ()


def _table(size: int) -> tuple[Words, kernels.Numbers]:
    return np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls as the kernel reads them.

    Attributes
    ----------
    graphs
        Each one's place among the program's graphs: int32[n].
    inputs
        uint64[n, most, 4]; those that come from earlier calls are not read.
    messages, valid
        What each call's signature was checked against (key, message, r_y, r_sign, s), and what came out: uint64[n, most, 4], and uint8[n] of
        `native_kernels.VALID`, `UNKNOWN` or 0.
    """

    graphs: NDArray[np.int32]
    inputs: Words
    messages: Words
    valid: kernels.Flags

    @classmethod
    def of(cls, program: NativeProgram, calls: Iterable[tuple[int, Sequence[int]]]) -> "Calls":
        """Return calls of graphs, by place, with these inputs; their signatures are looked at when they run.

        Raises
        ------
        InternalError
            The inputs are not as the graph declares them.
        """
        rows = list(calls)
        widest = max((len(graph.inputs) for graph in program.graphs), default=0)
        inputs = np.zeros((len(rows), widest, 4), dtype=np.uint64)
        for number, (place, values) in enumerate(rows):
            widths = program.graphs[place].inputs
            if len(values) != len(widths) or not all(0 <= v < of_width(w) for v, w in zip(values, widths, strict=True)):
                raise InternalError(
                    f"native: inputs of {program.graphs[place].name}", expected=widths, got=tuple(values)
                )
            inputs[number, : len(values)] = words_from_ints(values, 4)
        longest = max((len(signed.registers) for signed in program.signed), default=0)
        messages = np.zeros((len(rows), longest, 4), dtype=np.uint64)
        graphs = np.array([place for place, _ in rows], dtype=np.int32)
        return cls(graphs, inputs, messages, np.full(len(rows), kernels.UNKNOWN, dtype=np.uint8))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What calls came to.

    Attributes
    ----------
    verdicts
        Status and reason of each: uint8[n, 2].
    failed
        Of each call that failed a check, its number among those of the graph, else -1: int32[n].
    """

    verdicts: kernels.Flags
    failed: NDArray[np.int32]

    def status(self, call: int) -> Status:
        """Return the status of a call."""
        return Status(int(self.verdicts[call, 0]))

    def reason(self, call: int) -> Reason:
        """Return why a call was skipped."""
        return Reason(int(self.verdicts[call, 1]))


class NativeExecutor:
    """Runs calls of one program, one after the other; one thread at a time may use it.

    The kernels compile on first use, in seconds; then they come from a cache on disk.
    """

    def __init__(self, program: NativeProgram) -> None:
        self.program = program
        self._registers = program.registers.copy()
        self._constants = interpreter_kernels.constants(), poseidon2_kernels.table(4)
        self._scratch = poseidon2_kernels.elements(kernels.SCRATCH)

    def run(self, calls: Calls, state: NativeState, chain: Words) -> Outcomes:
        """Run calls and leave their records in `state`, and what they put out in `chain`, uint64[4, 4]: outputs 0 to 3 as integers.

        A signature that was checked against another message than the call asks for, because an earlier call changed a record, is checked then.
        """
        total = len(calls.graphs)
        verdicts, failed = np.zeros((total, 2), dtype=np.uint8), np.full(total, -1, dtype=np.int32)
        slots = max(len(graph.slots) for graph in self.program.graphs)
        for start in range(0, total, CHUNK):
            part = slice(start, start + CHUNK)
            room = min(CHUNK, total - start) * slots
            state.reserve(room, room * max(len(table.attributes) for table in state.layout.tables))
            given = calls.graphs[part], calls.inputs[part], calls.messages[part], calls.valid[part]
            self._run(given, state, chain, (verdicts[part], failed[part]))
        return Outcomes(verdicts, failed)

    def _run(
        self,
        given: tuple[NDArray[np.int32], Words, Words, kernels.Flags],
        state: NativeState,
        chain: Words,
        found: tuple[kernels.Flags, NDArray[np.int32]],
    ) -> None:
        program, (graphs, inputs, messages, valid) = self.program, given
        call = 0
        while True:
            call = kernels.run_calls(
                program.code,
                program.starts,
                self._registers,
                graphs,
                inputs,
                messages,
                valid,
                call,
                state.keys,
                state.rows,
                state.arena,
                state.used,
                chain,
                *found,
                *self._constants,
                self._scratch,
            )
            if call == len(graphs):
                return
            self._verify(int(graphs[call]), messages[call], valid[call : call + 1])

    def _verify(self, place: int, message: Words, valid: kernels.Flags) -> None:
        """Check the signature that the stopped call asks for."""
        registers = np.array(self.program.signed[place].registers) + self.program.files[place]
        rows = self._registers[registers]
        message[: len(rows)] = rows
        key_x, key_y, *signed = ints_from_words(rows)
        items, signature = signed[: len(signed) - 3], eddsa.Signature(*signed[-3:])
        assert len(registers) > KEY_ITEMS
        valid[0] = kernels.VALID if eddsa.verify(Point(key_x, key_y), items, signature) else 0
