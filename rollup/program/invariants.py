"""What an author claims of a program's records: said here, proved or refuted by `tandem audit`, and no part of what runs.

A claim is about integers without limit, so nothing in it overflows: `new.x * new.y >= old.x * old.y` means what it says.
"""

import inspect
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Never, TypeVar

from rollup.errors import AuthorError
from rollup.program.location import Location, author_error, boundary, here, of_function, of_traceback
from rollup.program.refusals import Symbolic
from rollup.program.tables import Table
from rollup.program.values import UInt

F = TypeVar("F", bound=Callable[..., object])
Node = tuple[Any, ...]
"""An operation and its operands: `("+", node, node)`, `("const", 7)`, `("old", "amount")`."""
Leaf = Callable[[str, str], Any]
"""From `old` or `new` and an attribute to its value."""

INVARIANT_MARK: Final = "__tandem_invariant__"
OLD: Final = "old"
NEW: Final = "new"
INTEGERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
        "and": lambda a, b: bool(a and b),
        "or": lambda a, b: bool(a or b),
        "not": lambda a: not a,
    }
)
"""What operations mean for Python's integers; another table may give them another meaning."""


def evaluate(node: Node, leaf: Leaf, meanings: Mapping[str, Callable[..., Any]] = INTEGERS) -> Any:  # noqa: ANN401 -- of whatever the meanings make
    """Return the value of an expression."""
    op, *parts = node
    if op == "const":
        return parts[0]
    if op in (OLD, NEW):
        return leaf(op, parts[0])
    return meanings[op](*(evaluate(part, leaf, meanings) for part in parts))


class _Expression(Symbolic):
    __slots__ = ("_node",)
    _node: Node

    def __init__(self, *node: object) -> None:
        object.__setattr__(self, "_node", node)

    def __bool__(self) -> Never:
        raise author_error(
            f"a {type(self).__name__} is asked of every record, so Python cannot branch on it (if, and, or, not, in, min, max, a < b < c)",
            "join comparisons by &, |, ~: (old.open == 0) | (new.x >= old.x)",
        )

    def __floordiv__(self, other: object) -> Never:
        raise author_error("a claim cannot divide", "multiply the other side: a * 2 < b for a < b / 2")

    __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__


