"""Graphs that take turns, as one list of nodes: what several of them compute alike exists once.

SPEC: §5. An instruction becomes a node, known by its primitive, its number and its operands; so the identical prologue of a program's actions is shared
although each action's code repeats it. The effects (records opened, attributes stored, outputs) stay with their graph.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

from rollup.ir.check import KEY_ITEMS, check
from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import COMMUTATIVE, Primitive
from rollup.params import Output

PROVED_OUTPUTS: Final = (Output.WITHDRAWALS, Output.WITHDRAWALS_COUNT, Output.NEXT_ACCOUNT, Output.FEES)
"""Words of the step header; status and reason go into receipts, which nobody proves."""

InputName = tuple[int, int]
"""Of an input: the tag of the graph that it belongs to (0 if it is the same for all), and its number."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value.

    Attributes
    ----------
    op
        How it comes about.
    number
        Of what the primitive says: the constant, `imm`, or a loaded attribute.
    operands
        Places of other nodes, all before this one.
    source
        Of an input its name, of a load its slot and table; else empty.
    bound
        Exclusive upper limit; R for a full element.
    """

    op: Primitive
    number: int
    operands: tuple[int, ...]
    source: tuple[int, ...]
    bound: int = field(compare=False)


@dataclass(frozen=True)
class Effects:
    """What a graph does, by places of nodes.

    Attributes
    ----------
    tag
        Of the graph.
    slots
        Table and tree index of each record opened.
    stores
        By slot and attribute.
    outputs
        By number, the proved ones only.
    """

    tag: int
    slots: tuple[tuple[int, int], ...]
    stores: Mapping[tuple[int, int], int]
    outputs: Mapping[Output, int]


@dataclass(frozen=True)
class Family:
    """Graphs of which at most one runs in a step.

    Attributes
    ----------
    nodes
        Operands first. Those that no effect needs are left out of `order`.
    order
        Places of the nodes that effects need, ascending.
    """

    nodes: tuple[Node, ...]
    order: tuple[int, ...]
    effects: tuple[Effects, ...]

    @cached_property
    def users(self) -> Mapping[int, frozenset[int]]:
        """By place of a node in `order`, the tags of the graphs whose effects need it."""
        needed = {effect.tag: set(_needed(self.nodes, [effect])) for effect in self.effects}
        return {place: frozenset(tag for tag, places in needed.items() if place in places) for place in self.order}


def merge(graphs: Sequence[Graph], layout: Layout, shared_inputs: int) -> Family:
    """Merge graphs into a family.

    Parameters
    ----------
    shared_inputs
        How many inputs, counted from 0, are the same whichever graph runs; the others are each graph's own.

    Raises
    ------
    PeerError
        If the checker refuses a graph.
    """
    nodes: dict[Node, int] = {}
    effects = tuple(_Reader(graph, layout, shared_inputs, nodes).read() for graph in graphs)
    places = tuple(nodes)
    return Family(places, _needed(places, effects), effects)


class _Reader:
    """Turns one graph's instructions into nodes."""

    def __init__(self, graph: Graph, layout: Layout, shared_inputs: int, nodes: dict[Node, int]) -> None:
        self.graph = graph
        self.shared_inputs = shared_inputs
        self.nodes = nodes
        self.bounds = check(graph, layout)
        self.places: list[int] = []
        self.queue: list[int] = []
        self.slots: list[tuple[int, int]] = []
        self.stores: dict[tuple[int, int], int] = {}
        self.outputs: dict[Output, int] = {}

    def read(self) -> Effects:
        """Read all instructions."""
        for instruction in self.graph.instructions:
            self.places.append(self._node(instruction))
            _EFFECTS.get(instruction.op, _no_effect)(self, instruction)
        stores, outputs = MappingProxyType(self.stores), MappingProxyType(self.outputs)
        return Effects(self.graph.tag, tuple(self.slots), stores, outputs)

    def _node(self, instruction: Instruction) -> int:
        op, number, operands, source = instruction.op, instruction.imm, self._registers(instruction), ()
        if op is Primitive.CONST:
            number = self.graph.constants[instruction.a]
        elif op is Primitive.INPUT:
            return self._intern(Node(op, 0, (), self._input_name(instruction.a), self.bounds[len(self.places)]))
        elif op is Primitive.LOAD:
            slot = (instruction.a, self.slots[instruction.a][0])
            return self._intern(Node(op, number, (), slot, self.bounds[len(self.places)]))
        elif op in _WITHOUT_VALUE:
            number, operands = 0, ()
        elif op is Primitive.HASH:
            operands = tuple(self.queue[: instruction.a])
        elif op is Primitive.VERIFY_SIGNATURE:
            operands = (*self.queue[: KEY_ITEMS + number], *operands)
        elif op in COMMUTATIVE:
            operands = tuple(sorted(operands))
        return self._intern(Node(op, number, operands, source, self.bounds[len(self.places)]))

    def _registers(self, instruction: Instruction) -> tuple[int, ...]:
        return tuple(self.places[register] for register in instruction.registers)

    def _input_name(self, number: int) -> InputName:
        return (0 if number < self.shared_inputs else self.graph.tag, number)

    def _intern(self, node: Node) -> int:
        return self.nodes.setdefault(node, len(self.nodes))


def _open(reader: _Reader, instruction: Instruction) -> None:
    reader.slots.append((instruction.imm, reader.places[-1]))


def _store(reader: _Reader, instruction: Instruction) -> None:
    reader.stores[instruction.a, instruction.imm] = reader.places[instruction.b]


def _output(reader: _Reader, instruction: Instruction) -> None:
    output = Output(instruction.imm)
    if output in PROVED_OUTPUTS:
        reader.outputs[output] = reader.places[instruction.a]


def _queue(reader: _Reader, instruction: Instruction) -> None:
    reader.queue.extend(reader.places[register] for register in instruction.operands)


def _clear(reader: _Reader, instruction: Instruction) -> None:
    del instruction
    reader.queue.clear()


def _no_effect(reader: _Reader, instruction: Instruction) -> None:
    del reader, instruction


_EFFECTS: Final[Mapping[Primitive, Callable[[_Reader, Instruction], None]]] = MappingProxyType(
    {
        Primitive.OPEN: _open,
        Primitive.STORE: _store,
        Primitive.OUTPUT: _output,
        Primitive.ARG: _queue,
        Primitive.HASH: _clear,
        Primitive.VERIFY_SIGNATURE: _clear,
    }
)
_WITHOUT_VALUE: Final = frozenset({Primitive.STORE, Primitive.ARG, Primitive.OUTPUT})


def _needed(nodes: Sequence[Node], effects: Sequence[Effects]) -> tuple[int, ...]:
    wanted: set[int] = set()
    for effect in effects:
        wanted.update(index for _, index in effect.slots)
        wanted.update(effect.stores.values())
        wanted.update(effect.outputs.values())
    # INVARIANT: operands stand before their node, so going back once reaches everything.
    for place in range(len(nodes) - 1, -1, -1):
        if place in wanted:
            wanted.update(nodes[place].operands)
    return tuple(sorted(wanted))
