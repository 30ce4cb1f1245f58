"""The tables that hold records."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, Never

from rollup.ir.layout import ELEMENT, TableLayout
from rollup.ir.primitives import Primitive
from rollup.params import FULL
from rollup.program.annotations import show
from rollup.program.borrows import Slot
from rollup.program.cells import SlotCells
from rollup.program.enums import Enum
from rollup.program.location import author_error
from rollup.program.records import Kind, Record, T, leaves_of, view
from rollup.program.tracing import Tracing, current
from rollup.program.values import AccountId, UInt, coerce, register_of, width_of

_OWN: Final = frozenset({"record", "key", "append_only", "name"})


class Table(Generic[T]):
    """A table of records with dense integer keys.

    Parameters
    ----------
    record
        The class of its records.
    key
        One type, or a tuple of types for a key of several parts, which are concatenated, the first one highest.
    append_only
        Whether a record can be written only where there is none: one that is there stays as it is for ever.
    """

    def __init__(self, record: type[T], *, key: Kind | tuple[Kind, ...], append_only: bool = False) -> None:
        parts = key if isinstance(key, tuple) else (key,)
        if not _is_kind(record, Record):
            raise author_error(f"a table of {show(record)}", "give a subclass of Record: Table(Balance, key=AccountId)")
        for part in parts:
            if not any(_is_kind(part, base) for base in (UInt, AccountId, Enum)):
                raise author_error(f"{show(part)} is no type of a key", "use AccountId, U8, U16, U32 or an Enum")
        if not parts:
            raise author_error("a key of no parts", "name at least one type: key=AccountId")
        if not isinstance(append_only, bool):
            raise author_error("append_only of a table", expected="True or False", got=repr(append_only))
        self.record = record
        self.key = parts
        self.append_only = append_only
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __getitem__(self, key: object) -> T:
        """Borrow the record at a key; once an action and key, and outside `when`."""
        tracing = current("a record is borrowed")
        number, register = self._place(tracing, key)
        if tracing.block is not None:
            raise author_error(
                f"a record of {self.name} is borrowed inside `when`, and it is borrowed whether the condition holds or not",
                f"borrow it before the block, and assign to it inside; or only look at it: self.{self.name}.read(key)",
            )
        if any(tracing.opened[slot] == (number, register) for slot in tracing.writable()):
            raise author_error(
                f"this record of {self.name} is borrowed twice, and a transaction that borrows one twice fails",
                "borrow it once, give it a name, and use that",
            )
        return self._view(tracing, tracing.borrow(number, register))

    def read(self, key: object) -> T:
        """Return the record at a key as it is before the transaction, to look at only.

        It may be one that the action also borrows or reads elsewhere. What is read of a table is read before anything of it is borrowed.
        """
        tracing = current("a record is read")
        number, register = self._place(tracing, key)
        if any(tracing.opened[slot][0] == number for slot in tracing.writable()):
            raise author_error(
                f"a record of {self.name} is read after one was borrowed", "read first, and borrow what you write then"
            )
        if (number, register) in tracing.opened:
            return self._view(tracing, tracing.opened.index((number, register)))
        slot = tracing.borrow(number, register)
        tracing.reads.add(slot)
        return self._view(tracing, slot)

    def __setitem__(self, key: object, value: object) -> Never:
        raise author_error(
            f"a record of {self.name} cannot be replaced",
            f"assign to its attributes: self.{self.name}[key].attribute = value",
        )

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __setattr__(self, name: str, value: object) -> None:
            if name not in _OWN and not name.startswith("__"):  # `typing` notes what Table[…] was made of
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
        """Name and type of each attribute of its records, those of arrays and nested records in a row; `AuthorError` if they cannot be stored."""
        return leaves_of(self.record)

    def layout(self, account_bits: int) -> TableLayout:
        """Return the table as machines know it."""
        attributes = tuple(
            (name, ELEMENT if kind.WIDTH == FULL else width_of(kind, account_bits))
            for name, kind in self.attributes.items()
        )
        return TableLayout(self.name, tuple(width_of(part, account_bits) for part in self.key), attributes)

    def _view(self, tracing: Tracing, slot: int) -> T:
        return view(self.record, SlotCells(tracing, tracing.block, Slot(slot, self.name, self.append_only)), 0)

    def _place(self, tracing: Tracing, key: object) -> tuple[int, int]:
        """Return the table's number and the register of a key."""
        parts = key if isinstance(key, tuple) else (key,)
        return tracing.layout.table_id(self.name), self._key_register(tracing, parts)

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


def _is_kind(kind: object, base: type) -> bool:
    """Tell whether an author's argument is a subclass, whatever mypy would have made of it."""
    return isinstance(kind, type) and issubclass(kind, base) and kind is not UInt
