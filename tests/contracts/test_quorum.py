"""The quorum contract, asked by an account in the rollup's place: who signed what, by somebody else's BLS (py-ecc)."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

import pytest
from eth_abi import encode
from eth_typing import BLSPubkey, BLSSignature
from eth_utils import keccak
from py_ecc.bls import G2ProofOfPossession
from py_ecc.optimized_bls12_381 import curve_order

from l1bridge.client import L1Client
from l1bridge.compiler import contract
from provers.quorum import bls
from rollup.ports.l1 import TRANSACTION_GAS_CAP, Contract, L1Reverted

SECRETS = (3, 5, 7, curve_order - 9)
PROGRAM = bytes(range(32))
BATCH = (b"\x01" * 32, 4, 1_800_000_000, 2, b"\x02" * 32, 9, 1, b"\x03" * 32)
BEFORE, AFTER = (1, 2, 3, 4, 5, 6), (7, 8, 9, 10, 11, 12)
WORDS = "(bytes32,uint256,uint256,uint256,bytes32,uint256,uint256,bytes32)"


def deploy(l1: L1Client, secrets: Sequence[int] = SECRETS, threshold: int = 3, **changes: Any) -> Contract:
    given = {
        "keys": [bls.key_words(bls.public(secret)) for secret in secrets],
        "proofs": [bls.signature_words(bls.possession(secret)) for secret in secrets],
    } | changes
    return l1.deploy(contract("settlement/quorum"), l1.address, PROGRAM, threshold, given["keys"], given["proofs"])


@pytest.fixture(scope="module")
def quorum(l1: L1Client) -> Contract:
    return deploy(l1)


def statement(l1: L1Client, quorum: Contract) -> bytes:
    """Written from the contract's words, not by it."""
    types = ["uint256", "address", "bytes32", WORDS, "uint256[6]", "uint256[6]"]
    return keccak(encode(types, [l1.chain_id, quorum.address, PROGRAM, BATCH, BEFORE, AFTER]))


def payload(message: bytes, members: Sequence[int], signers: int | None = None) -> bytes:
    signature = bls.aggregate([bls.sign(SECRETS[index], message) for index in members])
    bits = sum(1 << index for index in members) if signers is None else signers
    return encode(["(uint256,uint256[8])"], [(bits, bls.signature_words(signature))])


def opens(l1: L1Client, quorum: Contract, data: bytes, **changes: Any) -> Any:
    words: dict[str, Any] = {
        "claim": 1,
        "proposer": bytes(20),
        "batch": BATCH,
        "before": BEFORE,
        "after": AFTER,
    } | changes
    value = words.pop("value", 0)
    return l1.transact(quorum, "open", *words.values(), data, value=value)


def test_statement_is_of_chain_contract_program_batch_and_both_headers(l1: L1Client, quorum: Contract) -> None:
    assert l1.call(quorum, "statement", BATCH, BEFORE, AFTER) == statement(l1, quorum)


@pytest.mark.parametrize("members", [(0, 1, 2), (1, 2, 3), (0, 1, 2, 3)])
def test_claim_that_a_quorum_signed_is_accepted(l1: L1Client, quorum: Contract, members: Sequence[int]) -> None:
    snapshot = l1.snapshot()
    assert l1.call(quorum, "verdict", 1) == 0
    receipt = opens(l1, quorum, payload(statement(l1, quorum), members))
    assert l1.call(quorum, "verdict", 1) == 1
    assert receipt.gas_used < TRANSACTION_GAS_CAP // 32
    l1.revert(snapshot)


def test_members_and_threshold_can_be_read(l1: L1Client, quorum: Contract) -> None:
    assert [l1.call(quorum, name) for name in ("THRESHOLD", "MEMBERS")] == [3, 4]
    assert [tuple(l1.call(quorum, "member", at)) for at in range(4)] == [bls.key_words(bls.public(s)) for s in SECRETS]
    assert l1.call(quorum, "settles") == (l1.address, PROGRAM)
    assert l1.call(quorum, "properties") == ("quorum", 1)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(L1Reverted) as reverted:
        action()
    return reverted.value.reason


def test_most_members_a_quorum_can_have_are_deployed_in_one_transaction(l1: L1Client) -> None:
    made = deploy(l1, range(1, 33), 22)
    assert l1.call(made, "MEMBERS") == 32
    assert l1.receipts_proved(l1.head())[0].gas_used < TRANSACTION_GAS_CAP


