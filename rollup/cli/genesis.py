"""`tandem genesis`: what a chain would start from."""

import json
from pathlib import Path
from typing import Annotated

import typer


def genesis(
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="module:Class, FILE.py:Class, or FILE.py.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The genesis state, JSON.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Check a genesis file of a program, and print the state root and the header hash that L1 is deployed with.

    docs/genesis.md says what stands in one. Exits with 1, and names the place in the file, if it is none.

    \b
    Examples:
      tandem genesis examples/tokens.py genesis.json
      tandem genesis market.py,FEE=30 genesis.json --json
    """  # noqa: D301 - click wants the character itself
    from rollup.program.genesis_file import read_genesis
    from rollup.program.loading import load_program

    cls = load_program(program)
    state, image = read_genesis(cls, file), cls.image()
    header = state.header(image.layout)
    found = {
        "program": image.name,
        "program_id": f"0x{image.program_id.hex()}",
        "accounts": state.next_account - 1,
        "records": len(state.records),
        "funds_gwei": state.funds(image.layout),
        "state_root": hex(header.state_root),
        "header_hash": f"0x{header.hash().hex()}",
    }
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' '):12} {value}")
