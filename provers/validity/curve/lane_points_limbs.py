"""LLVM functions on eight affine points at a time, in G1 and G2, over `lane_limbs`.

A point in *lane form* is x, then y, of 8 words a part, at a cache line; word i is limb i. x is below Q, y below 2Q; infinity is (0, 0), or
(0, 2Q). In *key form* it lies as in `groups`. A function is given addresses of eight addresses, in a row, of points; lowest bits are
signs as in `addition_kernels`.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from provers.validity.curve.addition_kernels import BATCH
from provers.validity.curve.image_kernels import BETA, XI
from provers.validity.curve.lane_limbs import (
    FP,
    LIMBS,
    constant,
    linear,
    montgomery,
    multiply,
    multiply2,
    reduced,
    square2,
)
from provers.validity.curve.points import Q
from rollup.crypto.lane_limbs import (
    BITS,
    I32,
    LANES,
    POINTER,
    VECTOR,
    Element,
    are_equal,
    broadcast,
    carried,
    define,
    is_zero,
    load,
    signed,
    splat,
    store,
    transpose,
)
from rollup.crypto.limbs import Intrinsic, pointer_intrinsic
from rollup.crypto.limbs_ir import WORD, Builder, Value

_WORDS = 6
_R = 1 << BITS * LIMBS
_KEY_R = 1 << 64 * _WORDS

MASK_OFFSET = 0
"""In a frame: a mask of lanes, then words of an integer, then the running product and its folds, elements."""
WORDS_OFFSET = 64
RUNNING_OFFSET = 128


class LaneField:
    """Fp (one part) or Fp2 (two)."""

    def __init__(self, parts: int) -> None:
        self.parts, self.vectors = parts, parts * LIMBS
        self.name = f"lanes{parts}"
        self.size = parts * FP.size
        self.frame_bytes = RUNNING_OFFSET + 4 * self.size
        self.forward, self.backward = (
            self._intrinsic("forward", 3, self._forward),
            self._intrinsic("backward", 3, self._backward),
        )
        self.fold, self.unfold = self._intrinsic("fold", 1, self._fold), self._intrinsic("unfold", 1, self._unfold)
        self.enter, self.leave = self._intrinsic("enter", 2, self._enter), self._intrinsic("leave", 2, self._leave)
        self.times_z2 = self._intrinsic("times_z2", 2, self._times_z2)
        if parts == 2:
            self.times_z = self._intrinsic("times_z", 2, self._times_z)

    def _intrinsic(self, name: str, arity: int, body: Callable[..., None]) -> Intrinsic:
        return pointer_intrinsic(lambda module: define(module, f"{self.name}_{name}", arity, body), arity)

    def _product(self, b: Builder, x: Value, y: Value, result: Value) -> None:
        """Call the shared product, on addresses."""
        emit = multiply if self.parts == 1 else multiply2

        def body(b: Builder, result: Value, x: Value, y: Value) -> None:
            store(b, emit(b, load(b, x, self.vectors), load(b, y, self.vectors)), result)

        b.call(define(b.module, f"{self.name}_product", 3, body), [result, x, y])

    def _times(self, b: Builder, x: Element, y: Element) -> Element:
        """x·y in Fp by the shared product."""

        def body(b: Builder, result: Value, x: Value, y: Value) -> None:
            store(b, multiply(b, load(b, x, LIMBS), load(b, y, LIMBS)), result)

        room = [_slot(b, LIMBS) for _ in range(3)]
        store(b, x, room[1])
        store(b, y, room[2])
        b.call(define(b.module, "lanes1_product", 3, body), room)
        return load(b, room[0], LIMBS)

    def _square(self, b: Builder, x: Value, result: Value) -> None:
        if self.parts == 1:
            self._product(b, x, x, result)
            return

        def body(b: Builder, result: Value, x: Value) -> None:
            store(b, square2(b, load(b, x, self.vectors)), result)

        b.call(define(b.module, f"{self.name}_square", 2, body), [result, x])

    def _each(self, emit: Callable[..., Element], *elements: Element) -> Element:
        """Do a linear operation on each part."""
        parts = [[x[i * LIMBS : (i + 1) * LIMBS] for x in elements] for i in range(self.parts)]
        return [limb for part in parts for limb in emit(*part)]

    # Pairs ------------------------------------------------------------------------------------------------------

    def _forward(self, b: Builder, pairs: Value, denominator: Value, frame: Value) -> None:
        """Denominators of eight slopes, the running product before them behind, and a mask of the lanes that need more than a slope: equal x, or x = 0."""
        first, second = (_Points(b, _after(b, pairs, 8 * BATCH * column), self.parts) for column in (1, 2))
        x1, x2 = first.coordinate(0), second.coordinate(0)
        special = b.or_(are_equal(b, x1, x2), b.or_(is_zero(b, x1), is_zero(b, x2)))
        difference = self._each(lambda x, y: linear(b, [y], [x], 1), x1, x2)
        one = montgomery(1) + [splat(0)] * (self.vectors - LIMBS)
        store(b, [b.select(special, o, d) for o, d in zip(one, difference, strict=True)], denominator)
        running = _after(b, frame, RUNNING_OFFSET)
        store(b, load(b, running, self.vectors), _after(b, denominator, self.size))
        self._product(b, running, denominator, running)
        mask = b.zext(b.bitcast(special, ir.IntType(8)), WORD)
        b.store(mask, b.bitcast(_after(b, frame, MASK_OFFSET), WORD.as_pointer()))

    def _backward(self, b: Builder, pairs: Value, denominator: Value, frame: Value) -> None:
        """Eight sums: x = λ² - x1 - x2, y = λ(x1 - x) - y1. The running product is inverted by now."""
        first, second = (_Points(b, _after(b, pairs, 8 * BATCH * column), self.parts) for column in (1, 2))
        running, slope, t = _after(b, frame, RUNNING_OFFSET), _slot(b, self.vectors), _slot(b, self.vectors)
        self._product(b, running, _after(b, denominator, self.size), slope)
        self._product(b, running, denominator, running)
        x1, x2 = first.coordinate(0), second.coordinate(0)
        y1, y2 = signed(b, first.negative, first.coordinate(1)), signed(b, second.negative, second.coordinate(1))
        store(b, self._each(lambda a, c: linear(b, [c], [a], 4), y1, y2), t)
        self._product(b, slope, t, slope)
        self._square(b, slope, t)
        x3 = self._each(lambda s, a, c: reduced(b, linear(b, [s], [a, c], 2), (2, 1)), load(b, t, self.vectors), x1, x2)
        store(b, self._each(lambda a, c: linear(b, [a], [c], 1), x1, x3), t)
        self._product(b, slope, t, t)
        # 2Q - y1, or y1 where it is negative: below 2Q.
        offset = [b.select(first.negative, splat(0), limb) for limb in constant(2 * Q)]
        y3 = self._each(
            lambda v, y: reduced(
                b, carried(b, [b.add(b.sub(a, c), k) for a, c, k in zip(v, y, offset, strict=True)]), (2,)
            ),
            load(b, t, self.vectors),
            y1,
        )
        _Points(b, pairs, self.parts).write(x3 + y3)

    # One inversion for eight lanes ------------------------------------------------------------------------------

    def _fold(self, b: Builder, frame: Value) -> None:
        """Multiply the lanes of the running product, of its norm in Fp2, and write lane 0 as an integer."""
        running = _after(b, frame, RUNNING_OFFSET)
        value = load(b, running, self.vectors)
        if self.parts == 2:
            squares = [self._times(b, part, part) for part in (value[:LIMBS], value[LIMBS:])]
            value = linear(b, squares, [], 0)
        for i, step in enumerate((1, 2, 4)):
            store(b, value, _fold_at(b, frame, self.size, i))
            value = self._times(b, value, _exchanged(b, value, step))
        words = _to_words(b, reduced(b, value, (2, 1)))
        target = b.bitcast(_after(b, frame, WORDS_OFFSET), WORD.as_pointer())
        for i, word in enumerate(words):
            lane = b.extract_element(word, ir.Constant(I32, 0))
            b.store(lane, b.gep(target, [ir.Constant(I32, i)]))

    def _unfold(self, b: Builder, frame: Value) -> None:
        """Undo `_fold` from the integer's inverse: the running product becomes its inverse in every lane."""
        source = b.bitcast(_after(b, frame, WORDS_OFFSET), WORD.as_pointer())
        words = [broadcast(b, b.load(b.gep(source, [ir.Constant(I32, i)]))) for i in range(_WORDS)]
        # (x·R)^-1·R³/R = x^-1·R.
        value = self._times(b, _to_limbs(b, words), constant(_R**3 % Q))
        for i, step in ((2, 4), (1, 2), (0, 1)):
            value = self._times(b, value, _exchanged(b, load(b, _fold_at(b, frame, self.size, i), LIMBS), step))
        running = _after(b, frame, RUNNING_OFFSET)
        if self.parts == 2:
            product = load(b, running, self.vectors)
            value = self._times(b, product[:LIMBS], value) + self._times(b, linear(b, [], [product[LIMBS:]], 2), value)
        store(b, value, running)

    # Forms and images -------------------------------------------------------------------------------------------

    def _enter(self, b: Builder, targets: Value, sources: Value) -> None:
        """Key form to lane form."""
        addresses = _addresses(b, sources)
        result: list[Value] = []
        for part in range(2 * self.parts):
            words = [_gather(b, addresses, 48 * part + 8 * i) for i in range(_WORDS)]
            element = self._times(b, _to_limbs(b, words), constant(_R * _R * pow(_KEY_R, -1, Q) % Q))
            result += reduced(b, element, (1,))
        _Points(b, targets, self.parts).write(result)

    def _leave(self, b: Builder, targets: Value, sources: Value) -> None:
        """Lane form to key form, signs ignored."""
        points, addresses = _Points(b, sources, self.parts), _addresses(b, targets)
        for coordinate in range(2):
            value = points.coordinate(coordinate)
            for part in range(self.parts):
                limbs = self._times(b, value[part * LIMBS : (part + 1) * LIMBS], constant(_KEY_R % Q))
                for i, word in enumerate(_to_words(b, reduced(b, limbs, (1,)))):
                    _scatter(b, word, addresses, 48 * (coordinate * self.parts + part) + 8 * i)

    def _times_z2(self, b: Builder, targets: Value, sources: Value) -> None:
        """`[Z²]` of points in lane form, signs ignored; see `image_kernels`."""
        points = _Points(b, sources, self.parts)
        factor = montgomery(BETA if self.parts == 1 else BETA * BETA % Q)
        x = self._each(lambda a: reduced(b, self._times(b, a, factor), (1,)), points.coordinate(0))
        y = self._each(lambda a: linear(b, [], [a], 2), points.coordinate(1))
        _Points(b, targets, self.parts).write(x + y)

    def _times_z(self, b: Builder, targets: Value, sources: Value) -> None:
        """`[Z]` of points of G2 in lane form, signs ignored."""
        points = _Points(b, sources, 2)
        x, y = points.coordinate(0), points.coordinate(1)
        x0, x1, y0, y1 = x[:LIMBS], x[LIMBS:], y[:LIMBS], y[LIMBS:]
        kappa, xi, minus_xi = montgomery(Q - BETA), montgomery(XI), montgomery(Q - XI)
        result = reduced(b, self._times(b, x1, kappa), (1,)) + reduced(b, self._times(b, x0, kappa), (1,))
        result += self._times(b, linear(b, [y0], [y1], 2), xi) + self._times(b, linear(b, [y0, y1], [], 0), minus_xi)
        _Points(b, targets, 2).write(result)


