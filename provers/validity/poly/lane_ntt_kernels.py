"""What `ntt_kernels` does, in eight lanes; only where the processor has AVX-512 IFMA.

Of n = 8m elements, vector g of `uint64[m, 40]` holds in lane l element l·m + g, so but for three levels a transform is eight in lanes, of m
elements each. Those three work on chunks of eight vectors, transposed before or after, so that vector l of chunk g/8 holds l·m + g to l·m + g + 7.

`table`, `uint64[m, 5]`, holds at h + j the twiddle j of the level whose butterflies are h vectors apart; `across`, `uint64[m / 8, 40]`, those of the
level of n/2 for lane 0, and `eighths`, `uint64[4, 5]`, what takes them to those of lanes 0 to 3. Levels after it take squares.
"""

import numpy as np
from numpy.typing import NDArray

from provers.validity.poly.lane_ntt_limbs import (
    enter_natural,
    enter_reversed,
    frequency_butterfly,
    frequency_butterfly8,
    leave_natural,
    leave_reversed,
    move8,
    multiply1,
    multiply8,
    product_less8,
    settle8,
    time_butterfly,
    time_butterfly8,
    transpose_chunk,
)
from rollup.crypto.kernel_cache import callback
from rollup.crypto.limbs import array_address, call, keep, kernel, no_inline

Words = NDArray[np.uint64]

SIZE, ONE = 320, 40
"""Bytes of eight elements, and of one."""
BY_TIME = 1
BLOCK = 1024
"""Vectors, 320 kB, that stay in a core's second-level cache from level to level."""
ROWS, COLUMNS = 128, 8
"""Of larger transforms, strips of at most ROWS runs of COLUMNS vectors are copied there and back, once for seven levels."""
STRIP_WORDS = ROWS * COLUMNS * SIZE // 8
ACROSS_WORDS = 7 * SIZE // 8
"""Scratch of transforms and of the levels across lanes."""


@callback("void(intp,intp,intp,intp)")
def levels_across(chunk: int, across: int, eighths: int, way: int) -> None:
    """The three levels across lanes of one chunk: the first by frequency or, where `way` is odd, the last by time. `way` is the scratch's address, plus 0 or 1.

    One function, so that the products in it are compiled once.
    """
    no_inline()
    scratch = way & ~1
    for i in range(4):
        multiply1(scratch + SIZE * i, across, eighths + ONE * i)
    for i in range(2):
        multiply8(scratch + SIZE * (4 + i), scratch + SIZE * i, scratch + SIZE * i)
    multiply8(scratch + SIZE * 6, scratch + SIZE * 4, scratch + SIZE * 4)
    if way & BY_TIME:
        transpose_chunk(chunk)
        half, twiddle = 1, scratch + SIZE * 6
        while half < 8:
            for k in range(0, 8, 2 * half):
                for i in range(k, k + half):
                    time_butterfly8(chunk + SIZE * i, chunk + SIZE * (i + half), twiddle + SIZE * (i - k))
            half <<= 1
            twiddle -= SIZE * half
    else:
        half, twiddle = 4, scratch
        while half > 0:
            for k in range(0, 8, 2 * half):
                for i in range(k, k + half):
                    frequency_butterfly8(chunk + SIZE * i, chunk + SIZE * (i + half), twiddle + SIZE * (i - k))
            twiddle += SIZE * half
            half >>= 1
        transpose_chunk(chunk)


@kernel("void(intp,intp,intp,intp,intp,intp)")
def _frequency_level(start: int, blocks: int, rows: int, run: int, twiddles: int, stride: int) -> None:
    """Butterflies `rows·run` vectors apart; twiddles lie in runs too, `stride` bytes from one to the next."""
    no_inline()
    distance = SIZE * rows * run
    for k in range(blocks):
        for row in range(rows):
            x, w = start + 2 * distance * k + SIZE * run * row, twiddles + stride * row
            for i in range(run):
                frequency_butterfly(x + SIZE * i, x + distance + SIZE * i, w + ONE * i)


