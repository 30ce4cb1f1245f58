"""What holds of every program: the frame's own invariants."""

from dataclasses import dataclass

from rollup.audit.formula import Formula
from rollup.audit.solver import Term
from rollup.crypto.poseidon2 import Domain
from rollup.errors import InternalError
from rollup.execution.interpreter import Run
from rollup.execution.withdrawals import withdrawals_of
from rollup.ir.primitives import Primitive
from rollup.params import (
    FIRST_ACCOUNT,
    TABLE_ACCOUNTS,
    AccountAttribute,
    CallInput,
    DepositInput,
    FeesInput,
    Output,
    Status,
    TransactionInput,
)


@dataclass(frozen=True)
class NativeBalance:
    """Native balance is neither made nor lost: deposits bring it, withdrawals and fees take it, and fees go to the payee or are burnt."""

    name: str = "native balance changes only by deposits, withdrawals and fees"
    where: str = ""

    def concerns(self, formula: Formula) -> bool:
        """Tell that it is about every graph."""
        del formula
        return True

    def violated(self, formula: Formula) -> Term:
        """SPEC: §3 to §5: balances + fees + withdrawn − deposited is the same before and after; of what `FEES` pays out it may burn all."""
        scope, frame = formula.scope, formula.graph.frame
        slots = [slot for slot, table in enumerate(formula.graph.slots) if table == TABLE_ACCOUNTS]
        change = scope.z3.Sum([formula.change(slot, AccountAttribute.BALANCE) for slot in slots])
        if frame is FeesInput:
            return change != scope.z3.If(formula.applied, scope.inputs[FeesInput.FEES], 0)
        change += _withdrawn(formula)
        if frame is DepositInput or frame is CallInput:
            return change != scope.inputs[frame.AMOUNT]
        return change + scope.outputs[Output.FEES] - scope.inputs[TransactionInput.FEES] != 0

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Count on a run."""
        graph = formula.graph
        before, after = (
            sum(record[AccountAttribute.BALANCE] for record, table in zip(records, graph.slots, strict=True) if table == TABLE_ACCOUNTS)
            for records in (run.records_before, run.records_after)
        )  # fmt: skip
        frame = graph.frame
        if frame is FeesInput:
            expected = inputs[FeesInput.FEES] if run.outputs[Output.STATUS] == Status.APPLIED else 0
        else:
            start = inputs[frame["WITHDRAWALS"]]
            expected = -sum(withdrawal.amount for withdrawal in withdrawals_of(graph, run, start))
            if frame is DepositInput or frame is CallInput:
                expected += inputs[frame.AMOUNT]
            else:
                expected -= run.outputs[Output.FEES] - inputs[TransactionInput.FEES]
        return None if after - before == expected else f"balances change by {after - before}, not by {expected}"


def _withdrawn(formula: Formula) -> Term:
    """Return the sum of what a step sends to L1: what the accumulator that it puts out was made from."""
    graph, scope = formula.graph, formula.scope
    frame = graph.frame
    assert frame is not FeesInput, "fees go to no L1 address"
    number = frame["WITHDRAWALS"]

    def sent(register: int) -> Term:
        item = graph.instructions[register]
        if item.op is Primitive.INPUT and item.a == number:
            return scope.z3.IntVal(0)
        if item.op is Primitive.SELECT:
            return scope.z3.If(scope.truth(item.a), sent(item.b), sent(item.c))
        if item.op is Primitive.HASH and item.imm == Domain.WITHDRAWAL:
            previous, _, amount = graph.instructions[register - 1].operands
            return sent(previous) + scope.number(amount)
        raise InternalError(f"audit: the accumulator of {graph.name} is made by {item.op.name}")

    outputs = (item for item in graph.instructions if item.op is Primitive.OUTPUT and item.imm == Output.WITHDRAWALS)
    return next((sent(item.a) for item in outputs), scope.z3.IntVal(0))


@dataclass(frozen=True)
class Granted:
    """What `Formula.facts` take for granted of the state before a step holds of the one after it too."""

    name: str = "account 0 has no record, and accounts are numbered within their bits"
    where: str = ""

    def concerns(self, formula: Formula) -> bool:
        """Tell that it is about every graph."""
        del formula
        return True

    def violated(self, formula: Formula) -> Term:
        """Return whether account 0 changes, or the next account's number is no longer from 1 to 2^account_bits."""
        scope = formula.scope
        slots = [slot for slot, table in enumerate(formula.graph.slots) if table == TABLE_ACCOUNTS]
        changed = [scope.z3.And(scope.indices[slot] == 0, scope.after[slot][k] != term) for slot in slots for k, term in enumerate(scope.before[slot])]  # fmt: skip
        after = scope.outputs.get(Output.NEXT_ACCOUNT)
        if after is not None:
            changed += [after < FIRST_ACCOUNT, after > 1 << formula.image.layout.account_bits]
        return scope.z3.Or(*changed)

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Look at a run."""
        del inputs
        for index, before, after in zip(run.indices, run.records_before, run.records_after, strict=True):
            if index == 0 and before != after:
                return "account 0 gets a record"
        number = run.outputs.get(Output.NEXT_ACCOUNT, FIRST_ACCOUNT)
        if not FIRST_ACCOUNT <= number <= 1 << formula.image.layout.account_bits:
            return f"the next account is number {number}"
        return None