class _Points:
    """Eight points in lane form, by the address of their signed addresses."""

    def __init__(self, b: Builder, pointer: Value, parts: int) -> None:
        self._b, self._parts, self._addresses = b, parts, _addresses(b, pointer)
        words = b.load(b.bitcast(pointer, POINTER))
        words.align = 8
        self.negative = b.icmp_unsigned("!=", b.and_(words, splat(1)), splat(0))

    def coordinate(self, index: int) -> Element:
        """x (0) or y (1), signs ignored."""
        result: list[Value] = []
        for part in range(self._parts):
            rows = [self._b.load(self._at(a, index * self._parts + part)) for a in self._addresses]
            for row in rows:
                row.align = 64
            result += transpose(self._b, rows)
        return result

    def write(self, limbs: Sequence[Value]) -> None:
        """Store x and y."""
        for i in range(2 * self._parts):
            rows = transpose(self._b, limbs[i * LIMBS : (i + 1) * LIMBS])
            for a, row in zip(self._addresses, rows, strict=True):
                self._b.store(row, self._at(a, i)).align = 64

    def _at(self, address: Value, line: int) -> Value:
        return self._b.inttoptr(self._b.add(address, ir.Constant(WORD, 64 * line)), POINTER)


def _after(b: Builder, pointer: Value, offset: int) -> Value:
    raw = b.bitcast(pointer, ir.IntType(8).as_pointer())
    return b.bitcast(b.gep(raw, [ir.Constant(I32, offset)]), POINTER)


