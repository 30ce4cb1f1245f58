"""What `tandem inspect` counts, and how it shows that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from provers.validity.arithmetise.circuits import ProgramCircuits
from rollup.errors import AuthorError
from rollup.ir.graph import Graph
from rollup.params import GROUP, ChunkKind
from rollup.program.abi import abi_of
from rollup.program.loading import load_program

ELEMENT_BYTES: Final = 32
WIDTH: Final = 30


def inspected(word: str, chunk: int) -> dict[str, Any]:
    """Count what there is to a program that the command line names.

    Raises
    ------
    AuthorError
        The word names no program, or a chunk is of another number of transactions than chains have.
    """
    cls = load_program(word)
    image, abi = cls.image(), abi_of(cls)
    if chunk % GROUP or chunk > image.layout.capacity:
        raise AuthorError(
            f"a chunk of {chunk} transactions", expected=f"a multiple of {GROUP}, at most {image.layout.capacity}"
        )
    parts = ProgramCircuits(image, chunk).parts(ChunkKind.DATA)["chunk"]
    actions = [
        {**action, "records": len(graph.slots), "instructions": len(graph.instructions)}
        for action, graph in zip(abi["actions"], image.actions, strict=True)
    ]
    return {
        "program": image.name,
        "program_id": abi["program_id"],
        "tables": abi["tables"],
        "actions": actions,
        "data_bytes": ELEMENT_BYTES * image.layout.group_elements // GROUP,
        "capacity": image.layout.capacity,
        "chunk": chunk,
        "constraints": {name: count / chunk for name, count in parts.items()},
        "largest_graph": max(image.actions, key=_size).name,
    }


def _size(graph: Graph) -> int:
    return len(graph.instructions)


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what a person reads of it; what dominates is marked."""
    yield f"{found['program']}  {found['program_id']}"
    yield ""
    yield "tables"
    for table in found["tables"]:
        key = ", ".join(f"{part['type']} {part['bits']}" for part in table["key"])
        attributes = ", ".join(f"{item['name']} {item['type']}" for item in table["attributes"])
        only_added = "  (append only)" if table["append_only"] else ""
        yield f"  {table['name']}[{key}]: {attributes}{only_added}"
    yield ""
    yield f"actions{'':{WIDTH}}  records  instructions"
    for action in found["actions"]:
        arguments = ", ".join(f"{item['name']} {item['type']}" for item in action["arguments"])
        only = f"  (only account {action['only']})" if action["only"] is not None else ""
        mark = "  ← the longest" if action["name"] == found["largest_graph"] else ""
        head = f"{action['tag']} {action['name']}"
        yield f"  {head:<{WIDTH + 5}}  {action['records']:>7}  {action['instructions']:>12}{mark}"
        yield f"    ({arguments}){only}"
    yield ""
    yield f"data          {found['data_bytes']} bytes a transaction; a batch holds {found['capacity']}"
    constraints = dict(found["constraints"])
    total = constraints.pop("all")
    yield f"constraints   {total:,.0f} a transaction in a chunk of {found['chunk']}, whichever action runs"
    largest = max(constraints, key=lambda name: constraints[name])
    for name, count in sorted(constraints.items(), key=lambda item: -item[1]):
        yield f"  {name:<12}{count:>9,.0f}  {count / total:>5.1%}{'  ← most of it' if name == largest else ''}"