@kernel("void(intp,intp,intp,intp,intp,intp)")
def _time_level(start: int, blocks: int, rows: int, run: int, twiddles: int, stride: int) -> None:
    """As `_frequency_level`."""
    no_inline()
    distance = SIZE * rows * run
    for k in range(blocks):
        for row in range(rows):
            x, w = start + 2 * distance * k + SIZE * run * row, twiddles + stride * row
            for i in range(run):
                time_butterfly(x + SIZE * i, x + distance + SIZE * i, w + ONE * i)


@kernel("void(uint64[::1],intp,uint64[:,::1],uint64[::1])")
def frequency_lanes(vectors: Words, m: int, table: Words, scratch: Words) -> None:
    """Transform each lane by frequency, natural to bit-reversed order; `scratch` is uint64[STRIP_WORDS] from a cache line."""
    no_inline()
    start, twiddles, strip = array_address(vectors), array_address(table), array_address(scratch)
    span = m
    while span > BLOCK:
        rows = min(span // BLOCK, ROWS)
        columns = span // rows
        for first in range(0, m, span):
            for column in range(0, columns, COLUMNS):
                corner = start + SIZE * (first + column)
                for row in range(rows):
                    for i in range(COLUMNS):
                        move8(strip + SIZE * (row * COLUMNS + i), corner + SIZE * (row * columns + i))
                half = rows >> 1
                while half > 0:
                    w = twiddles + ONE * (half * columns + column)
                    _frequency_level(strip, rows // (2 * half), half, COLUMNS, w, ONE * columns)
                    half >>= 1
                for row in range(rows):
                    for i in range(COLUMNS):
                        move8(corner + SIZE * (row * columns + i), strip + SIZE * (row * COLUMNS + i))
        span = columns
    for first in range(0, m, span):
        half = span >> 1
        while half > 0:
            _frequency_level(start + SIZE * first, span // (2 * half), 1, half, twiddles + ONE * half, 0)
            half >>= 1
    keep(vectors)
    keep(table)
    keep(scratch)


@kernel("void(uint64[::1],intp,uint64[:,::1],uint64[::1])")
def time_lanes(vectors: Words, m: int, table: Words, scratch: Words) -> None:
    """Transform each lane by time, bit-reversed to natural order; `scratch` as in `frequency_lanes`.

    INVARIANT: vectors enter below 2r and grow by 2r a level: to 22r in a block, and from 2r to 16r in a strip; three levels across lanes may follow.
    """
    no_inline()
    start, twiddles, strip = array_address(vectors), array_address(table), array_address(scratch)
    block = min(m, BLOCK)
    for first in range(0, m, block):
        half = 1
        while half < block:
            _time_level(start + SIZE * first, block // (2 * half), 1, half, twiddles + ONE * half, 0)
            half <<= 1
    columns = block
    while columns < m:
        rows = min(m // columns, ROWS)
        span = rows * columns
        for first in range(0, m, span):
            for column in range(0, columns, COLUMNS):
                corner = start + SIZE * (first + column)
                for row in range(rows):
                    for i in range(COLUMNS):
                        settle8(strip + SIZE * (row * COLUMNS + i), corner + SIZE * (row * columns + i))
                half = 1
                while half < rows:
                    w = twiddles + ONE * (half * columns + column)
                    _time_level(strip, rows // (2 * half), half, COLUMNS, w, ONE * columns)
                    half <<= 1
                for row in range(rows):
                    for i in range(COLUMNS):
                        move8(corner + SIZE * (row * columns + i), strip + SIZE * (row * COLUMNS + i))
        columns = span
    keep(vectors)
    keep(table)
    keep(scratch)


@kernel("void(uint64[::1],uint64[:,::1],intp,uint64[:,::1],uint64[:,::1],uint64[::1],intp)")
def enter_by_frequency(
    vectors: Words, values: Words, m: int, across: Words, eighths: Words, scratch: Words, function: int
) -> None:
    """From natural order, through the first levels; `function` is the address of `levels_across`, `scratch` uint64[ACROSS_WORDS] from a cache line."""
    no_inline()
    start, source, room = array_address(vectors), array_address(values), array_address(scratch)
    factors, roots = array_address(across), array_address(eighths)
    for g in range(0, m, 8):
        for lane in range(8):
            enter_natural(start + SIZE * (g + lane), source + 32 * (lane * m + g))
        call(function, start + SIZE * g, factors + ONE * g, roots, room)
    keep(vectors)
    keep(values)
    keep(across)
    keep(eighths)
    keep(scratch)


@kernel("void(uint64[:,::1],uint64[::1],intp,uint64[:,::1],uint64[:,::1],uint64[::1],intp)")
def leave_by_time(
    values: Words, vectors: Words, m: int, across: Words, eighths: Words, scratch: Words, function: int
) -> None:
    """Through the last levels to natural order; `function` is the address of `levels_across`, else as `enter_by_frequency`."""
    no_inline()
    start, target, room = array_address(vectors), array_address(values), array_address(scratch)
    factors, roots = array_address(across), array_address(eighths)
    for g in range(0, m, 8):
        call(function, start + SIZE * g, factors + ONE * g, roots, room + BY_TIME)
        for lane in range(8):
            leave_natural(target + 32 * (lane * m + g), start + SIZE * (g + lane))
    keep(vectors)
    keep(values)
    keep(across)
    keep(eighths)
    keep(scratch)


@kernel("void(uint64[::1],uint64[:,::1],int64[::1])")
def enter_by_bits(vectors: Words, values: Words, order: NDArray[np.int64]) -> None:
    """From natural to bit-reversed order; `order` reverses the bits of a vector's number."""
    no_inline()
    start, source = array_address(vectors), array_address(values)
    for g in range(len(order)):
        enter_reversed(start + SIZE * g, source + 256 * order[g])
    keep(vectors)
    keep(values)


@kernel("void(uint64[:,::1],uint64[::1],uint64[::1],int64[::1])")
def leave_by_bits(values: Words, vectors: Words, factor: Words, order: NDArray[np.int64]) -> None:
    """From bit-reversed to natural order, times `factor`, one element."""
    no_inline()
    start, target, by = array_address(vectors), array_address(values), array_address(factor)
    for g in range(len(order)):
        leave_reversed(target + 256 * order[g], start + SIZE * g, by)
    keep(vectors)
    keep(values)
    keep(factor)


Levels = tuple[Words, Words, Words, Words, int]
LEVELS = "Tuple((uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],intp))"


@kernel(f"void(uint64[::1],uint64[::1],uint64[::1],uint64[::1],{LEVELS},uint64[::1],intp,intp)")
def product_less_lanes(
    a: Words, b: Words, c: Words, factor: Words, levels: Levels, scratch: Words, first: int, end: int
) -> None:
    """`(a·b - factor·c)·2^-260` into `a`, after the last levels by time and before the first by frequency, of vectors `first` to `end`, multiples of 8.

    `levels`: `across` and `eighths` by time, then by frequency, and the address of `levels_across`.
    """
    no_inline()
    x, y, z, by, room = (
        array_address(a),
        array_address(b),
        array_address(c),
        array_address(factor),
        array_address(scratch),
    )
    across, eighths, across_back, eighths_back, function = levels
    last, last_eighths = array_address(across), array_address(eighths)
    next_, next_eighths = array_address(across_back), array_address(eighths_back)
    for g in range(first, end, 8):
        call(function, x + SIZE * g, last + ONE * g, last_eighths, room + BY_TIME)
        call(function, y + SIZE * g, last + ONE * g, last_eighths, room + BY_TIME)
        call(function, z + SIZE * g, last + ONE * g, last_eighths, room + BY_TIME)
        for i in range(g, g + 8):
            product_less8(x + SIZE * i, y + SIZE * i, z + SIZE * i, by)
        call(function, x + SIZE * g, next_ + ONE * g, next_eighths, room)
    keep(a)
    keep(b)
    keep(c)
    keep(factor)
    keep(scratch)
    keep(across)
    keep(eighths)
    keep(across_back)
    keep(eighths_back)
