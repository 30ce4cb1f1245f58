"""`when`: what takes effect only if a condition holds."""

import sys
from types import TracebackType
from typing import Final

from rollup.ir.primitives import Primitive
from rollup.program.arrays import Array
from rollup.program.location import Location, author_error, here
from rollup.program.plain_python import names_before, refuse_early_exits, refuse_new_values
from rollup.program.records import Record
from rollup.program.tracing import Block, Ledger, Tracing, current
from rollup.program.values import Bool, Value, register_of

_SYMBOLIC: Final = (Value, Array, Record)


class when:  # noqa: N801 -- it is read as a statement
    """``with when(a > b): record.amount += a``: what is assigned, required, sent or paid inside happens only if the condition holds.

    Everything inside is computed in any case. Records are borrowed before the block; reading one, and paying from the sender's balance, can stand inside. The other
    case is ``with when(~condition)``. A value made inside has no meaning after the block.
    """

    def __init__(self, condition: Bool) -> None:
        self._tracing = current("when")
        if not isinstance(condition, Bool):
            remedy = "a plain if will do" if isinstance(condition, bool) else "give it a Bool: when(x != 0)"  # type: ignore[unreachable]  # authors need not run mypy
            raise author_error(f"when of a {type(condition).__name__}", remedy)
        self._condition = register_of(condition)
        self._place = here()
        self._tracing.unopened.append(self._place)

    def __enter__(self) -> None:
        """Begin the block."""
        tracing, outer = self._require_current(), self._tracing.block
        if self._place in tracing.unopened:
            tracing.unopened.remove(self._place)
        place = here()
        refuse_early_exits(place)
        condition = self._condition
        if outer is not None:
            condition = tracing.emit(Primitive.AND, outer.condition, condition)
        names = names_before(place, sys._getframe(1).f_locals)  # noqa: SLF001 -- as in `location.here`
        tracing.blocks.append(Block(condition, place, names, dict(tracing.written), dict(tracing.held), tracing.ledger))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the block: what it changed keeps its old value where the condition does not hold."""
        block = self._tracing.blocks.pop()
        if error is None:
            refuse_new_values(block.place, block.names, sys._getframe(1).f_locals, _SYMBOLIC)  # noqa: SLF001 -- as in `location.here`
            _merge(self._tracing, block)

    def __bool__(self) -> bool:
        raise author_error("when(…) is no condition of an if", "write: with when(condition):")

    def _require_current(self) -> Tracing:
        if current("when") is not self._tracing:
            raise author_error("a when of another action", "write it in the action: with when(condition):")
        return self._tracing


def require_opened(unopened: list[Location]) -> None:
    """Refuse a `when` that no `with` has entered: nothing would depend on it."""
    for place in unopened:
        raise author_error(
            "this when(…) is without a with, so nothing depends on it", "write: with when(condition):", at=place
        )


def _merge(tracing: Tracing, block: Block) -> None:
    """Choose between what cells held before and after a block.

    What the block holds for the first time, an array made inside, is not chosen: nothing can name it afterwards (`Tracing.require_inside`).
    """

    def choose(new: int, old: int) -> int:
        return new if new == old else tracing.emit(Primitive.SELECT, block.condition, new, old)

    for place, new in tracing.written.items():
        old = block.written.get(place)
        tracing.written[place] = choose(new, tracing.builder.load(*place) if old is None else old)
    for place, old in block.held.items():
        tracing.held[place] = choose(tracing.held[place], old)
    ledger, before = tracing.ledger, block.ledger
    tracing.ledger = Ledger(
        choose(ledger.balance, before.balance),
        choose(ledger.withdrawals, before.withdrawals),
        choose(ledger.count, before.count),
    )
