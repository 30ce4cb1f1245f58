"""`tests/vectors/packing.json`, read by the three that unpack transactions."""

from collections.abc import Sequence
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import source
from provers.validity.arithmetise.decoding import TransactionReader, read_element, select_action
from provers.validity.arithmetise.step import Words
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.batch.packing import decode_transaction, encode_transaction
from rollup.batch.slots import slots_of
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout, accounts_table
from rollup.params import SLOT_BITS, SLOTS_PER_ELEMENT, TransactionInput
from rollup.ports.l1 import Contract
from tests.agreement.vector_files import load
from tests.agreement.vectors.packing import text
from tests.agreement.vectors.words import FOLDER
from tests.unit.validity.constraints.harness import build

VECTORS = load("packing")
WIDTHS = tuple(VECTORS["layout"]["arguments"])
LAYOUT = Layout(
    account_bits=VECTORS["layout"]["account_bits"],
    tables=(accounts_table(VECTORS["layout"]["account_bits"]),),
    arguments=len(WIDTHS),
    stride=VECTORS["layout"]["stride"],
    actions=1,
)
ACTION = Graph("act", 1, WIDTHS, tuple("abcd"), (), (), (), ())
DECODER = """
from lib import posted
from lib import transaction


@external
@pure
def decode(
    elements: DynArray[uint256, 12], start: uint256, stride: uint256, account_bits: uint256, widths: uint256
) -> transaction.Decoded:
    window: uint256[15] = empty(uint256[15])
    for k: uint256 in range(len(elements), bound=12):
        window[k] = posted.readable(elements[k])
    bit: uint256 = start * 63
    return transaction.decode(window, bit, bit + stride * 63, account_bits, widths)
"""
each = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"][:40])


@pytest.fixture(scope="module")
def decoder(l1: L1Client) -> Contract:
    return l1.deploy(source("packing", DECODER))


def expected(case: dict[str, Any]) -> tuple[Any, ...]:
    """Tag, sender, fee, s, r_sign, r_y, the arguments, and whether all is canonical."""
    return tuple(case["decoded"].values())


def from_the_cursor(case: dict[str, Any]) -> tuple[list[int], int]:
    """Return the elements from the one that holds the first slot, and the slot of it."""
    skip, start = divmod(case["start"], SLOTS_PER_ELEMENT)
    return case["elements"][skip:], start


def test_file_is_what_its_maker_writes() -> None:
    assert (FOLDER / "packing.json").read_text() == text()


@each
def test_python_decodes_the_vector(case: dict[str, Any]) -> None:
    slots = slots_of(case["elements"], case["start"], LAYOUT.stride)
    got = decode_transaction(LAYOUT, WIDTHS, slots)
    assert (got.tag, got.sender, got.fee, got.s, got.r_sign, got.r_y, *got.args, got.decodable) == expected(case)
    if got.decodable and "253" not in case["name"]:
        assert encode_transaction(LAYOUT, WIDTHS, got) == slots


@each
def test_contract_decodes_the_vector(l1: L1Client, decoder: Contract, case: dict[str, Any]) -> None:
    elements, start = from_the_cursor(case)
    widths = int.from_bytes(bytes(WIDTHS).ljust(32, b"\0"), "big")
    sender, fee, s, r_sign, r_y, args, decodable = l1.call(
        decoder, "decode", elements, start, LAYOUT.stride, LAYOUT.account_bits, widths
    )
    # The stepper reads the tag before it decodes, to know the widths.
    assert (sender, fee, s, r_sign, r_y, *args[: len(WIDTHS)], decodable) == expected(case)[1:]


@each
def test_constraints_decode_the_vector(case: dict[str, Any]) -> None:
    elements, start = from_the_cursor(case)

    def gadget(b: Builder, inputs: Sequence[Term]) -> list[Term]:
        bits = [bit for element in inputs for bit in read_element(b, [element])]
        own = bits[start * SLOT_BITS : (start + LAYOUT.stride) * SLOT_BITS]
        reader = TransactionReader(b, LAYOUT, [ACTION], own, select_action(b, own, 1, LAYOUT.actions))
        terms = reader.inputs(0, Words(0, 0, 0, 0)).terms
        head = [terms[0, number] for number in range(1, TransactionInput.DECODABLE)]
        args = [terms[1, TransactionInput.WORDS + LAYOUT.arguments + k] for k in range(LAYOUT.arguments)]
        # Inputs come in the order tag, sender, fee, s, r_sign, r_y.
        return [*head, *args, terms[0, TransactionInput.DECODABLE]]

    built = build(gadget, *elements)
    assert built.holds
    assert built.outputs == expected(case)
