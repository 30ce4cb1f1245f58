"""What a program is made of and costs, counted."""

import json
import math
import os
from pathlib import Path

import pytest

from examples.tokens import Tokens
from rollup.batch.transaction import Transaction
from rollup.cli.inspection import inspected, lines
from rollup.crypto import eddsa
from tests.unit.validity.commands.runs import Tandem

GOLDEN = Path(__file__).parents[2] / "golden" / "constraints"
GAS = Path(__file__).parents[2] / "golden" / "gas" / "payments_steps.json"


@pytest.fixture
def tandem(capsys: pytest.CaptureFixture[str]) -> Tandem:
    return Tandem(capsys)


def test_figures_are_those_of_the_graphs_the_layout_and_the_circuits(tandem: Tandem) -> None:
    found = tandem.json("inspect", "examples.tokens:Tokens", "--chunk", "4")
    image, counted = Tokens.image(), json.loads((GOLDEN / "tokens.json").read_text())["DATA"]["chunk"]
    assert found["program_id"] == f"0x{image.program_id.hex()}"
    assert {name: round(4 * count) for name, count in found["constraints"].items()} == counted
    assert math.isclose(sum(found["constraints"].values()), 2 * found["constraints"]["all"])
    assert found["data"]["bytes"] * 4 == 32 * image.layout.group_elements
    assert [(row["name"], row["tag"]) for row in found["actions"]] == [("withdraw", 1), ("mint", 2), ("transfer", 3)]
    assert found["actions"][2]["instructions"] == len(image.action("transfer").instructions)
    assert found["actions"][2]["records"] == 3
    assert found["actions"][2]["step_gas"] is None


def test_a_person_reads_tables_actions_and_what_dominates(tandem: Tandem) -> None:
    text = tandem.succeeds("inspect", "tests.programs.market:Market", "--chunk", "4")
    assert "  orders[U8 8]: owner AccountId, grade Grade" in text
    assert "(append only)" in text
    assert "(side Side, opened Bool)  (only account 1)" in text
    (longest,) = (line for line in text.splitlines() if line.endswith("← the longest"))
    assert longest.split()[1] == "fill"
    most = [line.split()[0] for line in text.splitlines() if line.endswith("← most of it")]
    assert most == ["signature", "tree"]


def test_data_of_a_transaction_is_what_a_full_batch_posts(tandem: Tandem) -> None:
    data = tandem.json("inspect", "examples.tokens:Tokens", "--chunk", "4")["data"]
    image = Tokens.image()
    posted = image.layout.data_elements
    assert posted * 32 == data["bytes"] * image.layout.capacity
    assert math.isclose(posted / 4096, data["share_of_blob"] * image.layout.capacity)
    assert math.isclose(sum(data["parts"].values()), data["bytes"])
    # 8 bits of tag, 20 of sender, 16 of fee, then an address and an amount: `withdraw` has the widest arguments.
    assert data["bytes_without_signature"] * 8 == 8 + 20 + 16 + 160 + 64
    parcel = Transaction(3, 1, 0, (2, 1, 5)).sign(eddsa.generate(bytes(32)), image, 7, 0).parcel(image)
    assert data["elements"] * 4 == 4 + len(parcel.slots)
    assert 128 * data["blob_gas"] == 131_072
    assert (data["calldata_gas"], data["calldata_gas_floor"]) == (16 * 104, 40 * 104)


def test_gas_of_one_step_proofs_is_measured_in_disputes_and_is_what_is_committed(tandem: Tandem) -> None:
    found = tandem.json("inspect", "examples.payments:Payments", "--chunk", "4", "--gas")
    gas = {action["name"]: action["step_gas"] for action in found["actions"]}
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        GAS.write_text(json.dumps(gas, indent=2) + "\n")
    # Time on that L1 is the clock's, and a byte that happens to be 0 costs less.
    assert gas == pytest.approx(json.loads(GAS.read_text()), rel=1e-3), "the gas of a one-step proof changed"


def test_measured_gas_has_a_column_and_a_mark() -> None:
    found = inspected("examples.payments:Payments", 4)
    for action, gas in zip(found["actions"], (1_000, 2_000), strict=True):
        action["step_gas"] = gas
    text = list(lines(found))
    assert any(line.endswith("one-step gas") for line in text)
    assert any(line.endswith("2,000  ← the longest, most gas") for line in text)
    assert not any("one-step" in line for line in lines(inspected("examples.payments:Payments", 4)))


def test_what_is_no_program_or_no_chunk_is_refused(tandem: Tandem) -> None:
    assert "there is no file nowhere.py" in tandem.fails("inspect", "nowhere.py")
    assert "a chunk of 6 transactions" in tandem.fails("inspect", "examples.tokens:Tokens", "--chunk", "6")


SECOND = """
from examples.tokens import Tokens
from rollup import U8, U64, Program, Record, Table

__all__ = ["Second"]


class Note(Record):
    length: U64


class Second(Tokens):
    notes = Table(Note, key=U8)
"""


def test_a_program_that_could_take_anothers_place_says_what_it_appends(tandem: Tandem, tmp_path: Path) -> None:
    (tmp_path / "second.py").write_text(SECOND)
    words = ("inspect", f"{tmp_path}/second.py:Second", "--chunk", "4", "--replaces", "examples.tokens:Tokens")
    identity = f"0x{Tokens.image().program_id.hex()}"
    assert tandem.json(*words)["replaces"] == {
        "program": "Tokens",
        "program_id": identity,
        "tables_appended": ["notes"],
    }
    assert f"can take the place of Tokens {identity}: every record stays where it is; appends notes" in tandem.succeeds(
        *words
    )
    assert tandem.json("inspect", "examples.tokens:Tokens", "--chunk", "4")["replaces"] is None


def test_a_program_that_could_not_says_every_reason(tandem: Tandem) -> None:
    text = tandem.fails("inspect", "examples.payments:Payments", "--chunk", "4", "--replaces", "examples.tokens:Tokens")
    assert "Payments cannot take the place of Tokens on a chain that runs" in text
    assert "keep max_tables" in text
    assert "upgrade: table 1, balances, is gone" in text
