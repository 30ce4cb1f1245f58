"""`tests/vectors/message.json`, read by the three that hash messages and verify signatures."""

from collections.abc import Sequence
from typing import Any

import pytest

from l1bridge.client import L1Client
from provers.optimistic.one_step import root_of
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.eddsa import TermSignature, is_valid_signature
from provers.validity.constraints.linear import Term
from provers.validity.constraints.poseidon2 import hash_items
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import Signature
from rollup.crypto.jubjub import Point
from rollup.crypto.poseidon2 import Domain
from rollup.execution.engine import domain
from rollup.ir.layout import Layout, accounts_table
from rollup.params import SCALAR_BITS
from rollup.ports.l1 import Contract
from tests.agreement.vector_files import load
from tests.agreement.vectors.message import text
from tests.agreement.vectors.words import FOLDER
from tests.unit.validity.constraints.harness import build

VECTORS = load("message")
CHAIN = VECTORS["chain"]
PUBLIC = Point(*VECTORS["signer"]["public"])
LAYOUT = Layout(account_bits=20, tables=(accounts_table(20),), arguments=VECTORS["words"], stride=24, actions=3)
each = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def signature(case: dict[str, Any]) -> Signature:
    return Signature(**case["signature"])


def items(case: dict[str, Any]) -> list[int]:
    words = [*case["arguments"], *[0] * (VECTORS["words"] - len(case["arguments"]))]
    return [case["domain"], case["sender"], case["nonce"], case["tag"], case["fee"], *words]


def chain_items() -> list[int]:
    program = int(CHAIN["program_id"], 16)
    return [CHAIN["chain_id"], int(CHAIN["rollup"], 16), program >> 128, program % 2**128]


def test_file_is_what_its_maker_writes() -> None:
    assert (FOLDER / "message.json").read_text() == text()


def test_python_computes_the_domain_and_the_key() -> None:
    rollup, program = bytes.fromhex(CHAIN["rollup"]), bytes.fromhex(CHAIN["program_id"])
    assert domain(CHAIN["chain_id"], rollup, program) == CHAIN["domain"]
    assert eddsa.generate(bytes.fromhex(VECTORS["signer"]["seed"])).public == PUBLIC


def test_contract_computes_the_domain(l1: L1Client, poseidon2: Contract) -> None:
    assert l1.call(poseidon2, "hash_items", int(Domain.CHAIN), chain_items()) == CHAIN["domain"]


@each
def test_python_hashes_and_verifies_the_vector(case: dict[str, Any]) -> None:
    call = Transaction(case["tag"], case["sender"], case["fee"], tuple(case["arguments"]))
    message = call.message(LAYOUT, case["domain"], case["nonce"])
    assert message == case["message"]
    assert eddsa.verify(PUBLIC, (message,), signature(case)) is case["valid"]


@each
def test_contracts_hash_and_verify_the_vector(
    l1: L1Client, poseidon2: Contract, eddsa_contract: Contract, case: dict[str, Any]
) -> None:
    message = l1.call(poseidon2, "hash_items", int(Domain.MESSAGE), items(case))
    assert message == case["message"]
    r_y, r_sign, s = signature(case)
    root = root_of(r_y)
    given = (*PUBLIC, [message], r_y, r_sign, s, root.is_square, root.root)
    assert l1.call(eddsa_contract, "verify", *given) is case["valid"]


@each
def test_constraints_hash_and_verify_the_vector(case: dict[str, Any]) -> None:
    def gadget(b: Builder, inputs: Sequence[Term]) -> list[Term]:
        key_x, key_y, r_y, r_sign, s, *hashed = inputs
        message = hash_items(b, Domain.MESSAGE, hashed)
        given = TermSignature(r_y, r_sign, require_bits(b, s, SCALAR_BITS))
        return [message, is_valid_signature(b, (key_x, key_y), [message], given)]

    built = build(gadget, *PUBLIC, *signature(case), *items(case))
    assert built.holds
    assert built.outputs == (case["message"], case["valid"])
