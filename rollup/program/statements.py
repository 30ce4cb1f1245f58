"""What an action can say besides arithmetic and assignment."""

from dataclasses import replace
from typing import Any

from rollup.crypto.poseidon2 import Domain
from rollup.ir.primitives import Primitive
from rollup.params import AMOUNT_BITS, MAX_HASH_ITEMS, TABLE_ACCOUNTS, AccountAttribute
from rollup.program.arrays import Array
from rollup.program.frame import ACCOUNT_SLOT, exists
from rollup.program.location import author_error
from rollup.program.records import Record, flatten
from rollup.program.tracing import Ledger, Tracing, current
from rollup.program.values import (
    U64,
    AccountId,
    Bool,
    Field,
    L1Address,
    UInt,
    V,
    Value,
    coerce,
    register_of,
    unify,
    wrap,
)


def require(condition: Bool | bool, message: str) -> None:  # noqa: FBT001 -- the condition is the point
    """Let the transaction fail with `message` unless `condition` holds.

    Everything after it is still computed, but nothing of it is kept.
    """
    tracing = current("require")
    if not isinstance(message, str) or not message:  # type: ignore[redundant-expr]  # authors need not run mypy
        raise author_error("require without a message", 'say why a transaction fails: require(condition, "why")')
    if condition is True:
        return
    if condition is False:
        raise author_error(
            "this condition is false whenever the action runs", "compare values of the transaction or of records"
        )
    if not isinstance(condition, Bool):
        raise author_error(f"require of a {type(condition).__name__}", "give it a Bool: x != 0")
    tracing.require(register_of(condition), message)


def select(condition: Bool, yes: V | int, no: V | int) -> V:
    """Return `yes` if `condition` holds, else `no`; both are computed.

    Both take the wider of their two types.
    """
    tracing = current("select")
    if not isinstance(condition, Bool):
        raise author_error(f"select by a {type(condition).__name__}", "give it a Bool: select(x != 0, a, b)")
    kind = unify(yes, no, "select")
    registers = (register_of(coerce(value, kind)) for value in (yes, no))
    return wrap(kind, tracing, tracing.emit(Primitive.SELECT, register_of(condition), *registers))  # type: ignore[return-value]  # `kind` is that of `yes` or of `no`


def send_to_l1(recipient: L1Address | int, amount: UInt | int) -> None:
    """Pay out on L1, from the sender's native balance; the transaction fails if this does not suffice.

    Parameters
    ----------
    recipient
        An address on L1.
    amount
        In gwei, below 2^64.
    """
    tracing = current("send_to_l1")
    ledger, builder = tracing.ledger, tracing.builder
    to, gwei = register_of(coerce(recipient, L1Address)), register_of(coerce(amount, U64))
    tracing.require(
        tracing.negate(tracing.emit(Primitive.LT, ledger.balance, gwei)), "the balance does not cover the withdrawal"
    )
    tracing.ledger = Ledger(
        tracing.emit(Primitive.MINUS, ledger.balance, gwei),
        builder.hash(Domain.WITHDRAWAL, (ledger.withdrawals, to, gwei)),
        tracing.emit(Primitive.ADD, ledger.count, builder.const(1)),
    )


def pay(to: AccountId | int, amount: UInt | int) -> None:
    """Pay another account from the sender's native balance.

    The transaction fails if the balance does not suffice, if there is no such account, if it is the sender's own, or if its balance would exceed 64 bits. It borrows
    the record of the account paid; a second payment to it in the same action adds to the first.

    Parameters
    ----------
    amount
        In gwei, below 2^64.
    """
    tracing = current("pay")
    ledger, builder = tracing.ledger, tracing.builder
    account, gwei = register_of(coerce(to, AccountId)), register_of(coerce(amount, U64))
    tracing.require(
        tracing.negate(tracing.emit(Primitive.LT, ledger.balance, gwei)), "the balance does not cover the payment"
    )
    slot = _account_paid(tracing, account)
    place = (slot, AccountAttribute.BALANCE)
    held = tracing.written.get(place)
    total = tracing.emit(Primitive.ADD, builder.load(*place) if held is None else held, gwei)
    tracing.written[place] = tracing.narrow(total, AMOUNT_BITS, "the account paid cannot hold so much")
    tracing.ledger = replace(ledger, balance=tracing.emit(Primitive.MINUS, ledger.balance, gwei))


def _account_paid(tracing: Tracing, account: int) -> int:
    """Return the slot of an account that a payment goes to, opened by the first one.

    In a `when` that does not hold it is account 0, which nobody has and no step changes.
    """
    conditions = tuple(block.condition for block in tracing.blocks)
    for slot, (table, key) in enumerate(tracing.opened):
        if table == TABLE_ACCOUNTS and _always_open(tracing, slot, key, account, conditions):
            return _require_other(slot)
    next_account = tracing.builder.input(tracing.inputs.NEXT_ACCOUNT)
    tracing.require(exists(tracing.builder, account, next_account), "the account to pay does not exist")
    if not conditions:
        return tracing.borrow(TABLE_ACCOUNTS, account)
    key = tracing.emit(Primitive.SELECT, conditions[-1], account, tracing.builder.const(0))
    slot = tracing.borrow(TABLE_ACCOUNTS, key)
    tracing.guarded[slot] = (account, conditions)
    return slot


def _always_open(tracing: Tracing, slot: int, key: int, account: int, conditions: tuple[int, ...]) -> bool:
    """Tell whether a slot is an account's whenever `conditions` hold, the innermost last; `AuthorError` if only where more of them do."""
    if slot not in tracing.guarded:
        return key == account
    paid, inner = tracing.guarded[slot]
    if paid != account:
        return False
    if not conditions or conditions[-1] in inner[:-1]:
        raise author_error(
            "a payment after a `when` goes to the account paid inside, and such a transaction fails where it holds",
            "pay it before the block",
        )
    return inner[-1] in conditions


def _require_other(slot: int) -> int:
    if slot == ACCOUNT_SLOT:
        raise author_error(
            "a payment to the sender borrows its account twice, and such a transaction fails", "pay another account"
        )
    return slot


def digest(*values: "Value | Array[Any, Any] | Record") -> Field:
    """Return the Poseidon2 hash of values, in a domain of its own (`USER`), so it equals no hash that the framework makes.

    An array or a record stands for its values in a row.
    """
    tracing = current("digest")
    registers: list[int] = []
    for value in values:
        if not isinstance(value, Value | Array | Record):
            raise author_error(f"digest of {value!r}", "give its number a type: U64(1)")
        registers += flatten(value, type(value))
    if len(registers) > MAX_HASH_ITEMS:
        raise author_error(
            f"a digest of {len(registers)} values", "digest them in parts", expected=f"at most {MAX_HASH_ITEMS}"
        )
    return wrap(Field, tracing, tracing.builder.hash(Domain.USER, registers))
