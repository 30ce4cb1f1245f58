"""The `tandem` command: one table of subcommands, each imported only when it is asked for."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Final, NamedTuple, cast

import typer

from rollup import __version__
from rollup.errors import TandemError

Function = Callable[..., object]

DEBUG_VARIABLE: Final = "TANDEM_DEBUG"

# "\b" keeps the lines of the paragraph it opens as they are.
EXAMPLES: Final = """\b
Examples:
  tandem demo                     one program, two chains, two proofs; a lie caught on L1
  tandem demo --json report.json  the same, with its figures written to a file
  tandem provers                  the settlement backends installed here
  tandem new market               a folder with a program and its test
  tandem audit FILE.py            what a program's transactions can and cannot do
  TANDEM_DEBUG=1 tandem demo      an error shows its whole stack trace
"""


class Row(NamedTuple):
    """Where a subcommand is defined, `module:function` or `module:application`, and the line that `tandem --help` shows for it."""

    target: str
    summary: str


COMMANDS: Final[Mapping[str, Row]] = {
    "abi": Row("rollup.cli.abi:abi", "Print what other languages need to use a program."),
    "attack": Row("rollup.cli.attack:attack", "Try to get away with something, and see what it costs whom."),
    "audit": Row("rollup.cli.audit:audit", "Prove what a program keeps, or show what breaks it."),
    "client": Row("rollup.cli.client:client", "Write a typed Python client of a program."),
    "demo": Row("rollup.cli.demo:demo", "Settle one program twice: by fraud proof and by validity proof."),
    "genesis": Row("rollup.cli.genesis:genesis", "Check the state that a chain shall start from."),
    "inspect": Row("rollup.cli.inspect:inspect", "Show a program's tables and actions, and what they cost."),
    "new": Row("rollup.cli.new:new", "Write a small program and its test, to begin with."),
    "provers": Row("rollup.cli.provers:provers", "List the settlement backends installed here."),
}
DISTRIBUTION: Final = "tandem-rollup"
PROVERS: Final[Mapping[str, str]] = {
    "ceremony": "Make Groth16 keys with many, of whom one honest suffices.",
    "snarkjs": "Exchange circuits, keys and proofs with circom and snarkjs.",
}
"""Lines of the commands that this distribution's provers bring: they are found by entry points, and imported when asked for."""


def load(target: str) -> Function | typer.Typer:
    """Import the function, or the application of several, that `module:name` names."""
    return cast("Function | typer.Typer", EntryPoint(name="command", value=target, group="").load())


def plugged_in() -> dict[str, Row]:
    """Subcommands that other packages, or provers of this one, declare in the entry-point group `tandem.commands`."""
    return {point.name: Row(point.value, _summary(point)) for point in entry_points(group="tandem.commands")}


def _summary(point: EntryPoint) -> str:
    """Return the line of a plug-in, which is not imported to ask it: ours stand in a table, others are named by their package."""
    package = point.dist.name if point.dist else "a plug-in"
    return PROVERS.get(point.name, f"From {package}.") if package == DISTRIBUTION else f"From {package}."


def build(words: Iterable[str]) -> typer.Typer:
    """Return the application, with the subcommands among `words` imported and all others as lines of the help.

    A built-in subcommand takes precedence over a plug-in of its name.
    """
    app = typer.Typer(
        name="tandem",
        epilog=EXAMPLES,
        add_completion=False,
        no_args_is_help=True,
        # Rich costs 0.2 s of every `--help`.
        rich_markup_mode=None,
        # Locals in a stack trace may hold private keys; ours are printed by `main`.
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    named = set(words)
    for name, row in (plugged_in() | dict(COMMANDS)).items():
        _add(app, name, row, load(row.target) if name in named else _not_asked_for)
    return app


def _add(app: typer.Typer, name: str, row: Row, target: Function | typer.Typer) -> None:
    """Add a command, or a group of them."""
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=name, short_help=row.summary)
    else:
        app.command(name, short_help=row.summary)(target)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `tandem` and exit: 0 when done, 1 on an error of ours, 2 on a wrong command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        build(words)(words, prog_name="tandem")
    except TandemError as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        typer.secho(f"error: {error}", fg=typer.colors.RED, err=True)
        raise SystemExit(1) from None


def _not_asked_for() -> None:
    # INVARIANT: only a word of the command line selects a subcommand, and `build` has loaded every such word.
    raise AssertionError


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        typer.echo(f"tandem {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Write a rollup once, as a Python class; settle it by fraud proof or by validity proof."""
