"""What an author declares that a program keeps: proved or refuted by `tandem audit`, and no part of what runs."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final, TypeVar

from rollup.errors import AuthorError
from rollup.program.conditions import NEW, OLD, Condition, Node, Snapshot
from rollup.program.location import Location, author_error, boundary, here, of_function, of_traceback
from rollup.program.tables import Table
from rollup.program.values import UInt

F = TypeVar("F", bound=Callable[..., object])

INVARIANT_MARK: Final = "__tandem_invariant__"


@dataclass(frozen=True, eq=False)
class RecordInvariant:
    """What holds of the records of a table.

    Parameters
    ----------
    name, place
        Of its function.
    table
        The name of the table.
    condition
        An expression over `new`, and `old` where it is about steps.
    of_steps
        Whether it says what a transaction may make of a record; else what every record is.
    """

    name: str
    place: Location
    table: str
    condition: Node
    of_steps: bool


@dataclass(eq=False)
class Conserves:
    """A sum that stays as it is."""

    attributes: tuple[str, ...]
    each: int | None
    except_in: tuple[str, ...]
    place: Location
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def invariant(table: Table[Any]) -> Callable[[F], F]:
    """Declare what holds of every record of a table; `tandem audit` proves it for every action, or finds a transaction that breaks it.

    ``@invariant(pools)``, then ``def k_never_falls(self, old, new): return new.x * new.y >= old.x * old.y``: so it is with each record that a transaction borrows, before
    and after it, whether it is applied or not. With one argument, ``def solvent(self, pool): return pool.debt <= pool.stake``, it is about each record at any
    time: that of a record nobody has written, where all attributes are 0, satisfies it, and every action that finds it satisfied leaves it so.

    The function is called once, outside any action, and returns comparisons of attributes, joined by `&`, `|` and `~`; its numbers are integers without limit.
    """
    if not isinstance(table, Table):
        raise author_error(
            "@invariant without a table", "name one that stands above in the class: @invariant(balances)"
        )

    def mark(function: F) -> F:
        if not isinstance(function, FunctionType):
            raise author_error(f"@invariant on a {type(function).__name__}", "put it on a plain method")
        setattr(function, INVARIANT_MARK, table)
        return function

    return mark


def conserves(*attributes: str, each: int | None = None, except_in: str | Sequence[str] = ()) -> Conserves:
    """Declare that no action changes the sum of some attributes over all records: ``supply = conserves("balances.amount", except_in="mint")``.

    SAFETY: a transaction touches the records that it borrows alone, and changes none through two slots, which is part of what is proved; so the sum over all records
    changes by what it changes in its slots.

    Parameters
    ----------
    attributes
        Integers, each `table.attribute`; of several, the sum of all is meant.
    each
        The part of the key, counted from 0, by whose value records are told apart: the sum over the records of each value is conserved. None for one sum of all.
    except_in
        The actions that may change it.
    """
    names = (except_in,) if isinstance(except_in, str) else tuple(except_in)
    if not attributes or not all(isinstance(name, str) for name in (*attributes, *names)):
        raise author_error("conserves of no attribute", 'name some, and actions, as text: conserves("balances.amount")')
    return Conserves(attributes, each, names, here())


def invariants_of(
    cls: type, members: Mapping[str, object], actions: Sequence[str]
) -> tuple[RecordInvariant | Conserves, ...]:
    """Return the invariants of a program's class, in its order.

    Raises
    ------
    AuthorError
        If one is about what the program does not have, or says nothing.
    """
    tables = {value.name: value for value in members.values() if isinstance(value, Table)}
    found: list[RecordInvariant | Conserves] = []
    for name, value in members.items():
        if isinstance(value, Conserves):
            _require_meant(value, tables, actions)
            found.append(value)
        elif isinstance(value, FunctionType) and hasattr(value, INVARIANT_MARK):
            found.append(_traced(cls, name, value, tables))
    return tuple(found)


def _traced(cls: type, name: str, function: FunctionType, tables: Mapping[str, Table[Any]]) -> RecordInvariant:
    table, at = getattr(function, INVARIANT_MARK), of_function(function)
    if table not in tables.values():
        raise author_error(f"the invariant {name} is about a table of another program", at=at)
    parameters = len(inspect.signature(function).parameters)
    if parameters not in (2, 3):
        raise author_error(f"the invariant {name} has other arguments", f"def {name}(self, old, new), or {name}(self, record)", at=at)  # fmt: skip
    names = tuple(table.attributes)
    records = [Snapshot(when, names) for when in (OLD, NEW)[3 - parameters :]]
    try:
        condition = boundary(function, object.__new__(cls), *records)
    except AuthorError:
        raise
    except Exception as error:
        what = f"the invariant {name} raised {type(error).__name__}: {error}"
        raise author_error(what, at=of_traceback(error.__traceback__)) from error
    if not isinstance(condition, Condition):
        raise author_error(
            f"the invariant {name} returns a {type(condition).__name__}", "return a comparison of attributes", at=at
        )
    return RecordInvariant(name, at, table.name, condition.node, parameters == 3)


def _require_meant(declared: Conserves, tables: Mapping[str, Table[Any]], actions: Sequence[str]) -> None:
    for name in declared.except_in:
        if name not in actions:
            raise author_error(f"conserves: no action is called {name}", f"there are {', '.join(actions)}", at=declared.place)  # fmt: skip
    for path in declared.attributes:
        table, _, attribute = path.partition(".")
        if table not in tables or attribute not in tables[table].attributes:
            known = [f"{name}.{leaf}" for name, each in tables.items() for leaf in each.attributes]
            raise author_error(f"conserves: there is no {path}", f"there are {', '.join(known)}", at=declared.place)
        kind = tables[table].attributes[attribute]
        if not issubclass(kind, UInt):
            raise author_error(f"conserves: {path} is a {kind.__name__}", "only U8 … U128 have sums", at=declared.place)
        if declared.each is not None and not 0 <= declared.each < len(tables[table].key):
            raise author_error(
                f"each={declared.each}: the key of {table} has no such part", at=declared.place, expected=f"0 … {len(tables[table].key) - 1}", got=declared.each
            )  # fmt: skip