class Claim(_Expression):
    """Yes or no; joined by `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: "Claim") -> "Claim":
        """Return whether both hold."""
        return Claim("and", self._node, _claimed(other, "&"))

    def __or__(self, other: "Claim") -> "Claim":
        """Return whether one holds."""
        return Claim("or", self._node, _claimed(other, "|"))

    def __invert__(self) -> "Claim":
        """Return whether this does not hold."""
        return Claim("not", self._node)


class Quantity(_Expression):
    """An integer without limit: an attribute, or what sums, differences and products make of some; 0 or 1 for a `Bool`."""

    __slots__ = ()

    if TYPE_CHECKING:  # made by the loop below

        def __add__(self, other: "Quantity | int") -> "Quantity": ...
        def __radd__(self, other: int) -> "Quantity": ...
        def __sub__(self, other: "Quantity | int") -> "Quantity": ...
        def __rsub__(self, other: int) -> "Quantity": ...
        def __mul__(self, other: "Quantity | int") -> "Quantity": ...
        def __rmul__(self, other: int) -> "Quantity": ...
        def __lt__(self, other: "Quantity | int") -> Claim: ...
        def __le__(self, other: "Quantity | int") -> Claim: ...
        def __gt__(self, other: "Quantity | int") -> Claim: ...
        def __ge__(self, other: "Quantity | int") -> Claim: ...
        def __eq__(self, other: "Quantity | int") -> Claim: ...  # type: ignore[override]  # a symbolic answer, as in NumPy
        def __ne__(self, other: "Quantity | int") -> Claim: ...  # type: ignore[override]

    __hash__ = Symbolic.__hash__


def _operation(kind: type[_Expression], symbol: str, *, swapped: bool = False) -> Callable[[Quantity, object], object]:
    def operate(self: Quantity, other: object) -> object:
        left, right = self._node, _counted(other, symbol)
        return kind(symbol, *((right, left) if swapped else (left, right)))

    return operate


for _symbol, _name in {"+": "add", "-": "sub", "*": "mul"}.items():
    setattr(Quantity, f"__{_name}__", _operation(Quantity, _symbol))
    setattr(Quantity, f"__r{_name}__", _operation(Quantity, _symbol, swapped=True))
for _symbol, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}.items():
    setattr(Quantity, f"__{_name}__", _operation(Claim, _symbol))


def _counted(value: object, symbol: str) -> Node:
    if isinstance(value, Quantity):
        return value._node  # noqa: SLF001 -- a module's own class
    if isinstance(value, int):
        return "const", int(value)
    raise author_error(f"{symbol} of an attribute and a {type(value).__name__}", "give an attribute or an integer")


def _claimed(value: object, symbol: str) -> Node:
    if isinstance(value, Claim):
        return value._node  # noqa: SLF001 -- a module's own class
    raise author_error(f"{symbol} of a claim and a {type(value).__name__}", "compare: x != 0")


class Snapshot:
    """A record before or after a transaction, to make claims of: `old.amount`, `new.inner.amount`, `new.cells[2]`, `sum(old.cells)`."""

    def __init__(self, when: str, names: Sequence[str], path: str = "") -> None:
        self._when, self._names, self._path = when, names, path

    def _at(self, part: object) -> "Quantity | Snapshot | None":
        path = f"{self._path}{part}"
        if path in self._names:
            return Quantity(self._when, path)
        inner = f"{path}."
        return Snapshot(self._when, self._names, inner) if any(n.startswith(inner) for n in self._names) else None

    if not TYPE_CHECKING:  # a type checker would believe any name

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- an attribute, or a part that has some
            if name.startswith("_"):
                raise AttributeError(name)
            found = self._at(name)
            if found is None:
                raise author_error(
                    f"the record has no attribute {self._path}{name}", f"it has {', '.join(self._names)}"
                )
            return found

    def __getitem__(self, place: object) -> "Quantity | Snapshot":
        found = self._at(place) if isinstance(place, int) else None
        if found is None:
            raise author_error(f"there is no {self._path}{place}", f"the record has {', '.join(self._names)}")
        return found

    def __iter__(self) -> Iterator["Quantity | Snapshot"]:
        place = 0
        while (found := self._at(place)) is not None:
            yield found
            place += 1
        if not place:
            raise author_error("a record cannot be looped over", "name its attributes, or loop over an array of it")

    def __bool__(self) -> Never:
        raise author_error("a record is neither true nor false", "make a claim of its attributes")


@dataclass(frozen=True, eq=False)
class Invariant:
    """A claim about the records of a table.

    Parameters
    ----------
    name, place
        Of its function.
    table
        The name of the table.
    claim
        An expression over `new`, and `old` where it is about steps.
    of_steps
        Whether it says what a transaction may make of a record; else what every record is.
    """

    name: str
    place: Location
    table: str
    claim: Node
    of_steps: bool


@dataclass(eq=False)
class Conserves:
    """The claim of `conserves`."""

    attributes: tuple[str, ...]
    each: int | None
    except_in: tuple[str, ...]
    place: Location
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def invariant(table: Table[Any]) -> Callable[[F], F]:
    """Claim something of every record of a table; `tandem audit` proves it for every action, or finds a transaction that breaks it.

    ``@invariant(pools)``, then ``def k_never_falls(self, old, new): return new.x * new.y >= old.x * old.y``: so it is with each record that a transaction borrows, before
    and after it, whether it is applied or not. With one argument, ``def solvent(self, pool): return pool.debt <= pool.stake``, it is a claim about each record at any
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
    """Claim that no action changes the sum of some attributes over all records: ``supply = conserves("balances.amount", except_in="mint")``.

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
) -> tuple[Invariant | Conserves, ...]:
    """Return the claims of a program's class, in its order.

    Raises
    ------
    AuthorError
        If one is about what the program does not have, or says nothing.
    """
    tables = {value.name: value for value in members.values() if isinstance(value, Table)}
    found: list[Invariant | Conserves] = []
    for name, value in members.items():
        if isinstance(value, Conserves):
            _require_meant(value, tables, actions)
            found.append(value)
        elif isinstance(value, FunctionType) and hasattr(value, INVARIANT_MARK):
            found.append(_traced(cls, name, value, tables))
    return tuple(found)


def _traced(cls: type, name: str, function: FunctionType, tables: Mapping[str, Table[Any]]) -> Invariant:
    table, at = getattr(function, INVARIANT_MARK), of_function(function)
    if table not in tables.values():
        raise author_error(f"the invariant {name} is about a table of another program", at=at)
    parameters = len(inspect.signature(function).parameters)
    if parameters not in (2, 3):
        raise author_error(f"the invariant {name} has other arguments", f"def {name}(self, old, new), or {name}(self, record)", at=at)  # fmt: skip
    names = tuple(table.attributes)
    records = [Snapshot(when, names) for when in (OLD, NEW)[3 - parameters :]]
    try:
        claim = boundary(function, object.__new__(cls), *records)
    except AuthorError:
        raise
    except Exception as error:
        what = f"the invariant {name} raised {type(error).__name__}: {error}"
        raise author_error(what, at=of_traceback(error.__traceback__)) from error
    if not isinstance(claim, Claim):
        raise author_error(
            f"the invariant {name} returns a {type(claim).__name__}", "return a comparison of attributes", at=at
        )
    return Invariant(name, at, table.name, claim._node, parameters == 3)  # noqa: SLF001 -- a module's own class


def _require_meant(claim: Conserves, tables: Mapping[str, Table[Any]], actions: Sequence[str]) -> None:
    for name in claim.except_in:
        if name not in actions:
            raise author_error(f"conserves: no action is called {name}", f"there are {', '.join(actions)}", at=claim.place)  # fmt: skip
    for path in claim.attributes:
        table, _, attribute = path.partition(".")
        if table not in tables or attribute not in tables[table].attributes:
            known = [f"{name}.{leaf}" for name, each in tables.items() for leaf in each.attributes]
            raise author_error(f"conserves: there is no {path}", f"there are {', '.join(known)}", at=claim.place)
        kind = tables[table].attributes[attribute]
        if not issubclass(kind, UInt):
            raise author_error(f"conserves: {path} is a {kind.__name__}", "only U8 … U128 have sums", at=claim.place)
        if claim.each is not None and not 0 <= claim.each < len(tables[table].key):
            raise author_error(
                f"each={claim.each}: the key of {table} has no such part", at=claim.place, expected=f"0 … {len(tables[table].key) - 1}", got=claim.each
            )  # fmt: skip
