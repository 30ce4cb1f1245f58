"""The frame of a call from L1 (SPEC §5): a deposit, and then an action of the account that it credits, authenticated by its L1 address.

There is no signature, no nonce and no fee: whoever calls has paid for it on L1, and nothing that the account signs can be in its way (SOUNDNESS 16).
"""

from collections.abc import Sequence
from typing import Final

from rollup.crypto.poseidon2 import Domain
from rollup.ir.builder import Builder
from rollup.ir.graph import Check
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    BATCH_NUMBER_BITS,
    FULL,
    TABLE_ACCOUNTS,
    TIMESTAMP_BITS,
    AccountAttribute,
    CallInput,
    Output,
)
from rollup.program.frame import Prologue, apply, credit, exists
from rollup.program.tracing import Ledger, Tracing

UNDELIVERED: Final = "cannot be delivered: goes back to its depositor on L1"
NOT_THEIRS: Final = "the account was registered by another L1 address"
UNDECODABLE: Final = "the arguments cannot be decoded"
_P: Final = Primitive


def call_inputs(layout: Layout, arguments: Sequence[int]) -> tuple[int, ...]:
    """Return the widths of the inputs of a call's graph, from the widths of the action's arguments."""
    head = {
        CallInput.ACCOUNT: layout.account_bits,
        CallInput.WORD_0: FULL,
        CallInput.WORD_1: FULL,
        CallInput.L1_ADDRESS: ADDRESS_BITS,
        CallInput.AMOUNT: AMOUNT_BITS,
        CallInput.WITHDRAWALS: FULL,
        CallInput.WITHDRAWALS_COUNT: FULL,
        CallInput.NEXT_ACCOUNT: layout.account_bits + 1,
        CallInput.TIMESTAMP: TIMESTAMP_BITS,
        CallInput.BATCH_NUMBER: BATCH_NUMBER_BITS,
        CallInput.DECODABLE: 1,
    }
    return (*(head[CallInput(i)] for i in range(len(head))), *arguments)


def call_prologue(builder: Builder) -> tuple[Prologue, tuple[Check, ...]]:
    """Write the first half: deliver what the call brings, or return it to L1; also return what must hold for the body to run.

    SAFETY: account 0, which nobody has, is not reachable; L1 queues no call of it. An account without an L1 address, as genesis may have, has no caller: L1 gives
    every message the address of its sender, which is not 0.
    """
    account, l1_address, amount, withdrawals, count, next_account, decodable = map(
        builder.input,
        (
            CallInput.ACCOUNT,
            CallInput.L1_ADDRESS,
            CallInput.AMOUNT,
            CallInput.WITHDRAWALS,
            CallInput.WITHDRAWALS_COUNT,
            CallInput.NEXT_ACCOUNT,
            CallInput.DECODABLE,
        ),
    )
    slot = builder.open(TABLE_ACCOUNTS, account)
    delivered, total, balance = credit(builder, slot, amount, exists(builder, account, next_account))
    theirs = builder.emit(_P.EQ, builder.load(slot, AccountAttribute.L1_ADDRESS), l1_address)
    returned = builder.hash(Domain.WITHDRAWAL, (withdrawals, l1_address, amount))
    kept = Ledger(
        balance,
        builder.emit(_P.SELECT, delivered, withdrawals, returned),
        builder.emit(_P.ADD, count, builder.negate(delivered)),
    )
    demands = ((delivered, UNDELIVERED), (theirs, NOT_THEIRS), (decodable, UNDECODABLE))
    run = builder.all([register for register, _ in demands])
    prologue = Prologue(account, builder.const(0), run, Ledger(total, withdrawals, count), kept)
    return prologue, tuple(Check(register, message, "", 0) for register, message in demands)


def call_epilogue(tracing: Tracing, start: Prologue) -> None:
    """Write the second half: store what the body wants if nothing failed, else only what the call brought."""
    applied = apply(tracing, start)
    tracing.builder.output(Output.STATUS, tracing.builder.negate(applied))
