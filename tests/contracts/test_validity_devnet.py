"""All roles around the validity backend: from deposits to money back on L1, in blobs and in calldata."""

from typing import Literal

import pytest

from examples.tokens import Tokens
from l1bridge.devchain import connect
from provers.validity.arithmetise.cache import cache_folder
from rollup.devnet.devnet import WEI_PER_GWEI, Devnet
from rollup.execution.builder import TransactionRefusedError
from rollup.params import Status
from tests.unit.validity.backend.keys import folder, keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import NOON

Data = Literal["blob", "calldata"]
DATA = pytest.mark.parametrize("data", ["blob", "calldata"])


def settled(chain: Devnet) -> None:
    """Post and settle what was sent, and release what was withdrawn."""
    chain.post()
    chain.settle()
    chain.release()
    assert chain.claims.final_batch == chain.node.derived()
    assert chain.alarms == []


@DATA
def test_purses_are_settled_with_proofs_and_what_was_withdrawn_arrives_on_l1(data: Data) -> None:
    keys_of(Purses)
    with Devnet(Purses, "groth16", l1=connect(clock=lambda: NOON), data=data, cache=folder()) as chain:
        payer, other = chain.account(0), chain.account(1)
        assert chain.send(payer, "put", 5).status is Status.APPLIED
        assert chain.send(payer, "put", 0).status is Status.FAILED
        with pytest.raises(TransactionRefusedError):
            chain.send(other, "put", 1, fee=1 << 31)
        before = chain.l1.balance(bytes.fromhex("c0ffee".zfill(40)))
        chain.withdraw(other, 500, bytes.fromhex("c0ffee".zfill(40)))
        settled(chain)
        assert chain.l1.balance(bytes.fromhex("c0ffee".zfill(40))) - before == 500 * WEI_PER_GWEI


@pytest.mark.long
@DATA
def test_tokens_are_settled_with_proofs(data: Data) -> None:
    with Devnet(Tokens, "groth16", data=data, cache=cache_folder()) as chain:
        payer, other = chain.account(0), chain.account(1)
        assert chain.send(payer, "mint", token=7, amount=100).status is Status.APPLIED
        assert chain.send(payer, "transfer", to=other.id, token=7, amount=30).status is Status.APPLIED
        assert chain.send(other, "transfer", to=payer.id, token=7, amount=31).status is Status.FAILED
        settled(chain)
