"""Transactions of every kind, by name: what is written, and what must become of it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rollup.batch.call import encode_call
from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel
from rollup.crypto.fr import R
from rollup.crypto.jubjub import ORDER
from rollup.ir.image import Image
from rollup.params import MessageKind, Reason, Status
from tests.agreement.chain import MOMENT
from tests.agreement.programs import (
    CALLING,
    COUNTING,
    GOLD,
    MIXED,
    NEARLY_FULL,
    NEXT_ACCOUNT,
    OFF_CURVE,
    PAYING,
    POOR,
    RICH,
    SMALL_ORDER,
    TOKENS,
)
from tests.agreement.writing import Pen, overwrite, parts

Write = Callable[[Pen], Parcel]
WITHDRAW, MINT, TRANSFER = 1, 2, 3
ADD = 2
NOTE, WORK = 2, 3
PAY, SHARE = 2, 3
VISIT, LEAVE, REST = 2, 3, 4
RECIPIENT = 2**160 - 1
USUAL: dict[str, tuple[int, ...]] = {
    COUNTING.name: (ADD, 7),
    TOKENS.name: (TRANSFER, POOR + 1, GOLD, 2),
    MIXED.name: (WORK, POOR, 3, 101, R - 1, RECIPIENT, 1),
    PAYING.name: (PAY, POOR, 5),
    CALLING.name: (VISIT, R - 2, 5, MOMENT.timestamp),
}
"""Tag and arguments of a call that is applied."""
TWICE = "a record is borrowed twice"
TOO_LITTLE = "the balance does not cover the withdrawal"
TOO_LITTLE_TO_PAY = "the balance does not cover the payment"
NOBODY = "the account to pay does not exist"
TOO_MUCH = "the account paid cannot hold so much"


class Call(NamedTuple):
    """A transaction and its right outcome; `why` of a failure is what its receipt says."""

    name: str
    write: Write
    status: Status = Status.APPLIED
    skip: Reason = Reason.NONE
    why: str = ""


def applied(name: str, *call: int, sender: int = RICH, fee: int = 1) -> Call:
    return Call(name, lambda pen: pen.call(call[0], sender, *call[1:], fee=fee))


def failed(why: str, *call: int, sender: int = RICH) -> Call:
    return Call(f"failed: {why}", lambda pen: pen.call(call[0], sender, *call[1:]), Status.FAILED, why=why)


def skipped(reason: Reason, name: str, image: Image, sender: int = RICH, **forged: int) -> Call:
    tag, *args = USUAL[image.name]
    return Call(name, lambda pen: pen.call(tag, sender, *args, **forged), Status.SKIPPED, reason)


def spoilt(reason: Reason, image: Image, part: str, value: int, *, last: bool = False, signed: bool = False) -> Call:
    """Overwrite a part of a good transaction; its last bit only where `last`, and before its sender signs where `signed`."""

    def write(pen: Pen) -> Parcel:
        tag, *args = USUAL[image.name]
        offset, width = parts(pen.image, tag)[part]
        where = (offset + width - 1, 1) if last else (offset, width)
        parcel = overwrite(pen.call(tag, RICH, *args), *where, value)
        return pen.sign(parcel) if signed else parcel

    return Call(f"{'signed ' * signed}{part} of {value:#x}"[:40], write, Status.SKIPPED, reason)


def skips(image: Image) -> Iterator[Call]:
    """Yield calls of a program's usual action that are skipped, each reason for every cause."""
    for part, value in (("fee", 1 << 11 | 1023), ("fee", 31 << 11), ("padding", 1)):
        yield spoilt(Reason.UNDECODABLE, image, part, value)
        yield spoilt(Reason.UNDECODABLE, image, part, value, signed=True)
    yield spoilt(Reason.UNDECODABLE, image, "padding", 1, last=True)
    yield spoilt(Reason.UNDECODABLE, image, "padding", 1, last=True, signed=True)
    for sender in (0, NEXT_ACCOUNT, 15):
        yield spoilt(Reason.UNKNOWN_ACCOUNT, image, "sender", sender)
    for part, value in (
        ("s", ORDER),
        ("s", 2**252 - 1),
        ("r_y", 2),
        ("r_y", 0),
        ("r_y", 1),
        ("r_y", R - 1),
        ("sender", POOR),
    ):
        yield spoilt(Reason.BAD_SIGNATURE, image, part, value)
    yield skipped(Reason.BAD_SIGNATURE, "nonce too high", image, nonce=8)
    yield skipped(Reason.BAD_SIGNATURE, "nonce too low", image, nonce=6)
    yield skipped(Reason.BAD_SIGNATURE, "another domain", image, domain=1)
    yield skipped(Reason.BAD_SIGNATURE, "another signer", image, signer=POOR)
    yield skipped(Reason.BAD_SIGNATURE, "key off the curve", image, sender=OFF_CURVE)
    yield skipped(Reason.BAD_SIGNATURE, "key of small order", image, sender=SMALL_ORDER)
    yield skipped(Reason.CANNOT_PAY, "fee of more than there is", image, sender=POOR, fee=4)
    yield skipped(Reason.CANNOT_PAY, "largest fee", image, fee=2047 << 31)


