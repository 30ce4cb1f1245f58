"""`tandem demo`: its options; what it does is in `scenario`, which is imported once there is a screen to say so."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from rollup.cli.demo.settings import CHUNK, LEAST, MOST, USUAL, Data, Pairing, Settings


def _writable(path: Path | None) -> Path | None:
    """Refuse a file that could not be written, before minutes have passed."""
    if path is not None and not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise typer.BadParameter(f"{path} cannot be written")
    return path


def _divides(chunk: int) -> int:
    if MOST % chunk:
        raise typer.BadParameter(f"{chunk} does not divide a batch, which holds {MOST}")
    return chunk


def demo(
    *,
    transactions: Annotated[
        int, typer.Option(min=LEAST, max=MOST, help="How many transactions both chains settle.")
    ] = USUAL,
    data: Annotated[Data, typer.Option(help="Where batches are posted.")] = "blob",
    l1: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A development node with its default accounts that lets time pass (anvil). Default: an L1 in this process.",
        ),
    ] = None,
    pairing: Annotated[
        Pairing, typer.Option(help="By which library proofs are checked, off chain and on the L1 in this process.")
    ] = "arkworks",
    chunk: Annotated[
        int,
        typer.Option(
            min=4, max=MOST, help="Transactions that one proof covers: 4, 8, 16, 32, 64 or 128.", callback=_divides
        ),
    ] = CHUNK,
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Who proves: `threads` of this process, `processes`, or the URL of a Dask scheduler, tcp://HOST:8786.",
        ),
    ] = "threads",
    workers: Annotated[
        int, typer.Option(min=0, help="Threads or processes that prove; 0: as many as there are cores.")
    ] = 0,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Also write the figures to a file.", dir_okay=False, callback=_writable
        ),
    ] = None,
) -> None:
    """Settle one program twice: by fraud proof, where a liar is caught, and by validity proof, where forgeries are refused.

    Takes a minute or two on two cores; the first time about a minute more, since kernels are compiled and development keys made.

    \b
    Examples:
      tandem demo                                     all of it, on an L1 in this process
      tandem demo --json report.json                  the same, with its figures written to a file
      tandem demo --transactions 128 --data calldata  a full batch, posted without a blob
      tandem demo --l1 http://127.0.0.1:8545          on a development node, e.g. anvil
      tandem demo --scheduler tcp://10.0.0.1:8786     chunks proved by a Dask cluster
      tandem demo --pairing py-ecc                    proofs checked by py-ecc in place of arkworks: slow
    """  # noqa: D301 - click wants the character itself
    from rollup.cli.demo.screen import Screen, console

    settings = Settings(transactions, data, l1, pairing, chunk, scheduler, workers)
    with Screen(console()) as screen:
        screen.title("Tandem: one program, examples/tokens.py, on two chains with two kinds of proof")
        if pairing == "py-ecc":
            screen.line("pairings by py-ecc, in plain Python: this takes a minute or two longer")
        with screen.working("loading; the first time kernels are compiled, which takes half a minute"):
            from rollup.crypto.kernel_loading import load_all

            load_all()
            from rollup.cli.demo import report, scenario
        figures = scenario.run(screen, settings)
        report.show(screen, figures)
        if json_file is not None:
            json_file.write_text(json.dumps(figures.to_json(), indent=2) + "\n", encoding="utf-8")
            screen.line(f"figures written to {json_file}")
        screen.show()
        screen.held(f"all of this was checked as it happened; it took {figures.seconds:.0f} s")
