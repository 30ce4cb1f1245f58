"""`tandem snarkjs`: circuits, keys and proofs exchanged with circom and snarkjs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from rollup.errors import AuthorError
from rollup.heartbeat import Heartbeat

LOADING: Final = "loading; the first time kernels are compiled"
VERIFYING_KEY, PUBLIC, PROOF = "verification_key.json", "public.json", "proof.json"
WARNING: Final = "; a development key: whoever made it could forge proofs"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path, typer.Argument(help="The folder to write to; made if it is not there.")]


@app.callback()
def group() -> None:
    """Exchange circuits, keys and proofs with circom and snarkjs, over BLS12-381.

    \b
    Examples:
      tandem snarkjs prove multiplier.r1cs multiplier.wtns out --keys keys
      tandem snarkjs export keys/groth16/3f…/verifying_key.json out --proof proof.bin --public public.json
      tandem snarkjs verify out
      snarkjs groth16 verify out/verification_key.json out/public.json out/proof.json
    """  # noqa: D301 - click wants the character itself


@app.command()
def prove(
    circuit: Annotated[Path, typer.Argument(help="A .r1cs file of circom --prime bls12381.")],
    witness: Annotated[Path, typer.Argument(help="A .wtns file of that circuit.")],
    out: Out,
    *,
    keys: Annotated[Path, typer.Option(help="Where `tandem ceremony finish` wrote keys.")],
    development: Annotated[
        bool,
        typer.Option("--development", help="Make a key there if there is none; this machine could keep its secret."),
    ] = False,
) -> None:
    """Prove a circuit of circom with our prover, and write what snarkjs verifies.

    \b
    Examples:
      tandem snarkjs prove multiplier.r1cs multiplier.wtns out --keys keys
      tandem snarkjs prove multiplier.r1cs multiplier.wtns out --keys trial --development
    """  # noqa: D301
    with Heartbeat(LOADING) as heart:
        from provers.validity.commands import snarkjs_work as work

        is_development = work.prove(circuit, witness, out, keys, heart.progress, make=development)
    typer.echo(f"written to {out}: {VERIFYING_KEY}, {PUBLIC}, {PROOF}{WARNING if is_development else ''}")


@app.command()
def export(
    key: Annotated[
        Path,
        typer.Argument(
            help="A verifying key as our tools write it (verifying_key.json, or key.json of a proving key)."
        ),
    ],
    out: Out,
    *,
    proof: Annotated[
        Path | None, typer.Option(help="A proof: 512 bytes as L1 takes them, or those in hexadecimal.")
    ] = None,
    public: Annotated[
        Path | None, typer.Option(help="Its public inputs: a JSON list of integers or decimal strings.")
    ] = None,
) -> None:
    """Write a verifying key, and a proof with its public inputs if given, as snarkjs reads them.

    \b
    Examples:
      tandem snarkjs export verifying_key.json out
      tandem snarkjs export verifying_key.json out --proof proof.bin --public public.json
    """  # noqa: D301
    if (proof is None) is not (public is None):
        raise AuthorError("snarkjs: a proof and its public inputs go together", remedy="give both --proof and --public")
    with Heartbeat(LOADING):
        from provers.validity.commands import snarkjs_work as work

        is_development = work.export(key, out, proof, public)
    names = VERIFYING_KEY if proof is None else f"{VERIFYING_KEY}, {PUBLIC}, {PROOF}"
    typer.echo(f"written to {out}: {names}{WARNING if is_development else ''}")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help=f"A folder with {VERIFYING_KEY}, {PUBLIC} and {PROOF}.")],
) -> None:
    """Verify a proof as snarkjs wrote it, subgroups included, which `snarkjs groth16 verify` leaves out.

    \b
    Example:
      tandem snarkjs verify out
    """  # noqa: D301
    with Heartbeat(LOADING):
        from provers.validity.commands import snarkjs_work as work

        work.verify(folder / VERIFYING_KEY, folder / PUBLIC, folder / PROOF)
    typer.echo("the proof holds")