COUNTING_CALLS = [
    applied("add", ADD, 7),
    applied("add for no fee", ADD, 0, fee=0),
    applied("add the largest step", ADD, 2**32 - 1, sender=POOR, fee=3),
    failed("U32 overflow in +", ADD, 2**32 - 1),
    applied("withdraw all but the fee", 1, RECIPIENT, 10**6 - 3),
    failed(TOO_LITTLE, 1, RECIPIENT, 10**6),
    *skips(COUNTING),
]
TOKENS_CALLS = [
    applied("mint for no fee", MINT, 0, 0, fee=0),
    applied("mint", MINT, GOLD, 2**64 - 1),
    failed("U128 overflow in +", MINT, GOLD, 1, sender=POOR),
    applied("transfer", TRANSFER, NEARLY_FULL, GOLD, 999),
    failed("insufficient balance", TRANSFER, 0, 77, 2),
    failed("U128 overflow in +", TRANSFER, POOR, GOLD, 1),
    failed(TWICE, TRANSFER, RICH, GOLD, 1),
    applied("transfer to nobody", TRANSFER, 0, GOLD, 0),
    applied("withdraw", 1, RECIPIENT, 0),
    failed(TOO_LITTLE, 1, 0, 10**6),
    applied("fee of all there is", MINT, 0, 1, sender=POOR, fee=3),
    applied("largest mantissa", MINT, 0, 1, fee=2047),
    applied("least mantissa of an exponent", MINT, 0, 1, fee=1024 << 9),
    *skips(TOKENS),
]
MIXED_CALLS = [
    applied("note", NOTE, 255, 0, 1),
    applied("unnoted", NOTE, 0, R - 1, 0),
    applied("work", *USUAL[MIXED.name]),
    failed("there is a note", NOTE, 255, 5, 0),
    failed("nothing to do", WORK, POOR, 3, 0, 1, RECIPIENT, 1),
    failed("it was noted", WORK, POOR, 3, 1, 0, RECIPIENT, 0),
    failed("U128 overflow in +", WORK, RICH, 9, 1, 5, RECIPIENT, 1, sender=POOR),
    failed("U128 overflow in +", WORK, POOR, 9, 1, 5, RECIPIENT, 0),
    failed("U64 does not fit U8", WORK, POOR, 3, 256, 5, RECIPIENT, 0),
    failed(TWICE, WORK, RICH, 3, 1, 5, RECIPIENT, 0),
    failed(TOO_LITTLE, WORK, POOR, 3, 9, 5, RECIPIENT, 0, sender=POOR),
    applied("work for nobody", WORK, 0, 0, 255, 1, 0, 0),
    spoilt(Reason.UNDECODABLE, MIXED, "arg3", R),
    spoilt(Reason.UNDECODABLE, MIXED, "arg3", 2**255 - 1),
    spoilt(Reason.UNDECODABLE, MIXED, "arg3", R, signed=True),
    spoilt(Reason.UNDECODABLE, MIXED, "arg3", 2**255 - 1, signed=True),
    spoilt(Reason.BAD_SIGNATURE, MIXED, "arg3", R - 2),
    spoilt(Reason.UNKNOWN_ACCOUNT, MIXED, "sender", 9),
    skipped(Reason.CANNOT_PAY, "fee of more than there is", MIXED, sender=POOR, fee=4),
]
PAYING_CALLS = [
    applied("pay", PAY, POOR, 5),
    applied("share", SHARE, POOR, NEARLY_FULL, 20, RECIPIENT, fee=0),
    failed(TOO_MUCH, PAY, NEARLY_FULL, 80),
    applied("pay an account that cannot sign", PAY, OFF_CURVE, 1),
    failed(TOO_LITTLE_TO_PAY, PAY, RICH, 3, sender=POOR),
    failed(NOBODY, PAY, 0, 1),
    failed(NOBODY, PAY, NEXT_ACCOUNT, 0),
    applied("pay all but the fee", PAY, RICH, 1, sender=POOR),
    failed(TWICE, PAY, RICH, 0),
    failed(TWICE, SHARE, POOR, POOR, 1, RECIPIENT),
    failed(TOO_LITTLE, SHARE, RICH, NEARLY_FULL, 2, RECIPIENT, sender=POOR),
    failed(TOO_LITTLE_TO_PAY, SHARE, POOR, NEARLY_FULL, 9, RECIPIENT, sender=POOR),
    failed(TWICE, SHARE, POOR, RICH, 1, RECIPIENT),
    applied("withdraw", 1, RECIPIENT, 5),
    spoilt(Reason.UNDECODABLE, PAYING, "padding", 1, last=True),
    spoilt(Reason.UNKNOWN_ACCOUNT, PAYING, "sender", 0),
    spoilt(Reason.BAD_SIGNATURE, PAYING, "s", 7),
    skipped(Reason.CANNOT_PAY, "fee of more than there is", PAYING, sender=POOR, fee=4),
]
CALLING_CALLS = [
    applied("visit", VISIT, R - 1, 255, 2**64 - 1),
    applied("visit in the last second", VISIT, 0, 0, MOMENT.timestamp),
    failed("U8 overflow in +", VISIT, 0, 1, 2**64 - 1),
    failed("too late", VISIT, R - 1, 1, MOMENT.timestamp - 1),
    failed(NOBODY, LEAVE, 0, RECIPIENT, 1),
    failed(TOO_MUCH, LEAVE, NEARLY_FULL, RECIPIENT, 100),
    failed(TOO_LITTLE_TO_PAY, LEAVE, POOR, RECIPIENT, 600_000),
    failed(TWICE, LEAVE, RICH, RECIPIENT, 1),
    applied("leave", LEAVE, POOR, RECIPIENT, 400_000),
    failed("only account 1 may do this", LEAVE, RICH, RECIPIENT, 1, sender=POOR),
    applied("rest", REST, sender=NEARLY_FULL, fee=3),
    failed(TOO_LITTLE, 1, RECIPIENT, 10**6),
    spoilt(Reason.UNDECODABLE, CALLING, "arg0", R),
    spoilt(Reason.UNKNOWN_ACCOUNT, CALLING, "sender", 0),
    spoilt(Reason.BAD_SIGNATURE, CALLING, "s", 7),
    skipped(Reason.CANNOT_PAY, "fee of more than there is", CALLING, sender=POOR, fee=4),
]
IMAGES = {image.name: image for image in (COUNTING, TOKENS, MIXED, PAYING, CALLING)}
CALLS: dict[str, list[Call]] = {
    COUNTING.name: COUNTING_CALLS,
    TOKENS.name: TOKENS_CALLS,
    MIXED.name: MIXED_CALLS,
    PAYING.name: PAYING_CALLS,
    CALLING.name: CALLING_CALLS,
}


def call(tag: int, account: int, *args: int, amount: int = 0, caller: int | None = None) -> Message:
    """Return a message that calls an action of `CALLING`, sent by the account's own L1 address unless by another account's."""
    first, second = encode_call(CALLING.graph(tag).arguments, args)
    l1_address = 0xA0 + (account if caller is None else caller)
    return Message(MessageKind.CALL + tag, account, first, second, l1_address, amount)
