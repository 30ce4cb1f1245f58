"""The ways in which kernels calculate, behind one interface: what differs is the form of a point, and who adds such points.

The portable way keeps points as keys do (see `groups`).
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve import addition_kernels, image_kernels
from provers.validity.curve.groups import Group, Words
from rollup.crypto import kernel_switch
from rollup.crypto.kernel_memory import address, aligned


class Portable:
    """On elements of 64-bit limbs.

    Attributes
    ----------
    add, put
        Addresses of functions, see `addition_kernels`: `add(pairs, count, width, memory)` and `put(result, point, width, memory)`.
    """

    add: int = addition_kernels.add_function.address
    put: int = addition_kernels.put_function.address

    def point_words(self, group: Group) -> int:
        """Words of a point in this form."""
        return group.words

    def scratch(self, group: Group) -> Words:
        """Scratch for `add` and `put`, one for each thread."""
        return aligned(addition_kernels.addition_bytes(group.width) // 8)

    def expand(
        self, group: Group, points: Words, indices: NDArray[np.int64], first: int, end: int, parts: Words, images: Words
    ) -> None:
        """See `image_kernels.expand`."""
        image_kernels.expand(address(points), indices, first, end, group.width, parts, images)

    def enter(self, group: Group, points: Words, result: Words) -> None:
        """Bring points of keys into this form, `uint64[n, point_words]`."""
        result[:] = points.reshape(-1, group.words)

    def leave(self, _group: Group, points: Words) -> Words:
        """Bring points, an array of any shape whose last axis is a point, to the form of keys."""
        return points


class Lanes(Portable):
    """On elements of 52-bit limbs, eight side by side; only where the processor has AVX-512 IFMA."""

    def __init__(self) -> None:
        # Compiled for the processor at hand, so imported only where it can run.
        from provers.validity.curve import lane_addition_kernels

        self._kernels = lane_addition_kernels
        self.add = lane_addition_kernels.add_lanes_function.address
        self.put = lane_addition_kernels.put_lane_function.address
        self._change = lane_addition_kernels.change_function.address

    def point_words(self, group: Group) -> int:
        """Words of a point in this form: 16 or 32."""
        return group.width // 3

    def scratch(self, group: Group) -> Words:
        """Scratch for `add` and `put`, one for each thread."""
        memory = aligned(self._kernels.lane_addition_bytes(group.width) // 8)
        memory[self._kernels.ADD_AT // 8] = PORTABLE.add
        memory[self._kernels.CHANGE_AT // 8] = self._change
        return memory

    def expand(
        self, group: Group, points: Words, indices: NDArray[np.int64], first: int, end: int, parts: Words, images: Words
    ) -> None:
        """See `image_kernels.expand`."""
        self._kernels.expand_lanes(address(points), indices, first, end, group.width, parts, images, self._change)

    def enter(self, group: Group, points: Words, result: Words) -> None:
        """Bring points of keys into this form, `uint64[n, point_words]`."""
        self._convert(group, result, points, len(result), self._kernels.ENTER)

    def leave(self, group: Group, points: Words) -> Words:
        """Bring points, an array of any shape whose last axis is a point, to the form of keys."""
        result = np.empty((*points.shape[:-1], group.words), dtype=np.uint64)
        self._convert(group, result, points, result.size // group.words, self._kernels.LEAVE)
        return result

    def _convert(self, group: Group, targets: Words, sources: Words, count: int, way: int) -> None:
        self._kernels.convert(address(targets), address(sources), count, group.width, way, self._change)


PORTABLE: Final = Portable()


@functools.cache
def lanes() -> Lanes:
    """The way of lanes; compiles it on first use."""
    return Lanes()


def chosen() -> Portable:
    """The way that `kernel_switch` chooses; ValueError as there."""
    return lanes() if kernel_switch.in_lanes() else PORTABLE
