"""What another language needs to write a program's transactions and to read its records: the ABI, as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rollup.params import ADDRESS_BITS, AMOUNT_BITS, FULL
from rollup.program.compiler import compile_program
from rollup.program.declaration import declare
from rollup.program.enums import Enum
from rollup.program.parameters import parameters_of
from rollup.program.program import Program
from rollup.program.records import Kind
from rollup.program.tables import Table
from rollup.program.values import U64, Field, L1Address, width_of

FORMAT: Final = "tandem-abi-1"
_ACCOUNTS: Final = {0: Field.__name__, ADDRESS_BITS: L1Address.__name__, AMOUNT_BITS: U64.__name__}
"""Types of the attributes of `accounts`, which no author declares, by their widths in the layout."""


def abi_of(cls: type[Program]) -> dict[str, Any]:
    """Return a program's ABI (docs/spec/abi.md); the same program gives the same, key for key.

    Raises
    ------
    AuthorError
        If the class is no program that can be compiled.
    """
    image, declaration = compile_program(cls), declare(cls)
    layout = image.layout
    enums: dict[str, dict[str, int]] = {}

    def values(kinds: Iterable[tuple[str, Kind]]) -> list[dict[str, Any]]:
        return [{"name": name, **_type(kind, layout.account_bits, enums)} for name, kind in kinds]

    tables = []
    for number, table in enumerate(layout.tables):
        declared = getattr(cls, table.name, None) if number else None
        if isinstance(declared, Table):
            key = [_type(kind, layout.account_bits, enums) for kind in declared.key]
            attributes = values(declared.attributes.items())
        else:
            key = [{"type": "AccountId", "bits": layout.account_bits}]
            attributes = [
                {"name": name, "type": _ACCOUNTS[width], "bits": width or FULL} for name, width in table.attributes
            ]
        only_added = isinstance(declared, Table) and declared.append_only
        tables.append(
            {"name": table.name, "number": number, "append_only": only_added, "key": key, "attributes": attributes}
        )
    actions = [
        {"name": item.name, "tag": tag, "only": item.only, "from_l1": item.from_l1, "arguments": values(item.values)}
        for tag, item in enumerate(declaration.actions, start=1)
    ]
    numbers = ("account_bits", "key_bits", "table_bits", "depth", "argument_bits", "stride", "capacity", "inbox_cap")
    return {
        "format": FORMAT,
        "program": image.name,
        "program_id": f"0x{image.program_id.hex()}",
        "layout": {name: getattr(layout, name) for name in numbers},
        "parameters": [
            {"name": name, **_type(each.kind, layout.account_bits, enums), "value": int(getattr(cls, name))}
            for name, each in parameters_of(cls).items()
        ],
        "enums": dict(sorted(enums.items())),
        "tables": tables,
        "actions": actions,
    }


def _type(kind: Kind, account_bits: int, enums: dict[str, dict[str, int]]) -> dict[str, Any]:
    if issubclass(kind, Enum):
        members: Mapping[str, int] = kind.MEMBERS
        enums[kind.__name__] = dict(members)
    bits = FULL if kind is Field else width_of(kind, account_bits)
    return {"type": kind.__name__, "bits": bits}
