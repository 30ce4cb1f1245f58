"""The frame: what surrounds every action, in the same IR (SPEC §5, "The frame").

Every graph of an action begins with the same instructions, the prologue: it reads the sender's account, tells whether the transaction runs, and settles nonce and
fee. The epilogue decides whether the body is applied, and stores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rollup.crypto.poseidon2 import Domain
from rollup.ir.builder import Builder
from rollup.ir.graph import Check, Graph
from rollup.ir.layout import Layout
from rollup.ir.passes.pipeline import optimise
from rollup.ir.passes.rewriting import Rewritten
from rollup.ir.primitives import Primitive
from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    BATCH_NUMBER_BITS,
    FEE_BITS,
    FULL,
    SCALAR_BITS,
    SIGN_BITS,
    TABLE_ACCOUNTS,
    TAG_BITS,
    TAG_DEPOSIT,
    TAG_FEES,
    TIMESTAMP_BITS,
    AccountAttribute,
    DepositInput,
    FeesInput,
    Output,
    Reason,
    Status,
    TransactionInput,
)
from rollup.program.borrows import distinct
from rollup.program.tracing import Ledger, Tracing

ACCOUNT_SLOT: Final = 0
BORROWED_TWICE: Final = "a record is borrowed twice"
_P: Final = Primitive
_READ_LATE: Final = frozenset(
    {
        TransactionInput.WITHDRAWALS,
        TransactionInput.WITHDRAWALS_COUNT,
        TransactionInput.TIMESTAMP,
        TransactionInput.BATCH_NUMBER,
    }
)
"""Inputs that some actions do not read."""


@dataclass(frozen=True, slots=True)
class Prologue:
    """Registers that the first half of the frame leaves for the body and the second half.

    Parameters
    ----------
    sender, fee
        Inputs; of a call from L1 there is no fee.
    run
        Whether the transaction is neither skipped nor about to be; whether a call is one that may run.
    ledger
        Balance after the fee or with what the call brings, and the words of the withdrawals; where `send_to_l1` and `pay` start.
    kept
        What these are if the body is not applied: of a transaction that runs the balance after the fee, of one that does not the one before.
    """

    sender: int
    fee: int
    run: int
    ledger: Ledger
    kept: Ledger


def transaction_inputs(layout: Layout, arguments: Sequence[int]) -> tuple[int, ...]:
    """Return the widths of the inputs of an action's graph, from the widths of its arguments."""
    head = {
        TransactionInput.DOMAIN: FULL,
        TransactionInput.TAG: TAG_BITS,
        TransactionInput.SENDER: layout.account_bits,
        TransactionInput.FEE: FEE_BITS,
        TransactionInput.S: SCALAR_BITS,
        TransactionInput.R_SIGN: SIGN_BITS,
        TransactionInput.R_Y: FULL,
        TransactionInput.DECODABLE: 1,
        TransactionInput.WITHDRAWALS: FULL,
        TransactionInput.WITHDRAWALS_COUNT: FULL,
        TransactionInput.NEXT_ACCOUNT: layout.account_bits + 1,
        TransactionInput.FEES: AMOUNT_BITS,
        TransactionInput.TIMESTAMP: TIMESTAMP_BITS,
        TransactionInput.BATCH_NUMBER: BATCH_NUMBER_BITS,
    }
    return (*(head[TransactionInput(i)] for i in range(len(head))), *layout.word_widths, *arguments)


def prologue(builder: Builder) -> Prologue:
    """Write the first half: the order of its questions is that of the reasons (SOUNDNESS 4)."""
    inputs = {
        i: builder.input(i)
        for i in range(TransactionInput.WORDS + len(builder.layout.word_widths))
        if i not in _READ_LATE
    }
    sender, fee, next_account = (
        inputs[i] for i in (TransactionInput.SENDER, TransactionInput.FEE, TransactionInput.NEXT_ACCOUNT)
    )
    slot = builder.open(TABLE_ACCOUNTS, sender)
    nonce, balance = (builder.load(slot, i) for i in (AccountAttribute.NONCE, AccountAttribute.BALANCE))
    key = (builder.load(slot, AccountAttribute.KEY_X), builder.load(slot, AccountAttribute.KEY_Y))

    known = exists(builder, sender, next_account)
    words = (inputs[TransactionInput.WORDS + k] for k in range(len(builder.layout.word_widths)))
    message = (inputs[TransactionInput.DOMAIN], _call(builder, inputs, nonce), *words)
    signature = (inputs[i] for i in (TransactionInput.R_Y, TransactionInput.R_SIGN, TransactionInput.S))
    valid = builder.verify_signature(key, message, *signature)
    can_pay = builder.negate(builder.emit(_P.LT, balance, fee))
    questions = (inputs[TransactionInput.DECODABLE], known, valid, can_pay)
    run = builder.all(questions)

    builder.output(Output.REASON, _reason(builder, questions))
    due = builder.emit(_P.SELECT, run, fee, builder.const(0))
    # INVARIANT: fees stay below 2^64: a batch has fewer than 2^22 transactions, each pays less than 2^42, and it starts at 0.
    builder.output(Output.FEES, builder.emit(_P.ADD, inputs[TransactionInput.FEES], due))
    builder.store(slot, AccountAttribute.NONCE, builder.emit(_P.ADD, nonce, run))
    remaining = builder.emit(_P.MINUS, balance, fee)
    unapplied = builder.emit(_P.SELECT, run, remaining, balance)
    # INVARIANT: these two come last: they are pruned from actions that send nothing to L1, and all before them is in every action, so that circuits can share it.
    sent = (builder.input(i) for i in (TransactionInput.WITHDRAWALS, TransactionInput.WITHDRAWALS_COUNT))
    ledger = Ledger(remaining, *sent)
    return Prologue(sender, fee, run, ledger, replace(ledger, balance=unapplied))


