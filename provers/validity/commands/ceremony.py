"""`tandem ceremony`: the setup of a circuit's keys by many, of whom one honest suffices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from provers.validity.commands import output
from rollup.errors import AuthorError
from rollup.heartbeat import Heartbeat

LOADING: Final = "loading; the first time kernels are compiled"
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Circuits = Annotated[list[str], typer.Argument(help="FILE.r1cs, module:Program or FILE.py:Program; several if wanted.")]
Transactions = Annotated[
    int | None,
    typer.Option(help="Transactions of a program's DATA chunk; default: as a chain has that says nothing else."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@app.callback()
def ceremony() -> None:
    """Make Groth16 keys with many: nobody can forge a proof unless all contributors kept their secret.

    \b
    Examples, in their order:
      tandem ceremony new examples.tokens:Tokens powers.ptau 0.tcer
      tandem ceremony contribute 0.tcer 1.tcer --name ada
      tandem ceremony contribute 1.tcer 2.tcer --name bob
      tandem ceremony finish 2.tcer keys --beacon 0123…ef --rounds 20
      tandem ceremony verify keys/final.tcer examples.tokens:Tokens powers.ptau
    """  # noqa: D301 - click wants the character itself


@app.command()
def new(
    circuits: Circuits,
    powers: Annotated[Path, typer.Argument(help="A .ptau file over BLS12-381.")],
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    transactions: Transactions = None,
    as_json: AsJson = False,
) -> None:
    """Start a ceremony: the keys of these circuits before anybody has contributed.

    \b
    Examples:
      tandem ceremony new multiplier.r1cs powers.ptau 0.tcer
      tandem ceremony new examples.tokens:Tokens powers.ptau 0.tcer --transactions 8
    """  # noqa: D301
    _require_absent(out)
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import ceremony_work as work

        started = work.new(circuits, powers, out, transactions, heart.progress)
    output.show(
        started,
        as_json,
        f"written to {out}; the first contributor runs: tandem ceremony contribute {out} NEXT",
    )


@app.command()
def contribute(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The ceremony's file as it stands.")],
    out: Annotated[Path, typer.Argument(help="The file to write, for the next contributor.")],
    *,
    name: Annotated[str, typer.Option(help="What others shall call you.")] = "anonymous",
    entropy: Annotated[str, typer.Option(help="Anything you like, mixed into what the system draws.")] = "",
    as_json: AsJson = False,
) -> None:
    """Multiply in a secret of your own, which is drawn now and kept nowhere.

    The contributions before yours are checked first. Publish the hash that is printed: everybody then finds you in the finished file.

    \b
    Examples:
      tandem ceremony contribute 0.tcer 1.tcer --name ada
      tandem ceremony contribute 0.tcer 1.tcer --name ada --entropy "what the dice said"
    """  # noqa: D301
    _require_absent(out)
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import ceremony_work as work

        made = work.contribute(source, out, name, entropy, heart.progress)
    output.show(made, as_json, f"written to {out}; publish your hash: {made['transcript']}")


@app.command()
def verify(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="The ceremony's file.")],
    circuits: Annotated[
        list[str] | None, typer.Argument(help="The circuits, as given to `new`, then the .ptau file.")
    ] = None,
    *,
    transactions: Transactions = None,
    as_json: AsJson = False,
) -> None:
    """Check a ceremony: its contributions, and, given circuits and powers, that its keys are those and nothing else.

    \b
    Examples:
      tandem ceremony verify 2.tcer examples.tokens:Tokens powers.ptau
      tandem ceremony verify 2.tcer                  the contributions alone
    """  # noqa: D301
    words = circuits or []
    if len(words) == 1:
        raise AuthorError("ceremony: circuits without powers of tau", remedy="give the .ptau file after the circuits")
    powers = Path(words[-1]) if words else None
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import ceremony_work as work

        found = work.verify(source, words[:-1], powers, transactions, heart.progress)
    checked = "everything holds" if words else (
        "its contributions hold; NOT checked: that they started from your circuits and powers (name both to check it)"
    )  # fmt: skip
    output.show(found, as_json, checked)


@app.command()
def finish(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The ceremony's file as it stands.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write keys to.")],
    *,
    beacon: Annotated[
        str | None, typer.Option(help="Public randomness, hexadecimal, announced before anybody could know it.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="It is hashed 2^rounds times.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Write proving and verifying keys, and final.tcer, which everybody can verify.

    Run `verify` with circuits and powers before a chain is deployed with the keys.

    \b
    Examples:
      tandem ceremony finish 2.tcer keys
      tandem ceremony finish 2.tcer keys --beacon 000000000000000000019d4f… --rounds 20
    """  # noqa: D301
    final = out / "final.tcer"
    _require_absent(final)
    randomness = None if beacon is None else _hexadecimal(beacon)
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import ceremony_work as work

        found = work.finish(source, out, final, randomness, rounds, heart.progress)
    output.show(
        found, as_json, f"keys written to {out}; verify {final}, then copy {out / 'groth16'} into the prover's cache"
    )


@app.command("powers")
def powers_command(
    power: Annotated[int, typer.Argument(help="Good for circuits of up to 2^POWER constraints.")],
    out: Annotated[Path, typer.Argument(help="The .ptau file to write.")],
) -> None:
    """Make powers of tau for development: one process knows τ, and every key made from them says so.

    \b
    Example:
      tandem ceremony powers 12 development.ptau
    """  # noqa: D301
    _require_absent(out)
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import ceremony_work as work

        work.powers(power, out, heart.progress)
    typer.echo(f"written to {out}; for development: this machine could have kept τ")


def _require_absent(path: Path) -> None:
    if path.exists():
        raise AuthorError(f"{path} is there already", remedy="name another file, or move it away")


def _hexadecimal(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise AuthorError("ceremony: a beacon is not hexadecimal", got=text) from error
