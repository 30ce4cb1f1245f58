"""What a dispute costs on L1, committed under `tests/golden/gas`.

After a wanted change: `TANDEM_WRITE_GOLDEN=1 pytest tests/contracts/test_dispute_game_gas.py`.
"""

import json
import os
from pathlib import Path
from typing import Any

from l1bridge.compiler import contract
from provers.adversaries.liars import lie_at
from rollup.ports.l1 import TRANSACTION_GAS_CAP, Receipt
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import counters, tokens

GOLDEN = Path(__file__).parents[1] / "golden" / "gas" / "dispute_game.json"
STEPS = {
    "counter, deposit": (counters, 0),
    "counter, call in a blob": (counters, 1),
    "counter, fees": (counters, 3),
    "counter, identity": (counters, 100),
    "tokens, mint": (tokens, 2),
    "tokens, transfer": (tokens, 3),
    "tokens, skipped": (tokens, 5),
    "tokens, withdrawal": (tokens, 6),
}


def newest(chain: Chain) -> Receipt:
    """The receipt of the only transaction in L1's newest block."""
    return chain.l1.receipts_proved(chain.head)[0]


def moves() -> dict[str, int]:
    """Gas of each call."""
    gas: dict[str, int] = {}
    with counters().undone() as chain:
        silent = Play.of_lie(chain, lie_at(chain, 1, 1))
        gas["propose"] = newest(chain).gas_used
        silent.ask()
        gas["ask"] = newest(chain).gas_used
        game = Play.of_lie(chain, lie_at(chain, 1, 1)).ask().show()
        gas["show 4 steps"] = newest(chain).gas_used
        silent.late().expire()
        gas["expire"] = newest(chain).gas_used
        assert game.read.shown_in
        right = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL).show()
        chain.pass_to(right.read.made + TERMS.window + 1)
        chain.finalise(right.claim, chain.header(1))
        gas["finalise"] = newest(chain).gas_used
        right.settle()
        gas["settle, shown"] = newest(chain).gas_used
        right.collect(PROPOSER)
        gas["collect"] = newest(chain).gas_used
    return gas


def whole(name: str) -> dict[str, int]:
    """Refutation and whole dispute about a lie at a step."""
    make, step = STEPS[name]
    with make().undone() as chain:
        lie = lie_at(chain, 1, step)
        Play.of_lie(chain, lie)
        made = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
        played = [move for move in made if move.what != "collect"]
        assert played[-1].what == "refute"
        return {"moves": len(played), "refute": played[-1].gas, "dispute": sum(move.gas for move in played)}


def measured() -> dict[str, Any]:
    artifact = contract("settlement/dispute_game")
    with counters().undone() as chain:
        rollup, stepper = chain.rollup.address, chain.l1.call(chain.game, "STEPPER")
        chain.l1.deploy(artifact, rollup, stepper, 1, 1, 1, 1)
        deployment = newest(chain).gas_used
    return {
        "runtime bytes": artifact.runtime_size,
        "deployment": deployment,
        "moves": moves(),
        "disputes": {name: whole(name) for name in STEPS},
    }


def test_gas_of_a_dispute_is_what_is_committed() -> None:
    found = measured()
    if os.environ.get("TANDEM_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(GOLDEN.read_text())


def test_no_call_of_a_dispute_comes_near_the_gas_cap() -> None:
    golden = json.loads(GOLDEN.read_text())
    costs = [
        golden["deployment"],
        *golden["moves"].values(),
        *(row["refute"] for row in golden["disputes"].values()),
    ]
    assert max(costs) < TRANSACTION_GAS_CAP // 2
