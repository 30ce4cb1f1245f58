"""`tandem ceremony`, as its parties run it."""

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provers.validity.ceremony.contribution import secret_of
from provers.validity.ceremony.powers import DEVELOPMENT_NOTE
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.iden3 import constraint_file
from rollup.heartbeat import Heartbeat
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.ceremony.powers import PLAIN, PREPARED, ours, with_point
from tests.unit.validity.commands.runs import Tandem, run
from tests.unit.validity.groth16.circuits import cubic
from tests.unit.validity.iden3.files import VECTORS, r1cs_file, with_section

POW5 = VECTORS / "circom" / "pow5.r1cs"
BEACON = "00112233445566778899aabbccddeeff"


@pytest.fixture
def tandem(capsys: pytest.CaptureFixture[str]) -> Tandem:
    return Tandem(capsys)


@pytest.fixture
def contributed(tmp_path: Path, tandem: Tandem) -> Path:
    """After two contributions."""
    files = [tmp_path / f"{k}.tcer" for k in range(3)]
    tandem.succeeds("ceremony", "new", POW5, PREPARED, files[0])
    tandem.succeeds("ceremony", "contribute", files[0], files[1], "--name", "ada")
    tandem.succeeds("ceremony", "contribute", files[1], files[2], "--name", "bob", "--entropy", "what the dice said")
    return files[2]


def test_a_ceremony_from_new_to_keys_verifies_at_every_stage_and_its_hashes_stay(
    tmp_path: Path, tandem: Tandem
) -> None:
    files = [tmp_path / f"{k}.tcer" for k in range(3)]
    started = tandem.json("ceremony", "new", POW5, PREPARED, files[0])
    assert (started["development"], started["contributions"]) == (False, [])
    assert [each["label"] for each in started["circuits"]] == ["pow5"]
    printed = tandem.succeeds("ceremony", "contribute", files[0], files[1], "--name", "ada")
    (hash_,) = re.findall("publish your hash: ([0-9a-f]{64})", printed)
    tandem.succeeds("ceremony", "contribute", files[1], files[2])
    finished = tandem.json("ceremony", "finish", files[2], tmp_path / "keys", "--beacon", BEACON, "--rounds", "4")
    assert [each["name"] for each in finished["contributions"]] == ["ada", "anonymous", "beacon"]
    assert finished["contributions"][0]["hash"] == hash_
    assert finished["contributions"][2]["beacon"] == BEACON
    for path in (*files, tmp_path / "keys" / "final.tcer"):
        # By the powers before they were prepared: whoever verifies may have either.
        assert tandem.json("ceremony", "verify", path, POW5, PLAIN)["complete"]
        assert not tandem.json("ceremony", "verify", path)["complete"]
    (place,) = finished["keys"]
    assert Path(place).name == constraint_file.read(POW5).digest().hex()
    assert not VerifyingKey.load(Path(place) / "verifying_key.json").development
    record = json.loads((Path(place) / "ceremony.json").read_text())
    assert record["transcript"] == finished["transcript"]


def test_several_circuits_share_a_ceremony(tmp_path: Path, tandem: Tandem) -> None:
    (tmp_path / "cubic.r1cs").write_bytes(r1cs_file(cubic()[0]))
    words = [tmp_path / "cubic.r1cs", POW5]
    tandem.succeeds("ceremony", "new", *words, PREPARED, tmp_path / "0.tcer")
    tandem.succeeds("ceremony", "contribute", tmp_path / "0.tcer", tmp_path / "1.tcer")
    assert "everything holds" in tandem.succeeds("ceremony", "verify", tmp_path / "1.tcer", *words, PREPARED)
    said = tandem.fails("ceremony", "verify", tmp_path / "1.tcer", *words[::-1], PREPARED)
    assert "circuit pow5: label, circuit or sizes is not what circuit and powers give" in said
    assert len(tandem.json("ceremony", "finish", tmp_path / "1.tcer", tmp_path / "keys")["keys"]) == 2


