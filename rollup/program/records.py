"""Records: attributes with names and types, in a table or nested in one another."""

import difflib
from collections.abc import Mapping
from functools import partial
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Never, TypeAlias, TypeVar, cast

from rollup.params import MAX_ATTRIBUTES
from rollup.program.annotations import require_shape, resolve_annotations
from rollup.program.arrays import Array, all_equal, registers_of
from rollup.program.arrays import view as array_view
from rollup.program.cells import Cells
from rollup.program.enums import Enum
from rollup.program.location import author_error, of_class
from rollup.program.tracing import Tracing, current
from rollup.program.values import Bool, Value, coerce, register_of, wrap

Kind = type[Value]
Shape: TypeAlias = "type[Array[Any, Any] | Record] | Kind"
"""What an attribute or an argument can be declared as."""


class Record:
    """The base of records: annotations name the attributes and their types.

    ``class Balance(Record): amount: U128``. All attributes of a record nobody has written are 0. In an action a record gives its current attributes and takes new
    ones; integers that are wider than the attribute are narrowed with a check. An attribute may be an array or another record, which is then part of this one, and
    assigning to it copies.
    """

    _cells: Cells
    _first: int

    def __init__(self, *values: object, **named: object) -> None:
        raise author_error(
            f"{type(self).__name__}(…) makes no record",
            f"borrow one from a table and assign to its attributes: {values or named}",
        )

    def __eq__(self, other: object) -> Bool:  # type: ignore[override]  # a symbolic answer, as in NumPy
        """Return whether all attributes are equal; the records must be of one class."""
        return all_equal(_open(self), flatten(self, type(self)), flatten(other, type(self)))

    def __ne__(self, other: object) -> Bool:  # type: ignore[override]
        """Return whether some attribute differs."""
        return ~(self == other)

    def __hash__(self) -> Never:
        raise author_error("a record cannot be kept in a set or as the key of a dict", "use a Table")

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the type is the annotation's
            if name.startswith("__"):
                raise AttributeError(name)
            offset, shape = _attribute(self, name)
            _open(self)
            return value_at(shape, self._cells, self._first + offset)

        def __setattr__(self, name: str, value: object) -> None:
            offset, shape = _attribute(self, name)
            _open(self)
            for number, register in enumerate(flatten(value, shape), start=self._first + offset):
                self._cells.write(number, register)

        def __delattr__(self, name: str) -> Never:
            raise author_error(f"{type(self).__name__}.{name} cannot be deleted", "assign 0 to it")


T = TypeVar("T", bound=Record)


def view(record: type[T], cells: Cells, first: int) -> T:
    """Return the record that lies in cells from `first` on."""
    found = object.__new__(record)
    object.__setattr__(found, "_cells", cells)
    object.__setattr__(found, "_first", first)
    return found


def value_at(shape: Shape, cells: Cells, first: int) -> object:
    """Return what lies in cells from `first` on: a value, or an array or a record that stays there."""
    if issubclass(shape, Array):
        return array_view(shape, cells, first)
    if issubclass(shape, Record):
        return view(shape, cells, first)
    return wrap(shape, cells.tracing, cells.read(first))


def flatten(value: object, shape: Shape) -> list[int]:
    """Return the registers of a value where `shape` is due, as assignment does; `AuthorError` if the types do not go together."""
    if issubclass(shape, Array):
        return registers_of(value, shape)
    if not issubclass(shape, Record):
        return [register_of(coerce(value, shape))]
    if not isinstance(value, shape):
        raise author_error(f"a {type(value).__name__} where {shape.__name__} is due", "name its attributes one by one")
    _open(value)
    parts = attributes_of(shape).items()
    return [register for name, part in parts for register in flatten(getattr(value, name), part)]


def leaves(name: str, shape: Shape) -> dict[str, Kind]:
    """Return the single values that a shape is made of: `name`, or `name.0`, `name.1` … of an array, `name.attribute` of a record."""
    if issubclass(shape, Array):
        return {f"{name}.{place}": shape.ITEM for place in range(shape.LENGTH)}
    if issubclass(shape, Record):
        return {f"{name}.{leaf}": kind for leaf, kind in leaves_of(shape).items()}
    return {name: shape}


