"""What a full node does when L1 or the network does not do its part: it says what is missing, and goes on when that is there."""

import pytest

from examples.tokens import Tokens
from l1bridge.client import L1Client
from l1bridge.devchain import connect
from rollup.batch.derivation import DerivationError
from rollup.devnet import Devnet
from rollup.execution.builder import TransactionRefusedError
from rollup.ports.l1 import L1Error, L1Reorganised


def test_node_when_nobody_has_a_blob_stops_before_it_and_goes_on_when_somebody_does(
    chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for amount in (1, 2):
        chain.send(chain.account(0), "mint", token=1, amount=amount)
        chain.post()
    node, missing = chain.full_node(), chain.node.batch(2).data_hash
    real = L1Client.blob

    def blob(l1: L1Client, versioned_hash: bytes, transaction_hash: bytes | None = None) -> bytes:
        if versioned_hash == missing:
            raise L1Error("nobody has this blob")
        return real(l1, versioned_hash, transaction_hash)

    with monkeypatch.context() as patch:
        patch.setattr(L1Client, "blob", blob)
        with pytest.raises(L1Error, match="nobody has this blob"):
            node.sync()
        assert node.derived() == 1
    assert node.sync() == 2
    assert node.header(2) == chain.node.header(2)


def test_node_when_l1_leaves_out_a_deposit_refuses_the_batch_that_reads_it(
    chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.deposit(chain.account(0), 5)
    chain.post()
    node = chain.full_node()
    real = L1Client.decode

    def decode(l1: L1Client, contract: object, log: object) -> object:
        name, values = real(l1, contract, log)  # type: ignore[arg-type]
        return ("Other", {}) if (name, values.get("index")) == ("Deposit", 1) else (name, values)

    with monkeypatch.context() as patch:
        patch.setattr(L1Client, "decode", decode)
        with pytest.raises(DerivationError, match="missing or out of order") as raised:
            node.sync()
    assert (raised.value.expected, raised.value.got, node.derived()) == (1, 2, 0)
    assert chain.full_node().sync() == 1


def test_node_when_l1_reorganises_without_end_gives_up(chain: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocks(*_: object) -> object:
        raise L1Reorganised("again")

    monkeypatch.setattr(L1Client, "blocks", blocks)
    with pytest.raises(L1Reorganised, match="again"):
        chain.full_node().sync()


def test_roles_when_given_a_connection_share_the_l1_of_its_owner() -> None:
    l1 = connect()
    with Devnet(Tokens, "mock", accounts=1, l1=l1) as first, Devnet(Tokens, "mock", accounts=1, l1=l1) as second:
        assert first.rollup.address != second.rollup.address
        assert first.domain != second.domain
        call = first.sign(first.account(0), "mint", token=1, amount=1)
        with pytest.raises(TransactionRefusedError, match="bad signature"):
            second.sequencer.submit(call)
