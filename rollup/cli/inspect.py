"""`tandem inspect`: what a program is made of, and what its transactions cost."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rollup.heartbeat import Heartbeat

MOST_CHUNK = 128


def inspect(
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="module:Class, FILE.py:Class, or FILE.py.")],
    *,
    chunk: Annotated[int, typer.Option(min=4, max=MOST_CHUNK, help="Transactions that one proof covers.")] = 16,
    gas: Annotated[
        bool,
        typer.Option("--gas", help="Dispute a transaction of each action on an L1 in this process, some seconds each."),
    ] = False,
    replaces: Annotated[
        str | None,
        typer.Option(
            metavar="PROGRAM",
            help="Check that it could go on with the state of this one, as an upgrade; fail with every reason why not.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Show a program's tables and actions, what its transactions take of L1's data, and where its constraints are.

    Every figure is counted: bytes by the layout, gas of data by the EIP named beside it, instructions in the graphs, constraints in the circuit that a chain of this
    chunk size has. Only the gas of a one-step proof is measured, with `--gas`: it is in the receipt of the last move of a dispute.

    \b
    Examples:
      tandem inspect market.py
      tandem inspect examples.tokens:Tokens --chunk 32
      tandem inspect market.py --gas
      tandem inspect market2.py --replaces market.py
      tandem inspect market.py --json > market.json
    """  # noqa: D301 - click wants the character itself
    with Heartbeat(f"counting constraints of a chunk of {chunk}") as alive:
        from rollup.cli.inspection import inspected, lines

        found = inspected(program, chunk, alive.progress if gas else None, replaces)
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join(lines(found)))
