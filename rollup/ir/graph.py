"""A graph: straight-line code over elements of Fr, with the inputs it reads and the records it touches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import TAG_CALL, TAG_DEPOSIT, TAG_FEES, CallInput, DepositInput, FeesInput, TransactionInput

CALL_PREFIX: Final = "L1:"
"""Before the name of an action in the name of the graph of its call from L1."""
Frame = type[TransactionInput] | type[CallInput] | type[DepositInput] | type[FeesInput]
_FRAMES: Final[Mapping[int, Frame]] = {TAG_DEPOSIT: DepositInput, TAG_FEES: FeesInput}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation; instruction `i` of a graph writes register `i` (SPEC §5).

    `imm` is below 2^8, and `a`, `b`, `c` below 2^16; what a primitive does not use is 0.
    """

    op: Primitive
    imm: int = 0
    a: int = 0
    b: int = 0
    c: int = 0

    @property
    def operands(self) -> tuple[int, int, int]:
        """`a`, `b` and `c`."""
        return self.a, self.b, self.c

    @property
    def registers(self) -> tuple[int, ...]:
        """The registers that are read, in the order of the operands."""
        return tuple(getattr(self, operand) for operand in PRIMITIVES[self.op].registers)


@dataclass(frozen=True, slots=True)
class Check:
    """A Boolean register that must be 1 for a transaction to be applied; the first that is 0 is the receipt's why.

    Parameters
    ----------
    register
        Holds 0 or 1.
    message
        What a receipt says if it is 0.
    file, line
        Where the author asked for it; "" and 0 for a check of the frame.
    """

    register: int
    message: str
    file: str
    line: int


@dataclass(frozen=True)
class Graph:
    """What one kind of step computes.

    Parameters
    ----------
    name
        The action's name, with `CALL_PREFIX` before it for its call from L1, `DEPOSIT` or `FEES`.
    tag
        1 … `layout.actions`, `TAG_CALL` above one of these, `TAG_DEPOSIT` or `TAG_FEES`.
    arguments, argument_names
        Widths in bits (255 for a full element) and names of the action's arguments; none for the frame's own graphs.
    inputs
        Widths in bits of all inputs (255 for a full element), those of the frame first.
    constants
        The pool: distinct elements.
    instructions
        At most 512.
    slots
        The table of each record slot, in the order of the `open` instructions.
    checks
        In the order of the body; they are no part of the code's identity.
    """

    name: str
    tag: int
    arguments: tuple[int, ...]
    argument_names: tuple[str, ...]
    inputs: tuple[int, ...]
    constants: tuple[int, ...]
    instructions: tuple[Instruction, ...]
    slots: tuple[int, ...]
    checks: tuple[Check, ...] = ()

    @property
    def action(self) -> str:
        """The name of the action that runs, called by a transaction or from L1; the graph's own of the frame's graphs."""
        return self.name.removeprefix(CALL_PREFIX)

    @property
    def frame(self) -> Frame:
        """The names of the inputs that the frame reads; an action's arguments come after them."""
        if self.tag in _FRAMES:
            return _FRAMES[self.tag]
        return CallInput if self.tag > TAG_CALL else TransactionInput