def leaves_of(record: type[Record]) -> Mapping[str, Kind]:
    """Return the single values that a record stores, by name.

    Raises
    ------
    AuthorError
        If an attribute has a value or a type that is none of the language's, or there are none or too many, or an enum among them has no member 0.
    """
    found: dict[str, Kind] = {}
    for name, shape in attributes_of(record).items():
        for leaf, kind in leaves(name, shape).items():
            if issubclass(kind, Enum) and 0 not in kind.MEMBERS.values():
                raise author_error(
                    f"{record.__name__}.{leaf} starts as 0, and {kind.__name__} has no member 0", "declare one: NONE = 0", at=of_class(record, name)
                )  # fmt: skip
            found[leaf] = kind
    if not 1 <= len(found) <= MAX_ATTRIBUTES:
        raise author_error(
            f"{record.__name__} has {len(found)} attributes", expected=f"1 to {MAX_ATTRIBUTES}", at=of_class(record)
        )
    return MappingProxyType(found)


def attributes_of(record: type[Record]) -> Mapping[str, Shape]:
    """Return the attributes of a record's class as they are declared, its bases' first."""
    known = vars(record).get("__tandem_attributes__")
    if known is None:
        # INVARIANT: a class that is being read holds nothing yet, so one that is nested in itself is told from one that is known.
        setattr(record, "__tandem_attributes__", _Reading())  # noqa: B010 -- mypy knows no such attribute of a class
        try:
            known = _declared(record)
        finally:
            delattr(record, "__tandem_attributes__")
        setattr(record, "__tandem_attributes__", known)  # noqa: B010
    if isinstance(known, _Reading):
        raise author_error(f"a {record.__name__} is nested in itself", "keep its key instead", at=of_class(record))
    return cast("Mapping[str, Shape]", known)


class _Reading:
    """Stands for the attributes of a class while they are read."""


def _declared(record: type[Record]) -> Mapping[str, Shape]:
    found: dict[str, Shape] = {}
    for cls in reversed(record.__mro__[: record.__mro__.index(Record)]):
        annotations = resolve_annotations(cls, partial(of_class, cls))
        for name, declared in annotations.items():
            if name.startswith("_"):
                raise author_error(
                    f"{cls.__name__}.{name} begins with _", "choose another name", at=of_class(cls, name)
                )
            found[name] = require_shape(declared, f"{cls.__name__}.{name}", partial(of_class, cls, name), Record)
            leaves(name, found[name])
        _refuse_values(cls, annotations)
    return MappingProxyType(found)


def _refuse_values(cls: type[Record], annotations: Mapping[str, object]) -> None:
    for name, value in vars(cls).items():
        if name.startswith("__") or isinstance(value, FunctionType | property | staticmethod | classmethod):
            continue
        if name in annotations:
            raise author_error(
                f"{cls.__name__}.{name} has a default", "leave it out: attributes start as 0", at=of_class(cls, name)
            )
        raise author_error(f"{cls.__name__}.{name} has no type", f"annotate it: {name}: U64", at=of_class(cls, name))


def _attribute(record: Record, name: str) -> tuple[int, Shape]:
    """Return the place of an attribute's first value among those of the record, and its type."""
    attributes = attributes_of(type(record))
    if name not in attributes:
        close = difflib.get_close_matches(name, attributes, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"it has {', '.join(attributes)}"
        raise author_error(f"{type(record).__name__} has no attribute {name}", remedy)
    before = list(attributes)[: list(attributes).index(name)]
    return sum(len(leaves(other, attributes[other])) for other in before), attributes[name]


def _open(record: Record) -> Tracing:
    tracing = current(type(record).__name__)
    cells = record._cells  # noqa: SLF001 -- the class is this module's
    if cells.tracing is not tracing:
        raise author_error(f"a {type(record).__name__} of another action", "borrow it again in this one")
    tracing.require_inside(cells.block, f"a {type(record).__name__}")
    return tracing
