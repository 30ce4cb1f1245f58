"""Bad help reverts with words of its own, whatever part of the evidence is bad; and so does too little gas."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import contract
from provers.optimistic.one_step import Evidence, Record, Root, build_evidence, code_of
from rollup.batch.blob import to_blob
from rollup.batch.inbox import Message
from rollup.crypto.fr import R
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.params import DataKind
from rollup.ports.l1 import TRANSACTION_GAS_CAP, Contract, L1Reverted
from tests.contracts.scenario import CAROL, Scenario, Tokens, scenario, secret, signed, transfer

IMAGE = Tokens.image()
BLOB = scenario(signed(IMAGE, transfer()), kind=DataKind.BLOB)
CALLDATA = scenario(signed(IMAGE, transfer()))
INBOX = scenario(messages=[Message(1, 0, *secret(CAROL).public, 0xC0C0, 40)])
END_OF_DATA = scenario(elements=(9,), kind=DataKind.BLOB)
GOOD = {
    name: build_evidence(IMAGE, given.header, given.batch, given.state, kzg)
    for name, given in (("blob", BLOB), ("calldata", CALLDATA), ("inbox", INBOX), ("end", END_OF_DATA))
}
STEPS = {"blob": BLOB, "calldata": CALLDATA, "inbox": INBOX, "end": END_OF_DATA}


@pytest.fixture(scope="session")
def stepper(deploy_stepper: Callable[[Image], Contract]) -> Contract:
    return deploy_stepper(IMAGE)


def arguments(given: Scenario, evidence: Evidence) -> tuple[Any, ...]:
    return given.context, given.header.words(), evidence.to_abi()


def with_record(name: str, slot: int, **changes: Any) -> Evidence:
    """Change one record of a good evidence."""
    records = list(GOOD[name].records)
    records[slot] = replace(records[slot], **changes)
    return replace(GOOD[name], records=tuple(records))


def with_code(name: str, **changes: Any) -> Evidence:
    """Change the code of a good evidence."""
    return replace(GOOD[name], code=replace(GOOD[name].code, **changes))


def flipped(data: bytes, at: int = -1) -> bytes:
    """Change one bit."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def sibling(record: Record, level: int, value: int) -> dict[str, Any]:
    """Replace the first sibling of a level."""
    path = list(record.path)
    path[level] = (value, *path[level][1:])
    return {"path": tuple(path)}


def attribute(record: Record, place: int, value: int) -> dict[str, Any]:
    """Replace an attribute."""
    return {"attributes": (*record.attributes[:place], value, *record.attributes[place + 1 :])}