def _fold_at(b: Builder, frame: Value, size: int, index: int) -> Value:
    return _after(b, frame, RUNNING_OFFSET + size + index * FP.size)


def _slot(b: Builder, vectors: int) -> Value:
    slot = b.alloca(VECTOR, vectors)
    slot.align = 64
    return slot


def _addresses(b: Builder, pointer: Value) -> list[Value]:
    words = b.bitcast(pointer, WORD.as_pointer())
    result = []
    for i in range(LANES):
        word = b.load(b.gep(words, [ir.Constant(I32, i)]))
        word.align = 8
        result.append(b.and_(word, ir.Constant(WORD, -2)))
    return result


def _gather(b: Builder, addresses: Sequence[Value], offset: int) -> Value:
    result: Value = ir.Constant(VECTOR, ir.Undefined)
    for lane, address in enumerate(addresses):
        word = b.load(b.inttoptr(b.add(address, ir.Constant(WORD, offset)), WORD.as_pointer()))
        word.align = 8
        result = b.insert_element(result, word, ir.Constant(I32, lane))
    return result


def _scatter(b: Builder, vector: Value, addresses: Sequence[Value], offset: int) -> None:
    for lane, address in enumerate(addresses):
        pointer = b.inttoptr(b.add(address, ir.Constant(WORD, offset)), WORD.as_pointer())
        b.store(b.extract_element(vector, ir.Constant(I32, lane)), pointer).align = 8


