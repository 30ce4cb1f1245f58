"""A chain whose rules change on L1, seen by nodes that have only the old ones."""

import pytest

from examples.payments import Payments
from examples.tokens import Tokens
from rollup.crypto.keccak import keccak256
from rollup.devnet import Devnet
from rollup.devnet.chain import BATCHER, KEYS
from rollup.encoding import uint_to_bytes
from rollup.errors import OutsideError


def test_node_stops_before_an_epoch_whose_rules_it_lacks_and_keeps_what_came_before() -> None:
    with Devnet(Tokens, "mock", accounts=1) as chain:
        alice, image = chain.account(0), Payments.image()
        chain.send(alice, "mint", token=1, amount=5)
        chain.post()
        artifact = chain.toolchain.compiler.contract("mocks/instant")
        settlement = chain.l1.deploy(artifact, chain.rollup.address, image.program_id)
        shape = (image.layout.capacity, image.layout.stride)
        chain.l1.transact(chain.rollup, "schedule", image.program_id, settlement.address, *shape)
        chain.advance(days=14, seconds=1)
        chain.l1.transact(chain.rollup, "apply")
        # What is acknowledged still gets into the old epoch.
        chain.send(alice, "mint", token=1, amount=6)
        kept = chain.post()
        assert kept is not None
        number = kept.batch.number

        parent = chain.l1.call(chain.rollup, "batch_hash", number)
        link = keccak256(parent, image.program_id, uint_to_bytes(int.from_bytes(settlement.address, "big"), 32))
        rolling = chain.l1.call(chain.rollup, "rolling", kept.batch.inbox_to)
        posting = (link, chain.l1.head().timestamp, kept.batch.inbox_to, rolling, 0, b"")
        chain.l1.as_account(KEYS[BATCHER]).transact(chain.rollup, "post_calldata", *posting)
        fresh = chain.full_node()
        for node in (chain.node, fresh):
            with pytest.raises(OutsideError, match=f"from batch {number + 1} on this chain runs under other rules"):
                node.sync()
            assert node.header(node.derived()) == kept.header
