"""From a model of z3 to a step that happens: with a true signature, true hashes and a fee that can be written, run by the interpreter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from rollup.audit.formula import Formula
from rollup.audit.solver import Answer, Limits, Reply, Term, ask
from rollup.batch.call import encode_call
from rollup.batch.packed_fee import encode_fee
from rollup.crypto.eddsa import SecretKey, generate, sign
from rollup.errors import DecodeError
from rollup.execution import interpreter
from rollup.execution.interpreter import Run
from rollup.ir.check import KEY_ITEMS
from rollup.ir.graph import Frame
from rollup.ir.primitives import Primitive
from rollup.params import (
    FEE_MANTISSA_BITS,
    SIGNED_BITS,
    AccountAttribute,
    CallInput,
    Output,
    Reason,
    TransactionInput,
)

KEY: Final[SecretKey] = generate(b"the sender of an example of `tandem audit`")
ROUNDS: Final = 4
"""How often z3 is told the true hashes of what its model hashes, before it is given up."""
PREFERENCES: Final = 5
_SENDER_SLOT: Final = 0
_PLAIN: Final = (
    TransactionInput.DOMAIN,
    TransactionInput.WITHDRAWALS,
    TransactionInput.WITHDRAWALS_COUNT,
    TransactionInput.FEES,
)


_SHOWN: Final[Mapping[Frame, tuple[TransactionInput | CallInput, ...]]] = {
    TransactionInput: (TransactionInput.SENDER, TransactionInput.FEE),
    CallInput: (CallInput.ACCOUNT, CallInput.L1_ADDRESS, CallInput.AMOUNT),
}
"""Inputs of a step that a reader wants to see; of the other frames, all."""


@dataclass(frozen=True)
class Example:
    """A step that happened: the inputs of its graph, and the interpreter's run, which has the records."""

    inputs: tuple[int, ...]
    run: Run


@dataclass(frozen=True)
class Sought:
    """What came of looking for an example: one, the proof that there is none, or neither and why."""

    answer: Answer
    example: Example | None = None
    why: str = ""


Expected = Callable[[Example], bool]


def seek(formula: Formula, wanted: Term, expected: Expected, limits: Limits) -> Sought:
    """Look for a step of which a term is true.

    Parameters
    ----------
    expected
        The same question, put to a run: what does not show there is no example. So a model that is right for other hashes than the machine's is not taken.
    limits
        Of all that z3 is asked for it, together.
    """
    end = monotonic() + limits.seconds
    facts: list[Term] = [*formula.facts, wanted]
    pins: list[Term] = []
    for _ in range(ROUNDS):
        reply = ask(facts, limits.until(end))
        if reply.answer is not Answer.SATISFIABLE:
            # What z3 was told of hashes is true, so a proof by it is one.
            return Sought(reply.answer, why=f"no answer within {limits}" if reply.answer is Answer.UNKNOWN else "")
        example = replay(formula, _preferred(formula, facts, pins, limits.until(end)) or reply)
        if example is None:
            return Sought(Answer.UNKNOWN, why="what z3 found pays a fee that cannot be written")
        if expected(example):
            return Sought(Answer.SATISFIABLE, example)
        told = _true_hashes(formula, example)
        if not told:
            break
        facts += [call.true for call in told]
        pins = [pin for call in told for pin in call.pins]
    return Sought(Answer.UNKNOWN, why="what z3 found does not happen on the interpreter")


def _preferred(formula: Formula, facts: list[Term], pins: list[Term], limits: Limits) -> Reply | None:
    """Return a model that hashes what the last one did, since each may choose anew, and is plain; or one of which a part of this is so."""
    plain, free, payable = _plain(formula)
    for wishes in ([*plain, *free, *pins], [*plain, *free], [*payable, *pins], payable, pins):
        if wishes:
            reply = ask([*facts, *wishes], replace(limits, seconds=limits.seconds / PREFERENCES))
            if reply.answer is Answer.SATISFIABLE:
                return reply
    return None


def _plain(formula: Formula) -> tuple[list[Term], list[Term], list[Term]]:
    """Return what makes an example easy to read, no nonce and nothing sent before; that it pays no fee; and that it pays one that can be written, being below 2^11."""
    if not formula.is_transaction:
        return [], [], []
    nonce, fee = formula.scope.before[_SENDER_SLOT][AccountAttribute.NONCE], formula.scope.inputs[TransactionInput.FEE]
    plain = [nonce == 0, *(formula.scope.inputs[number] == 0 for number in _PLAIN)]
    return plain, [fee == 0], [fee < 1 << FEE_MANTISSA_BITS]


