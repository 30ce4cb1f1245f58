"""The tests of whole steps would notice: a bug planted beside the interpreters, in the engine, the stepper or the circuits, makes them disagree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import source
from provers.validity.arithmetise import data_chunk, decoding, inbox_chunk, step
from provers.validity.arithmetise.decoding import TransactionReader, read_group
from provers.validity.arithmetise.inbox_chunk import InboxCircuit
from provers.validity.arithmetise.leaves import RecordTerms
from provers.validity.arithmetise.records import Slot
from provers.validity.constraints.bits import canonical_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import is_zero
from rollup.batch.call import decode_call
from rollup.batch.packing import decode_transaction
from rollup.crypto.fr import R
from rollup.execution import engine, step_trace, task
from rollup.ir.image import Image
from rollup.params import ELEMENT_BITS, MessageKind
from rollup.ports.l1 import Contract, L1Reverted
from rollup.state.header import StepHeader
from tests.agreement.calls import ADD, MINT, PAY, USUAL, VISIT, call
from tests.agreement.chain import MOMENT, OnL1, Posted, agree_in_constraints, agree_on_l1, post
from tests.agreement.programs import CALLING, COUNTING, GOLD, PAYING, POOR, RICH, TOKENS, circuits, compiled
from tests.agreement.vector_batches import BATCHES, posted_of
from tests.agreement.weaving import Mutation, weave
from tests.agreement.writing import Pen, overwrite, parts

M = Mutation
APPLIED, FAILED, NEW = (
    "an applied call, whose sender gets the fee back",
    "a failed call, whose fee is burnt",
    "a registration",
)
TIMED = "an action that reads time and number of its batch, called by a transaction"
CALLED, GARBLED, UNCALLABLE = (
    "a call from L1",
    "a call from L1 that cannot be decoded",
    "a call from L1 of what cannot be called",
)
UNDECODABLE, FULL, LATER, FIFTH, SPILT, FREE = (
    "undecodable",
    "full",
    "a second call",
    "a call of the second group",
    "elements of 253 bits",
    "a call for no fee, which changes no last attribute",
)
NEIGHBOURS = "a payment between accounts under one node, below all that a circuit keeps of the tree"

ON_L1: list[tuple[str, Mutation]] = [
    (APPLIED, M("after[STEP] = {}", "header[STEP] + 1", "header[STEP]")),
    (NEW, M("after[INBOX_INDEX] = {}", "header[INBOX_INDEX] + 1", "header[INBOX_INDEX]")),
    (APPLIED, M("after[DATA_CURSOR] = {}", "cursor + 1", "cursor + 2")),
    (APPLIED, M("after[DATA_CURSOR] = {}", "numbers.END", "numbers.END - 1")),
    (APPLIED, M("inputs[0] = {}", "context.payee", "2")),
    (APPLIED, M("after[FEES] = {}", "run.outputs[numbers.OUTPUT_FEES]", "header[FEES]")),
    (APPLIED, M("slot: uint256 = {}", "i % count", "i - 1")),
    (APPLIED, M("inputs[2] = {}", "decoded.sender", "1 - decoded.sender")),
    (APPLIED, M("return tag != 0 and {}", "tag <= ACTIONS", "tag < ACTIONS")),
    (NEW, M("inputs[k] = {}", "words[k + 1]", "words[k]")),
    (UNDECODABLE, M("inputs[7] = {}", "convert(decoded.decodable, uint256)", "1")),
    (LATER, M("inputs[11] = {}", "header[FEES]", "0")),
    (FULL, M("if {}:", "cursor >= CAPACITY", "cursor > CAPACITY")),
    (
        FREE,
        M("changed = {}", "changed or attributes[k] != record.attributes[k]", "attributes[k] != record.attributes[k]"),
    ),
    (LATER, M("inputs[14 + k] = {}", "decoded.words[k]", "0")),
    (LATER, M("inputs[14 + words + k] = {}", "decoded.arguments[k]", "0")),
    (LATER, M("if k < count else {}", "group + place", "group")),
    (LATER, M("slot: uint256 = {}", "place * STRIDE", "0")),
    (FIFTH, M("group: uint256 = {}", "cursor // numbers.GROUP * (numbers.GROUP + STRIDE)", "0")),
    (TIMED, M("inputs[12] = {}", "context.timestamp", "context.timestamp + 1")),
    (TIMED, M("inputs[13] = {}", "context.batch_number", "context.batch_number + 1")),
    (CALLED, M("inputs[8] = {}", "context.timestamp", "context.timestamp + 1")),
    (CALLED, M("inputs[9] = {}", "context.batch_number", "context.batch_number + 1")),
    (CALLED, M("inputs[11 + k] = {}", "arguments[k]", "0")),
    (CALLED, M("place = {}", "tag - numbers.TAG_CALL + numbers.FIRST_CALL", "tag - numbers.TAG_CALL + 1")),
    (CALLED, M("return {}, inputs", "numbers.TAG_CALL + called", "numbers.TAG_DEPOSIT")),
    (GARBLED, M("inputs[10] = {}", "convert(decodable, uint256)", "1")),
    (UNCALLABLE, M("if {}:", "(CALLS >> called) & 1 == 0", "called == 0")),
    (SPILT, M("parcel.window[k] = {}", "transaction.readable(element)", "element")),
]


def scene(name: str) -> Posted:
    """Return a batch of the vectors, or one made here."""
    if name in {case["name"] for case in BATCHES}:
        return posted_of(next(case for case in BATCHES if case["name"] == name))
    if name == TIMED:
        pen = Pen(CALLING)
        pen.write(pen.call(VISIT, POOR, R - 1, 200, MOMENT.timestamp))
        return post(CALLING, pen.elements)
    if name in (CALLED, GARBLED, UNCALLABLE):
        message = call(VISIT, POOR, R - 1, 200, MOMENT.timestamp)
        instead = {GARBLED: {"key_y": message.key_y + (1 << 251)}, UNCALLABLE: {"kind": MessageKind.CALL + 1}}
        return post(CALLING, messages=[replace(message, **instead.get(name, {}))])
    if name == NEIGHBOURS:
        pen = Pen(PAYING)
        pen.write(pen.call(PAY, RICH, POOR, 5))
        return post(PAYING, pen.elements)
    if name == FIFTH:
        pen = Pen(TOKENS)
        for _ in range(5):
            pen.write(pen.call(MINT, RICH, GOLD, 3))
        return post(TOKENS, pen.elements)
    pen = Pen(COUNTING)
    tag, *args = USUAL[COUNTING.name]
    for _ in range({UNDECODABLE: 1, FREE: 1, LATER: 2, FULL: COUNTING.layout.capacity + 1}[name]):
        good = pen.call(tag, RICH, *args, fee=name != FREE)
        padding, width = parts(COUNTING, ADD)["padding"]
        pen.write(pen.sign(overwrite(good, padding, width, 1)) if name == UNDECODABLE else good)
    return post(COUNTING, pen.elements)


@pytest.fixture(scope="module")
def mutant(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract) -> Callable[[int, Image], OnL1]:
    """Deploy the stepper with one mutation awake."""
    text = (files("contracts") / "stepper.vy").read_text()
    head = "def __init__(layout: uint256[11], code_root: bytes32, poseidon: address, eddsa: address"
    assert text.count(f"{head}):\n") == 1
    text = text.replace(f"{head}):\n", f"{head}, mutant: uint256):\n").replace(
        "    CODE_ROOT = code_root\n", "    CODE_ROOT = code_root\n    MUTANT = mutant\n"
    )
    text = text.replace(
        "CODE_ROOT: immutable(bytes32)\n", "CODE_ROOT: immutable(bytes32)\nMUTANT: immutable(uint256)\n"
    )
    # What reads `MUTANT` is not pure.
    text = text.replace("@pure\n", "@view\n")
    artifact = source("stepper", weave(text, [mutation for _, mutation in ON_L1]))

    def wake(number: int, image: Image) -> OnL1:
        given = (image.layout.words(), image.code_root, poseidon2.address, eddsa_contract.address, number)
        return OnL1(l1, l1.deploy(artifact, *given))

    return wake


def notices(check: Callable[[], object]) -> bool:
    try:
        check()
    except (AssertionError, L1Reverted):
        return True
    return False


@pytest.mark.parametrize("number", range(1, len(ON_L1) + 1), ids=lambda k: ON_L1[k - 1][1].expression)
def test_bug_in_the_stepper_is_noticed(mutant: Callable[[int, Image], OnL1], number: int) -> None:
    posted = scene(ON_L1[number - 1][0])
    on_l1 = mutant(number, posted.image)
    assert notices(lambda: agree_on_l1(posted, on_l1))


@pytest.mark.parametrize("name", sorted({name for name, _ in ON_L1}))
def test_stepper_with_all_mutations_asleep_agrees(mutant: Callable[[int, Image], OnL1], name: str) -> None:
    posted = scene(name)
    agree_on_l1(posted, mutant(0, posted.image))


def forget_fees(*given: Any) -> StepHeader:
    before, *_ = given
    return replace(engine.header_after(*given), fees=before.fees)


def accept_all(*given: Any) -> Any:
    return replace(decode_transaction(*given), decodable=True)


def accept_call(*given: Any) -> Any:
    return decode_call(*given)._replace(decodable=True)


def in_order(run: Any) -> range:
    return range(len(run.indices))


IN_PYTHON: dict[str, tuple[str, str, Any, str, Any]] = {
    "fees are forgotten": (APPLIED, APPLIED, step_trace, "header_after", forget_fees),
    "everything is decodable": (UNDECODABLE, UNDECODABLE, task, "decode_transaction", accept_all),
    "every call is decodable": (GARBLED, GARBLED, task, "decode_call", accept_call),
    "slots are replaced in their own order": (APPLIED, NEIGHBOURS, step_trace, "step_order", in_order),
}


@pytest.mark.parametrize("bug", IN_PYTHON)
def test_bug_in_the_engine_is_noticed(
    monkeypatch: pytest.MonkeyPatch, mutant: Callable[[int, Image], OnL1], bug: str
) -> None:
    on_l1, proved, module, function, instead = IN_PYTHON[bug]
    monkeypatch.setattr(module, function, instead)
    assert notices(lambda: agree_on_l1(scene(on_l1), mutant(0, scene(on_l1).image)))
    assert notices(lambda: agree_in_constraints(scene(proved), ()))


def read_masked(b: Builder, inputs: Sequence[Term]) -> list[Term]:
    """Read an element of more bits as 0."""
    bits = canonical_bits(b, inputs[0])
    few = is_zero(b, add_all(bits[ELEMENT_BITS:]))
    return [b.product(bit, few) for bit in bits[:ELEMENT_BITS]]


def read_with_one_r_y(b: Builder, elements: Sequence[Term]) -> list[list[Term]]:
    return [[elements[0], *bits] for _, *bits in read_group(b, elements)]


def replace_in_order(
    b: Builder, family: Any, opened: Sequence[Slot], scope: Any, top: Sequence[Term]
) -> Sequence[Term]:
    for slot in opened:
        top = slot.replace(b, scope, top)
    return top


def keep(slot: Slot, b: Builder, table: int, terms: Any) -> RecordTerms:
    return slot.old[table]


def never_a_call(b: Builder, x: Term, y: Term) -> Term:
    return 0 if isinstance(y, int) and y > MessageKind.CALL else is_zero(b, x - y)


def always_a_call(b: Builder, x: Term, y: Term) -> Term:
    if not isinstance(y, int) or y < MessageKind.CALL:
        return is_zero(b, x - y)
    return int(y == MessageKind.CALL + VISIT)


def at_another_time(*given: Any) -> Any:
    *before, (timestamp, number) = given
    return _READ_CALL(*before, (timestamp + 1, number))


_READ_CALL: Any = InboxCircuit._read_call
IN_CIRCUITS: dict[str, tuple[str, Any, str, Any]] = {
    "elements of 253 bits read as zero": (SPILT, decoding, "read_element", read_masked),
    "all of a group have one r_y": (LATER, data_chunk, "read_group", read_with_one_r_y),
    "everything is decodable": (UNDECODABLE, TransactionReader, "_decodable", lambda reader, shared: 1),
    "every call is decodable": (GARBLED, inbox_chunk, "is_zero", lambda b, term: 1),
    "every call is a deposit": (CALLED, inbox_chunk, "is_equal", never_a_call),
    "every message is a call": (UNCALLABLE, inbox_chunk, "is_equal", always_a_call),
    "a batch has another time": (CALLED, InboxCircuit, "_read_call", at_another_time),
    "slots are replaced in their own order": (NEIGHBOURS, step, "replace_records", replace_in_order),
    "nothing is stored": (FAILED, Slot, "_stored", keep),
}


@pytest.fixture
def fresh_circuits() -> Iterator[None]:
    """Keep no circuit of before, and none for after."""
    for memory in (circuits, compiled):
        memory.cache_clear()
    yield
    for memory in (circuits, compiled):
        memory.cache_clear()


@pytest.mark.usefixtures("fresh_circuits")
@pytest.mark.parametrize("bug", IN_CIRCUITS)
def test_bug_in_the_circuits_is_noticed(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    name, holder, function, instead = IN_CIRCUITS[bug]
    posted = scene(name)
    monkeypatch.setattr(holder, function, instead)
    assert notices(lambda: agree_in_constraints(posted, ()))
