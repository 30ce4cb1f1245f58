"""The checker: whether every machine may run a graph, and how large each register can get (SPEC §5).

A graph that passes is total: no input makes any of its instructions fail, no integer of it reaches R, and no two of its effects collide.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rollup.crypto.eddsa import MAX_ITEMS
from rollup.crypto.fr import R, is_canonical
from rollup.errors import PeerError
from rollup.ir.bounds import ARITHMETIC, BOOLEAN, of_width
from rollup.ir.codec import require_unused_zero
from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import (
    FULL,
    MAX_ARGUMENTS,
    MAX_HASH_ITEMS,
    MAX_INSTRUCTIONS,
    MAX_SIGNATURES,
    MAX_SLOTS,
    SCALAR_BITS,
    WIDEST_INTEGER,
    Output,
)

ITEMS_PER_ARG: Final = 3
KEY_ITEMS: Final = 2
"""Coordinates of a key, which are queued before a message."""


def check(graph: Graph, layout: Layout) -> tuple[int, ...]:
    """Check a graph and return the exclusive upper bound of each register; R stands for a full element.

    Raises
    ------
    PeerError
        If a rule of the specification's table is broken; it names graph, instruction and culprit.
    """
    if len(graph.instructions) > MAX_INSTRUCTIONS:
        raise PeerError(
            f"check: graph {graph.name}: too many instructions", expected=MAX_INSTRUCTIONS, got=len(graph.instructions)
        )
    return check_rules(graph, layout)


def check_rules(graph: Graph, layout: Layout) -> tuple[int, ...]:
    """`check`, of a graph that may still be too long."""
    checker = _Checker(graph, layout)
    checker.check_header()
    for i, instruction in enumerate(graph.instructions):
        checker.check_instruction(i, instruction)
    checker.check_end()
    return tuple(checker.bounds)


class _Checker:
    """What is known before instruction `len(bounds)`."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.graph = graph
        self.layout = layout
        self.bounds: list[int] = []
        self.opened: list[int] = []
        self.queued: list[tuple[int, int, int]] = []
        self.written: set[tuple[Primitive, int, int]] = set()
        self.signatures = 0

    def refuse(self, problem: str) -> PeerError:
        """Make the error that names graph, instruction and culprit."""
        i, instructions = len(self.bounds), self.graph.instructions
        where = f", instruction {i} ({PRIMITIVES[instructions[i].op].name})" if i < len(instructions) else ""
        return PeerError(f"check: graph {self.graph.name}{where}: {problem}")

    def check_header(self) -> None:
        """Check what a graph declares."""
        graph = self.graph
        if len(graph.arguments) > MAX_ARGUMENTS or len(graph.arguments) != len(graph.argument_names):
            raise PeerError(
                f"check: graph {graph.name}: {len(graph.arguments)} arguments, {len(graph.argument_names)} names"
            )
        if len(set(graph.constants)) != len(graph.constants) or not all(map(is_canonical, graph.constants)):
            raise PeerError(f"check: graph {graph.name}: the pool is not of distinct elements")
        for width in (*graph.inputs, *graph.arguments):
            if not (1 <= width <= WIDEST_INTEGER or width == FULL):
                raise PeerError(f"check: graph {graph.name}: an input of {width} bits")

    def check_instruction(self, i: int, instruction: Instruction) -> None:
        """Check one instruction and append its register's bound."""
        require_unused_zero(instruction, i)
        for register in instruction.registers:
            if register >= i:
                raise self.refuse(f"register {register} is not written yet")
        if self.queued and instruction.op not in _AFTER_ARG:
            raise self.refuse("what `arg` queued is not taken")
        self.bounds.append(RULES[instruction.op](self, instruction))

    def check_end(self) -> None:
        """Check what can only be seen from the whole."""
        if self.queued:
            raise self.refuse("what `arg` queued is not taken")
        if self.graph.slots != tuple(self.opened):
            raise self.refuse(f"it declares record slots of tables {self.graph.slots} and opens {tuple(self.opened)}")
        for condition in self.graph.checks:
            if not 0 <= condition.register < len(self.bounds) or self.bounds[condition.register] > BOOLEAN:
                raise self.refuse(
                    f"the check of register {condition.register} ({condition.message!r}) is of no Boolean"
                )

    def width_bound(self, width: int) -> int:
        """Return `of_width`, refusing as the checker does."""
        try:
            return of_width(width)
        except ValueError as error:
            raise self.refuse(str(error)) from error

    def attribute_bound(self, slot: int, attribute: int) -> int:
        """Return the bound of a record's attribute; refuse a slot not opened and an attribute the table lacks."""
        if slot >= len(self.opened):
            raise self.refuse(f"slot {slot} is not open yet")
        table = self.layout.tables[self.opened[slot]]
        if attribute >= len(table.attributes):
            raise self.refuse(f"table {table.name} has no attribute {attribute}")
        return self.width_bound(table.widths[attribute])

    def write_once(self, op: Primitive, place: int, part: int) -> None:
        """Refuse a second write to the same place."""
        if (op, place, part) in self.written:
            raise self.refuse("it is written twice")
        self.written.add((op, place, part))

    def take_queue(self, items: int) -> None:
        """Refuse unless exactly the `arg`s that `items` need are queued, and what they leave over is register 0."""
        if len(self.queued) != -(-items // ITEMS_PER_ARG):
            raise self.refuse(f"{items} items, and {len(self.queued)} `arg` just before")
        flat = [register for triple in self.queued for register in triple]
        if any(flat[items:]):
            raise self.refuse("an `arg` queues what nobody takes")
        self.queued.clear()


def _element(sequence: Sequence[int], index: int, checker: _Checker, name: str) -> int:
    if index >= len(sequence):
        raise checker.refuse(f"there is no {name} {index}")
    return sequence[index]


def _const(checker: _Checker, instruction: Instruction) -> int:
    return _element(checker.graph.constants, instruction.a, checker, "constant") + 1


def _input(checker: _Checker, instruction: Instruction) -> int:
    return checker.width_bound(_element(checker.graph.inputs, instruction.a, checker, "input"))


def _open(checker: _Checker, instruction: Instruction) -> int:
    tables, key = checker.layout.tables, checker.bounds[instruction.a]
    if instruction.imm >= len(tables):
        raise checker.refuse(f"there is no table {instruction.imm}")
    if len(checker.opened) == MAX_SLOTS:
        raise checker.refuse(f"more than {MAX_SLOTS} records are opened")
    if key > 1 << tables[instruction.imm].key_bits:
        raise checker.refuse(f"register {instruction.a} may exceed the key of {tables[instruction.imm].name}")
    checker.opened.append(instruction.imm)
    return (instruction.imm << checker.layout.key_bits) + key


def _load(checker: _Checker, instruction: Instruction) -> int:
    return checker.attribute_bound(instruction.a, instruction.imm)


def _store(checker: _Checker, instruction: Instruction) -> int:
    if checker.bounds[instruction.b] > checker.attribute_bound(instruction.a, instruction.imm):
        raise checker.refuse(f"register {instruction.b} may exceed the attribute")
    checker.write_once(instruction.op, instruction.a, instruction.imm)
    return 1


def _arg(checker: _Checker, instruction: Instruction) -> int:
    checker.queued.append(instruction.operands)
    return 1


def _hash(checker: _Checker, instruction: Instruction) -> int:
    checker.take_queue(instruction.a)
    if instruction.a > MAX_HASH_ITEMS:
        raise checker.refuse(f"it hashes {instruction.a} items; at most {MAX_HASH_ITEMS} fit")
    return R


def _verify_signature(checker: _Checker, instruction: Instruction) -> int:
    if not 1 <= instruction.imm <= MAX_ITEMS:
        raise checker.refuse(f"a message of {instruction.imm} elements; it has 1 … {MAX_ITEMS}")
    checker.take_queue(KEY_ITEMS + instruction.imm)
    checker.signatures += 1
    if checker.signatures > MAX_SIGNATURES:
        raise checker.refuse(f"more than {MAX_SIGNATURES} signatures are verified")
    if checker.bounds[instruction.b] > BOOLEAN or checker.bounds[instruction.c] > 1 << SCALAR_BITS:
        raise checker.refuse(f"r_sign wants 1 bit and s {SCALAR_BITS}")
    return BOOLEAN


def _output(checker: _Checker, instruction: Instruction) -> int:
    if instruction.imm >= len(Output):
        raise checker.refuse(f"there is no output {instruction.imm}")
    checker.write_once(instruction.op, instruction.imm, 0)
    return 1


def _arithmetic(checker: _Checker, instruction: Instruction) -> int:
    bounds = tuple(checker.bounds[register] for register in instruction.registers)
    try:
        return ARITHMETIC[instruction.op](instruction.imm, bounds)
    except ValueError as error:
        raise checker.refuse(str(error)) from error


_AFTER_ARG: Final = frozenset({Primitive.ARG, Primitive.HASH, Primitive.VERIFY_SIGNATURE})

RULES: Final[Mapping[Primitive, Callable[[_Checker, Instruction], int]]] = MappingProxyType(
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
        **dict.fromkeys(ARITHMETIC, _arithmetic),
    }
)
"""The checker's rule of each primitive: what it demands, and the bound of its register."""