def test_keys_from_powers_for_development_are_marked_so(tmp_path: Path, tandem: Tandem) -> None:
    assert "could have kept τ" in tandem.succeeds("ceremony", "powers", "4", tmp_path / "dev.ptau")
    printed = tandem.succeeds("ceremony", "new", POW5, tmp_path / "dev.ptau", tmp_path / "0.tcer")
    assert "one process made the powers of tau" in printed
    tandem.succeeds("ceremony", "contribute", tmp_path / "0.tcer", tmp_path / "1.tcer")
    tandem.succeeds("ceremony", "verify", tmp_path / "1.tcer", POW5, tmp_path / "dev.ptau")
    (place,) = tandem.json("ceremony", "finish", tmp_path / "1.tcer", tmp_path / "keys")["keys"]
    assert VerifyingKey.load(Path(place) / "verifying_key.json").development
    # The mark does not come off.
    cleaned = with_section((tmp_path / "1.tcer").read_bytes(), 1, lambda content: b"\0" + content[1:])
    (tmp_path / "2.tcer").write_bytes(cleaned)
    assert "mark of development" in tandem.fails("ceremony", "verify", tmp_path / "2.tcer", POW5, tmp_path / "dev.ptau")


# ---------------------------------------------------------------- what goes wrong


def test_other_circuits_or_powers_are_named(tmp_path: Path, tandem: Tandem, contributed: Path) -> None:
    (tmp_path / "pow5.r1cs").write_bytes(r1cs_file(cubic()[0]))
    said = tandem.fails("ceremony", "verify", contributed, tmp_path / "pow5.r1cs", PREPARED)
    assert "circuit pow5: label, circuit or sizes is not what circuit and powers give" in said
    said = tandem.fails("ceremony", "verify", contributed, POW5, ours(4))
    assert "circuit pow5: a is not what circuit and powers give" in said
    said = tandem.fails("ceremony", "verify", contributed, POW5)
    assert "circuits without powers of tau; give the .ptau file after the circuits" in said


def test_a_tampered_contribution_is_named_whoever_reads_it(tmp_path: Path, tandem: Tandem, contributed: Path) -> None:
    bad = tmp_path / "bad.tcer"
    bad.write_bytes(with_section(contributed.read_bytes(), 2, lambda x: x[:5] + b"eve" + x[8:]))
    for words in (
        ("verify", bad),
        ("verify", bad, POW5, PREPARED),
        ("contribute", bad, tmp_path / "next.tcer"),
        ("finish", bad, tmp_path / "keys"),
        ("finish", bad, tmp_path / "keys", "--beacon", BEACON),
    ):
        said = tandem.fails("ceremony", *words)
        assert "contribution 1 (eve), circuit 0: the proof of knowledge of its secret does not hold" in said
    assert not (tmp_path / "next.tcer").exists()
    assert not (tmp_path / "keys").exists()


def test_a_ceremony_without_contributions_has_no_keys(tmp_path: Path, tandem: Tandem) -> None:
    tandem.succeeds("ceremony", "new", POW5, PREPARED, tmp_path / "0.tcer")
    said = tandem.fails("ceremony", "finish", tmp_path / "0.tcer", tmp_path / "keys")
    assert "nobody has contributed, so everybody knows δ; contribute first" in said


def test_nothing_is_written_over(tmp_path: Path, tandem: Tandem, contributed: Path) -> None:
    for words in (
        ("new", POW5, PREPARED, contributed),
        ("contribute", contributed, contributed),
        ("powers", "4", contributed),
    ):
        assert "is there already; name another file" in tandem.fails("ceremony", *words)
    tandem.succeeds("ceremony", "finish", contributed, tmp_path / "keys")
    assert "is there already" in tandem.fails("ceremony", "finish", contributed, tmp_path / "keys")
    (tmp_path / "keys" / "final.tcer").unlink()
    assert "has a key in" in tandem.fails("ceremony", "finish", contributed, tmp_path / "keys")


@pytest.mark.parametrize(
    ("circuit", "words"),
    [
        ("no.such.module:Thing", "there is no module no.such.module"),
        ("nothing.py:Thing", "there is no file nothing.py"),
        ("nothing", "names no program"),
        ("rollup.params:ChunkKind", "ChunkKind is no program"),
        ("rollup.params:Nothing", "rollup.params has no Nothing"),
        ("nothing.r1cs", "cannot be read"),
    ],
)
def test_a_circuit_that_is_none_is_named(tmp_path: Path, tandem: Tandem, circuit: str, words: str) -> None:
    assert words in tandem.fails("ceremony", "new", circuit, PREPARED, tmp_path / "0.tcer")


def test_a_number_of_transactions_that_does_not_fit_is_named(tmp_path: Path, tandem: Tandem) -> None:
    program = f"{Purses.__module__}:Purses"
    said = tandem.fails("ceremony", "new", program, PREPARED, tmp_path / "0.tcer", "--transactions", "3")
    assert "choose another number of --transactions" in said


def test_a_program_too_large_for_the_powers_says_how_many_it_needs(tmp_path: Path, tandem: Tandem) -> None:
    program = f"{Purses.__module__}:Purses"
    assert "powers of tau too few for the circuit" in tandem.fails(
        "ceremony", "new", program, PREPARED, tmp_path / "0.tcer"
    )


