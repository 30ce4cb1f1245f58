"""`tests/vectors/message.json`, read by all that write what is signed and verify signatures."""

from collections.abc import Sequence
from typing import Any

import pytest

from l1bridge.client import L1Client
from provers.optimistic.one_step import root_of
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder as ConstraintBuilder
from provers.validity.constraints.eddsa import TermSignature, is_valid_signature
from provers.validity.constraints.linear import Term
from rollup.batch.packing import signed_elements
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import Signature
from rollup.crypto.jubjub import Point
from rollup.crypto.poseidon2 import Domain
from rollup.execution import interpreter
from rollup.execution.engine import domain
from rollup.ir.builder import Builder
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.layout import Layout, accounts_table
from rollup.params import SCALAR_BITS, Output, Reason
from rollup.ports.l1 import Contract
from rollup.program.frame import deposit_graph, fees_graph, finish, prologue, transaction_inputs
from tests.agreement.vector_files import load
from tests.agreement.vectors.message import text
from tests.agreement.vectors.words import FOLDER
from tests.unit.validity.constraints.harness import build

VECTORS = load("message")
CHAIN = VECTORS["chain"]
PUBLIC = Point(*VECTORS["signer"]["public"])
WIDTHS = tuple(tuple(widths) for widths in VECTORS["widths"])
ACCOUNT_BITS = VECTORS["account_bits"]
LAYOUT = Layout(
    ACCOUNT_BITS, (accounts_table(ACCOUNT_BITS),), argument_bits=max(map(sum, WIDTHS)), stride=14, actions=len(WIDTHS)
)
GRAPHS = tuple(
    Graph(f"act{tag}", tag, widths, tuple("abc"[: len(widths)]), (), (), (), ()) for tag, widths in enumerate(WIDTHS, 1)
)
IMAGE = Image("Signing", LAYOUT, GRAPHS, deposit_graph(LAYOUT), fees_graph(LAYOUT))
each = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def signature(case: dict[str, Any]) -> Signature:
    return Signature(**case["signature"])


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
def test_python_writes_and_verifies_the_vector(case: dict[str, Any]) -> None:
    head = (case["tag"], case["sender"], case["fee"])
    message = signed_elements(LAYOUT, case["domain"], case["nonce"], head, case["words"])
    assert list(message) == case["message"]
    assert eddsa.verify(PUBLIC, message, signature(case)) is case["valid"]
    if "arguments" in case:
        call = Transaction(*head, tuple(case["arguments"]))
        assert call.message(IMAGE, case["domain"], case["nonce"]) == message


@each
def test_contracts_verify_the_vector(l1: L1Client, eddsa_contract: Contract, case: dict[str, Any]) -> None:
    r_y, r_sign, s = signature(case)
    root = root_of(r_y)
    given = (*PUBLIC, case["message"], r_y, r_sign, s, root.is_square, root.root)
    assert l1.call(eddsa_contract, "verify", *given) is case["valid"]


@each
def test_frame_writes_and_verifies_the_vector(case: dict[str, Any]) -> None:
    """In IR, run by the reference interpreter: whether the transaction is skipped, and for which reason."""
    b = Builder(LAYOUT, transaction_inputs(LAYOUT, ()))
    prologue(b)
    graph = finish(b, "frame", 1).graph
    r_y, r_sign, s = signature(case)
    head = [case["domain"], case["tag"], case["sender"], case["fee"], s, r_sign, r_y, 1]
    inputs = [*head, 0, 0, case["sender"] + 1, 0, 0, 0, *case["words"]]
    account = (*PUBLIC, 0, case["nonce"], 2**64 - 1)
    run = interpreter.run(graph, LAYOUT, inputs, lambda _slot, _index: account)
    assert run.outputs[Output.REASON] == (Reason.NONE if case["valid"] else Reason.BAD_SIGNATURE)


@each
def test_constraints_verify_the_vector(case: dict[str, Any]) -> None:
    def gadget(b: ConstraintBuilder, inputs: Sequence[Term]) -> list[Term]:
        key_x, key_y, r_y, r_sign, s, *message = inputs
        given = TermSignature(r_y, r_sign, require_bits(b, s, SCALAR_BITS))
        return [is_valid_signature(b, (key_x, key_y), message, given)]

    built = build(gadget, *PUBLIC, *signature(case), *case["message"])
    assert built.holds
    assert built.outputs == (case["valid"],)
