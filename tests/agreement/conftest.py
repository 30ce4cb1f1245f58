"""The L1 and the contracts of `tests/contracts`, and the bare interpreter of L1 beside them."""

from collections.abc import Callable, Sequence

import pytest

from l1bridge.client import L1Client
from rollup.batch.receipt import Receipt
from rollup.ir.image import Image
from rollup.ports.l1 import Contract
from tests.agreement.chain import OnL1, Posted, agree_by_kernels, agree_by_tape, agree_in_constraints, agree_on_l1
from tests.agreement.on_l1 import Bare, interpreter_contract
from tests.contracts.conftest import deploy_stepper, eddsa_contract, l1, poseidon2

Agree = Callable[..., list[Receipt]]

__all__ = ["agree", "bare", "deploy_stepper", "eddsa_contract", "l1", "poseidon2", "stepper_of"]


@pytest.fixture(scope="session")
def bare(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract) -> Bare:
    """Run graphs by `contracts/lib/interpreter.vy` as it stands."""
    return Bare(l1, l1.deploy(interpreter_contract(), 0), poseidon2, eddsa_contract)


@pytest.fixture(scope="session")
def stepper_of(deploy_stepper: Callable[[Image], Contract]) -> Callable[[Image], Contract]:
    """Return the stepper of a program, deployed once."""
    found: dict[bytes, Contract] = {}

    def stepper(image: Image) -> Contract:
        if image.program_id not in found:
            found[image.program_id] = deploy_stepper(image)
        return found[image.program_id]

    return stepper


@pytest.fixture
def agree(l1: L1Client, stepper_of: Callable[[Image], Contract]) -> Agree:
    """Run a batch by all machines and return its receipts."""

    def run(posted: Posted, words: Sequence[str] = ()) -> list[Receipt]:
        agree_by_kernels(posted)
        agree_by_tape(posted)
        agree_in_constraints(posted, words)
        return agree_on_l1(posted, OnL1(l1, stepper_of(posted.image)))

    return run
