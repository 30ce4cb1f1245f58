"""Transactions: what is signed, and the bytes that a wallet hands in."""

from dataclasses import replace

import pytest

from examples.tokens import Tokens
from rollup.batch.transaction import Transaction, wire_bytes
from rollup.crypto import eddsa
from rollup.crypto.poseidon2 import hash_items
from rollup.errors import DecodeError, PeerError

IMAGE = Tokens.image()
SECRET = eddsa.generate(bytes(32))
TRANSFER = Transaction(tag=3, sender=4, fee=2, args=(6, 7, 8))


def test_message_is_the_hash_of_everything_with_absent_words_zero() -> None:
    assert TRANSFER.message(IMAGE.layout, 11, 12) == hash_items(2, [11, 4, 12, 3, 2, 6, 7, 8])
    mint = Transaction(tag=2, sender=4, fee=2, args=(6, 7))
    assert mint.message(IMAGE.layout, 11, 12) == hash_items(2, [11, 4, 12, 2, 2, 6, 7, 0])


def test_signature_verifies_over_the_message() -> None:
    signed = TRANSFER.sign(SECRET, IMAGE.layout, 11, 12)
    assert signed.signature is not None
    assert eddsa.verify(SECRET.public, (TRANSFER.message(IMAGE.layout, 11, 12),), signed.signature)
    assert replace(signed, signature=None) == TRANSFER


def test_wire_form_reads_back() -> None:
    signed = TRANSFER.sign(SECRET, IMAGE.layout, 11, 12)
    data = signed.to_bytes(IMAGE)
    assert len(data) == wire_bytes(IMAGE.layout)
    assert Transaction.from_bytes(data, IMAGE) == signed
    assert Transaction.from_slots(signed.slots(IMAGE), IMAGE) == signed


def test_unsigned_transaction_has_no_wire_form() -> None:
    with pytest.raises(PeerError, match="not signed"):
        TRANSFER.to_bytes(IMAGE)


def test_bytes_that_nobody_writes_are_refused() -> None:
    data = TRANSFER.sign(SECRET, IMAGE.layout, 11, 12).to_bytes(IMAGE)
    top = data[-1] | 0x80  # 13 slots are 819 bits, and 103 bytes have 824
    for wrong in (data[:-1], data + b"\0", data[:-1] + bytes([top]), b"\x09" + data[1:], b"\0" + data[1:]):
        with pytest.raises(DecodeError):
            Transaction.from_bytes(wrong, IMAGE)


def test_bytes_with_padding_or_a_fee_that_is_not_canonical_are_refused() -> None:
    data = int.from_bytes(TRANSFER.sign(SECRET, IMAGE.layout, 11, 12).to_bytes(IMAGE), "little")
    for wrong in (data | 1 << 818, data ^ 1 << 28 + 11):
        with pytest.raises(DecodeError, match="not decodable"):
            Transaction.from_bytes(wrong.to_bytes(103, "little"), IMAGE)
