"""LLVM code for Fr in eight lanes: `lane_limbs` with 5 limbs, so an element may be as large as 35·r; canonical elements, `uint64[4]`, to and from lanes."""

from collections.abc import Callable, Sequence

from llvmlite import ir

from rollup.crypto.fr import R
from rollup.crypto.lane_limbs import BITS, I32, LANES, MASK, Element, LaneCode, broadcast, carried, define, splat
from rollup.crypto.limbs import Intrinsic, pointer_intrinsic
from rollup.crypto.limbs_ir import WORD, Builder, Value

LIMBS, WORDS = 5, 4
FR8 = LaneCode(R, LIMBS)
LIMIT = 32
"""Elements below LIMIT·r are factors of products with canonical elements that are below 2r: 32·r² / 2^260 + r."""

NATURAL = (0, 1, 2, 3, 4, 5, 6, 7)
REVERSED = (0, 4, 2, 6, 1, 5, 3, 7)
"""Orders in which elements in memory go into lanes; each is its own inverse."""


def operation(name: str, arity: int, body: Callable[..., None]) -> Intrinsic:
    """Return an intrinsic on addresses, emitted by `body(builder, *pointers)`; not inlined."""
    return pointer_intrinsic(lambda module: define(module, name, arity, body), arity)


def repeated(b: Builder, pointer: Value) -> Element:
    """Load one element, `uint64[5]`, into all lanes."""
    words = b.bitcast(pointer, WORD.as_pointer())
    loads = [b.load(b.gep(words, [ir.Constant(I32, i)])) for i in range(LIMBS)]
    for word in loads:
        word.align = 8
    return [broadcast(b, word) for word in loads]


def gather(b: Builder, pointer: Value, order: Sequence[int]) -> Element:
    """Load eight canonical elements in a row: lane l is element `order[l]`."""
    rows = [b.load(b.gep(pointer, [ir.Constant(I32, i)])) for i in range(WORDS)]
    for row in rows:
        row.align = 8
    words = [picked(b, rows, [WORDS * order[lane] + i for lane in range(LANES)]) for i in range(WORDS)]
    limbs = []
    for i in range(LIMBS):
        word, shift = divmod(BITS * i, 64)
        limb = b.lshr(words[word], splat(shift)) if shift else words[word]
        if shift > 64 - BITS and word + 1 < WORDS:
            limb = b.or_(limb, b.shl(words[word + 1], splat(64 - shift)))
        limbs.append(b.and_(limb, splat(MASK)))
    return limbs


def scatter(b: Builder, x: Element, pointer: Value, order: Sequence[int]) -> None:
    """Inverse of `gather`, for an element below 2^256."""
    words = []
    for i in range(WORDS):
        limb, shift = divmod(64 * i, BITS)
        low = b.lshr(x[limb], splat(shift)) if shift else x[limb]
        words.append(b.or_(low, b.shl(x[limb + 1], splat(BITS - shift))))
    for k in range(WORDS):
        places = [divmod(LANES * k + i, WORDS) for i in range(LANES)]
        row = picked(b, words, [LANES * word + order[element] for element, word in places])
        b.store(row, b.gep(pointer, [ir.Constant(I32, k)])).align = 8


def settled(b: Builder, x: Element) -> Element:
    """Bring x < 2^260 below 2r.

    With t the last limb of x and h that of r, q = ⌊35·t / 2^52⌋ is at most x/r, since 35·(h + 1) <= 2^52; and x/r - q < 1.4, since
    x/r < (t + 1)/h < 35.34·(t + 1)/2^52.
    """
    q = b.lshr(b.mul(x[-1], splat(35)), splat(BITS))
    # 6 bits of q times 52 of a limb are below 2^58, so no half of a product is needed.
    multiple = [b.mul(q, splat(R >> BITS * i & MASK)) for i in range(LIMBS)]
    return carried(b, [b.sub(limb, m) for limb, m in zip(x, multiple, strict=True)])


def canonical(b: Builder, x: Element) -> Element:
    """Bring x < 2^260 below r."""
    return FR8.reduced(b, settled(b, x), (1,))


def picked(b: Builder, rows: Sequence[Value], sources: Sequence[int]) -> Value:
    """Lane l is word `sources[l]` of four vectors in a row."""
    half = 2 * LANES
    low = _shuffled(b, rows[0], rows[1], [s if s < half else 0 for s in sources])
    high = _shuffled(b, rows[2], rows[3], [s - half if s >= half else 0 for s in sources])
    return _shuffled(b, low, high, [lane if s < half else LANES + lane for lane, s in enumerate(sources)])


def _shuffled(b: Builder, x: Value, y: Value, order: Sequence[int]) -> Value:
    return b.shuffle_vector(x, y, ir.Constant(ir.VectorType(I32, LANES), list(order)))
