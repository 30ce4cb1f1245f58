"""LLVM code for the inverse of an integer modulo an odd prime of four words.

SPEC: Pornin, "Optimized binary GCD for modular inversion" (ePrint 2020/972), algorithm 2, with 31 steps on words at a time; it stops as soon as it can, so it
is not constant-time. About a third of the time of a power.
"""

from llvmlite import ir

from rollup.crypto.limbs_ir import WORD, Body, Builder, Module, MontgomeryCode, Value, multiply_add

_STEPS = 31
_BIT = ir.IntType(1)


def inverse_body(code: MontgomeryCode) -> Body:
    """Return what `MontgomeryField.define` takes for `(result, value)`: result·value = 1 for integers below p, neither in Montgomery form; 0 for 0."""
    # SAFETY: 31 steps multiply a number by at most 2^31 in absolute value, and five words hold that with its sign.
    assert code.limbs == 4, "an element has four words"
    return _Inverse(code).emit


class _Inverse:
    """Keeps a = value·u and b = value·v modulo p, a and b being integers in [0, p], b odd; at the end a = 0 and b = 1."""

    def __init__(self, code: MontgomeryCode) -> None:
        self.code, self.wide = code, ir.IntType(64 * code.limbs + 64)
        self.modulus = ir.Constant(self.wide, code.modulus)
        self.negative_inverse = ir.Constant(WORD, -pow(code.modulus, -1, 1 << _STEPS) % (1 << _STEPS))

    def emit(self, module: Module, b: Builder, result: Value, value: Value) -> None:
        slots = [b.alloca(self.wide) for _ in range(4)]
        starts = (b.zext(self.code.load(b, value), self.wide), self.modulus, self._number(1), self._number(0))
        for slot, start in zip(slots, starts, strict=True):
            b.store(start, slot)
        test, body, end = (b.append_basic_block() for _ in range(3))
        b.branch(test)
        b.position_at_end(test)
        b.cbranch(b.icmp_unsigned("==", b.load(slots[0]), self._number(0)), end, body)
        b.position_at_end(body)
        self._round(module, b, slots)
        b.branch(test)
        b.position_at_end(end)
        self.code.store(b, b.trunc(b.load(slots[3]), self.code.element), result)

    def _number(self, value: int) -> Value:
        return ir.Constant(self.wide, value)

    def _round(self, module: Module, b: Builder, slots: list[Value]) -> None:
        x, y, u, v = (b.load(slot) for slot in slots)
        matrix = self._steps(module, b, x, y)
        for row, (number, factor) in enumerate(zip(slots[:2], slots[2:], strict=True)):
            f, g = matrix[2 * row], matrix[2 * row + 1]
            # INVARIANT: the sum is a multiple of 2^31.
            total = b.ashr(self._combine(b, x, f, y, g), self._number(_STEPS))
            negative = b.icmp_signed("<", total, self._number(0))
            b.store(self._negated(b, negative, total), number)
            f, g = (self._negated(b, negative, each) for each in (f, g))
            b.store(self._reduce(b, self._combine(b, u, f, v, g)), factor)

    def _steps(self, module: Module, b: Builder, x: Value, y: Value) -> list[Value]:
        """Return f0, g0, f1, g1, by which 31 steps replace (x, y) with (f0·x + g0·y, f1·x + g1·y)/2^31, from 31 low and 33 high bits of both."""
        longest = b.or_(b.or_(x, y), ir.Constant(self.wide, 1 << 63))  # at least 64 bits
        kind = ir.FunctionType(self.wide, [self.wide, _BIT])
        name = f"llvm.ctlz.i{self.wide.width}"
        zeros = b.call(module.globals.get(name) or ir.Function(module, kind, name), [longest, ir.Constant(_BIT, 1)])
        shift = b.sub(self._number(self.wide.width - 33), zeros)
        low = ir.Constant(WORD, (1 << _STEPS) - 1)
        starts = [
            b.or_(b.and_(b.trunc(n, WORD), low), b.shl(b.trunc(b.lshr(n, shift), WORD), ir.Constant(WORD, _STEPS)))
            for n in (x, y)
        ]
        starts += [ir.Constant(WORD, number) for number in (1, 0, 0, 1, 0)]
        before, loop, after = b.block, b.append_basic_block(), b.append_basic_block()
        b.branch(loop)
        b.position_at_end(loop)
        state = [b.phi(WORD) for _ in starts]
        for phi, start in zip(state, starts, strict=True):
            phi.add_incoming(start, before)
        following = self._step(b, state)
        done = b.icmp_unsigned("==", following[-1], ir.Constant(WORD, _STEPS))
        for phi, value in zip(state, following, strict=True):
            phi.add_incoming(value, loop)
        b.cbranch(done, after, loop)
        b.position_at_end(after)
        return following[2:6]

    def _step(self, b: Builder, state: list[Value]) -> list[Value]:
        """If x is odd: swap if x < y, then x -= y. Then x /= 2, which is kept by doubling y's coefficients."""
        x, y, f0, g0, f1, g1, count = state
        one = ir.Constant(WORD, 1)
        odd = b.trunc(x, _BIT)
        swap = b.and_(odd, b.icmp_unsigned("<", x, y))
        x, y = b.select(swap, y, x), b.select(swap, x, y)
        f0, f1 = b.select(swap, f1, f0), b.select(swap, f0, f1)
        g0, g1 = b.select(swap, g1, g0), b.select(swap, g0, g1)
        x, f0, g0 = (b.sub(n, b.select(odd, m, ir.Constant(WORD, 0))) for n, m in ((x, y), (f0, f1), (g0, g1)))
        return [b.lshr(x, one), y, f0, g0, b.shl(f1, one), b.shl(g1, one), b.add(count, one)]

    def _combine(self, b: Builder, x: Value, f: Value, y: Value, g: Value) -> Value:
        """Return x·f + y·g for x, y of four words and f, g signed."""
        return b.add(self._times(b, x, f), self._times(b, y, g))

    def _times(self, b: Builder, x: Value, factor: Value) -> Value:
        negative = b.icmp_signed("<", factor, ir.Constant(WORD, 0))
        return self._negated(b, negative, self._times_word(b, x, self._negated(b, negative, factor)))

    def _times_word(self, b: Builder, x: Value, factor: Value) -> Value:
        carry, result = ir.Constant(WORD, 0), self._number(0)
        for i in range(self.code.limbs):
            word = b.trunc(b.lshr(x, self._number(64 * i)), WORD)
            low, carry = multiply_add(b, word, factor, carry)
            result = b.or_(result, b.shl(b.zext(low, self.wide), self._number(64 * i)))
        return b.or_(result, b.shl(b.zext(carry, self.wide), self._number(64 * self.code.limbs)))

    def _reduce(self, b: Builder, total: Value) -> Value:
        """Return total/2^31 modulo p, in [0, p); |total| < 2^31·p."""
        mask = ir.Constant(WORD, (1 << _STEPS) - 1)
        quotient = b.and_(b.mul(b.trunc(total, WORD), self.negative_inverse), mask)
        exact = b.add(total, self._times_word(b, self.modulus, quotient))
        # It is above -p and below 2p.
        value = b.ashr(exact, self._number(_STEPS))
        value = b.add(value, b.select(b.icmp_signed("<", value, self._number(0)), self.modulus, self._number(0)))
        return b.sub(value, b.select(b.icmp_signed("<", value, self.modulus), self._number(0), self.modulus))

    def _negated(self, b: Builder, condition: Value, value: Value) -> Value:
        return b.select(condition, b.neg(value), value)
