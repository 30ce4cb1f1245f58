"""Typed state: records, and the tables that hold them."""

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Never, TypeVar

from rollup.ir.layout import ELEMENT, TableLayout
from rollup.ir.primitives import Primitive
from rollup.params import FULL, MAX_ATTRIBUTES
from rollup.program.location import Location, author_error, of_class
from rollup.program.tracing import Tracing, current
from rollup.program.values import KINDS, AccountId, UInt, Value, coerce, register_of, width_of, wrap

Kind = type[Value]
_NAMES: Final = {kind.__name__: kind for kind in KINDS}


class Record:
    """The base of records: annotations name the attributes and their types.

    ``class Balance(Record): amount: U128``. All attributes of a record nobody has written are 0. In an action a record gives its current attributes and takes new
    ones; integers that are wider than the attribute are narrowed with a check.
    """

    _tracing: Tracing
    _slot: int
    _attributes: Mapping[str, Kind]

    def __init__(self, *values: object, **named: object) -> None:
        raise author_error(
            f"{type(self).__name__}(…) makes no record",
            f"borrow one from a table and assign to its attributes: {values or named}",
        )

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the type is the annotation's
            if name.startswith("__"):
                raise AttributeError(name)
            number, kind = _attribute(self, name)
            tracing = _same_tracing(self)
            register = tracing.written.get((self._slot, number))
            return wrap(kind, tracing, tracing.builder.load(self._slot, number) if register is None else register)

        def __setattr__(self, name: str, value: object) -> None:
            number, kind = _attribute(self, name)
            _same_tracing(self).written[self._slot, number] = register_of(coerce(value, kind))

        def __delattr__(self, name: str) -> Never:
            raise author_error(f"{type(self).__name__}.{name} cannot be deleted", "assign 0 to it")


T = TypeVar("T", bound=Record)


class Table(Generic[T]):
    """A table of records with dense integer keys.

    Parameters
    ----------
    record
        The class of its records.
    key
        One type, or a tuple of types for a key of several parts, which are concatenated, the first one highest.
    """

    def __init__(self, record: type[T], *, key: Kind | tuple[Kind, ...]) -> None:
        parts = key if isinstance(key, tuple) else (key,)
        if not _is_kind(record, Record):
            raise author_error(
                f"a table of {_show(record)}", "give a subclass of Record: Table(Balance, key=AccountId)"
            )
        for part in parts:
            if not (_is_kind(part, UInt) or _is_kind(part, AccountId)):
                raise author_error(f"{_show(part)} is no type of a key", "use AccountId, U8, U16 or U32")
        if not parts:
            raise author_error("a key of no parts", "name at least one type: key=AccountId")
        self.record = record
        self.key = parts
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __getitem__(self, key: object) -> T:
        """Borrow the record at a key; once an action and key."""
        tracing = current("a record is borrowed")
        number = tracing.layout.table_id(self.name)
        register = self._key_register(tracing, key if isinstance(key, tuple) else (key,))
        if (number, register) in tracing.opened:
            raise author_error(
                f"this record of {self.name} is borrowed twice, and a transaction that borrows one twice fails",
                "borrow it once, give it a name, and use that",
            )
        return _borrow(self, tracing, tracing.borrow(number, register))

    def __setitem__(self, key: object, value: object) -> Never:
        raise author_error(
            f"a record of {self.name} cannot be replaced",
            f"assign to its attributes: self.{self.name}[key].attribute = value",
        )

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __setattr__(self, name: str, value: object) -> None:
            if name not in {"record", "key", "name"} and not name.startswith(
                "__"
            ):  # `typing` notes what Table[…] was made of
                raise author_error(
                    f"the table {self.name} has no attribute {name}",
                    f"borrow a record first: self.{self.name}[key].{name} = value",
                )
            super().__setattr__(name, value)

    def __iter__(self) -> Never:
        raise author_error(f"the table {self.name} cannot be looped over", "name the keys that the action touches")

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(self, name: str) -> Never:
            if name.startswith("__"):
                raise AttributeError(name)
            raise author_error(
                f"the table {self.name} has no attribute {name}", f"borrow a record first: self.{self.name}[key]"
            )

    @cached_property
    def attributes(self) -> Mapping[str, Kind]:
        """Name and type of each attribute of its records; `AuthorError` if they cannot be stored."""
        return attributes_of(self.record)

    def layout(self, account_bits: int) -> TableLayout:
        """Return the table as machines know it."""
        attributes = tuple(
            (name, ELEMENT if kind.WIDTH == FULL else width_of(kind, account_bits))
            for name, kind in self.attributes.items()
        )
        return TableLayout(self.name, tuple(width_of(part, account_bits) for part in self.key), attributes)

    def _key_register(self, tracing: Tracing, parts: Sequence[object]) -> int:
        if len(parts) != len(self.key):
            raise author_error(
                f"the key of {self.name} is of another number of parts", expected=len(self.key), got=len(parts)
            )
        result: int | None = None
        for part, kind in zip(parts, self.key, strict=True):
            register = register_of(coerce(part, kind))
            if result is not None:
                scale = tracing.builder.const(1 << width_of(kind, tracing.layout.account_bits))
                register = tracing.emit(Primitive.ADD, tracing.emit(Primitive.MUL, result, scale), register)
            result = register
        assert result is not None
        return result


