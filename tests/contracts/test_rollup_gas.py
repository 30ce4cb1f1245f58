"""What the rollup contract costs, committed in `tests/golden/gas/rollup.json`; whole transactions, calldata included.

The settlement contract here keeps two words of a claim, so `propose` and `finalise` are what a chain pays beside its backend.
After a wanted change: `TANDEM_WRITE_GOLDEN=1 pytest tests/contracts/test_rollup_gas.py`.
"""

import json
import os
from pathlib import Path

import pytest

from l1bridge.compiler import contract
from l1bridge.devchain import connect
from rollup.batch.blob import to_blob, to_words
from rollup.crypto.fr import R
from rollup.ports.l1 import TRANSACTION_GAS_CAP
from tests.contracts.rollup_chain import CAPACITY, GWEI, STRIDE, deploy, withdrawals

GOLDEN = Path(__file__).parents[1] / "golden" / "gas" / "rollup.json"
START = 1_700_000_000
"""A chain of its own that starts at one time each run: addresses and times are part of calldata, whose zero bytes are cheaper."""
ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
LONGEST = 64


@pytest.fixture(scope="module")
def figures() -> dict[str, int]:
    l1 = connect(clock=lambda: START)
    chain = deploy(l1, l1.deploy(contract("poseidon2")))
    found = {"deploy": next(cost.gas for cost in l1.ledger if cost.what == "deployment of rollup")}
    for what in ("first deposit", "deposit"):
        found[what] = chain.act("deposit", 0, R - 1, R - 2, value=10**6 * GWEI).gas_used
    found["post_blob"] = chain.act("post_blob", *chain.posting(inbox_to=2).arguments(), blobs=[to_blob((1,))]).gas_used
    words = [R - 1] * (CAPACITY * STRIDE // 4)
    for what, data in (("post_calldata, empty", b""), (f"post_calldata, {len(words)} words", to_words(words))):
        found[what] = chain.act("post_calldata", *chain.posting().arguments(), data).gas_used
    return found | _claims()


def _claims() -> dict[str, int]:
    l1 = connect(clock=lambda: START)
    chain = deploy(l1, l1.deploy(contract("poseidon2")))
    chain.act("deposit", 0, R - 1, R - 2, value=10**6 * GWEI)
    found: dict[str, int] = {}
    accumulator, items = withdrawals([(ALICE if place % 2 else BOB, place + 1) for place in range(1 + LONGEST)])
    header = chain.header(1, root=R - 1, withdrawals=accumulator, count=len(items))
    batch = chain.post()
    found["propose"] = chain.act("propose", batch, 0, chain.headers[0], header, b"").gas_used
    chain.accept(1)
    found["finalise"] = chain.act("finalise", 1, header).gas_used
    found["release, 1 to a new recipient"] = chain.act("release", items[:1]).gas_used
    found[f"release, {LONGEST}"] = chain.act("release", items[1:]).gas_used
    found["withdraw, to a new address"] = chain.act("withdraw", ALICE).gas_used
    return found | {"bytes of rollup": contract("rollup").runtime_size}


def test_gas_of_the_rollup_is_what_is_committed(figures: dict[str, int]) -> None:
    if os.environ.get("TANDEM_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(figures, indent=2) + "\n")
    assert figures == json.loads(GOLDEN.read_text()), "gas changed; if that was wanted, write the golden file anew"


def test_every_call_fits_a_transaction(figures: dict[str, int]) -> None:
    assert max(figures.values()) < TRANSACTION_GAS_CAP
