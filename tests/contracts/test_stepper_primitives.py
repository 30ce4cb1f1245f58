"""The interpreter on L1 against the reference, primitive by primitive, on values that checked code never meets too.

Each primitive runs alone: as the graph `DEPOSIT` of a program made for it, with the two full elements of a message for operands, and its
register as the count of withdrawals.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import contract
from provers.optimistic.one_step import Code, Evidence, build_evidence
from rollup.batch.inbox import Message
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.execution.engine import step
from rollup.ir.graph import Graph, Instruction
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive as P  # noqa: N817 -- as short as the text it stands for
from rollup.params import FULL, MAX_INSTRUCTIONS, TAG_DEPOSIT, Output
from rollup.ports.l1 import Contract
from tests.contracts.scenario import ALICE, Scenario, Tokens, scenario, secret

I = Instruction  # noqa: E741 -- likewise
LAYOUT = Tokens.image().layout
INPUTS = (8, FULL, FULL, 160, 64, FULL, FULL, 9)
PRELUDE = (I(P.INPUT, a=1), I(P.INPUT, a=2), I(P.EQ, a=0, b=1), I(P.NOT, a=2), I(P.INPUT, a=0))
"""Registers 0 and 1 are the elements x and y, 2 and 3 whether they are equal or not, 4 the account."""
POOL = (R - 1, 0, 12_345)
SIGNATURE = eddsa.sign(secret(ALICE), (POOL[2],))

INTEGERS = (I(P.NARROW, 253, 0), I(P.NARROW, 253, 1))
"""The elements as operands whose bits make no element that is too large."""

BODIES: dict[P, tuple[Instruction, ...]] = {
    P.CONST: (I(P.CONST, a=2),),
    P.INPUT: (I(P.INPUT, a=7),),
    P.OPEN: (I(P.OPEN, 1, 0),),
    P.LOAD: (I(P.OPEN, 0, 4), I(P.LOAD, 4, 0)),
    P.STORE: (I(P.OPEN, 0, 4), I(P.STORE, 3, 0, 1)),
    P.ADD: (I(P.ADD, a=0, b=1),),
    P.SUB: (I(P.SUB, a=0, b=1),),
    P.MUL: (I(P.MUL, a=0, b=1),),
    P.MINUS: (I(P.MINUS, a=0, b=1),),
    P.LT: (I(P.LT, a=0, b=1),),
    P.RANGE: (I(P.RANGE, 64, 0),),
    P.NARROW: (I(P.NARROW, 253, 0),),
    P.EQ: (I(P.EQ, a=0, b=1),),
    P.AND: (I(P.EQ, a=0, b=0), I(P.AND, a=5, b=2)),
    P.OR: (I(P.LT, a=0, b=1), I(P.OR, a=5, b=2)),
    P.NOT: (I(P.NOT, a=2),),
    P.SELECT: (I(P.SELECT, a=2, b=4, c=1),),
    P.ARG: (I(P.ARG, a=0, b=1, c=2), I(P.HASH, 2, 3)),
    P.HASH: (I(P.ARG, a=0, b=1, c=1), I(P.ARG, a=1), I(P.HASH, 255, 4)),
    P.VERIFY_SIGNATURE: (
        I(P.CONST, a=2),
        I(P.ARG, a=0, b=1, c=5),
        I(P.VERIFY_SIGNATURE, 1, a=1, b=3, c=4),
    ),
    P.OUTPUT: (I(P.OUTPUT, Output.FEES, 0),),
    P.DIV: (I(P.DIV, a=0, b=1),),
    P.MOD: (I(P.MOD, a=0, b=1),),
    **{op: (*INTEGERS, I(op, a=5, b=6)) for op in (P.BIT_AND, P.BIT_OR, P.BIT_XOR)},
    P.ISQRT: (I(P.ISQRT, a=0),),
    P.SHR: (I(P.SHR, 100, 0),),
}

EDGES = (0, 1, 2, 2**64 - 1, 2**64, 2**252, 2**253 - 1, 2**253, (R - 1) // 2, R - 2, R - 1)
elements = st.sampled_from(EDGES) | st.integers(0, R - 1)


@cache
def program(body: tuple[Instruction, ...], constants: tuple[int, ...] = POOL) -> Image:
    """Return a program whose `DEPOSIT` runs a body and puts its last register out."""
    code = (*PRELUDE, *body)
    code = (*code, I(P.OUTPUT, Output.WITHDRAWALS_COUNT, len(code) - 1))
    slots = tuple(item.imm for item in body if item.op is P.OPEN)
    graph = Graph("DEPOSIT", TAG_DEPOSIT, (), (), INPUTS, constants, code, slots)
    return replace(Tokens.image(), deposit=graph)


@pytest.fixture(scope="session")
def stepper_of(deploy_stepper: Callable[[Image], Contract]) -> Callable[[Image], Contract]:
    found: dict[bytes, Contract] = {}

    def stepper(image: Image) -> Contract:
        if image.code_root not in found:
            found[image.code_root] = deploy_stepper(image)
        return found[image.code_root]

    return stepper


def message(x: int, y: int) -> Scenario:
    """Return the step that delivers a message with two elements to account 1."""
    return scenario(messages=[Message(1, ALICE, x, y, 5, 6)])


def take_on_both(l1: L1Client, stepper: Contract, image: Image, taken: Scenario) -> None:
    """Take a step on L1 and by the reference, and hold the headers together."""
    evidence = build_evidence(image, taken.header, taken.batch, taken.state, kzg)
    words, _, _ = l1.call(stepper, "step", taken.context, taken.header.words(), evidence.to_abi())
    assert tuple(words) == step(image, taken.header, taken.batch, taken.state.fork()).header.words()


@pytest.mark.parametrize("primitive", P)
@settings(max_examples=6)
@given(x=elements, y=elements, equal=st.booleans())
def test_primitive_means_on_l1_what_it_means_in_python(
    l1: L1Client, stepper_of: Callable[[Image], Contract], primitive: P, x: int, y: int, *, equal: bool
) -> None:
    image = program(BODIES[primitive])
    if primitive is P.OPEN:
        x %= 2**LAYOUT.key_bits  # a tree index beyond the tree is refused, and checked code never has one
    take_on_both(l1, stepper_of(image), image, message(x, x if equal else y))


def test_valid_signature_is_one_on_l1(l1: L1Client, stepper_of: Callable[[Image], Contract]) -> None:
    constants = (SIGNATURE.r_y, SIGNATURE.r_sign, SIGNATURE.s, POOL[2])
    body = (
        *(I(P.CONST, a=k) for k in range(4)),
        I(P.ARG, a=0, b=1, c=8),
        I(P.VERIFY_SIGNATURE, 1, a=5, b=6, c=7),
    )
    image = program(body, constants)
    for key, expected in ((secret(ALICE).public, 1), (secret(2).public, 0)):
        taken = message(*key)
        evidence = build_evidence(image, taken.header, taken.batch, taken.state, kzg)
        words, _, _ = l1.call(stepper_of(image), "step", taken.context, taken.header.words(), evidence.to_abi())
        assert words[Output.WITHDRAWALS_COUNT + 1] == expected


@pytest.mark.parametrize("op", [29, 30, 128, 255])
def test_code_with_an_unknown_primitive_reverts(
    l1: L1Client, poseidon2: Contract, eddsa_contract: Contract, refusal: Callable[..., str], op: int
) -> None:
    assert op not in {primitive.value for primitive in P}
    code = Code(instructions=bytes([op]).ljust(32, b"\0"))
    root = keccak256(TAG_DEPOSIT.to_bytes(32, "big"), bytes(32), keccak256(b""), keccak256(code.instructions))
    for sibling in code.path:
        root = keccak256(root, sibling)
    stepper = l1.deploy(contract("stepper"), LAYOUT.words(), root, poseidon2.address, eddsa_contract.address)
    taken = message(1, 2)
    evidence = Evidence(code=code, message=taken.batch.messages[0].words())
    arguments = (taken.context, taken.header.words(), evidence.to_abi())
    assert refusal(stepper, "step", *arguments) == "stepper: unknown primitive"


def test_longest_graph_runs_whole(l1: L1Client, stepper_of: Callable[[Image], Contract]) -> None:
    mixing = [I((P.ADD, P.MUL, P.SUB)[k % 3], a=k + 4, b=k % 2) for k in range(MAX_INSTRUCTIONS - len(PRELUDE) - 1)]
    image = program(tuple(mixing))
    assert len(image.deposit.instructions) == MAX_INSTRUCTIONS
    take_on_both(l1, stepper_of(image), image, message(R - 2, 3))
