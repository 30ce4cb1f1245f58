"""Proofs that are not for what they are handed in for, as good as a forger can make them."""

from dataclasses import dataclass
from typing import Final

from rollup.batch.batch import Batch
from rollup.execution.engine import execute
from rollup.ir.image import Image
from rollup.ports.l1 import Contract
from rollup.ports.settlement import ChainView
from rollup.state.header import Header
from rollup.state.tree import Tree

WORD: Final = 32
COUNTS: Final = 2
CHUNK: Final = 28
"""SPEC: contracts/settlement/validity.vy: a payload begins with two counts, then the words of each chunk, its proof last."""


@dataclass(frozen=True)
class Pretence:
    """A chain as a forger would have it: the real one, but for its newest batch or its program; a `ports.settlement.ChainView`.

    Attributes
    ----------
    real
        What is so.
    image
        The program that the forger runs.
    altered
        The batch that the forger proves; it may have other data, under the number and hash of the real one.
    """

    real: ChainView
    image: Image
    altered: Batch

    @property
    def rollup(self) -> Contract:
        """The rollup contract."""
        return self.real.rollup

    def program_of(self, number: int) -> Image:
        """Return the program that a batch runs; the altered one runs the forger's."""
        return self.image if number == self.altered.number else self.real.program_of(number)

    def derived(self) -> int:
        """Number of the altered batch: nothing follows it."""
        return self.altered.number

    def batch(self, number: int) -> Batch:
        """Return a batch."""
        return self.altered if number == self.altered.number else self.real.batch(number)

    def header(self, number: int) -> Header:
        """Return the header after a batch; after the altered one, what comes of it by the forger's program."""
        if number != self.altered.number:
            return self.real.header(number)
        before = self.real.header(number - 1)
        return execute(self.image, before, self.altered, self.state_before(number)).header

    def state_before(self, number: int) -> Tree:
        """Return a copy of the state that a batch runs on."""
        return self.real.state_before(number)


def with_one_bit_changed(payload: bytes) -> bytes:
    """Return a payload in whose first proof the lowest bit of the last coordinate is another."""
    last = WORD * (COUNTS + CHUNK) - 1
    return payload[:last] + bytes([payload[last] ^ 1]) + payload[last + 1 :]