@pytest.mark.parametrize("beacon", ["xyz", "0x1"])
def test_a_beacon_that_is_not_hexadecimal_is_refused(
    tmp_path: Path, tandem: Tandem, contributed: Path, beacon: str
) -> None:
    said = tandem.fails("ceremony", "finish", contributed, tmp_path / "keys", "--beacon", beacon)
    assert "a beacon is not hexadecimal" in said


@pytest.mark.parametrize("beacon", ["", "0x", "00" * 65])
def test_a_beacon_of_no_bytes_or_too_many_is_refused(
    tmp_path: Path, tandem: Tandem, contributed: Path, beacon: str
) -> None:
    said = tandem.fails("ceremony", "finish", contributed, tmp_path / "keys", "--beacon", beacon)
    assert "a beacon is out of range; expected 1..64 bytes" in said


@pytest.mark.parametrize("rounds", ["25", "-1"])
def test_a_beacon_with_rounds_out_of_range_is_refused(
    tmp_path: Path, tandem: Tandem, contributed: Path, rounds: str
) -> None:
    said = tandem.fails("ceremony", "finish", contributed, tmp_path / "keys", "--beacon", "00", "--rounds", rounds)
    assert "a beacon is out of range" in said


def test_tampered_powers_are_named(tmp_path: Path, tandem: Tandem) -> None:
    (tmp_path / "x.ptau").write_bytes(with_point(PLAIN, 4, 3, lambda point: point * 0))
    said = tandem.fails("ceremony", "new", POW5, tmp_path / "x.ptau", tmp_path / "0.tcer")
    assert "section 4, α·τ in G1: a point is infinity" in said


# ---------------------------------------------------------------- help, progress, secrets


@pytest.mark.parametrize("command", ["new", "contribute", "verify", "finish", "powers", ""])
def test_help_shows_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run("ceremony", *([command] if command else []), "--help") == 0
    assert re.search(rf"Examples?[^\n]*:\n +tandem ceremony {command}", capsys.readouterr().out)


@pytest.mark.parametrize("command", ["ceremony", "snarkjs"])
def test_help_loads_no_kernels(command: str) -> None:
    program = f"import sys, rollup.cli.app as a; a.build(['{command}', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"provers.validity.commands.{command}" in done.stdout.split()
    assert {"numba", "numpy", "rich"} & set(done.stdout.split()) == set()


def test_the_list_of_commands_names_it_without_importing_it() -> None:
    program = "import sys, rollup.cli.app as a; a.main(['--help'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert re.search(r"ceremony +Make Groth16 keys with many", done.stdout)
    assert re.search(r"snarkjs +Exchange circuits", done.stdout)


def test_work_gives_a_sign_of_life_with_what_it_was_told_last() -> None:
    out = io.StringIO()
    with Heartbeat("starting", out, silence=0.05) as heart:
        time.sleep(0.15)
        heart.progress("multiplying", 3, 7)
        time.sleep(0.15)
        heart.progress("done", 1, 1)
        time.sleep(0.15)
    lines = out.getvalue().splitlines()
    for words in ("… starting (0 s)", "… multiplying, 3 of 7 (0 s)", "… done (0 s)"):
        assert words in lines


def test_secrets_are_written_nowhere(tmp_path: Path, tandem: Tandem, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def watched(domain: bytes, seed: bytes, part: int) -> int:
        drawn.append(secret_of(domain, seed, part))
        return drawn[-1]

    monkeypatch.setattr("provers.validity.ceremony.ceremony.secret_of", watched)
    tandem.succeeds("ceremony", "new", POW5, PREPARED, tmp_path / "0.tcer")
    printed = tandem.succeeds(
        "ceremony", "contribute", tmp_path / "0.tcer", tmp_path / "1.tcer", "--entropy", "SALT-SALT"
    )
    tandem.succeeds("ceremony", "finish", tmp_path / "1.tcer", tmp_path / "keys")
    (x,) = drawn
    everything = printed.encode() + b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    for secret in (x.to_bytes(32, "little"), x.to_bytes(32, "big"), f"{x:x}".encode(), str(x).encode(), b"SALT-SALT"):
        assert secret not in everything


def test_development_powers_carry_their_note() -> None:
    assert DEVELOPMENT_NOTE in ours(4, DEVELOPMENT_NOTE).read_bytes()
    assert DEVELOPMENT_NOTE not in ours(4).read_bytes()