def epilogue(tracing: Tracing, start: Prologue) -> None:
    """Write the second half: store what the body wants if nothing failed, else only nonce and fee."""
    applied = apply(tracing, start)
    unapplied = tracing.builder.negate(applied)
    status = tracing.builder.emit(_P.SELECT, start.run, unapplied, tracing.builder.const(Status.SKIPPED))
    tracing.builder.output(Output.STATUS, status)


def apply(tracing: Tracing, start: Prologue) -> int:
    """Store what the body wants if nothing failed, else what is kept; return the register that tells."""
    builder, ledger = tracing.builder, tracing.ledger
    tracing.checks += [Check(register, BORROWED_TWICE, "", 0) for register in distinct(tracing)]
    ok = builder.all([condition.register for condition in tracing.checks])
    applied = builder.emit(_P.AND, start.run, ok)

    for (slot, attribute), value in tracing.written.items():
        builder.store(slot, attribute, builder.emit(_P.SELECT, applied, value, builder.load(slot, attribute)))
    balance = start.kept.balance
    if ledger.balance != start.ledger.balance:
        balance = builder.emit(_P.SELECT, applied, ledger.balance, balance)
    builder.store(ACCOUNT_SLOT, AccountAttribute.BALANCE, balance)
    if ledger.count != start.kept.count:
        for output, new, old in (
            (Output.WITHDRAWALS, ledger.withdrawals, start.kept.withdrawals),
            (Output.WITHDRAWALS_COUNT, ledger.count, start.kept.count),
        ):
            builder.output(output, builder.emit(_P.SELECT, applied, new, old))
    return applied


def deposit_graph(layout: Layout) -> Graph:
    """Return `DEPOSIT`: credit or register; what cannot be delivered goes back as a withdrawal."""
    widths = {
        DepositInput.ACCOUNT: layout.account_bits,
        DepositInput.KEY_X: FULL,
        DepositInput.KEY_Y: FULL,
        DepositInput.L1_ADDRESS: ADDRESS_BITS,
        DepositInput.AMOUNT: AMOUNT_BITS,
        DepositInput.WITHDRAWALS: FULL,
        DepositInput.WITHDRAWALS_COUNT: FULL,
        DepositInput.NEXT_ACCOUNT: layout.account_bits + 1,
    }
    builder = Builder(layout, [widths[DepositInput(i)] for i in range(len(widths))])
    account, key_x, key_y, l1_address, amount, withdrawals, count, next_account = map(builder.input, range(len(widths)))
    registers = builder.emit(_P.EQ, account, builder.const(0))
    room = builder.emit(_P.RANGE, next_account, imm=layout.account_bits)
    free = builder.emit(_P.NARROW, next_account, imm=layout.account_bits)
    slot = builder.open(TABLE_ACCOUNTS, builder.emit(_P.SELECT, registers, free, account))
    reachable = builder.emit(_P.SELECT, registers, room, builder.emit(_P.LT, account, next_account))
    delivered = _store_credit(builder, slot, amount, reachable)

    created = builder.emit(_P.AND, delivered, registers)
    for attribute, value in (
        (AccountAttribute.KEY_X, key_x),
        (AccountAttribute.KEY_Y, key_y),
        (AccountAttribute.L1_ADDRESS, l1_address),
    ):
        builder.store(slot, attribute, builder.emit(_P.SELECT, created, value, builder.load(slot, attribute)))
    returned = builder.hash(Domain.WITHDRAWAL, (withdrawals, l1_address, amount))
    failed = builder.negate(delivered)
    builder.output(Output.WITHDRAWALS, builder.emit(_P.SELECT, delivered, withdrawals, returned))
    builder.output(Output.WITHDRAWALS_COUNT, builder.emit(_P.ADD, count, failed))
    builder.output(Output.NEXT_ACCOUNT, builder.emit(_P.ADD, next_account, created))
    builder.output(Output.STATUS, failed)
    return finish(builder, "DEPOSIT", TAG_DEPOSIT).graph


