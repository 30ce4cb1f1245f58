"""What `tandem inspect` counts, and how it shows that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rollup.devnet.plugins import load
from rollup.devnet.step_gas import step_gas
from rollup.errors import AuthorError
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.ir.succession import obstacles
from rollup.params import BLOB_ELEMENTS, GROUP, SCALAR_BITS, SIGN_BITS
from rollup.ports.settlement import Progress
from rollup.program.abi import abi_of
from rollup.program.loading import load_program

ELEMENT_BYTES: Final = 32
BLOB_GAS: Final = 131_072
"""Blob gas of one blob (EIP-4844)."""
BYTE_GAS, FLOOR_BYTE_GAS = 16, 40
"""Gas of a byte of calldata that is not 0: as priced, and the least where a transaction does little else (EIP-2028, EIP-7623)."""
WIDTH: Final = 30


def inspected(word: str, chunk: int, disputes: Progress | None = None, replaces: str | None = None) -> dict[str, Any]:
    """Count what there is to a program that the command line names.

    Parameters
    ----------
    disputes
        Measures one-step proofs too, and is told of each.
    replaces
        Another program, whose place this one is to take on a chain that runs.

    Raises
    ------
    AuthorError
        A word names no program, a chunk is of another number of transactions than chains have, or this program cannot take the other's place.
    """
    cls = load_program(word)
    image, abi = cls.image(), abi_of(cls)
    replaced = None if replaces is None else _succession(load_program(replaces).image(), image)
    if chunk % GROUP or chunk > image.layout.capacity:
        raise AuthorError(
            f"a chunk of {chunk} transactions", expected=f"a multiple of {GROUP}, at most {image.layout.capacity}"
        )
    parts: dict[str, int] = load("tandem.figures", "constraints")(image, chunk)
    gas = step_gas(cls, disputes) if disputes else {}
    actions = [
        {
            **action,
            "records": len(graph.slots),
            "instructions": len(graph.instructions),
            "argument_bits": sum(graph.arguments),
            "step_gas": gas.get(graph.name),
        }
        for action, graph in zip(abi["actions"], image.actions, strict=True)
    ]
    return {
        "program": image.name,
        "program_id": abi["program_id"],
        "tables": abi["tables"],
        "actions": actions,
        "data": on_l1(image.layout),
        "capacity": image.layout.capacity,
        "chunk": chunk,
        "constraints": {name: count / chunk for name, count in parts.items()},
        "largest_graph": max(image.actions, key=_size).name,
        "replaces": replaced,
    }


def _succession(old: Image, new: Image) -> dict[str, Any]:
    """Return what a program keeps of the one whose place it takes; `AuthorError` with every reason if it cannot."""
    found = "".join(f"\n  {error}" for error in obstacles(old.layout, new.layout))
    if found:
        raise AuthorError(f"{new.name} cannot take the place of {old.name} on a chain that runs:{found}")
    return {
        "program": old.name,
        "program_id": f"0x{old.program_id.hex()}",
        "tables_appended": [table.name for table in new.layout.tables[len(old.layout.tables) :]],
    }


def on_l1(layout: Layout) -> dict[str, Any]:
    """Return what a transaction takes of a batch's data, and of L1 where the batch is full.

    Whichever action runs: all take as many elements as the one with the widest arguments.
    """
    elements = layout.group_elements / GROUP
    size = int(ELEMENT_BYTES * elements)
    bits = {
        "signature": ELEMENT_BYTES * 8 + SCALAR_BITS + SIGN_BITS,
        "arguments": layout.argument_bits,
        "head": layout.s_offset,
    }
    return {
        "bytes": size,
        "elements": elements,
        "parts": {**{name: count / 8 for name, count in bits.items()}, "padding": size - sum(bits.values()) / 8},
        "bytes_without_signature": (layout.argument_bits + layout.s_offset) / 8,
        "share_of_blob": elements / BLOB_ELEMENTS,
        "blob_gas": BLOB_GAS / layout.capacity,
        "calldata_gas": BYTE_GAS * size,
        "calldata_gas_floor": FLOOR_BYTE_GAS * size,
    }


def _size(graph: Graph) -> int:
    return len(graph.instructions)


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what a person reads of it; what dominates is marked."""
    yield f"{found['program']}  {found['program_id']}"
    if found["replaces"] is not None:
        yield _succession_line(found["replaces"])
    yield ""
    yield "tables"
    for table in found["tables"]:
        key = ", ".join(f"{part['type']} {part['bits']}" for part in table["key"])
        attributes = ", ".join(f"{item['name']} {item['type']}" for item in table["attributes"])
        only_added = "  (append only)" if table["append_only"] else ""
        yield f"  {table['name']}[{key}]: {attributes}{only_added}"
    yield ""
    yield from _action_lines(found["actions"], found["largest_graph"])
    yield ""
    yield from _data_lines(found["data"], found["capacity"])
    yield ""
    constraints = dict(found["constraints"])
    total = constraints.pop("all")
    yield f"constraints   {total:,.0f} a transaction in a chunk of {found['chunk']}, whichever action runs"
    yield from _shares(constraints, total, ",.0f")