def attributes_of(record: type[Record]) -> Mapping[str, Kind]:
    """Return the attributes of a record's class, its bases' first.

    Raises
    ------
    AuthorError
        If one has a value or a type that is none of the language's, or there are none or too many.
    """
    found: dict[str, Kind] = {}
    for cls in reversed(record.__mro__[: record.__mro__.index(Record)]):
        annotations = resolve_annotations(cls, partial(of_class, cls))
        for name, kind in annotations.items():
            if name.startswith("_"):
                raise author_error(
                    f"{cls.__name__}.{name} begins with _", "choose another name", at=of_class(cls, name)
                )
            found[name] = require_kind(kind, f"{cls.__name__}.{name}", partial(of_class, cls, name))
        _refuse_values(cls, annotations)
    if not 1 <= len(found) <= MAX_ATTRIBUTES:
        raise author_error(
            f"{record.__name__} has {len(found)} attributes", expected=f"1 to {MAX_ATTRIBUTES}", at=of_class(record)
        )
    return MappingProxyType(found)


def resolve_annotations(owner: Any, at: Callable[[], Location]) -> dict[str, object]:  # noqa: ANN401 -- a class or a function
    """Return the annotations of a class or a function, with names in strings looked up."""
    names = vars(inspect.getmodule(owner) or object) if isinstance(owner, type) else owner.__globals__
    try:
        return inspect.get_annotations(owner, globals={**_NAMES, **names}, eval_str=True)
    except (NameError, SyntaxError) as error:
        raise author_error(f"an annotation of {owner.__name__} is not understood: {error}", at=at()) from error


def require_kind(kind: object, what: str, at: Callable[[], Location]) -> Kind:
    """Return a type of the language; `AuthorError` if it is none."""
    for known in KINDS:
        if kind is known:
            return known
    instead = {int: "U64, or another width", bool: "Bool", float: "an integer type; there are no fractions"}
    remedy = f"use {instead[kind]}" if isinstance(kind, type) and kind in instead else f"use one of {', '.join(_NAMES)}"
    raise author_error(f"{what} is of type {_show(kind)}, which is none of the language's", remedy, at=at())


def _refuse_values(cls: type[Record], annotations: Mapping[str, object]) -> None:
    for name, value in vars(cls).items():
        if name.startswith("__") or isinstance(value, FunctionType | property | staticmethod | classmethod):
            continue
        if name in annotations:
            raise author_error(
                f"{cls.__name__}.{name} has a default", "leave it out: attributes start as 0", at=of_class(cls, name)
            )
        raise author_error(f"{cls.__name__}.{name} has no type", f"annotate it: {name}: U64", at=of_class(cls, name))


def _borrow(table: Table[T], tracing: Tracing, slot: int) -> T:
    borrowed = object.__new__(table.record)
    for name, value in (("_tracing", tracing), ("_slot", slot), ("_attributes", table.attributes)):
        object.__setattr__(borrowed, name, value)
    return borrowed


def _attribute(record: Record, name: str) -> tuple[int, Kind]:
    attributes = record._attributes  # noqa: SLF001 -- the class is this module's
    if name not in attributes:
        close = difflib.get_close_matches(name, attributes, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"it has {', '.join(attributes)}"
        raise author_error(f"{type(record).__name__} has no attribute {name}", remedy)
    return list(attributes).index(name), attributes[name]


def _same_tracing(record: Record) -> Tracing:
    tracing = current(type(record).__name__)
    if record._tracing is not tracing:  # noqa: SLF001 -- the class is this module's
        raise author_error(f"a {type(record).__name__} of another action", "borrow it again in this one")
    return tracing


def _is_kind(kind: object, base: type) -> bool:
    """Tell whether an author's argument is a subclass, whatever mypy would have made of it."""
    return isinstance(kind, type) and issubclass(kind, base) and kind is not UInt


def _show(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else repr(kind)
