"""Writing a graph, one instruction at a time; what was computed before is not computed again (hash-consing)."""

from collections.abc import Sequence
from typing import Final

from rollup.crypto.fr import R
from rollup.ir.bounds import ARITHMETIC, BOOLEAN, of_width
from rollup.ir.graph import Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import COMMUTATIVE, PRIMITIVES, Primitive

_Key = tuple[Primitive | str, tuple[int, ...]]

_SILENT: Final = frozenset({Primitive.ARG, Primitive.STORE, Primitive.OUTPUT})
"""Their registers hold nothing but 0."""


class Builder:
    """Instructions under way, and the bound of each register.

    Methods return the register that they wrote, or that already holds the same; arithmetic raises `ValueError` if an operand's bound is too large for it, which
    says what the bound is.
    """

    def __init__(self, layout: Layout, inputs: Sequence[int]) -> None:
        self.layout = layout
        self.inputs = tuple(inputs)
        self.instructions: list[Instruction] = []
        self.bounds: list[int] = []
        self.constants: list[int] = []
        self.slots: list[int] = []
        self._known: dict[_Key, int] = {}

    def const(self, value: int) -> int:
        """Return the register of an element in [0, R)."""
        known = self._known.get(("pool", (value,)))
        if known is None:
            known = self._known["pool", (value,)] = len(self.constants)
            self.constants.append(value)
        return self._share(Instruction(Primitive.CONST, a=known), value + 1)

    def input(self, number: int) -> int:
        """Return the register of an input."""
        return self._share(Instruction(Primitive.INPUT, a=number), of_width(self.inputs[number]))

    def open(self, table: int, key: int) -> int:
        """Open a record at the key in register `key` and return its *slot*."""
        self._append(Instruction(Primitive.OPEN, table, key), (table << self.layout.key_bits) + self.bounds[key])
        self.slots.append(table)
        return len(self.slots) - 1

    def load(self, slot: int, attribute: int) -> int:
        """Return the register of an attribute before the step."""
        width = self.layout.tables[self.slots[slot]].widths[attribute]
        return self._share(Instruction(Primitive.LOAD, attribute, slot), of_width(width))

    def store(self, slot: int, attribute: int, value: int) -> None:
        """Make an attribute what register `value` holds."""
        self._append(Instruction(Primitive.STORE, attribute, slot, value), 1)

    def output(self, number: int, value: int) -> None:
        """Make an output what register `value` holds."""
        self._append(Instruction(Primitive.OUTPUT, number, value), 1)

    def hash(self, domain: int, items: Sequence[int]) -> int:
        """Return the register of `hash_items(domain, items)`."""
        return self._queued(Instruction(Primitive.HASH, domain, len(items)), items, R)

    def verify_signature(self, key: tuple[int, int], message: Sequence[int], r_y: int, r_sign: int, s: int) -> int:
        """Return the register that tells whether a signature of 1 … 16 elements is valid."""
        instruction = Instruction(Primitive.VERIFY_SIGNATURE, len(message), r_y, r_sign, s)
        return self._queued(instruction, (*key, *message), BOOLEAN)

    def emit(self, op: Primitive, *operands: int, imm: int = 0) -> int:
        """Return the register of an arithmetic primitive.

        Raises
        ------
        ValueError
            If an operand's bound is too large.
        """
        bound = ARITHMETIC[op](imm, tuple(self.bounds[operand] for operand in operands))
        ordered = sorted(operands) if op in COMMUTATIVE else operands
        return self._share(Instruction(op, imm, *ordered), bound)

    def all(self, conditions: Sequence[int]) -> int:
        """Return the register of the conjunction; of 1 if there is nothing to join."""
        result: int | None = None
        for condition in dict.fromkeys(conditions):
            result = condition if result is None else self.emit(Primitive.AND, result, condition)
        return self.const(1) if result is None else result

    def negate(self, condition: int) -> int:
        """Return the register of `not condition`; of the condition itself if this is its negation already."""
        instruction = self.instructions[condition]
        return instruction.a if instruction.op is Primitive.NOT else self.emit(Primitive.NOT, condition)

    def _queued(self, instruction: Instruction, items: Sequence[int], bound: int) -> int:
        key: _Key = (instruction.op, (instruction.imm, *instruction.operands, *items))
        if key not in self._known:
            for start in range(0, len(items), 3):
                self._append(Instruction(Primitive.ARG, 0, *items[start : start + 3]), 1)
            self._known[key] = self._append(instruction, bound)
        return self._known[key]

    def _share(self, instruction: Instruction, bound: int) -> int:
        key: _Key = (instruction.op, (instruction.imm, *instruction.operands))
        if key not in self._known:
            self._known[key] = self._append(instruction, bound)
        return self._known[key]

    def _append(self, instruction: Instruction, bound: int) -> int:
        # INVARIANT: an operand names a register written earlier that holds something, so code is straight-line, and an `arg` lives only if it is taken.
        for register in instruction.registers:
            assert self.instructions[register].op not in _SILENT, PRIMITIVES[instruction.op].name
        self.instructions.append(instruction)
        self.bounds.append(bound)
        return len(self.instructions) - 1
