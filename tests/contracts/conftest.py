"""An L1 for the whole run, and the contracts that keep no state, deployed on it once."""

from collections.abc import Callable
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import contract
from l1bridge.devchain import connect
from rollup.ir.image import Image
from rollup.ports.l1 import Contract, L1Reverted


@pytest.fixture(scope="session")
def l1() -> L1Client:
    return connect()


@pytest.fixture(scope="session")
def poseidon2(l1: L1Client) -> Contract:
    return l1.deploy(contract("poseidon2"))


@pytest.fixture(scope="session")
def eddsa_contract(l1: L1Client, poseidon2: Contract) -> Contract:
    return l1.deploy(contract("eddsa"), poseidon2.address)


@pytest.fixture(scope="session")
def deploy_stepper(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract) -> Callable[[Image], Contract]:
    def deploy(image: Image) -> Contract:
        words = image.layout.words()
        return l1.deploy(contract("stepper"), words, image.code_root, poseidon2.address, eddsa_contract.address)

    return deploy


@pytest.fixture(scope="session")
def refusal(l1: L1Client) -> Callable[..., str]:
    """Call a function that must revert, and return with which words."""

    def refuse(contract: Contract, function: str, *args: Any) -> str:
        with pytest.raises(L1Reverted) as raised:
            l1.call(contract, function, *args)
        return raised.value.reason

    return refuse
