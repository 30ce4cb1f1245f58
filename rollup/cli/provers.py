"""`tandem provers`: which settlement backends are installed, and what to know before choosing one."""

import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Final, cast

import typer

from rollup.errors import OutsideError

GROUP: Final = "tandem.provers"
LABEL: Final = 10
WIDTH: Final = 100
PUBLISHES: Final = "publishes every signature with its transaction"
WITHHOLDS: Final = "withholds signatures: its proof vouches for them"


def provers(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False) -> None:
    """List the settlement backends installed here, and what to know of each before choosing it.

    Any installed package can add one by the entry point group `tandem.provers`.

    \b
    Examples:
      tandem provers
      tandem provers --json
    """  # noqa: D301 - click wants the character itself
    found = installed()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        typer.echo("\n\n".join(described(backend) for backend in found) or "no settlement backend is installed")


def installed() -> list[dict[str, Any]]:
    """Return the backends by the name of their entry point; each with its properties, or with why it cannot be loaded."""
    from rich.console import Console

    from rollup.cli.demo.screen import Screen

    with Screen(Console(file=sys.stderr)) as screen, screen.working("loading; the first time kernels are compiled"):
        return [_row(point) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]


def described(backend: Mapping[str, Any]) -> str:
    """Return a paragraph about one backend: what it says of itself, a line a property."""
    head = f"{backend['name']}  {backend.get('version', '')}".rstrip()
    shown = {label: text for label, text in backend.items() if label not in ("name", "version") and text}
    return "\n".join([head, *(_labelled(label, str(text)) for label, text in shown.items())])


def _labelled(label: str, text: str) -> str:
    indent = " " * (LABEL + 4)
    return textwrap.fill(text, WIDTH, initial_indent=f"  {label:<{LABEL}}  ", subsequent_indent=indent)


def _row(point: EntryPoint) -> dict[str, Any]:
    row: dict[str, Any] = {"name": point.name, "package": point.dist.name if point.dist else ""}
    try:
        backend = point.load()(_context())
    except (ImportError, AttributeError, OutsideError) as error:
        return row | {"error": f"cannot be loaded: {error}"}
    data = WITHHOLDS if backend.withholds_signatures else PUBLISHES
    return row | {"version": backend.version, "data": data, **asdict(backend.properties)}


def _context() -> Any:  # noqa: ANN401 - a Context whose L1 is none
    """Return a context for backends that are only asked what they are."""
    from rollup.devnet.plugins import cache_folder, load
    from rollup.ports.l1 import L1
    from rollup.ports.settlement import Context

    toolchain = load("tandem.contracts", "vyper")()
    return Context(cast("L1", _NoL1()), toolchain.compiler, toolchain.blobs, cache_folder())


class _NoL1:
    """Stands where a connection would; whoever uses it is told so."""

    def __getattr__(self, name: str) -> object:
        raise OutsideError(f"provers: a backend asks L1 for {name}, and this command connects to none")