def _exchanged(b: Builder, x: Element, step: int) -> Element:
    """Lanes j and j ^ step change places."""
    order = ir.Constant(ir.VectorType(I32, LANES), [j ^ step for j in range(LANES)])
    return [b.shuffle_vector(limb, limb, order) for limb in x]


def _shifted(b: Builder, x: Value, bits: int) -> Value:
    """x·2^bits, cut off."""
    return b.shl(x, splat(bits)) if bits >= 0 else b.lshr(x, splat(-bits))


def _joined(b: Builder, values: Sequence[Value], width: int, target: int, count: int) -> list[Value]:
    """Regroup digits of `width` bits into `count` of `target` bits, which may have bits above those set."""
    result = []
    for k in range(count):
        total = None
        for i, value in enumerate(values):
            bits = width * i - target * k
            if -width < bits < target:
                piece = _shifted(b, value, bits)
                total = piece if total is None else b.or_(total, piece)
        result.append(total)
    return result


def _to_words(b: Builder, limbs: Element) -> list[Value]:
    return _joined(b, limbs, BITS, 64, _WORDS)


def _to_limbs(b: Builder, words: Sequence[Value]) -> Element:
    return [b.and_(limb, splat((1 << BITS) - 1)) for limb in _joined(b, words, 64, BITS, LIMBS)]
