"""The benchmark of proving runs, on sizes that mean nothing, and writes what it promises."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import chain
from benchmarks.peers.zksnake import Zksnake, integers

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_chain_of_fifth_powers_is_satisfied_and_its_output_is_public(steps: int) -> None:
    r1cs, witness = chain.circuit(steps), chain.witness(steps)
    assert r1cs.is_satisfied(witness) is None
    wrong = witness.copy()
    wrong[1, 0] ^= 1
    assert r1cs.is_satisfied(wrong) == 3 * steps - 1


def test_zksnake_proves_our_circuit() -> None:
    r1cs, witness = chain.circuit(5), integers(chain.witness(5))
    peer = Zksnake(r1cs)
    peer.setup()
    proof = peer.prove(witness)
    assert peer.accepts(witness, proof)
    assert not peer.accepts([witness[0], witness[1] + 1, *witness[2:]], proof)


def test_the_benchmark_writes_a_row_a_figure(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.proving", "--small", "--only", "sums", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(file.read_text())
    assert {row["figure"].split(",")[0] for row in rows} == {"G1 MSM 2^10", "G2 MSM 2^8"}
    for row in rows:
        assert row["ratio"] == pytest.approx(row["value"] / row["peer"])
        assert "py-arkworks" in row["goal"]
