"""Conditions of records, which are asked of them before and after a step: expressions over integers without limit, so that nothing in them overflows.

`new.x * new.y >= old.x * old.y` means what it says. They are kept as trees, and whoever asks gives operations their meaning.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Never

from rollup.program.location import author_error
from rollup.program.refusals import Symbolic

Node = tuple[Any, ...]
"""An operation and its operands: `("+", node, node)`, `("const", 7)`, `("old", "amount")`."""
Leaf = Callable[[str, str], Any]
"""From `old` or `new` and an attribute to its value."""

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

    @property
    def node(self) -> Node:
        """The tree."""
        return self._node

    def __bool__(self) -> Never:
        raise author_error(
            f"a {type(self).__name__} is asked of every record, so Python cannot branch on it (if, and, or, not, in, min, max, a < b < c)",
            "join comparisons by &, |, ~: (old.open == 0) | (new.x >= old.x)",
        )

    def __floordiv__(self, other: object) -> Never:
        raise author_error(
            "a condition of an invariant cannot divide", "multiply the other side: a * 2 < b for a < b / 2"
        )

    __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__


class Condition(_Expression):
    """Yes or no; joined by `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "Condition":
        """Return whether both hold."""
        return Condition("and", self._node, _condition(other, "&"))

    def __or__(self, other: "Condition") -> "Condition":
        """Return whether one holds."""
        return Condition("or", self._node, _condition(other, "|"))

    def __invert__(self) -> "Condition":
        """Return whether this does not hold."""
        return Condition("not", self._node)


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
        def __lt__(self, other: "Quantity | int") -> Condition: ...
        def __le__(self, other: "Quantity | int") -> Condition: ...
        def __gt__(self, other: "Quantity | int") -> Condition: ...
        def __ge__(self, other: "Quantity | int") -> Condition: ...
        def __eq__(self, other: "Quantity | int") -> Condition: ...  # type: ignore[override]  # a symbolic answer, as in NumPy
        def __ne__(self, other: "Quantity | int") -> Condition: ...  # type: ignore[override]

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
    setattr(Quantity, f"__{_name}__", _operation(Condition, _symbol))


def _counted(value: object, symbol: str) -> Node:
    if isinstance(value, Quantity):
        return value._node  # noqa: SLF001 -- a module's own class
    if isinstance(value, int):
        return "const", int(value)
    raise author_error(f"{symbol} of an attribute and a {type(value).__name__}", "give an attribute or an integer")


def _condition(value: object, symbol: str) -> Node:
    if isinstance(value, Condition):
        return value._node  # noqa: SLF001 -- a module's own class
    raise author_error(f"{symbol} of a condition and a {type(value).__name__}", "compare: x != 0")


class Snapshot:
    """A record before or after a transaction, to make conditions of: `old.amount`, `new.inner.amount`, `new.cells[2]`, `sum(old.cells)`."""

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
        raise author_error("a record is neither true nor false", "compare its attributes")
