"""Transactions: what is signed, and the bytes that a wallet hands in."""

from dataclasses import replace
from typing import Any

import pytest

from examples.tokens import Tokens
from rollup.batch.parcel import wire_bytes
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError

IMAGE = Tokens.image()
SECRET = eddsa.generate(bytes(32))
TRANSFER = Transaction(tag=3, sender=4, fee=2, args=(6, 7, 8))


def test_message_is_the_domain_the_call_and_the_bits_of_its_arguments() -> None:
    """A transfer has arguments of 20, 8 and 64 bits, the widest action 224."""
    call = 12 << 70 | 2 << 28 | 4 << 8
    assert TRANSFER.message(IMAGE, 11, 12) == (11, call | 3, 6 | 7 << 20 | 8 << 28)
    mint = Transaction(tag=2, sender=4, fee=2, args=(6, 7))
    assert mint.message(IMAGE, 11, 12) == (11, call | 2, 6 | 7 << 8)


@pytest.mark.parametrize(
    "wrong", [{"tag": 4}, {"sender": 1 << 20}, {"fee": 2049}, {"args": (6, 7)}, {"args": (1 << 20, 7, 8)}]
)
def test_what_cannot_be_written_is_not_signed(wrong: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        replace(TRANSFER, **wrong).sign(SECRET, IMAGE, 11, 12)


def test_signature_verifies_over_the_message() -> None:
    signed = TRANSFER.sign(SECRET, IMAGE, 11, 12)
    assert signed.signature is not None
    assert eddsa.verify(SECRET.public, TRANSFER.message(IMAGE, 11, 12), signed.signature)
    assert replace(signed, signature=None) == TRANSFER


def test_wire_form_reads_back() -> None:
    signed = TRANSFER.sign(SECRET, IMAGE, 11, 12)
    data = signed.to_bytes(IMAGE)
    assert len(data) == wire_bytes(IMAGE.layout.stride)
    assert Transaction.from_bytes(data, IMAGE) == signed
    assert Transaction.from_parcel(signed.parcel(IMAGE), IMAGE) == signed


def test_unsigned_transaction_has_no_wire_form() -> None:
    with pytest.raises(PeerError, match="not signed"):
        TRANSFER.to_bytes(IMAGE)


def test_bytes_that_nobody_writes_are_refused() -> None:
    data = TRANSFER.sign(SECRET, IMAGE, 11, 12).to_bytes(IMAGE)
    top = data[-1] | 0x80  # 9 slots are 567 bits, and 71 bytes have 568
    tags = [data[:32] + bytes([tag]) + data[33:] for tag in (9, 0)]
    for wrong in (data[:-1], data + b"\0", data[:-1] + bytes([top]), R.to_bytes(32, "big") + data[32:], *tags):
        with pytest.raises(DecodeError):
            Transaction.from_bytes(wrong, IMAGE)


def test_bytes_with_padding_or_a_fee_that_is_not_canonical_are_refused() -> None:
    data = TRANSFER.sign(SECRET, IMAGE, 11, 12).to_bytes(IMAGE)
    bits = int.from_bytes(data[32:], "little")
    for wrong in (bits | 1 << 566, bits ^ 1 << 28 + 11):
        with pytest.raises(DecodeError, match="not decodable"):
            Transaction.from_bytes(data[:32] + wrong.to_bytes(71, "little"), IMAGE)