def fees_graph(layout: Layout) -> Graph:
    """Return `FEES`: credit the payee, or burn what it cannot take."""
    widths = {
        FeesInput.PAYEE: layout.account_bits,
        FeesInput.FEES: AMOUNT_BITS,
        FeesInput.NEXT_ACCOUNT: layout.account_bits + 1,
    }
    builder = Builder(layout, [widths[FeesInput(i)] for i in range(len(widths))])
    payee, fees, next_account = map(builder.input, range(len(widths)))
    slot = builder.open(TABLE_ACCOUNTS, payee)
    paid = _store_credit(builder, slot, fees, exists(builder, payee, next_account))
    builder.output(Output.FEES, builder.const(0))
    builder.output(Output.STATUS, builder.negate(paid))
    return finish(builder, "FEES", TAG_FEES).graph


def finish(
    builder: Builder,
    name: str,
    tag: int,
    arguments: Sequence[tuple[str, int]] = (),
    checks: Sequence[Check] = (),
) -> Rewritten:
    """Make what a builder holds a graph, and optimise it.

    Parameters
    ----------
    arguments
        Name and width of each.
    checks
        By the builder's registers.
    """
    graph = Graph(
        name,
        tag,
        tuple(width for _, width in arguments),
        tuple(argument for argument, _ in arguments),
        builder.inputs,
        tuple(builder.constants),
        tuple(builder.instructions),
        tuple(builder.slots),
        tuple(checks),
    )
    return optimise(graph, builder.layout)


def exists(builder: Builder, account: int, next_account: int) -> int:
    """Return the register that tells whether an account is registered: account 0 never is."""
    nonzero = builder.negate(builder.emit(_P.EQ, account, builder.const(0)))
    return builder.emit(_P.AND, nonzero, builder.emit(_P.LT, account, next_account))


def _call(builder: Builder, inputs: Mapping[int, int], nonce: int) -> int:
    """Return the register of ((nonce·2^42 + fee)·2^account_bits + sender)·2^8 + tag: who calls what, at which nonce, for which fee.

    SAFETY: the parts stand side by side, so no two calls have one number: fee, sender and tag are within their widths, and nonces, which start below 2^160 and count
    transactions, keep the whole below 2^243 < R.
    """
    call = inputs[TransactionInput.TAG]
    parts = (
        (inputs[TransactionInput.SENDER], TAG_BITS),
        (inputs[TransactionInput.FEE], TAG_BITS + builder.layout.account_bits),
        (nonce, TAG_BITS + builder.layout.account_bits + FEE_BITS),
    )
    for part, place in parts:
        call = builder.emit(_P.ADD, call, builder.emit(_P.MUL, part, builder.const(1 << place)))
    return call


def _reason(builder: Builder, questions: tuple[int, ...]) -> int:
    """Return the reason of the first question that is answered by no."""
    reason = builder.const(Reason.NONE)
    for why in (Reason.CANNOT_PAY, Reason.BAD_SIGNATURE, Reason.UNKNOWN_ACCOUNT, Reason.UNDECODABLE):
        reason = builder.emit(_P.SELECT, questions[why - 1], reason, builder.const(why))
    return reason


def credit(builder: Builder, slot: int, amount: int, reachable: int) -> tuple[int, int, int]:
    """Add to the balance of an open account if it can be reached and stays in 64 bits.

    Return the registers of whether it does, of the sum (0 where it is wider), and of what the balance then is.
    """
    balance = builder.load(slot, AccountAttribute.BALANCE)
    total = builder.emit(_P.ADD, balance, amount)
    credited = builder.emit(_P.AND, reachable, builder.emit(_P.RANGE, total, imm=AMOUNT_BITS))
    new = builder.emit(_P.NARROW, total, imm=AMOUNT_BITS)
    return credited, new, builder.emit(_P.SELECT, credited, new, balance)


def _store_credit(builder: Builder, slot: int, amount: int, reachable: int) -> int:
    """Credit an account as `credit` says, and return the register that tells whether it was."""
    credited, _, balance = credit(builder, slot, amount, reachable)
    builder.store(slot, AccountAttribute.BALANCE, balance)
    return credited
