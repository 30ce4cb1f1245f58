"""Data in the posting transaction itself: kept by L1 for ever, and dear."""

from collections.abc import Sequence

from l1bridge import kzg
from rollup.crypto.fr import R, from_bytes32, to_bytes32
from rollup.crypto.keccak import keccak256
from rollup.errors import DecodeError, InternalError, PeerError
from rollup.ports.da import DataProperties, Opening, Posting
from rollup.ports.l1 import L1

WORD = 32
SELECTOR_BYTES = 4
STATIC_WORDS = 5
"""Arguments of `rollup.post_calldata` before the offset of `data`."""
CAPACITY = 512
"""Words; SPEC: rollup.vy, MAX_DATA."""
BASE_GAS = 21_000
GAS_PER_BYTE = 40
"""SPEC: EIP-7623, the floor for a byte that is not zero, which a transaction of little else than data pays."""


class CalldataLayer:
    """Field elements as the argument `data` of `rollup.post_calldata`; see `ports.da.DataLayer`."""

    name = "calldata"

    @property
    def properties(self) -> DataProperties:
        """What it costs and trusts."""
        return DataProperties(
            on_l1=True,
            retention=None,
            capacity=CAPACITY,
            gas=WORD * GAS_PER_BYTE + BASE_GAS / CAPACITY,
            blob_gas=0.0,
            trust="L1's consensus keeps it for ever.",
        )

    def encode(self, elements: Sequence[int]) -> Posting:
        """Write elements as words; `DecodeError` if there are more than 512 or one is not below R."""
        if len(elements) > CAPACITY:
            raise DecodeError("calldata: too many elements", expected=f"<= {CAPACITY}", got=len(elements))
        data = b"".join(map(to_bytes32, elements))
        return Posting((keccak256(data),), calldata=data)

    def fetch(self, l1: L1, commitments: Sequence[bytes], transaction_hash: bytes) -> tuple[int, ...]:
        """Return the elements that a transaction posted, checked by their hash.

        Raises
        ------
        PeerError
            If they are not among its arguments: another contract made the call, and L1 keeps no arguments of such calls.
        """
        (expected,) = commitments
        data = _argument(l1.calldata(transaction_hash))
        if data is None or keccak256(data) != expected:
            raise PeerError(
                f"calldata: the data is no argument of transaction 0x{transaction_hash.hex()}",
                expected=expected.hex(),
                got="no such argument" if data is None else keccak256(data).hex(),
                remedy="whoever has the data can put it into the node's archive of L1 data",
            )
        return tuple(from_bytes32(data[at : at + WORD]) for at in range(0, len(data), WORD))

    def open_element(self, elements: Sequence[int], index: int) -> Opening:
        """Return the element at `index`; nothing is to be proved where L1 sees all. Past the end it is 0."""
        value = elements[index] if index < len(elements) else 0
        return Opening(kzg.root(index), value, b"")

    def open_at(self, elements: Sequence[int], z: int) -> tuple[Opening, ...]:
        """Evaluate the polynomial that takes the elements as values, as L1 does: Σ eᵢ·Lᵢ(z), absent elements 0."""
        if len(elements) > CAPACITY or not 0 <= z < R:
            raise InternalError("calldata: no such evaluation", expected=f"<= {CAPACITY} elements, z < R", got=z)
        return (Opening(z, _evaluate(elements, z), b""),)


def _argument(call: bytes) -> bytes | None:
    """Return the last, dynamic argument of a call of `post_calldata`; None if the bytes are no such call. SPEC: Solidity ABI."""
    arguments = call[SELECTOR_BYTES:]
    head = STATIC_WORDS * WORD
    offset = int.from_bytes(arguments[head : head + WORD], "big")
    length = int.from_bytes(arguments[offset : offset + WORD], "big")
    data = arguments[offset + WORD : offset + WORD + length]
    return data if len(arguments) >= offset + WORD + length else None


def _evaluate(elements: Sequence[int], z: int) -> int:
    """Return p(z) with p(wᵢ) = eᵢ. SPEC: machine.md §7: Lᵢ(z) = (z^4096 − 1)/4096 · wᵢ/(z − wᵢ)."""
    roots = [kzg.root(index) for index in range(len(elements))]
    if z in roots:
        return elements[roots.index(z)]
    total = sum(element * root * pow(z - root, -1, R) for element, root in zip(elements, roots, strict=True) if element)
    return (pow(z, kzg.ELEMENTS, R) - 1) * pow(kzg.ELEMENTS, -1, R) * total % R
