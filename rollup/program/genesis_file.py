"""A genesis state as people write it: JSON, with the names of the program's tables and attributes (docs/genesis.md)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from rollup.crypto.fr import R
from rollup.errors import UNSET, DecodeError, PeerError
from rollup.ir.layout import Layout
from rollup.json_file import parse_json, read_json
from rollup.params import ADDRESS_BITS, AMOUNT_BITS, FIRST_ACCOUNT, FULL, TABLE_ACCOUNTS, AccountAttribute
from rollup.program.conditions import evaluate
from rollup.program.declaration import declare
from rollup.program.enums import Enum
from rollup.program.invariants import RecordInvariant
from rollup.program.program import Program
from rollup.program.records import Kind
from rollup.program.tables import Table
from rollup.program.values import Bool, width_of
from rollup.state.genesis import GenesisState
from rollup.state.leaf import Attributes

FORMAT: Final = "tandem-genesis-1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,77}|0x[0-9a-fA-F]{1,64}")
SHOWN: Final = 80
"""Characters of a wrong value that an error shows."""
_ACCOUNT_NAMES: Final = ("key", "l1_address", "nonce", "balance")


def read_genesis(cls: type[Program], path: Path) -> GenesisState:
    """Read a file.

    Raises
    ------
    OutsideError
        If it cannot be read, or is larger than 2^28 bytes.
    DecodeError
        If it is no genesis of this program; it names the place in the file.
    PeerError
        If it says what no genesis may (`GenesisState.require_sound`).
    """
    return _state(cls, read_json(path), str(path))


def parse_genesis(cls: type[Program], text: bytes, where: str = "genesis") -> GenesisState:
    """Read the bytes of a file; errors as `read_genesis`, but for those of the disk."""
    return _state(cls, parse_json(text, where), where)


def _state(cls: type[Program], data: object, where: str) -> GenesisState:
    found = _Reader(cls, where).state(data)
    found.require_sound(cls.image().layout)
    _require_invariants(cls, found)
    return found


def _require_invariants(cls: type[Program], state: GenesisState) -> None:
    """Refuse a record that is not as the program declares each to be: what `tandem audit` proves of actions holds from genesis on."""
    layout = cls.image().layout
    for declared in declare(cls).invariants:
        if not isinstance(declared, RecordInvariant) or declared.of_steps:
            continue
        table = layout.table_id(declared.table)
        names = [name for name, _ in layout.tables[table].attributes]
        for index, record in state.records.items():
            if index >> layout.key_bits != table:
                continue
            values = dict(zip(names, record, strict=True))
            if not evaluate(declared.condition, partial(_value_of, values)):
                key = index & (1 << layout.key_bits) - 1
                raise PeerError(f"genesis: record {key} of {declared.table} is not as {declared.name} says", got=values)


def _value_of(values: Mapping[str, int], when: str, name: str) -> int:
    del when
    return values[name]


class _Reader:
    """Reads parts of a file; `at` is where they stand in it."""

    def __init__(self, cls: type[Program], where: str) -> None:
        self._cls, self._where = cls, where
        self._layout: Layout = cls.image().layout
        self._tables = dict(_tables(cls))

    def state(self, data: object) -> GenesisState:
        """Read the whole."""
        parts = self._object(data, "the file", ("format", "program", "accounts", "tables"), required=("format",))
        if parts["format"] != FORMAT:
            raise self._error("format", expected=FORMAT, got=parts["format"])
        if "program" in parts and parts["program"] != self._cls.__name__:
            raise self._error("program", expected=self._cls.__name__, got=parts["program"])
        records: dict[int, Attributes] = {}
        accounts = self._list(parts.get("accounts", []), "accounts")
        for number, account in enumerate(accounts, FIRST_ACCOUNT):
            at = f"accounts[{number - FIRST_ACCOUNT}]"
            if number >> self._layout.account_bits:
                raise self._error(
                    at, expected=f"at most {(1 << self._layout.account_bits) - 1} accounts", got=len(accounts)
                )
            records[self._layout.tree_index(TABLE_ACCOUNTS, number)] = self._account(account, at)
        tables = self._object(parts.get("tables", {}), "tables", tuple(self._tables))
        for name, rows in tables.items():
            for place, row in enumerate(self._list(rows, f"tables.{name}")):
                index, attributes = self._record(name, row, f"tables.{name}[{place}]")
                if index in records:
                    raise self._error(f"tables.{name}[{place}].key", "stands before in this table", got=row["key"])
                records[index] = attributes
        return GenesisState(FIRST_ACCOUNT + len(accounts), records)

    def _account(self, data: object, at: str) -> Attributes:
        parts = self._object(data, at, _ACCOUNT_NAMES, required=("key",))
        key = self._list(parts["key"], f"{at}.key")
        if len(key) != 2:
            raise self._error(f"{at}.key", expected="the two coordinates of a public key", got=key)
        found = dict.fromkeys(AccountAttribute, 0)
        for attribute, number in zip((AccountAttribute.KEY_X, AccountAttribute.KEY_Y), key, strict=True):
            found[attribute] = self._number(number, f"{at}.key", R)
        for name, bound in (("l1_address", 1 << ADDRESS_BITS), ("nonce", R), ("balance", 1 << AMOUNT_BITS)):
            found[AccountAttribute[name.upper()]] = self._number(parts.get(name, 0), f"{at}.{name}", bound)
        return tuple(found[attribute] for attribute in AccountAttribute)

    def _record(self, name: str, data: object, at: str) -> tuple[int, Attributes]:
        table, number = self._tables[name], self._layout.table_id(name)
        parts = self._object(data, at, None, required=("key",))
        key = parts.pop("key")
        given = key if isinstance(key, list) else [key]
        if len(given) != len(table.key):
            raise self._error(f"{at}.key", expected=f"{len(table.key)} parts", got=given)
        values = [self._value(kind, part, f"{at}.key") for kind, part in zip(table.key, given, strict=True)]
        written = dict(_flattened(parts, ""))
        unknown = next((leaf for leaf in written if leaf not in table.attributes), None)
        if unknown is not None:
            raise self._error(f"{at}.{unknown}", f"is no attribute of {name}", expected=", ".join(table.attributes))
        attributes = tuple(
            self._value(kind, written.get(leaf, 0 if not issubclass(kind, Bool) else False), f"{at}.{leaf}")
            for leaf, kind in table.attributes.items()
        )
        return self._layout.tree_index(number, self._layout.key(number, *values)), attributes

    def _value(self, kind: Kind, value: object, at: str) -> int:
        """Read a value of the language's: a number, in quotes or not, or of an enum a member's name, or true or false."""
        if issubclass(kind, Enum):
            if isinstance(value, str) and value in kind.MEMBERS:
                return kind.MEMBERS[value]
            number = self._number(value, at, 1 << kind.WIDTH, ", ".join(kind.MEMBERS))
            if number not in kind.MEMBERS.values():
                raise self._error(at, expected=", ".join(kind.MEMBERS), got=value)
            return number
        if kind is Bool and isinstance(value, bool):
            return int(value)
        width = width_of(kind, self._layout.account_bits)
        return self._number(value, at, R if width == FULL else 1 << width, kind.__name__)

    def _number(self, value: object, at: str, bound: int, what: str = "a number") -> int:
        number = value
        if isinstance(value, str):
            # SAFETY: at most 78 digits, as 2^256 has; Python would take minutes over millions.
            number = int(value, 0) if _NUMBER.fullmatch(value) else None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < bound:
            raise self._error(at, expected=f"{what}, below {bound}", got=value)
        return number

    def _object(
        self, data: object, at: str, names: Sequence[str] | None, *, required: Sequence[str] = ()
    ) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self._error(at, expected="an object", got=data)
        unknown = [name for name in data if names is not None and name not in names]
        if unknown:
            raise self._error(f"{at}: {unknown[0]}", "is unknown here", expected=", ".join(names or ()))
        missing = [name for name in required if name not in data]
        if missing:
            raise self._error(at, f"lacks {missing[0]}")
        return dict(data)

    def _list(self, data: object, at: str) -> list[Any]:
        if not isinstance(data, list):
            raise self._error(at, expected="a list", got=data)
        return data

    def _error(
        self, at: str, what: str = "is not as it must be", expected: object = UNSET, got: object = UNSET
    ) -> DecodeError:
        shown = repr(got)
        return DecodeError(
            f"{self._where}: {at} {what}", expected=expected, got=shown[:SHOWN] if got is not UNSET else UNSET
        )


def _tables(cls: type[Program]) -> Iterator[tuple[str, Table[Any]]]:
    declare(cls)
    for layout in cls.image().layout.tables[1:]:
        table = getattr(cls, layout.name)
        assert isinstance(table, Table), "a table of the layout is one of the class"
        yield layout.name, table


def _flattened(parts: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Give nested objects and lists as the ABI names them: `limit.whole`, `sizes.0`."""
    for name, value in parts.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield from _flattened({str(place): item for place, item in enumerate(value)}, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