B, C, I = GOOD["blob"], GOOD["calldata"], GOOD["inbox"]  # noqa: E741 -- blob, calldata, inbox
NEXT = kzg.open_element(to_blob(BLOB.batch.elements), 1)
"""The r_y of the transaction after the one that is taken, opened rightly."""
NOT_UNDER_ROOT = "stepper: a record is not under the root"
BAD: dict[str, tuple[str, Evidence, str]] = {
    "wrong sibling of slot 0": ("blob", with_record("blob", 0, **sibling(B.records[0], 3, 1)), NOT_UNDER_ROOT),
    "wrong sibling of slot 1": ("blob", with_record("blob", 1, **sibling(B.records[1], 0, 1)), NOT_UNDER_ROOT),
    "wrong sibling at the top": ("blob", with_record("blob", 2, **sibling(B.records[2], -1, 1)), NOT_UNDER_ROOT),
    "sibling not below R": ("blob", with_record("blob", 1, **sibling(B.records[1], 2, R)), "poseidon2: not an element"),
    "path too short": ("blob", with_record("blob", 1, path=B.records[1].path[:-1]), "stepper: another depth"),
    "path too long": (
        "blob",
        with_record("blob", 1, path=(*B.records[1].path, (0, 0, 0))),
        "stepper: another depth",
    ),
    "records swapped": ("blob", replace(B, records=(B.records[0], B.records[2], B.records[1])), NOT_UNDER_ROOT),
    "more balance": ("blob", with_record("blob", 0, **attribute(B.records[0], 4, 2**60)), NOT_UNDER_ROOT),
    "more tokens": ("blob", with_record("blob", 1, **attribute(B.records[1], 0, 2**60)), NOT_UNDER_ROOT),
    "record said to be absent": ("blob", with_record("blob", 1, attributes=(0, 0)), NOT_UNDER_ROOT),
    "old attribute is R": (
        "blob",
        with_record("blob", 1, **attribute(B.records[1], 1, R)),
        "stepper: an attribute is not an element",
    ),
    "old attribute plus R": (
        "blob",
        with_record("blob", 0, **attribute(B.records[0], 4, B.records[0].attributes[4] + R)),
        "stepper: an attribute is not an element",
    ),
    "attribute missing": (
        "inbox",
        with_record("inbox", 0, attributes=I.records[0].attributes[:-1]),
        "stepper: another number of attributes",
    ),
    "attribute too many": (
        "blob",
        with_record("blob", 0, attributes=(*B.records[0].attributes, 0)),
        "stepper: another number of attributes",
    ),
    "record missing": ("blob", replace(B, records=B.records[:-1]), "stepper: another number of records"),
    "record too many": (
        "blob",
        replace(B, records=(*B.records, B.records[0])),
        "stepper: another number of records",
    ),
    "no records": ("inbox", replace(I, records=()), "stepper: another number of records"),
    "another element": (
        "blob",
        replace(B, elements=(B.elements[0], B.elements[1] ^ 1, *B.elements[2:])),
        "stepper: wrong opening",
    ),
    "element not below R": (
        "blob",
        replace(B, elements=(B.elements[0] + R, *B.elements[1:])),
        "stepper: wrong opening",
    ),
    "another r_y": ("blob", replace(B, elements=(*B.elements[:-1], B.elements[-1] ^ 1)), "stepper: wrong opening"),
    "r_y not below R": ("blob", replace(B, elements=(*B.elements[:-1], B.elements[-1] + R)), "stepper: wrong opening"),
    "r_y of another of the group": (
        "blob",
        replace(B, elements=(*B.elements[:-1], NEXT.y), proofs=(*B.proofs[:-1], NEXT.proof)),
        "stepper: wrong opening",
    ),
    "tag hidden": ("blob", replace(B, elements=(0,)), "stepper: wrong opening"),
    "proof of another element": (
        "blob",
        replace(B, proofs=(B.proofs[1], *B.proofs[1:])),
        "stepper: wrong opening",
    ),
    "proof that is no point": ("blob", replace(B, proofs=(bytes(48), *B.proofs[1:])), "stepper: wrong opening"),
    "commitment of another blob": (
        "blob",
        replace(B, commitment=GOOD["end"].commitment),
        "stepper: wrong opening",
    ),
    "commitment too short": ("blob", replace(B, commitment=B.commitment[:47]), "stepper: malformed opening"),
    "proof too short": ("blob", replace(B, proofs=(B.proofs[0][:47], *B.proofs[1:])), "stepper: malformed opening"),
    "last element missing": ("blob", replace(B, elements=B.elements[:-1]), "stepper: an element is missing"),
    "last proof missing": ("blob", replace(B, proofs=B.proofs[:-1]), "stepper: an element is missing"),
    "no element": ("end", replace(GOOD["end"], elements=(), proofs=()), "stepper: an element is missing"),
    "tag pretended": ("end", replace(GOOD["end"], elements=(2,)), "stepper: wrong opening"),
    "another calldata": ("calldata", replace(C, data=flipped(C.data)), "stepper: wrong data"),
    "calldata shortened": ("calldata", replace(C, data=C.data[:-32]), "stepper: wrong data"),
    "no calldata": ("calldata", replace(C, data=b""), "stepper: wrong data"),
    "another constant": ("blob", with_code("blob", constants=flipped(B.code.constants)), "stepper: wrong code"),
    "another instruction": (
        "calldata",
        with_code("calldata", instructions=flipped(C.code.instructions, 7)),
        "stepper: wrong code",
    ),
    "code cut short": (
        "inbox",
        with_code("inbox", instructions=I.code.instructions[:-32]),
        "stepper: wrong code",
    ),
    "another code path": (
        "blob",
        with_code("blob", path=(flipped(B.code.path[0]), *B.code.path[1:])),
        "stepper: wrong code",
    ),
    "no argument widths": (
        "end",
        with_code("end", argument_widths=B.code.argument_widths),
        "stepper: wrong code",
    ),
    "code of the deposit": ("end", replace(GOOD["end"], code=I.code), "stepper: wrong code"),
    "another message": (
        "inbox",
        replace(I, message=(*I.message[:5], I.message[5] + 1)),
        "stepper: wrong message",
    ),
    "message for somebody else": (
        "inbox",
        replace(I, message=(I.message[0], 1, *I.message[2:])),
        "stepper: wrong message",
    ),
    "message cut short": ("inbox", replace(I, message=I.message[:5]), "stepper: the message is missing"),
    "no message": ("inbox", replace(I, message=()), "stepper: the message is missing"),
    "wrong root": (
        "blob",
        replace(B, roots=(Root(is_square=True, root=B.roots[0].root ^ 1),)),
        "eddsa: not a root of u",
    ),
    "square said to be none": (
        "blob",
        replace(B, roots=(Root(is_square=False, root=B.roots[0].root),)),
        "eddsa: not a root of 7u",
    ),
    "no root": ("blob", replace(B, roots=()), "stepper: a signature's root is missing"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_help_reverts_with_its_own_words(refusal: Callable[..., str], stepper: Contract, case: str) -> None:
    name, evidence, words = BAD[case]
    assert refusal(stepper, "step", *arguments(STEPS[name], evidence)) == words


@pytest.mark.parametrize("tag", [1, 3, 0xF0, 0xF1])
def test_code_of_another_tag_is_refused(refusal: Callable[..., str], stepper: Contract, tag: int) -> None:
    other = replace(C, code=code_of(IMAGE, IMAGE.graph(tag)))
    assert refusal(stepper, "step", *arguments(CALLDATA, other)) == "stepper: wrong code"


def test_evidence_of_another_step_is_refused(refusal: Callable[..., str], stepper: Contract) -> None:
    assert refusal(stepper, "step", *arguments(INBOX, B)) == "stepper: the message is missing"
    assert refusal(stepper, "step", *arguments(BLOB, I)) == "stepper: an element is missing"


@pytest.mark.parametrize("length", [0, 31, 32, 500])
def test_evidence_that_is_no_encoding_reverts(l1: L1Client, stepper: Contract, length: int) -> None:
    with pytest.raises(L1Reverted):
        l1.call(stepper, "step", BLOB.context, BLOB.header.words(), B.to_abi()[:length])


def test_step_with_less_gas_than_it_needs_reverts_at_every_limit(l1: L1Client, stepper: Contract) -> None:
    given = arguments(CALLDATA, C)
    needed = l1.transact(stepper, "step", *given).gas_used
    assert needed < TRANSACTION_GAS_CAP
    for share in (10, 25, 40, 55, 70, 85, 95, 98):
        with pytest.raises(L1Reverted):
            l1.transact(stepper, "step", *given, gas=max(250_000, needed * share // 100))
    assert l1.transact(stepper, "step", *given, gas=needed * 103 // 100).gas_used == needed


LAYOUT = IMAGE.layout
NO_LAYOUTS = [
    (replace(LAYOUT, argument_bits=LAYOUT.argument_bits + 63), "stepper: layout of the actions"),
    (replace(LAYOUT, argument_bits=8 * 255 + 1, stride=41), "stepper: layout of the actions"),
    (replace(LAYOUT, stride=42), "stepper: layout of the data"),
    (replace(LAYOUT, capacity=0), "stepper: layout of the data"),
    (replace(LAYOUT, capacity=6), "stepper: layout of the data"),
    (replace(LAYOUT, capacity=416), "stepper: layout of the data"),
]


@pytest.mark.parametrize(("layout", "reason"), NO_LAYOUTS)
def test_layout_under_which_a_step_might_not_be_total_is_refused(
    l1: L1Client, poseidon2: Contract, eddsa_contract: Contract, layout: Layout, reason: str
) -> None:
    """SOUNDNESS 5: bits past the slots, elements past the evidence, groups that are not whole, data past the blob."""
    with pytest.raises(L1Reverted, match=reason):
        l1.deploy(contract("stepper"), layout.words(), IMAGE.code_root, poseidon2.address, eddsa_contract.address)
