"""What a validity claim costs on L1, committed in `tests/golden/gas/validity.json`: whole transactions, calldata and its floor included.

Proofs are simulated under a key of its own; their points cost what those of others do. Hashes and points are calldata in which a byte
may happen to be zero, so a change of a program shifts the figures a little, within `TOLERANCE`.
After a wanted change: `TANDEM_WRITE_GOLDEN=1 pytest tests/contracts/test_validity_gas.py`.
"""

import json
import os
import random
from pathlib import Path

import pytest

from l1bridge import kzg
from l1bridge.compiler import default_compiler
from provers.validity.backend.groth16 import key_words
from provers.validity.backend.limits import MAX_CHUNKS, most_chunks
from provers.validity.backend.payload import payload_of
from provers.validity.backend.transcript import draw
from rollup.batch.parcel import Parcel, elements_of
from rollup.crypto.fr import R
from rollup.params import BLOB_ELEMENTS, DataKind
from rollup.ports.l1 import TRANSACTION_GAS_CAP
from tests.unit.validity.backend.claims import chunks_for
from tests.unit.validity.backend.keys import TRANSACTIONS
from tests.unit.validity.backend.programs import LargestPurses
from tests.unit.validity.backend.scenes import l1, poseidon2
from tests.unit.validity.backend.settled import SettledChain
from tests.unit.validity.backend.simulator import Simulator

GOLDEN = Path(__file__).parents[1] / "golden" / "gas" / "validity.json"
TOLERANCE = 0.002
WORST = "51 chunks: a full batch with 32 messages and garbage to the end of its blob"


def noise(transactions: int) -> tuple[int, ...]:
    """Elements of transactions that are skipped: nothing is signed."""
    chance = random.Random(transactions)
    length = LargestPurses.image().layout.stride
    return elements_of(
        [
            Parcel(chance.randrange(R), (2, *(chance.getrandbits(63) for _ in range(length - 1))))
            for _ in range(transactions)
        ]
    )


def garbage(elements: tuple[int, ...]) -> tuple[int, ...]:
    chance = random.Random(8)
    return (*elements, *(chance.randrange(1, R) for _ in range(BLOB_ELEMENTS - len(elements))))


def chain_under(simulator: Simulator) -> SettledChain:
    """A chain of the largest program, settled by one key for all kinds."""
    chain = SettledChain(l1(), default_compiler(), LargestPurses.image(), poseidon2())
    words = key_words(simulator.verifying_key())
    elements = chain.image.layout.elements_of(TRANSACTIONS)
    artifact = default_compiler().contract("settlement/validity")
    subject = (chain.rollup.address, chain.image.program_id)
    chain.settlement = l1().deploy(artifact, *subject, elements, *(words, words, words, True))
    l1().transact(chain.rollup, "initialize", chain.settlement.address)
    return chain


def measured(chain: SettledChain, simulator: Simulator) -> dict[str, int]:
    """Gas, and bytes of payload, of a claim about the newest batch."""
    number = chain.derived()
    batch = chain.batch(number)
    chunks = chunks_for(chain, batch)
    challenges = draw(batch.hash(), chunks)
    proofs = [
        simulator.prove(chunk.public_inputs(challenges.z, zc), a=1000 + place, b=77 + place)
        for place, (chunk, zc) in enumerate(zip(chunks, challenges.zc, strict=True))
    ]
    payload = payload_of(batch, chunks, proofs, challenges, kzg)
    return {"chunks": len(chunks), "gas": chain.propose(number, payload).gas_used, "payload": len(payload)}


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, int]]:
    simulator = Simulator.made_up()
    chain = chain_under(simulator)
    found = {}
    for count in (1, 4, 8, 16):
        chain.post(noise(4 * count - 1), inbox_to=0)
        found[f"{count} of transactions, in a blob"] = measured(chain, simulator)
    chain.post(noise(3), DataKind.CALLDATA, inbox_to=0)
    found["1 of transactions, in calldata"] = measured(chain, simulator)
    for _ in range(40):
        chain.deposit(0, 1, (5, 6))
    chain.post(inbox_to=8)
    found["1 of 8 messages and 1 of no transactions"] = measured(chain, simulator)
    chain.post(garbage(noise(128)))
    found[WORST] = measured(chain, simulator)
    return found


def test_gas_of_claims_is_what_is_committed(figures: dict[str, dict[str, int]]) -> None:
    if os.environ.get("TANDEM_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(figures, indent=2) + "\n")
    golden = json.loads(GOLDEN.read_text())
    assert figures.keys() == golden.keys()
    for name, figure in figures.items():
        assert (figure["chunks"], figure["payload"]) == (golden[name]["chunks"], golden[name]["payload"])
        assert figure["gas"] == pytest.approx(golden[name]["gas"], rel=TOLERANCE), (
            f"{name}; if wanted, write the file anew"
        )


def test_the_worst_batch_there_can_be_is_claimed_in_one_transaction(figures: dict[str, dict[str, int]]) -> None:
    layout = LargestPurses.image().layout
    assert figures[WORST]["chunks"] == most_chunks(layout, TRANSACTIONS) <= MAX_CHUNKS
    assert figures[WORST]["gas"] < TRANSACTION_GAS_CAP


def test_the_contract_is_within_what_l1_takes_in_code_and_gas() -> None:
    artifact = default_compiler().contract("settlement/validity")
    before = l1().head().number
    chain_under(Simulator.made_up())
    used = [l1().block(number).gas_used for number in range(before + 1, l1().head().number + 1)]
    assert artifact.runtime_size <= 24_576
    assert max(used) < TRANSACTION_GAS_CAP
