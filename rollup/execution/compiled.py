"""Running graphs by the compiled interpreter: a `Runner` that agrees with `interpreter.run` on everything but speed."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rollup.crypto import eddsa_kernels, jubjub_kernels, poseidon2_kernels
from rollup.crypto.fr_kernels import FR
from rollup.crypto.limbs import Words, ints_from_words
from rollup.errors import InternalError
from rollup.execution import interpreter_kernels as kernels
from rollup.execution.interpreter import Load, Run
from rollup.ir.bounds import of_width
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import Output

_Tables = tuple[Words, Words, Words]
"""The constants of the interpreter, the curve and the hash."""


@dataclass(frozen=True)
class _Prepared:
    """A graph as the kernel reads it: code int64[n, 5], the pool, and how long its queue gets."""

    graph: Graph
    code: kernels.Code
    pool: Words
    queue: int


class CompiledInterpreter:
    """Runs checked graphs; each is translated once. Threads may share one.

    The kernels compile on first use, in seconds; then they come from a cache on disk.
    """

    def __init__(self) -> None:
        self._prepared: dict[int, _Prepared] = {}
        self._tables = kernels.constants(), jubjub_kernels.tables(), poseidon2_kernels.table(4)

    def __call__(self, graph: Graph, layout: Layout, inputs: Sequence[int], load: Load) -> Run:
        """Run a graph; parameters, result and errors are those of `interpreter.run`."""
        _require(f"the inputs of {graph.name}", inputs, graph.inputs)
        return _Running(self._prepare(graph), layout, inputs, self._tables).run(load)

    def _prepare(self, graph: Graph) -> _Prepared:
        # SAFETY: an entry keeps its graph alive, so no other graph can have the same id.
        found = self._prepared.get(id(graph))
        if found is None:
            found = self._prepared[id(graph)] = _prepare(graph)
        return found


class _Running:
    """A run under way, and its memory."""

    def __init__(self, prepared: _Prepared, layout: Layout, inputs: Sequence[int], tables: _Tables) -> None:
        self._prepared, self._graph, self._layout, self._tables = prepared, prepared.graph, layout, tables
        slots = len(prepared.graph.slots)
        self._inputs = FR.from_ints(inputs)
        self._registers = poseidon2_kernels.elements(len(prepared.code))
        self._before, self._after = (poseidon2_kernels.elements(slots * kernels.ROW) for _ in range(2))
        self._queue, self._scratch = poseidon2_kernels.elements(prepared.queue), eddsa_kernels.scratch()
        self._outputs = poseidon2_kernels.elements(len(Output))
        self._written = np.zeros(len(Output), dtype=np.bool_)
        self._indices: list[int] = []
        self._records: list[tuple[int, ...]] = []

    def run(self, load: Load) -> Run:
        at = self._run_from(0)
        while at < len(self._graph.instructions):
            self._open(at, load)
            at = self._run_from(at + 1)
        return self._result()

    def _run_from(self, start: int) -> int:
        prepared = self._prepared
        memory = (self._registers, self._before, self._after, self._queue, self._outputs, self._written)
        return int(
            kernels.run_to_open(
                prepared.code, start, prepared.pool, self._inputs, *memory, *self._tables, self._scratch
            )
        )

    def _open(self, at: int, load: Load) -> None:
        instruction, slot = self._graph.instructions[at], len(self._indices)
        [key] = FR.to_ints(self._registers[instruction.a : instruction.a + 1])
        index = self._layout.tree_index(instruction.imm, key)
        record = tuple(load(slot, index))
        _require(f"the record at tree index {index}", record, self._layout.tables[instruction.imm].widths)
        self._indices.append(index)
        self._records.append(record)
        self._registers[at] = FR.from_ints([index])[0]
        rows = slice(slot * kernels.ROW, slot * kernels.ROW + len(record))
        self._before[rows] = self._after[rows] = FR.from_ints(record)

    def _result(self) -> Run:
        registers = tuple(self._integers(self._registers))
        after, outputs = self._integers(self._after), self._integers(self._outputs)
        starts = range(0, len(after), kernels.ROW)
        return Run(
            registers,
            tuple(self._indices),
            tuple(self._records),
            tuple(tuple(after[at : at + len(old)]) for at, old in zip(starts, self._records, strict=True)),
            MappingProxyType({at: value for at, value in enumerate(outputs) if self._written[at]}),
            next((check for check in self._graph.checks if not registers[check.register]), None),
        )

    def _integers(self, words: Words) -> list[int]:
        kernels.leave_montgomery(words, len(words), self._tables[0])
        return ints_from_words(words)


def _prepare(graph: Graph) -> _Prepared:
    rows = [(i.op, i.imm, *i.operands) for i in graph.instructions]
    code = np.array(rows, dtype=np.int64).reshape(-1, 5)
    queue = 3 * sum(i.op is Primitive.ARG for i in graph.instructions)
    return _Prepared(graph, code, FR.from_ints(graph.constants), queue)


def _require(what: str, values: Sequence[int], widths: Sequence[int]) -> None:
    """Refuse what the reference refuses: values that are not as declared are our own mistake."""
    if len(values) != len(widths) or not all(0 <= v < of_width(w) for v, w in zip(values, widths, strict=True)):
        raise InternalError(f"interpreter: {what}", expected=f"widths {tuple(widths)}", got=tuple(values))
