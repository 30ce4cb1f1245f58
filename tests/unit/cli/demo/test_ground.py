from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from l1bridge.signer import Signer
from rollup.cli.demo import ground
from rollup.cli.demo.settings import Settings
from rollup.errors import OutsideError
from rollup.ports.l1 import Contract, L1Error

ANVIL = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266", "70997970c51812dc3a010c7d01b50e0d17dc79c8"
"""The first two accounts that anvil prints at its start."""
RICH, POOR = 10**22, 0


@dataclass
class Node:
    """A development node with balances, seen by one of its accounts."""

    balances: dict[bytes, int]
    address: bytes = b""
    chain_id: int = 31337
    sent: list[bytes] = field(default_factory=list)
    has_time: bool = True

    def as_account(self, key: bytes) -> "Node":
        return Node(self.balances, Signer(key).address, self.chain_id, self.sent, self.has_time)

    def balance(self, address: bytes | None = None) -> int:
        return self.balances.get(address or self.address, 0)

    def advance(self, seconds: int) -> None:
        if not self.has_time:
            raise L1Error("L1: http://node is no development chain: it has no evm_increaseTime")

    def transact(self, contract: Contract, function: str, *, value: int, cause: str) -> None:
        self.sent.append(contract.address)
        self.balances[contract.address] = self.balance(contract.address) + value


def connected(monkeypatch: pytest.MonkeyPatch, node: Node) -> ground.Ground:
    monkeypatch.setattr(ground, "load", lambda group, name: lambda url, key: node.as_account(key))
    return ground.connect(Settings(l1="http://node"))


def addresses() -> list[bytes]:
    return [Signer(key).address for key in ground.default_keys(20)]


def test_default_keys_when_derived_are_anvils() -> None:
    assert [address.hex() for address in addresses()[:2]] == list(ANVIL)


def test_node_when_it_funds_ten_accounts_gives_the_others_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(dict.fromkeys(addresses()[:10], RICH))
    found = connected(monkeypatch, node)
    assert node.sent == addresses()[10:]
    assert all(node.balance(address) >= ground.ENOUGH for address in addresses())
    assert found.name == "the L1 at http://node (chain 31337)"


def test_node_when_time_does_not_pass_is_refused_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(dict.fromkeys(addresses(), RICH), has_time=False)
    with pytest.raises(OutsideError, match="development node that skips it") as caught:
        connected(monkeypatch, node)
    assert "evm_increaseTime" in str(caught.value)


def test_node_when_the_first_account_is_poor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutsideError, match="default accounts"):
        connected(monkeypatch, Node({}))


def test_l1_when_none_is_named_is_started_here() -> None:
    found = ground.connect(Settings())
    assert cast("Any", found.l1).balance() > ground.ENOUGH
    assert "in this process" in found.name
