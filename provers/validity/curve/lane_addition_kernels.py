"""What `addition_kernels` and `image_kernels` do, on points in lane form, eight at a time; see `lane_points_limbs`.

Import this only where the processor has AVX-512 IFMA.
"""

import numpy as np

from provers.validity.curve.addition_kernels import BATCH, addition_bytes, load_address
from provers.validity.curve.inversion_kernels import invert
from provers.validity.curve.lane_limbs import LIMBS
from provers.validity.curve.lane_points_limbs import MASK_OFFSET, RUNNING_OFFSET, WORDS_OFFSET, LaneField
from provers.validity.curve.points import Q
from rollup.crypto.kernel_cache import callback
from rollup.crypto.lane_limbs import BITS, LANES
from rollup.crypto.limbs import array_address, call, keep, kernel, load_word, no_inline, prefetch, store_word

LANES1, LANES2 = LaneField(1), LaneField(2)

_forward1, _backward1, _fold1, _unfold1 = LANES1.forward, LANES1.backward, LANES1.fold, LANES1.unfold
_forward2, _backward2, _fold2, _unfold2 = LANES2.forward, LANES2.backward, LANES2.fold, LANES2.unfold
_enter1, _leave1, _times_z2_1 = LANES1.enter, LANES1.leave, LANES1.times_z2
_enter2, _leave2, _times_z2_2, _times_z = LANES2.enter, LANES2.leave, LANES2.times_z2, LANES2.times_z

_FRAME = LANES2.frame_bytes
_ASIDE = 64
"""Pairs that are added in key form at a time: those that no slope adds."""

ADD_AT, CHANGE_AT = _FRAME, _FRAME + 8
_JUNK = _FRAME + 64  # three points, then addresses of eight sources and eight targets, then points in key form
_SOURCES = _JUNK + 3 * 256
_TARGETS = _SOURCES + 64
_KEYS = _TARGETS + 64
_PAIRS = _KEYS + 3 * _ASIDE * 192
_TRIPLES = _PAIRS + 24 * BATCH
_DENOMINATORS = _TRIPLES + 24 * BATCH

ENTER, LEAVE, TIMES_Z, TIMES_Z2 = 0, 1, 2, 3

_MASK = (1 << BITS) - 1
_ONE = np.array([(1 << BITS * LIMBS) % Q >> (BITS * i) & _MASK for i in range(LIMBS)], dtype=np.uint64)
_TWICE_Q = np.array([2 * Q >> (BITS * i) & _MASK for i in range(LIMBS)], dtype=np.int64)


