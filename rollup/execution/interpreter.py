"""The reference meaning of every primitive, in plain Python integers; the other four are held to it by `tests/agreement/`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rollup.crypto import eddsa
from rollup.crypto.jubjub import Point
from rollup.crypto.poseidon2 import hash_items
from rollup.errors import InternalError
from rollup.ir.arithmetic import MEANING
from rollup.ir.bounds import of_width
from rollup.ir.check import KEY_ITEMS
from rollup.ir.graph import Check, Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive

Load = Callable[[int, int], Sequence[int]]
"""From a slot's number and a tree index to the record's attributes before the step."""


@dataclass(frozen=True)
class Run:
    """What a graph did.

    Parameters
    ----------
    registers
        One element an instruction.
    indices
        The tree index of each record slot.
    records_before, records_after
        The attributes of each slot; each record stands for itself, so where two slots share an index the order of the specification (1 … n, 0) decides.
    outputs
        What was written, by the number of the output.
    failed_check
        The first check whose register is 0, or None.
    """

    registers: tuple[int, ...]
    indices: tuple[int, ...]
    records_before: tuple[tuple[int, ...], ...]
    records_after: tuple[tuple[int, ...], ...]
    outputs: Mapping[int, int]
    failed_check: Check | None


@dataclass
class Machine:
    """A run under way; the register of the next instruction is `len(registers)`."""

    graph: Graph
    layout: Layout
    inputs: Sequence[int]
    load: Load
    registers: list[int] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    before: list[tuple[int, ...]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    outputs: dict[int, int] = field(default_factory=dict)


Rule = Callable[[Machine, Instruction], int]


def run(graph: Graph, layout: Layout, inputs: Sequence[int], load: Load) -> Run:
    """Run a checked graph.

    Parameters
    ----------
    graph, layout
        A graph that `ir.check.check` accepts under this layout.
    inputs
        As `graph.inputs` declares them.
    load
        Gives a record, called once for each slot in order.

    Raises
    ------
    InternalError
        If the inputs are not as declared, or a record does not have the attributes of its table. Nothing that anybody posts leads there: decoding and state
        give what is in range, and every primitive is total.
    """
    _require_inputs(graph, inputs)
    machine = Machine(graph, layout, inputs, load)
    for instruction in graph.instructions:
        machine.registers.append(RULES[instruction.op](machine, instruction))
    failed = next((item for item in graph.checks if not machine.registers[item.register]), None)
    return Run(
        tuple(machine.registers),
        tuple(machine.indices),
        tuple(machine.before),
        tuple(tuple(record) for record in machine.after),
        MappingProxyType(machine.outputs),
        failed,
    )


def _require_inputs(graph: Graph, inputs: Sequence[int]) -> None:
    if len(inputs) != len(graph.inputs):
        raise InternalError(f"interpreter: inputs of {graph.name}", expected=len(graph.inputs), got=len(inputs))
    for number, (value, width) in enumerate(zip(inputs, graph.inputs, strict=True)):
        if not 0 <= value < of_width(width):
            raise InternalError(f"interpreter: input {number} of {graph.name}", expected=f"{width} bits", got=value)


def _const(machine: Machine, instruction: Instruction) -> int:
    return machine.graph.constants[instruction.a]


def _input(machine: Machine, instruction: Instruction) -> int:
    return machine.inputs[instruction.a]


def _open(machine: Machine, instruction: Instruction) -> int:
    index = machine.layout.tree_index(instruction.imm, machine.registers[instruction.a])
    record = tuple(machine.load(len(machine.indices), index))
    widths = machine.layout.tables[instruction.imm].widths
    if len(record) != len(widths) or not all(0 <= v < of_width(w) for v, w in zip(record, widths, strict=True)):
        raise InternalError(f"interpreter: the record at tree index {index}", expected=f"widths {widths}", got=record)
    machine.indices.append(index)
    machine.before.append(record)
    machine.after.append(list(record))
    return index


def _load(machine: Machine, instruction: Instruction) -> int:
    return machine.before[instruction.a][instruction.imm]


def _store(machine: Machine, instruction: Instruction) -> int:
    machine.after[instruction.a][instruction.imm] = machine.registers[instruction.b]
    return 0


def _arithmetic(machine: Machine, instruction: Instruction) -> int:
    operands = [machine.registers[register] for register in instruction.registers]
    return MEANING[instruction.op](instruction.imm, operands)


def _arg(machine: Machine, instruction: Instruction) -> int:
    machine.queue.extend(machine.registers[register] for register in instruction.operands)
    return 0


def _hash(machine: Machine, instruction: Instruction) -> int:
    items = machine.queue[: instruction.a]
    machine.queue.clear()
    return hash_items(instruction.imm, items)


def _verify_signature(machine: Machine, instruction: Instruction) -> int:
    key_x, key_y, *message = machine.queue[: KEY_ITEMS + instruction.imm]
    machine.queue.clear()
    r_y, r_sign, s = (machine.registers[register] for register in instruction.operands)
    return int(eddsa.verify(Point(key_x, key_y), message, eddsa.Signature(r_y, r_sign, s)))


def _output(machine: Machine, instruction: Instruction) -> int:
    machine.outputs[instruction.imm] = machine.registers[instruction.a]
    return 0


RULES: Final[Mapping[Primitive, Rule]] = MappingProxyType(
    {
        Primitive.CONST: _const,
        Primitive.INPUT: _input,
        Primitive.OPEN: _open,
        Primitive.LOAD: _load,
        Primitive.STORE: _store,
        Primitive.ARG: _arg,
        Primitive.HASH: _hash,
        Primitive.VERIFY_SIGNATURE: _verify_signature,
        Primitive.OUTPUT: _output,
        **dict.fromkeys(MEANING, _arithmetic),
    }
)
"""The meaning of each primitive."""
