"""Memory for kernels that take addresses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64
"""Bytes of a cache line; points that lie across two cost more."""


def address(array: NDArray[Any]) -> int:
    """Where an array begins; it must be kept alive for as long as that is used."""
    return int(array.__array_interface__["data"][0])


def aligned(count: int) -> NDArray[np.uint64]:
    """Uninitialised words that begin at a cache line."""
    memory = np.empty(count + _ALIGNMENT // 8, dtype=np.uint64)
    skip = -address(memory) % _ALIGNMENT // 8
    return memory[skip : skip + count]