def _succession_line(replaces: dict[str, Any]) -> str:
    appended = ", ".join(replaces["tables_appended"])
    tables = f"appends {appended}" if appended else "appends no table"
    return f"can take the place of {replaces['program']} {replaces['program_id']}: every record stays where it is; {tables}"


def _action_lines(actions: Sequence[dict[str, Any]], longest: str) -> Iterator[str]:
    measured = all(action["step_gas"] is not None for action in actions)
    widest = max(actions, key=lambda action: int(action["argument_bits"]))["name"]
    dearest = max(actions, key=lambda action: int(action["step_gas"]))["name"] if measured else ""
    yield f"actions{'':{WIDTH}}  records  instructions{'  one-step gas' if measured else ''}"
    for action in actions:
        name = action["name"]
        arguments = ", ".join(f"{item['name']} {item['type']}" for item in action["arguments"])
        only = f"  (only account {action['only']})" if action["only"] is not None else ""
        gas = f"  {action['step_gas']:>12,}" if measured else ""
        marks = [mark for which, mark in ((longest, "the longest"), (dearest, "most gas")) if which == name]
        mark = f"  ← {', '.join(marks)}" if marks else ""
        head = f"{action['tag']} {name}"
        yield f"  {head:<{WIDTH + 5}}  {action['records']:>7}  {action['instructions']:>12}{gas}{mark}"
        yield f"    ({arguments}){only}{'  ← the widest' if name == widest else ''}"
    if measured:
        yield "  gas: the receipt of the last move of a dispute about a call with zeros, whose data a blob holds"


def _data_lines(data: dict[str, Any], capacity: int) -> Iterator[str]:
    yield f"data          {data['bytes']} bytes a transaction, {data['elements']:g} elements, whichever action runs; a batch holds {capacity}"
    yield from _shares(data["parts"], data["bytes"], ",.1f")
    yield f"  in a blob   {data['share_of_blob']:.3%} of it; {data['blob_gas']:,.0f} blob gas in a full batch ({BLOB_GAS:,} a blob, EIP-4844)"
    yield (
        f"  in calldata {data['calldata_gas']:,} gas at most ({BYTE_GAS} a byte, EIP-2028); {data['calldata_gas_floor']:,} where the floor rules"
        f" ({FLOOR_BYTE_GAS}, EIP-7623)"
    )


def _shares(parts: dict[str, float], total: float, form: str) -> Iterator[str]:
    """Yield a line a part, the largest first, with its share of the whole."""
    for place, (name, count) in enumerate(sorted(parts.items(), key=lambda item: -item[1])):
        yield f"  {name:<12}{count:>9{form}}  {count / total:>5.1%}{'' if place else '  ← most of it'}"
