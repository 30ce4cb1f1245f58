"""Arrays of fixed length, whose index may be known only when the action runs."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Literal, Never, Self, TypeVar, get_args, get_origin

from rollup.ir.primitives import Primitive
from rollup.program.cells import Cells, hold
from rollup.program.enums import Enum
from rollup.program.location import author_error
from rollup.program.tracing import Tracing, current
from rollup.program.values import KINDS, Bool, UInt, Value, coerce, register_of, wrap

V = TypeVar("V", bound=Value)
N = TypeVar("N")

LONGEST: Final = 16
"""As many as a record can have attributes."""


class Array(Generic[V, N]):
    """An array of `LENGTH` values of one type: ``Array[U64, 4]``, for type checkers ``Array[U64, Literal[4]]``.

    As an attribute of a record it is part of the record, and assigning to it copies. An index that is known only when the action runs costs an equality and a
    selection for each item; the transaction fails if it is past the end.
    """

    __slots__ = ("_cells", "_first")
    ITEM: ClassVar[type[Value]]
    LENGTH: ClassVar[int] = 0

    _cells: Cells
    _first: int

    if not TYPE_CHECKING:  # to a type checker it is a generic class

        def __class_getitem__(cls, parameters: object) -> type["Array"]:
            item, length = parameters if isinstance(parameters, tuple) and len(parameters) == 2 else (None, None)
            if get_origin(length) is Literal:
                (length,) = get_args(length)
            if not is_kind(item):
                raise author_error(
                    "the items of an array are of one type and single values, and their number is fixed",
                    "write Array[U64, 4]; many records go into a Table",
                )
            if type(length) is not int or not 1 <= length <= LONGEST:
                raise author_error("the length of an array", expected=f"1 to {LONGEST}", got=repr(length))
            return _array_type(item, length)

        def __setattr__(self, name: str, value: object) -> Never:
            raise author_error(f"an array has no attribute {name} to assign to")

        def __getattr__(self, name: str) -> Never:
            if name.startswith("__"):
                raise AttributeError(name)
            raise author_error(f"an array has no attribute {name}", "its length is fixed: assign to its items")

    def __new__(cls, values: object) -> Self:
        """Make an array that lies in no table."""
        tracing = current(cls.__name__)
        if not cls.LENGTH:
            raise author_error("an array of no type", "say what of and how many: Array[U64, 4]([1, 2, 3, 4])")
        return view(cls, hold(tracing, registers_of(values, cls)), 0)

    def __len__(self) -> int:
        return self.LENGTH

    def __iter__(self) -> Iterator[V]:
        """Give the items in order."""
        return (self[place] for place in range(self.LENGTH))

    def __getitem__(self, index: object) -> V:
        """Return an item."""
        tracing, place = self._open(), self._place(index)
        if place is not None:
            return self._item(tracing, self._cells.read(place))
        chosen = self._dynamic(tracing, index)
        register = self._cells.read(self._first)
        for number, condition in enumerate(chosen[1:], start=self._first + 1):
            register = tracing.emit(Primitive.SELECT, condition, self._cells.read(number), register)
        return self._item(tracing, register)

    def __setitem__(self, index: object, value: object) -> None:
        """Assign an item."""
        tracing, place = self._open(), self._place(index)
        register = register_of(coerce(value, self.ITEM))
        if place is not None:
            self._cells.write(place, register)
            return
        for number, condition in enumerate(self._dynamic(tracing, index), start=self._first):
            chosen = tracing.emit(Primitive.SELECT, condition, register, self._cells.read(number))
            self._cells.write(number, chosen)

    def __contains__(self, value: object) -> Never:
        raise author_error(
            "Python wants yes or no of `in`, which is known only when the action runs", "use a.contains(x)"
        )

    def contains(self, value: object) -> Bool:
        """Return whether an item equals `value`."""
        tracing = self._open()
        register = register_of(coerce(value, self.ITEM))
        found: int | None = None
        for item in self.registers():
            equal = tracing.emit(Primitive.EQ, item, register)
            found = equal if found is None else tracing.emit(Primitive.OR, found, equal)
        assert found is not None
        return wrap(Bool, tracing, found)

    def __eq__(self, other: object) -> Bool:  # type: ignore[override]  # a symbolic answer, as in NumPy
        """Return whether all items are equal."""
        return all_equal(self._open(), self.registers(), registers_of(other, type(self)))

    def __ne__(self, other: object) -> Bool:  # type: ignore[override]
        """Return whether some item differs."""
        return ~(self == other)

    def __hash__(self) -> Never:
        raise author_error("an array cannot be kept in a set or as the key of a dict", "use a Table")

    def __bool__(self) -> Never:
        raise author_error("an array is neither true nor false", "compare its items")

    def __repr__(self) -> str:
        return f"{type(self).__name__} in {self._cells}"

    def registers(self) -> list[int]:
        """Return what the items hold by now."""
        self._open()
        return [self._cells.read(self._first + place) for place in range(self.LENGTH)]

    def _open(self) -> Tracing:
        tracing = current("an array")
        if self._cells.tracing is not tracing:
            raise author_error("an array of another action", "arrays live as long as the action: keep them in a Table")
        tracing.require_inside(self._cells.block, "an array")
        return tracing

    def _item(self, tracing: Tracing, register: int) -> V:
        return wrap(self.ITEM, tracing, register)  # type: ignore[return-value]  # `ITEM` is V, which Python forgets

    def _place(self, index: object) -> int | None:
        """Return the cell of an index that is known now, from the end if it is negative; None if it is a value."""
        if isinstance(index, UInt | Enum):
            return None
        if isinstance(index, slice):
            raise author_error("an array cannot be sliced", "name the items: [a[i] for i in range(2)]")
        if not isinstance(index, int) or isinstance(index, bool):
            raise author_error(f"a {type(index).__name__} is no index", "use a number, U8 … U128 or an Enum")
        if not -self.LENGTH <= index < self.LENGTH:
            raise author_error(f"there is no item {index}", expected=f"an index below {self.LENGTH}", got=index)
        return self._first + index % self.LENGTH

    def _dynamic(self, tracing: Tracing, index: object) -> list[int]:
        """Return, for each item, the register that tells whether it is meant; check that one is."""
        assert isinstance(index, Value)
        register, builder = register_of(index), tracing.builder
        if builder.bounds[register] > self.LENGTH:
            in_range = tracing.emit(Primitive.LT, register, builder.const(self.LENGTH))
            tracing.require(in_range, f"the index is past the end of an array of {self.LENGTH}")
        return [tracing.emit(Primitive.EQ, register, builder.const(place)) for place in range(self.LENGTH)]


A = TypeVar("A", bound=Array)  # type: ignore[type-arg]


def view(kind: type[A], cells: Cells, first: int) -> A:
    """Return the array that lies in cells from `first` on."""
    array = object.__new__(kind)
    object.__setattr__(array, "_cells", cells)
    object.__setattr__(array, "_first", first)
    return array


def registers_of(value: object, kind: type[A]) -> list[int]:
    """Return the registers of an array, a list or a tuple where `kind` is due; `AuthorError` if it is none of them or of another length."""
    if not isinstance(value, Array | list | tuple):
        raise author_error(f"a {type(value).__name__} where {kind.__name__} is due", f"give {kind.LENGTH} items")
    if len(value) != kind.LENGTH:
        raise author_error(f"where {kind.__name__} is due", expected=f"{kind.LENGTH} items", got=len(value))
    return [register_of(coerce(item, kind.ITEM)) for item in value]


def all_equal(tracing: Tracing, left: list[int], right: list[int]) -> Bool:
    """Return whether registers are equal, pair by pair."""
    pairs = zip(left, right, strict=True)
    return wrap(Bool, tracing, tracing.builder.all([tracing.emit(Primitive.EQ, *pair) for pair in pairs]))


def is_kind(kind: object) -> bool:
    """Tell whether an author's annotation is the type of one value."""
    return any(kind is known for known in KINDS) or (
        isinstance(kind, type) and issubclass(kind, Enum) and kind is not Enum
    )


@cache
def _array_type(item: type[Value], length: int) -> type[Array]:  # type: ignore[type-arg]
    return type(f"Array[{item.__name__}, {length}]", (Array,), {"__slots__": (), "ITEM": item, "LENGTH": length})