def replay(formula: Formula, reply: Reply) -> Example | None:
    """Run the step of a model; None if it can be no transaction, since its fee cannot be written."""
    inputs = [reply.value(term) for term in formula.scope.inputs]
    records = [[reply.value(term) for term in record] for record in formula.scope.before]
    if formula.is_transaction:
        try:
            encode_fee(inputs[TransactionInput.FEE])
        except DecodeError:
            return None
        _set_words(formula, inputs)
        if reply.value(formula.scope.outputs[Output.REASON]) in (Reason.NONE, Reason.CANNOT_PAY):
            _sign(formula, inputs, records)
    if formula.graph.frame is CallInput:
        _set_call(formula, inputs)
    return Example(tuple(inputs), _run(formula, inputs, records))


def _run(formula: Formula, inputs: list[int], records: list[list[int]]) -> Run:
    return interpreter.run(formula.graph, formula.image.layout, inputs, lambda slot, _: records[slot])


def _set_call(formula: Formula, inputs: list[int]) -> None:
    """Write the arguments of a call into its words; where it cannot be decoded, with a bit above them that no argument has."""
    args = inputs[CallInput.ARGUMENTS :]
    inputs[CallInput.WORD_0], inputs[CallInput.WORD_1] = encode_call(formula.graph.arguments, args)
    if not inputs[CallInput.DECODABLE]:
        inputs[CallInput.WORD_1] += 1 << SIGNED_BITS


def _set_words(formula: Formula, inputs: list[int]) -> None:
    """SPEC: §4, `word_k` is the integer of bits [252k, 252k + 252) of the arguments as they are written."""
    graph, bits, place = formula.graph, 0, 0
    for width, value in zip(graph.arguments, inputs[len(inputs) - len(graph.arguments) :], strict=True):
        bits |= value << place
        place += width
    for number in range(len(formula.image.layout.word_widths)):
        inputs[TransactionInput.WORDS + number] = bits >> SIGNED_BITS * number & (1 << SIGNED_BITS) - 1


def _sign(formula: Formula, inputs: list[int], records: list[list[int]]) -> None:
    """Give the sender a key, in every slot that has its record, and sign what the graph verifies."""
    index = _run(formula, inputs, records).indices
    for slot, record in enumerate(records):
        if index[slot] == index[_SENDER_SLOT]:
            record[AccountAttribute.KEY_X], record[AccountAttribute.KEY_Y] = KEY.public
    message = _message(formula, _run(formula, inputs, records))
    signature = sign(KEY, message)
    inputs[TransactionInput.R_Y], inputs[TransactionInput.R_SIGN], inputs[TransactionInput.S] = signature


def _message(formula: Formula, run: Run) -> list[int]:
    """Return the elements that the frame's `verify_signature` is applied to, which is a graph's first."""
    instructions = formula.graph.instructions
    at = next(i for i, item in enumerate(instructions) if item.op is Primitive.VERIFY_SIGNATURE)
    return _queued(formula, run, at)[KEY_ITEMS : KEY_ITEMS + instructions[at].imm]


def _queued(formula: Formula, run: Run, at: int) -> list[int]:
    instructions, first = formula.graph.instructions, at
    while first and instructions[first - 1].op is Primitive.ARG:
        first -= 1
    return [run.registers[register] for item in instructions[first:at] for register in item.operands]


@dataclass(frozen=True)
class _Told:
    """What the machine's hash is of some items, and that a call is of these."""

    true: Term
    pins: tuple[Term, ...]


def _true_hashes(formula: Formula, example: Example | None) -> list[_Told]:
    """Return what the machine's hash makes of what this example hashes."""
    if example is None:
        return []
    told = []
    for call in formula.scope.calls:
        if formula.graph.instructions[call.register].op is Primitive.HASH and call.arguments:
            items = _queued(formula, example.run, call.register)[: len(call.arguments)]
            pins = tuple(term == item for term, item in zip(call.arguments, items, strict=True))
            told.append(_Told(call.term.decl()(*items) == example.run.registers[call.register], pins))
    return told


def named_inputs(formula: Formula, inputs: tuple[int, ...]) -> dict[str, int]:
    """Return what a reader wants of a step's inputs: sender, fee and arguments by name, or the message from L1; and time and number of the batch if they are read."""
    graph = formula.graph
    wanted = _SHOWN.get(graph.frame, tuple(graph.frame))
    read = {item.a for item in graph.instructions if item.op is Primitive.INPUT}
    moment = (number for number in graph.frame if number.name in ("TIMESTAMP", "BATCH_NUMBER") and number in read)
    head = {name.name.lower(): inputs[name] for name in (*wanted, *moment)}
    first = len(inputs) - len(graph.arguments)
    return head | dict(zip(graph.argument_names, inputs[first:], strict=True))
