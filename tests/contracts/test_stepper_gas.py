"""What a step costs on L1, committed in `tests/golden/gas/stepper.json`; whole transactions, calldata included.

After a wanted change: `TANDEM_WRITE_GOLDEN=1 pytest tests/contracts/test_stepper_gas.py`.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import contract
from provers.optimistic.one_step import build_evidence, root_of
from rollup.batch.inbox import Message
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.execution.engine import step
from rollup.ir.image import Image
from rollup.params import END, DataKind, Status
from rollup.ports.l1 import TRANSACTION_GAS_CAP, Contract
from tests.contracts.largest import Largest
from tests.contracts.scenario import ALICE, CAROL, FEE, Scenario, Tokens, scenario, secret, signed, transfer

GOLDEN = Path(__file__).parents[1] / "golden" / "gas" / "stepper.json"
GAME = 1_000_000
"""Left to the dispute contract, which calls the stepper in the same transaction."""


class Deep(Tokens):
    """As many accounts as programs have by default: a tree of depth 15."""

    account_bits = 20


def largest() -> Scenario:
    image = Largest.image()
    call = Transaction(2, ALICE, FEE, tuple(R - 1 - k for k in range(8)))
    # In this place its 38 slots lie in 11 elements.
    return scenario(signed(image, call), image=image, kind=DataKind.BLOB, before=1)


def steps() -> dict[str, Scenario]:
    image = Deep.image()
    call = signed(image, transfer())
    register = Message(1, 0, *secret(CAROL).public, 0xC0C0, 40)
    return {
        "deposit": scenario(messages=[register], image=image),
        "transfer of 3 records from a blob": scenario(call, image=image, kind=DataKind.BLOB),
        "transfer of 3 records from calldata": scenario(call, image=image),
        "transfer that fails": scenario(signed(image, transfer(101)), image=image, kind=DataKind.BLOB),
        "fees at an unknown tag in a blob": scenario(elements=(0,), fees=3, image=image, kind=DataKind.BLOB),
        "identity past the end": scenario(data_cursor=END, image=image),
        "largest action there can be": largest(),
    }


def measured(l1: L1Client, deploy_stepper: Callable[[Image], Contract]) -> dict[str, int]:
    found: dict[str, int] = {}
    contracts: dict[bytes, Contract] = {}
    for name, given in steps().items():
        image = given.image
        stepper = contracts.setdefault(image.program_id, deploy_stepper(image))
        evidence = build_evidence(image, given.header, given.batch, given.state, kzg)
        receipt = l1.transact(stepper, "step", given.context, given.header.words(), evidence.to_abi())
        found[f"step: {name}"] = receipt.gas_used
    return found


@pytest.fixture(scope="module")
def figures(
    l1: L1Client, poseidon2: Contract, eddsa_contract: Contract, deploy_stepper: Callable[[Image], Contract]
) -> dict[str, int]:
    signature = eddsa.sign(secret(ALICE), (5,))
    root = root_of(signature.r_y)
    help_ = (root.is_square, root.root)
    signed_by = (*secret(ALICE).public, [5], signature.r_y, signature.r_sign, signature.s)
    parts = {
        "poseidon2: compress4": l1.transact(poseidon2, "compress4", [1, 2, 3, 4]),
        "poseidon2: hash_items of 13": l1.transact(poseidon2, "hash_items", 2, list(range(13))),
        "poseidon2: update_root of depth 15": l1.transact(poseidon2, "update_root", 5, 1, 2, [(1, 2, 3)] * 15),
        "eddsa: verify": l1.transact(eddsa_contract, "verify", *signed_by, *help_),
    }
    sizes = {f"bytes of {name}": contract(name).runtime_size for name in ("eddsa", "poseidon2", "stepper")}
    return {name: receipt.gas_used for name, receipt in parts.items()} | measured(l1, deploy_stepper) | sizes


def test_gas_of_steps_is_what_is_committed(figures: dict[str, int]) -> None:
    if os.environ.get("TANDEM_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(figures, indent=2) + "\n")
    assert figures == json.loads(GOLDEN.read_text()), "gas changed; if that was wanted, write the golden file anew"


def test_every_step_with_the_game_around_it_fits_a_transaction(figures: dict[str, int]) -> None:
    assert max(figures.values()) + GAME < TRANSACTION_GAS_CAP


def test_transfer_of_three_records_takes_less_than_three_million(figures: dict[str, int]) -> None:
    assert figures["step: transfer of 3 records from a blob"] < 3_000_000


def test_largest_action_is_applied_on_l1_as_by_the_engine(
    l1: L1Client, deploy_stepper: Callable[[Image], Contract]
) -> None:
    given = largest()
    evidence = build_evidence(given.image, given.header, given.batch, given.state, kzg)
    assert len(evidence.elements) == 11
    words, status, _ = l1.call(
        deploy_stepper(given.image), "step", given.context, given.header.words(), evidence.to_abi()
    )
    expected = step(given.image, given.header, given.batch, given.state.fork())
    assert tuple(words) == expected.header.words()
    assert status == Status.APPLIED


@pytest.mark.parametrize("name", ["poseidon2", "eddsa", "stepper"])
def test_deployment_fits_a_transaction(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract, name: str) -> None:
    image = Tokens.image()
    arguments = {
        "poseidon2": (),
        "eddsa": (poseidon2.address,),
        "stepper": (image.layout.words(), image.code_root, poseidon2.address, eddsa_contract.address),
    }
    l1.deploy(contract(name), *arguments[name])
    assert l1.head().gas_used < TRANSACTION_GAS_CAP
