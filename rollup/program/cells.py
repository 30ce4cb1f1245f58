"""Where the parts of arrays and records lie: in the attributes of a borrowed record, or in the action alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rollup.program.borrows import Slot
from rollup.program.tracing import Block, Tracing


class Cells(Protocol):
    """Numbered cells of one register each."""

    @property
    def tracing(self) -> Tracing:
        """The action that they belong to."""

    @property
    def block(self) -> Block | None:
        """The innermost `when` in which they were made."""

    def read(self, number: int) -> int:
        """Return the register that a cell holds."""

    def write(self, number: int, register: int) -> None:
        """Let a cell hold a register."""


@dataclass(frozen=True, slots=True)
class SlotCells:
    """The attributes of a borrowed record."""

    tracing: Tracing
    block: Block | None
    slot: Slot

    def read(self, number: int) -> int:
        """Return the register that an attribute holds by now."""
        written = self.tracing.written.get((self.slot.number, number))
        return self.tracing.builder.load(self.slot.number, number) if written is None else written

    def write(self, number: int, register: int) -> None:
        """Let an attribute hold a register, if the borrow allows it."""
        self.slot.require_writable(self.tracing)
        self.tracing.written[self.slot.number, number] = register


@dataclass(frozen=True, slots=True)
class HeldCells:
    """What lies in no table: arguments, and arrays that an action makes."""

    tracing: Tracing
    block: Block | None
    holder: int

    def read(self, number: int) -> int:
        """Return the register that a cell holds by now."""
        return self.tracing.held[self.holder, number]

    def write(self, number: int, register: int) -> None:
        """Let a cell hold a register."""
        self.tracing.held[self.holder, number] = register


def hold(tracing: Tracing, registers: Sequence[int]) -> HeldCells:
    """Keep registers in cells of their own."""
    return HeldCells(tracing, tracing.block, tracing.hold(registers))