def lane_addition_bytes(width: int) -> int:
    """Bytes of scratch, from a cache line, that `add_lanes` needs."""
    return _DENOMINATORS + 2 * BATCH * (width // 48 * 64) + addition_bytes(width)


@callback("void(intp,intp,intp,intp)")
def put_lane_function(result: int, point: int, width: int, _memory: int) -> None:
    """Copy a point in lane form, negated where its address is signed."""
    source, part = point & ~1, width // 48 * 64
    for offset in range(0, 2 * part, 8):
        store_word(result + offset, load_word(source + offset))
    if point & 1:
        for line in range(part, 2 * part, 64):
            carry = np.int64(0)
            for i in range(LIMBS):
                limb = _TWICE_Q[i] - np.int64(load_word(source + line + 8 * i)) + carry
                store_word(result + line + 8 * i, np.uint64(limb & _MASK))
                carry = limb >> BITS


@callback("void(intp,intp,intp,intp)")
def change_function(targets: int, sources: int, width: int, change: int) -> None:
    """Change eight points, from and to the addresses at two addresses: `ENTER` lane form, `LEAVE` it, or there `TIMES_Z`, `TIMES_Z2`."""
    if width == 48:
        if change == ENTER:
            _enter1(targets, sources)
        elif change == LEAVE:
            _leave1(targets, sources)
        else:
            _times_z2_1(targets, sources)
    elif change == ENTER:
        _enter2(targets, sources)
    elif change == LEAVE:
        _leave2(targets, sources)
    elif change == TIMES_Z:
        _times_z(targets, sources)
    else:
        _times_z2_2(targets, sources)


@kernel("void(intp,intp,intp,intp)")
def _add_aside(triples: int, count: int, width: int, memory: int) -> None:
    """Add up to `_ASIDE` pairs in key form, which may be equal, opposite or infinity."""
    no_inline()
    size, keys, pairs = 2 * width, memory + _KEYS, memory + _PAIRS
    sources, targets = memory + _SOURCES, memory + _TARGETS
    for column in range(1, 3):
        for i in range(0, count, LANES):
            for lane in range(LANES):
                k = min(i + lane, count - 1)
                point = load_address(triples + 8 * (column * BATCH + k))
                key = keys + (column * _ASIDE + k) * size
                store_word(sources + 8 * lane, np.uint64(point))
                store_word(targets + 8 * lane, np.uint64(key))
                store_word(pairs + 8 * (column * BATCH + k), np.uint64(key + (point & 1)))
                store_word(pairs + 8 * k, np.uint64(keys + k * size))
            call(load_address(memory + CHANGE_AT), targets, sources, width, LEAVE)
    rest = memory + _DENOMINATORS + 2 * BATCH * (width // 48 * 64)
    call(load_address(memory + ADD_AT), pairs, count, width, rest)
    for i in range(0, count, LANES):
        for lane in range(LANES):
            k = min(i + lane, count - 1)
            store_word(sources + 8 * lane, np.uint64(keys + k * size))
            store_word(targets + 8 * lane, load_word(triples + 8 * k))
        call(load_address(memory + CHANGE_AT), targets, sources, width, ENTER)


@kernel("void(intp,intp,intp)")
def _prefetch_pairs(pairs: int, i: int, width: int) -> None:
    for column in range(1, 3):
        for lane in range(LANES):
            point = load_address(pairs + 8 * (column * BATCH + i + lane)) & ~1
            for offset in range(0, width // 48 * 128, 64):
                prefetch(point + offset)


@kernel("intp(intp,intp,intp,intp,intp)")
def _set_aside(pairs: int, i: int, mask: int, aside: int, memory: int) -> int:
    """Move pairs of a mask's lanes to the triples, put junk in their place; return how many stand aside now."""
    no_inline()
    for lane in range(LANES):
        if mask >> lane & 1:
            for column in range(3):
                at = pairs + 8 * (column * BATCH + i + lane)
                store_word(memory + _TRIPLES + 8 * (column * BATCH + aside), load_word(at))
                store_word(at, np.uint64(memory + _JUNK + 256 * column))
            aside += 1
    return aside


@callback("void(intp,intp,intp,intp)")
def add_lanes_function(pairs: int, count: int, width: int, memory: int) -> None:
    """`addition_kernels.add_function` on points in lane form; `memory` has `lane_addition_bytes(width)`.

    Its words at `ADD_AT` and `CHANGE_AT` are the addresses of `addition_kernels.add_function` and of `change_function`.
    """
    no_inline()
    if count == 0:
        return
    padded, aside = (count + LANES - 1) // LANES * LANES, 0
    for offset in range(0, 3 * 256, 8):
        store_word(memory + _JUNK + offset, np.uint64(0))
    # Two points with different x, neither of them zero.
    store_word(memory + _JUNK + 256, np.uint64(1))
    store_word(memory + _JUNK + 512, np.uint64(2))
    for i in range(count, padded):
        for column in range(3):
            store_word(pairs + 8 * (column * BATCH + i), np.uint64(memory + _JUNK + 256 * column))
    running, step, denominators = memory + RUNNING_OFFSET, width // 48 * 1024, memory + _DENOMINATORS
    for i in range(LIMBS):
        for lane in range(LANES):
            store_word(running + 64 * i + 8 * lane, _ONE[i])
            store_word(running + 64 * (LIMBS + i) + 8 * lane, np.uint64(0))
    for i in range(0, padded, LANES):
        if i + 2 * LANES < padded:
            _prefetch_pairs(pairs, i + 2 * LANES, width)
        denominator = denominators + (i // LANES) * step
        if width == 48:
            _forward1(pairs + 8 * i, denominator, memory)
        else:
            _forward2(pairs + 8 * i, denominator, memory)
        mask = load_address(memory + MASK_OFFSET)
        if mask != 0:
            aside = _set_aside(pairs, i, mask, aside, memory)
    scratch = memory + _KEYS
    if width == 48:
        _fold1(memory)
        invert(memory + WORDS_OFFSET, memory + WORDS_OFFSET, scratch)
        _unfold1(memory)
    else:
        _fold2(memory)
        invert(memory + WORDS_OFFSET, memory + WORDS_OFFSET, scratch)
        _unfold2(memory)
    for i in range(padded - LANES, -1, -LANES):
        denominator = denominators + (i // LANES) * step
        if width == 48:
            _backward1(pairs + 8 * i, denominator, memory)
        else:
            _backward2(pairs + 8 * i, denominator, memory)
    for i in range(0, aside, _ASIDE):
        _add_aside(memory + _TRIPLES + 8 * i, min(_ASIDE, aside - i), width, memory)


@kernel("void(intp,int64[::1],intp,intp,intp,uint64[:,:,::1],uint64[:,::1],intp)")
def expand_lanes(
    points: int,
    indices: np.ndarray,
    first: int,
    end: int,
    width: int,
    parts: np.ndarray,
    images: np.ndarray,
    change: int,
) -> None:
    """`image_kernels.expand`, to images in lane form; `change` is the address of `change_function`."""
    no_inline()
    count, size, stride, base = parts.shape[1], width // 48 * 128, len(indices), array_address(images)
    addresses = np.empty((5, LANES), dtype=np.int64)
    start = array_address(addresses)
    for i in range(first, end, LANES):
        for lane in range(LANES):
            k = min(i + lane, end - 1)
            point = points + indices[k] * 2 * width
            addresses[4, lane] = point
            for j in range(count):
                addresses[j, lane] = base + (j * stride + k) * size
            word = np.uint64(0)
            for offset in range(0, 2 * width, 8):
                word |= load_word(point + offset)
            if word == 0:
                parts[k] = 0
        call(change, start, start + 256, width, ENTER)
        if count == 2:
            call(change, start + 64, start, width, TIMES_Z2)
        if count == 4:
            call(change, start + 64, start, width, TIMES_Z)
            call(change, start + 128, start, width, TIMES_Z2)
            call(change, start + 192, start + 64, width, TIMES_Z2)
    keep(addresses)
    keep(images)


@kernel("void(intp,intp,intp,intp,intp,intp)")
def convert(targets: int, sources: int, count: int, width: int, way: int, change: int) -> None:
    """`count` points in a row from key form to lane form (`ENTER`), or back (`LEAVE`); `change` as in `expand_lanes`."""
    no_inline()
    sizes = (2 * width, width // 48 * 128)
    addresses = np.empty((2, LANES), dtype=np.int64)
    start = array_address(addresses)
    for i in range(0, count, LANES):
        for lane in range(LANES):
            k = min(i + lane, count - 1)
            addresses[0, lane] = targets + k * sizes[1 - way]
            addresses[1, lane] = sources + k * sizes[way]
        call(change, start, start + 64, width, way)
    keep(addresses)
