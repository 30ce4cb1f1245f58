"""`tests/vectors/packing.json`, read by the three that unpack transactions."""

from collections.abc import Sequence
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import source
from provers.validity.arithmetise.decoding import TransactionReader, read_group, select_action
from provers.validity.arithmetise.step import Words
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.batch.packing import decode_transaction, encode_transaction, words_of
from rollup.batch.parcel import parcel_at
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout, accounts_table
from rollup.params import SLOTS_PER_ELEMENT, TransactionInput
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
    argument_bits=VECTORS["layout"]["argument_bits"],
    stride=VECTORS["layout"]["stride"],
    actions=1,
)
ACTION = Graph("act", 1, WIDTHS, tuple("abcd"), (), (), (), ())
DECODER = """
from lib import transaction


@external
@pure
def decode(
    elements: DynArray[uint256, 12],
    start: uint256,
    stride: uint256,
    account_bits: uint256,
    argument_bits: uint256,
    widths: uint256,
) -> transaction.Decoded:
    window: uint256[14] = empty(uint256[14])
    for k: uint256 in range(len(elements), bound=12):
        window[k] = transaction.readable(elements[k])
    bit: uint256 = start * 63
    return transaction.decode(window, bit, bit + stride * 63, account_bits, argument_bits, widths)
"""
each = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"][:40])


@pytest.fixture(scope="module")
def decoder(l1: L1Client) -> Contract:
    return l1.deploy(source("packing", DECODER))


def expected(case: dict[str, Any]) -> tuple[Any, ...]:
    """Tag, sender, fee, s, r_sign, r_y, the arguments, and whether all is canonical; then the words."""
    return (*case["decoded"].values(), *case["words"])


def group_of(case: dict[str, Any]) -> tuple[list[int], list[int], int]:
    """Return the r_y of the transaction's group, the elements after them, and its place in the group."""
    group, place = divmod(case["number"], 4)
    elements = case["elements"][group * (4 + LAYOUT.stride) :]
    return elements[:4], elements[4:], place


def test_file_is_what_its_maker_writes() -> None:
    assert (FOLDER / "packing.json").read_text() == text()


@each
def test_python_decodes_the_vector(case: dict[str, Any]) -> None:
    parcel = parcel_at(case["elements"], LAYOUT.stride, case["number"])
    got = decode_transaction(LAYOUT, WIDTHS, parcel)
    parts = (got.tag, got.sender, got.fee, got.s, got.r_sign, got.r_y, *got.args, got.decodable)
    assert (*parts, *words_of(LAYOUT, parcel)) == expected(case)
    if got.decodable:
        assert encode_transaction(LAYOUT, WIDTHS, got) == parcel


@each
def test_contract_decodes_the_vector(l1: L1Client, decoder: Contract, case: dict[str, Any]) -> None:
    r_y, elements, place = group_of(case)
    skip, start = divmod(place * LAYOUT.stride, SLOTS_PER_ELEMENT)
    widths = int.from_bytes(bytes(WIDTHS).ljust(32, b"\0"), "big")
    layout = (LAYOUT.stride, LAYOUT.account_bits, LAYOUT.argument_bits, widths)
    sender, fee, s, r_sign, words, args, decodable = l1.call(
        decoder, "decode", elements[skip : skip + 5], start, *layout
    )
    # The stepper reads r_y by its place, and the tag before it decodes, to know the widths.
    given = (sender, fee, s, r_sign, r_y[place], *args[: len(WIDTHS)], decodable, *words[: len(case["words"])])
    assert given == expected(case)[1:]
    assert not any(words[len(case["words"]) :])


@each
def test_constraints_decode_the_vector(case: dict[str, Any]) -> None:
    r_ys, elements, place = group_of(case)

    def gadget(b: Builder, inputs: Sequence[Term]) -> list[Term]:
        r_y, *own = read_group(b, inputs)[place]
        reader = TransactionReader(b, LAYOUT, [ACTION], r_y, own, select_action(b, own, 1, LAYOUT.actions))
        terms = reader.inputs(0, (0, 0), Words(0, 0, 0, 0)).terms
        head = [terms[0, number] for number in range(1, TransactionInput.DECODABLE)]
        count = len(LAYOUT.word_widths)
        words = [terms[0, TransactionInput.WORDS + k] for k in range(count)]
        args = [terms[1, TransactionInput.WORDS + count + k] for k in range(len(WIDTHS))]
        # Inputs come in the order tag, sender, fee, s, r_sign, r_y.
        return [*head, *args, terms[0, TransactionInput.DECODABLE], *words]

    built = build(gadget, *r_ys, *elements)
    assert built.holds
    assert built.outputs == expected(case)
