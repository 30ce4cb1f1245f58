"""`tandem audit`: what can be proved of every transaction of a program, or shown by one."""

import json
import sys
from typing import Annotated

import typer


def audit(
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="module:Class, FILE.py:Class, or FILE.py.")],
    *,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds that one question may take.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Prove of every transaction of a program what its author declares, or show one that breaks it.

    Tells of each action whether it can be applied, of each check whether it can fail (overflow and underflow included), and of each invariant, the program's
    (`conserves`, `@invariant`) and the frame's, whether it holds. What is proved holds of all transactions and all states; examples were run by the interpreter.
    Exits with 1 if an invariant is refuted or an action can never be applied.

    \b
    Examples:
      tandem audit examples.tokens:Tokens            a program of a module
      tandem audit market.py                         the one program of a file
      tandem audit market.py:Market --timeout 60     more time for each question
      tandem audit market.py --json > audit.json     for other programs
    """  # noqa: D301 - click wants the character itself
    from rich.console import Console

    from rollup.audit.auditor import audit as audit_program
    from rollup.audit.solver import Limits, load_z3
    from rollup.cli.demo.screen import Screen
    from rollup.program.loading import load_program

    load_z3()
    at = ["loading"]
    with Screen(Console(file=sys.stderr)) as screen, screen.working(f"auditing {program}", ask=lambda: at[-1]):
        report = audit_program(load_program(program), Limits(timeout), at.append)
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(report.lines()))
    if report.is_bad:
        raise typer.Exit(1)
