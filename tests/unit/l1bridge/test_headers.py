"""The header hash against blocks that the world knows."""

import pytest

from l1bridge.headers import block_of, header_hash
from rollup.ports.l1 import L1Forged

EMPTY_TRIE = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
ZERO = "0x" + "00" * 32
MAINNET_GENESIS = {
    # Ethereum mainnet, block 0: the fields of geth's genesis, and the hash that every client hard-codes.
    "parentHash": ZERO,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": EMPTY_TRIE,
    "receiptsRoot": EMPTY_TRIE,
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": ZERO,
    "nonce": "0x0000000000000042",
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    "transactions": [],
}


def test_header_hash_when_the_block_is_mainnet_genesis_is_the_known_one() -> None:
    assert header_hash(MAINNET_GENESIS).hex() == "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
    assert block_of(MAINNET_GENESIS).base_fee == 0


@pytest.mark.parametrize("name", sorted(set(MAINNET_GENESIS) - {"hash", "transactions"}))
def test_block_when_any_field_differs_is_refused(name: str) -> None:
    value = MAINNET_GENESIS[name]
    assert isinstance(value, str)
    changed = value[:-1] + ("1" if value[-1] == "0" else "0")
    with pytest.raises(L1Forged, match="do not hash to its hash"):
        block_of(MAINNET_GENESIS | {name: changed})
