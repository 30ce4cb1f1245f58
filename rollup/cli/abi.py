"""`tandem abi`: what another language needs to use a program."""

import json
from typing import Annotated

import typer


def abi(
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="module:Class, FILE.py:Class, or FILE.py.")],
) -> None:
    """Print a program's ABI: its tables and actions, with the numbers and widths of which transactions and keys are made.

    docs/spec/abi.md says how.

    \b
    Examples:
      tandem abi market.py > market.abi.json
      tandem abi examples.tokens:Tokens
    """  # noqa: D301 - click wants the character itself
    from rollup.program.abi import abi_of
    from rollup.program.loading import load_program

    typer.echo(json.dumps(abi_of(load_program(program)), indent=2))