G2_ZERO = (0,) * 8
NO_POINT = (0, 1) * 4
REFUSED: dict[str, Callable[[L1Client, Contract], object]] = {
    "quorum: threshold (0)": lambda l1, _: deploy(l1, threshold=0),
    "quorum: threshold (too high)": lambda l1, _: deploy(l1, threshold=5),
    "quorum: a proof a member": lambda l1, _: deploy(l1, proofs=[]),
    "quorum: key is not possessed (another's proof)": lambda l1, _: deploy(
        l1, proofs=[bls.signature_words(bls.possession(s)) for s in SECRETS[::-1]]
    ),
    "quorum: key is not possessed (a signature for a proof)": lambda l1, _: deploy(
        l1, proofs=[bls.signature_words(bls.sign(s, bls.public(s))) for s in SECRETS]
    ),
    "quorum: key is not possessed (infinity for a proof)": lambda l1, _: deploy(l1, proofs=[G2_ZERO] * 4),
    "quorum: member stands twice": lambda l1, _: deploy(l1, (3, 5, 3)),
    "bls: key is infinity": lambda l1, _: deploy(l1, keys=[(0,) * 4] * 4),
    "bls: not points of the groups (no key)": lambda l1, _: deploy(l1, keys=[(0, 1, 0, 1)] * 4),
    "quorum: only the rollup": lambda l1, q: opens(
        l1.as_account((7).to_bytes(32, "big")), q, payload(statement(l1, q), (0, 1, 2))
    ),
    "quorum: no bond is taken": lambda l1, q: opens(l1, q, payload(statement(l1, q), (0, 1, 2)), value=1),
    "quorum: payload length": lambda l1, q: opens(l1, q, payload(statement(l1, q), (0, 1, 2))[:-1]),
    "quorum: too few signed": lambda l1, q: opens(l1, q, payload(statement(l1, q), (0, 1))),
    "quorum: too few signed (nobody)": lambda l1, q: opens(l1, q, payload(statement(l1, q), (0, 1, 2), 0)),
    "quorum: no such member": lambda l1, q: opens(l1, q, payload(statement(l1, q), (0, 1, 2), 0b10111)),
    "quorum: the signature is not theirs (another signer)": lambda l1, q: opens(
        l1, q, payload(statement(l1, q), (0, 1, 2), 0b1011)
    ),
    "quorum: the signature is not theirs (one too few)": lambda l1, q: opens(
        l1, q, payload(statement(l1, q), (0, 1), 0b0111)
    ),
    "quorum: the signature is not theirs (another header)": lambda l1, q: opens(
        l1, q, payload(statement(l1, q), (0, 1, 2)), after=(7, 8, 9, 10, 11, 13)
    ),
    "quorum: the signature is not theirs (another parent)": lambda l1, q: opens(
        l1, q, payload(statement(l1, q), (0, 1, 2)), before=(1, 2, 3, 4, 5, 7)
    ),
    "quorum: the signature is not theirs (another batch)": lambda l1, q: opens(
        l1, q, payload(statement(l1, q), (0, 1, 2)), batch=(*BATCH[:5], 8, *BATCH[6:])
    ),
    "quorum: the signature is not theirs (infinity)": lambda l1, q: opens(
        l1, q, encode(["(uint256,uint256[8])"], [(0b111, G2_ZERO)])
    ),
    "bls: not points of the groups": lambda l1, q: opens(l1, q, encode(["(uint256,uint256[8])"], [(0b111, NO_POINT)])),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_against_the_rules_is_refused_with_its_own_words(l1: L1Client, quorum: Contract, case: str) -> None:
    assert refused(lambda: REFUSED[case](l1, quorum)) == case.split(" (", maxsplit=1)[0]


def test_signature_for_another_contract_of_the_same_members_is_none_here(l1: L1Client, quorum: Contract) -> None:
    other = deploy(l1)
    assert refused(lambda: opens(l1, other, payload(statement(l1, quorum), (0, 1, 2)))) == (
        "quorum: the signature is not theirs"
    )


def test_key_that_cancels_the_others_cannot_be_possessed(l1: L1Client) -> None:
    """The sum of three keys is that of 11: who shows the third signs alone for all of them, and cannot prove that he possesses it."""
    secret = 11
    rogue = (
        secret - 3 - 5
    ) % curve_order  # nobody can compute this who does not know 3 and 5, but anybody its public key
    members, message = [bls.public(each) for each in (3, 5, rogue)], b"\x07" * 32
    signed = BLSSignature(bls.sign(secret, message))
    assert G2ProofOfPossession.FastAggregateVerify([BLSPubkey(member) for member in members], message, signed)
    keys = [bls.key_words(member) for member in members]
    proofs = [bls.signature_words(bls.possession(each)) for each in (3, 5, secret)]
    assert refused(lambda: deploy(l1, keys=keys, proofs=proofs)) == "quorum: key is not possessed"


def test_every_word_of_refusal_in_the_contract_is_tested() -> None:
    source = (files("contracts") / "settlement" / "quorum.vy").read_text()
    lib = (files("contracts") / "lib" / "bls.vy").read_text()
    said = set(re.findall(r'"((?:quorum|bls): [^"]*)"', source + lib))
    assert said == {case.split(" (")[0] for case in REFUSED}
