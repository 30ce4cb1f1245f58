"""A proof: three points, 512 bytes on L1."""

from __future__ import annotations

from dataclasses import dataclass

from provers.validity.curve.points import (
    G1_BYTES,
    G2_BYTES,
    G1Point,
    G2Point,
    evm_words,
    g1_from_evm,
    g1_to_evm,
    g2_from_evm,
    g2_to_evm,
)
from rollup.errors import DecodeError

EVM_BYTES = 2 * G1_BYTES + G2_BYTES


@dataclass(frozen=True)
class Proof:
    """`a`, `c` in G1 and `b` in G2, affine; nothing is checked on construction, `verify` checks all."""

    a: G1Point
    b: G2Point
    c: G1Point

    def to_evm(self) -> bytes:
        """512 bytes in the encoding of EIP-2537: a (128), b (256), c (128)."""
        return g1_to_evm(self.a) + g2_to_evm(self.b) + g1_to_evm(self.c)

    @classmethod
    def from_evm(cls, data: bytes) -> Proof:
        """Inverse of `to_evm`.

        Raises
        ------
        DecodeError
            Wrong length, a coordinate not below the field modulus, or a point off its curve.
        """
        if len(data) != EVM_BYTES:
            raise DecodeError("groth16: a proof has the wrong length", expected=EVM_BYTES, got=len(data))
        first, last = data[:G1_BYTES], data[-G1_BYTES:]
        return cls(g1_from_evm(first), g2_from_evm(data[G1_BYTES:-G1_BYTES]), g1_from_evm(last))

    def to_evm_words(self) -> tuple[list[int], list[int], list[int]]:
        """`(a, b, c)` as 4, 8 and 4 words of 256 bits, high word first in each coordinate."""
        return evm_words(g1_to_evm(self.a)), evm_words(g2_to_evm(self.b)), evm_words(g1_to_evm(self.c))
