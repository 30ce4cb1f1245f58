"""Kernels of `domain`: radix-2 transforms in place, `uint64[n, 4]`, n a power of two; twiddles in Montgomery form.

`decimate_frequency` takes natural to bit-reversed order (Gentleman and Sande 1966), `decimate_time` bit-reversed to
natural (Cooley and Tukey 1965), so a pair of them needs no reordering.
"""

import numpy as np
from numpy.typing import NDArray

from rollup.crypto.fr_kernels import FR, fr_mul
from rollup.crypto.limbs import array_address, keep, kernel, no_inline
from rollup.crypto.limbs_ir import Builder, Module, Value

#: Transforms of this many elements, 128 kB, stay in a core's second-level cache from stage to stage.
BLOCK = 4096


def _frequency(_: Module, b: Builder, x: Value, y: Value, twiddle: Value) -> None:
    code = FR.code
    first, second = code.load(b, x), code.load(b, y)
    code.store(b, code.add(b, first, second), x)
    code.store(b, code.mul(b, code.sub(b, first, second), code.load(b, twiddle)), y)


def _time(_: Module, b: Builder, x: Value, y: Value, twiddle: Value) -> None:
    code = FR.code
    first, second = code.load(b, x), code.mul(b, code.load(b, y), code.load(b, twiddle))
    code.store(b, code.add(b, first, second), x)
    code.store(b, code.sub(b, first, second), y)


#: `(x, y, w)`: `x, y = x + y, (x - y)·w`.
frequency_butterfly = FR.define("frequency_butterfly", 2, _frequency)
#: `(x, y, w)`: `x, y = x + y·w, x - y·w`.
time_butterfly = FR.define("time_butterfly", 2, _time)


@kernel("void(intp,intp,intp,intp,intp)")
def _frequency_stage(start: int, half: int, twiddles: int, stride: int, blocks: int) -> None:
    no_inline()
    for k in range(blocks):
        low = start + k * half * 64
        for j in range(half):
            frequency_butterfly(low + 32 * j, low + 32 * (half + j), twiddles + stride * j)


@kernel("void(intp,intp,intp,intp,intp)")
def _time_stage(start: int, half: int, twiddles: int, stride: int, blocks: int) -> None:
    no_inline()
    for k in range(blocks):
        low = start + k * half * 64
        for j in range(half):
            time_butterfly(low + 32 * j, low + 32 * (half + j), twiddles + stride * j)


@kernel("void(uint64[:,::1],uint64[:,::1],intp)")
def decimate_frequency(values: NDArray[np.uint64], twiddles: NDArray[np.uint64], size: int) -> None:
    """`values[rev(k)] = Σ values[i]·ω^(ik)`; `twiddles[j] = ω^j` for `j < size / 2`."""
    no_inline()
    start, factors = array_address(values), array_address(twiddles)
    block = size
    while block > BLOCK:
        _frequency_stage(start, block >> 1, factors, 32 * (size // block), size // block)
        block >>= 1
    for first in range(0, size, block):
        span = block
        while span > 1:
            _frequency_stage(start + 32 * first, span >> 1, factors, 32 * (size // span), block // span)
            span >>= 1
    keep(values)
    keep(twiddles)


@kernel("void(uint64[:,::1],uint64[:,::1],intp)")
def decimate_time(values: NDArray[np.uint64], twiddles: NDArray[np.uint64], size: int) -> None:
    """`values[k] = Σ values[rev(i)]·ω^(ik)`; `twiddles` as in `decimate_frequency`."""
    no_inline()
    start, factors = array_address(values), array_address(twiddles)
    block = min(size, BLOCK)
    for first in range(0, size, block):
        span = 2
        while span <= block:
            _time_stage(start + 32 * first, span >> 1, factors, 32 * (size // span), block // span)
            span <<= 1
    span = 2 * block
    while span <= size:
        _time_stage(start, span >> 1, factors, 32 * (size // span), size // span)
        span <<= 1
    keep(values)
    keep(twiddles)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1],int64[::1])")
def scatter_scaled(
    results: NDArray[np.uint64], values: NDArray[np.uint64], factors: NDArray[np.uint64], order: NDArray[np.int64]
) -> None:
    """`results[order[i]] = values[i]·factors[i]`, factors in Montgomery form."""
    no_inline()
    target, source, by = array_address(results), array_address(values), array_address(factors)
    for i in range(len(order)):
        fr_mul(target + 32 * order[i], source + 32 * i, by + 32 * i)
    keep(results)
    keep(values)
    keep(factors)
