"""Tracing: an action runs once, with symbolic values, and leaves its graph behind."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from rollup.ir.builder import Builder
from rollup.ir.graph import Check
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import MAX_SLOTS, TABLE_ACCOUNTS, CallInput, TransactionInput
from rollup.program.location import Location, author_error, here


@dataclass(frozen=True, slots=True)
class Ledger:
    """Registers that `send_to_l1` and `pay` replace as they go: the sender's balance after the fee, and the words of the withdrawals."""

    balance: int
    withdrawals: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A `when` under way.

    Parameters
    ----------
    condition
        The register that tells whether what is inside takes effect: the block's own condition and those around it.
    place
        Where its `with` is.
    names
        What the names that it assigns were bound to before.
    written, held, ledger
        What `Tracing` had when it began.
    """

    condition: int
    place: Location
    names: Mapping[str, object]
    written: dict[tuple[int, int], int]
    held: dict[tuple[int, int], int]
    ledger: Ledger


class Tracing:
    """One action under way.

    Parameters
    ----------
    layout
        Of the whole program.
    builder
        Holds the first half of the frame when the body starts.
    ledger
        The registers that `send_to_l1` and `pay` start from.
    sender
        The register of the sender's number, the key of the frame's own slot.
    inputs
        The names of the graph's inputs.
    """

    def __init__(
        self,
        layout: Layout,
        builder: Builder,
        ledger: Ledger,
        sender: int,
        inputs: type[TransactionInput] | type[CallInput] = TransactionInput,
    ) -> None:
        self.layout = layout
        self.builder = builder
        self.ledger = ledger
        self.inputs = inputs
        self.checks: list[Check] = []
        self.opened: list[tuple[int, int]] = [(TABLE_ACCOUNTS, sender)]
        """Table and key register of each slot, the frame's own first."""
        self.written: dict[tuple[int, int], int] = {}
        """By slot and attribute, the register that it shall hold if the transaction is applied."""
        self.held: dict[tuple[int, int], int] = {}
        """The same of arrays and records that lie in no table, by a number of their own."""
        self.blocks: list[Block] = []
        """The `when`s under way, the innermost last."""
        self._holders = 0
        self.reads: set[int] = set()
        """The slots of records that are only looked at."""
        self.guarded: dict[int, tuple[int, tuple[int, ...]]] = {}
        """By slot, the account's register and the conditions, the innermost last, of a payment that does not always happen; the slot's key is 0 where it does not."""
        self.appended: set[tuple[int, Block | None]] = set()
        """Conditions of absence that were required, and where."""
        self.unopened: list[Location] = []
        """Where a `when` was written that no `with` has entered."""

    @property
    def block(self) -> Block | None:
        """The innermost `when` under way."""
        return self.blocks[-1] if self.blocks else None

    def writable(self) -> list[int]:
        """Return the slots that may change their record."""
        return [slot for slot in range(len(self.opened)) if slot not in self.reads]

    def require_inside(self, block: Block | None, what: str) -> None:
        """Refuse what was made in a `when` that has ended: where its condition does not hold, its checks were not made."""
        if block is not None and block not in self.blocks:
            raise author_error(
                f"{what} made inside `when` is used after it, where it may be any number",
                "assign it to an attribute inside, or choose after it: x = select(condition, a, b)",
            )

    def hold(self, registers: Sequence[int]) -> int:
        """Keep registers as the cells of an array or a record that lies in no table; return its number."""
        number = self._holders
        self._holders += 1
        self.held.update({(number, place): register for place, register in enumerate(registers)})
        return number

    def borrow(self, table: int, key: int) -> int:
        """Open the record at the key in a register and return its slot; `AuthorError` if the action has opened as many as it may."""
        if len(self.opened) == MAX_SLOTS:
            raise author_error(f"an action borrows at most {MAX_SLOTS - 1} records", "split it into two actions")
        self.opened.append((table, key))
        return self.builder.open(table, key)

    def require(self, register: int, message: str) -> None:
        """Let the transaction fail with `message` if a Boolean register is 0, and every `when` around it holds."""
        place = here()
        if self.block is not None:
            register = self.emit(Primitive.OR, self.negate(self.block.condition), register)
        self.checks.append(Check(register, message, place.short, place.line))

    def narrow(self, register: int, width: int, message: str) -> int:
        """Return a register below 2^width: the same, or 0 and a failed transaction (SOUNDNESS 3).

        Raises
        ------
        AuthorError
            If the register may hold a full element, which has no order.
        """
        if self.builder.bounds[register] <= 1 << width:
            return register
        self.require(self.emit(Primitive.RANGE, register, imm=width), message)
        return self.emit(Primitive.NARROW, register, imm=width)

    def emit(self, op: Primitive, *operands: int, imm: int = 0) -> int:
        """Emit an arithmetic primitive; `AuthorError` where a bound is too large for it."""
        try:
            return self.builder.emit(op, *operands, imm=imm)
        except ValueError as error:
            raise author_error(str(error), "use narrower types, or convert to Field where wrapping is meant") from error

    def negate(self, condition: int) -> int:
        """Return the register of `not condition`."""
        return self.builder.negate(condition)


_CURRENT: Final[ContextVar[Tracing | None]] = ContextVar("tandem_tracing", default=None)


def active() -> Tracing | None:
    """Return the tracing that is under way, or None."""
    return _CURRENT.get()


def current(what: str) -> Tracing:
    """Return the tracing that is under way; `AuthorError` outside an action, where `what` has no meaning."""
    tracing = active()
    if tracing is None:
        raise author_error(f"{what} outside an action", "move it into a method marked @action")
    return tracing


@contextmanager
def tracing_with(tracing: Tracing) -> Generator[Tracing]:
    """Make `tracing` the current one."""
    token = _CURRENT.set(tracing)
    try:
        yield tracing
    finally:
        _CURRENT.reset(token)
