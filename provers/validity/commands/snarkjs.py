"""`tandem snarkjs`: circuits, keys and proofs exchanged with circom and snarkjs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from provers.validity.backend.keys import key_of
from provers.validity.commands.progress import Heartbeat
from provers.validity.constraints.r1cs import ints_of
from provers.validity.groth16 import snarkjs, snarkjs_reading
from provers.validity.groth16.json_file import read_json
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import UnsatisfiedError
from provers.validity.groth16.prove import prove as proof_of
from provers.validity.groth16.verify import verify as holds
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.iden3 import constraint_file, witness_file
from rollup.errors import AuthorError, DecodeError, OutsideError, PeerError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path, typer.Argument(help="The folder to write to; made if it is not there.")]
VERIFYING_KEY, PUBLIC, PROOF = "verification_key.json", "public.json", "proof.json"


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
    with Heartbeat("proving") as heart:
        system = constraint_file.read(circuit)
        values = witness_file.read(witness, system)
        key = key_of(system, keys, make=development)
        if key is None:
            raise OutsideError(
                f"snarkjs: {keys} holds no key of {circuit}",
                expected=f"groth16/{system.digest().hex()}",
                remedy="make one with many (tandem ceremony --help), or for development by --development",
            )
        heart.progress("proving", 0, 1)
        try:
            proof = proof_of(key, system, values)
        except UnsatisfiedError as error:
            raise PeerError(f"{witness}: the witness breaks constraint {error.constraint} of {circuit}") from error
    _write(out, key.vk, ints_of(values[1 : system.public + 1]), proof)
    typer.echo(f"written to {out}: {VERIFYING_KEY}, {PUBLIC}, {PROOF}{_warning(key.vk)}")


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
    vk = _verifying_key(key)
    if proof is None or public is None:
        _write(out, vk)
        typer.echo(f"written to {out}: {VERIFYING_KEY}{_warning(vk)}")
        return
    inputs, points = _public(public), Proof.from_evm(_proof_bytes(proof))
    if not holds(vk, inputs, points):
        raise PeerError(f"snarkjs: the proof in {proof} does not hold for the inputs in {public}")
    _write(out, vk, inputs, points)
    typer.echo(f"written to {out}: {VERIFYING_KEY}, {PUBLIC}, {PROOF}{_warning(vk)}")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help=f"A folder with {VERIFYING_KEY}, {PUBLIC} and {PROOF}.")],
) -> None:
    """Verify a proof as snarkjs wrote it, subgroups included, which `snarkjs groth16 verify` leaves out.

    \b
    Example:
      tandem snarkjs verify out
    """  # noqa: D301
    vk = snarkjs_reading.read_verifying_key(folder / VERIFYING_KEY)
    public, proof = snarkjs_reading.read_public(folder / PUBLIC), snarkjs_reading.read_proof(folder / PROOF)
    if not holds(vk, public, proof):
        raise PeerError(f"snarkjs: the proof in {folder} does not hold")
    typer.echo("the proof holds")


def _write(out: Path, vk: VerifyingKey, public: list[int] | None = None, proof: Proof | None = None) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if proof is None or public is None:
            snarkjs.export_key(out, vk)
        else:
            snarkjs.export(out, vk, public, proof)
    except OSError as error:
        raise OutsideError(f"{out} cannot be written: {error.strerror}") from error


def _warning(vk: VerifyingKey) -> str:
    return "; a development key: whoever made it could forge proofs" if vk.development else ""


def _verifying_key(path: Path) -> VerifyingKey:
    content = read_json(path)
    return VerifyingKey.from_json(content["vk"] if isinstance(content, dict) and "vk" in content else content)


def _proof_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return bytes.fromhex(data.decode("ascii").strip().removeprefix("0x"))
    except ValueError:
        return data


def _public(path: Path) -> list[int]:
    content = read_json(path)
    if not isinstance(content, list) or not all(re.fullmatch(r"[0-9]{1,80}", str(each)) for each in content):
        raise DecodeError(f"{path} is no JSON list of integers")
    return [int(each) for each in content]
