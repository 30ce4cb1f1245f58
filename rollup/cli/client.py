"""`tandem client`: a typed client of a program, as Python."""

from pathlib import Path
from typing import Annotated

import typer

from rollup.errors import AuthorError


def client(
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="module:Class, FILE.py:Class, or FILE.py.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write it here instead of printing it.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Write nothing; fail if this file is not what would be written.")
    ] = None,
) -> None:
    """Write a typed client of a program: a method for each action, a class for each record and enum.

    It needs Tandem, not the program; a chain that runs another version of the program is refused. docs/tutorial/client.md shows it.

    \b
    Examples:
      tandem client market.py --out market_client.py
      tandem client market.py --check market_client.py   in CI: is it still the program's?
      tandem client examples.tokens:Tokens | less
    """  # noqa: D301 - click wants the character itself
    from rollup.client.source import client_source
    from rollup.program.loading import load_program

    text = client_source(load_program(program))
    if check is not None:
        _require_current(check, text, program)
        typer.echo(f"{check} is the client of {program}")
    elif out is not None:
        if not out.parent.is_dir():
            raise AuthorError(f"there is no folder {out.parent}", remedy=f"make it first: mkdir -p {out.parent}")
        out.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {out}")
    else:
        typer.echo(text, nl=False)


def _require_current(path: Path, text: str, program: str) -> None:
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(f"{path} cannot be read: {error}", remedy=f"write it: tandem client {program} --out {path}") from error  # fmt: skip
    if found != text:
        raise AuthorError(
            f"{path} is not the client of {program}", remedy=f"write it again: tandem client {program} --out {path}"
        )
