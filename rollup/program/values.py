"""The types of the language. Their instances are symbolic: numbers that are known only when the action runs.

`U8 … U128` are integers whose arithmetic is checked: what overflows or underflows makes the transaction fail, and never wraps. `Field` wraps by design.
`AccountId` and `L1Address` can be compared and used as keys, not counted with.
"""

import operator
from typing import ClassVar, Final, Self, TypeVar, cast

from rollup.crypto.fr import R
from rollup.ir.primitives import Primitive
from rollup.params import ADDRESS_BITS, FULL
from rollup.program.location import author_error
from rollup.program.refusals import Symbolic
from rollup.program.tracing import Block, Tracing, current

V = TypeVar("V", bound="Value")
U = TypeVar("U", bound="UInt")


class Value(Symbolic):
    """A symbolic number.

    Calling a type converts to it, with a check where the number may not fit: `U8(amount)`, `Field(amount)`, `AccountId(number)`.
    """

    __slots__ = ("_block", "_register", "_tracing")
    WIDTH: ClassVar[int] = 0
    """In bits; 255 for a full element, and 0 for what the program decides."""
    WRITTEN: ClassVar[str] = ""
    """What to write where a Python integer will not do; empty if it will."""

    _block: Block | None
    _register: int
    _tracing: Tracing

    def __new__(cls, value: object) -> Self:
        """Convert a value or a literal."""
        return convert(value, cls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(r{self._register})"

    def __eq__(self, other: object) -> "Bool":  # type: ignore[override]  # a symbolic answer, as in NumPy
        """Compare; the types must be comparable."""
        _, tracing, left, right = _meet(self, other, "==")
        return wrap(Bool, tracing, tracing.emit(Primitive.EQ, left, right))

    def __ne__(self, other: object) -> "Bool":  # type: ignore[override]
        """Compare; the types must be comparable."""
        return ~(self == other)

    __hash__ = Symbolic.__hash__


class Bool(Value):
    """Yes or no."""

    __slots__ = ()
    WIDTH = 1
    WRITTEN = "write True or False"

    def __and__(self, other: "Bool | bool") -> "Bool":
        """Return whether both hold."""
        return self._join(Primitive.AND, other)

    def __or__(self, other: "Bool | bool") -> "Bool":
        """Return whether one holds."""
        return self._join(Primitive.OR, other)

    def __invert__(self) -> "Bool":
        """Return whether this does not hold."""
        tracing = current("Bool")
        return wrap(Bool, tracing, tracing.negate(register_of(self)))

    __rand__ = __and__
    __ror__ = __or__

    def _join(self, op: Primitive, other: "Bool | bool") -> "Bool":
        tracing = current("Bool")
        return wrap(Bool, tracing, tracing.emit(op, register_of(self), register_of(coerce(other, Bool))))


class Field(Value):
    """An element of Fr of BLS12-381; sums and products wrap at its order."""

    __slots__ = ()
    WIDTH = FULL

    def __add__(self, other: "Field | UInt | int") -> "Field":
        """Return the sum modulo R."""
        return _in_field(Primitive.ADD, self, other)

    def __sub__(self, other: "Field | UInt | int") -> "Field":
        """Return the difference modulo R."""
        return _in_field(Primitive.SUB, self, other)

    def __mul__(self, other: "Field | UInt | int") -> "Field":
        """Return the product modulo R."""
        return _in_field(Primitive.MUL, self, other)

    def __rsub__(self, other: "UInt | int") -> "Field":
        """Return the difference modulo R."""
        return _in_field(Primitive.SUB, other, self)

    __radd__ = __add__
    __rmul__ = __mul__


class UInt(Value):
    """An integer of fixed width. Between two widths the wider one is the result's."""

    __slots__ = ()

    def __add__(self, other: "UInt | int") -> Self:
        """Return the sum; the transaction fails if it overflows."""
        return _sum_or_product(self, other, Primitive.ADD, "+")

    def __mul__(self, other: "UInt | int") -> Self:
        """Return the product; the transaction fails if it overflows."""
        return _sum_or_product(self, other, Primitive.MUL, "*")

    def __sub__(self, other: "UInt | int") -> Self:
        """Return the difference; the transaction fails if it underflows."""
        return _difference(self, other)

    def __rsub__(self, other: int) -> Self:
        """Return the difference from a literal; the transaction fails if it underflows."""
        return _difference(coerce(other, type(self)), self)

    def __floordiv__(self, other: "UInt | int") -> Self:
        """Return the quotient, rounded down; the transaction fails if the divisor is 0."""
        return _divided(self, other, Primitive.DIV, "//")

    def __mod__(self, other: "UInt | int") -> Self:
        """Return what the division leaves; the transaction fails if the divisor is 0."""
        return _divided(self, other, Primitive.MOD, "%")

    def __divmod__(self, other: "UInt | int") -> tuple[Self, Self]:
        """Return `//` and `%`."""
        return self // other, self % other

    def __rfloordiv__(self, other: int) -> Self:
        """Divide a literal."""
        return coerce(other, type(self)) // self

    def __rmod__(self, other: int) -> Self:
        """Divide a literal."""
        return coerce(other, type(self)) % self

    def __rdivmod__(self, other: int) -> tuple[Self, Self]:
        """Divide a literal."""
        return divmod(coerce(other, type(self)), self)

    def __and__(self, other: "UInt | int") -> Self:
        """Return the bits that are in both."""
        return _bitwise(self, other, Primitive.BIT_AND, "&")

    def __or__(self, other: "UInt | int") -> Self:
        """Return the bits that are in one or both."""
        return _bitwise(self, other, Primitive.BIT_OR, "|")

    def __xor__(self, other: "UInt | int") -> Self:
        """Return the bits that are in one and not in the other."""
        return _bitwise(self, other, Primitive.BIT_XOR, "^")

    def __invert__(self) -> Self:
        """Return the bits of the type that are not in it."""
        return self ^ (1 << self.WIDTH) - 1

    def __lshift__(self, places: int) -> Self:
        """Return the product with 2^places; the transaction fails if it overflows."""
        return _sum_or_product(self, 1 << _places(self, places, "<<"), Primitive.MUL, "<<")

    def __rshift__(self, places: int) -> Self:
        """Return the quotient by 2^places, rounded down."""
        return self // (1 << _places(self, places, ">>"))

    def __lt__(self, other: "UInt | int") -> Bool:
        """Compare."""
        return _less(self, other, "<")

    def __gt__(self, other: "UInt | int") -> Bool:
        """Compare."""
        return _less(self, other, ">", swapped=True)

    def __le__(self, other: "UInt | int") -> Bool:
        """Compare."""
        return ~_less(self, other, "<=", swapped=True)

    def __ge__(self, other: "UInt | int") -> Bool:
        """Compare."""
        return ~_less(self, other, ">=")

    __radd__ = __add__
    __rmul__ = __mul__
    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__


class U8(UInt):
    """An integer below 2^8."""

    __slots__ = ()
    WIDTH = 8


class U16(UInt):
    """An integer below 2^16."""

    __slots__ = ()
    WIDTH = 16


class U32(UInt):
    """An integer below 2^32."""

    __slots__ = ()
    WIDTH = 32


class U64(UInt):
    """An integer below 2^64."""

    __slots__ = ()
    WIDTH = 64


class U128(UInt):
    """An integer below 2^128."""

    __slots__ = ()
    WIDTH = 128


class AccountId(Value):
    """The number of an account, of the program's `account_bits`; it need not exist."""

    __slots__ = ()


class L1Address(Value):
    """An address on L1, 160 bits."""

    __slots__ = ()
    WIDTH = ADDRESS_BITS


KINDS: Final[tuple[type[Value], ...]] = (Field, Bool, U8, U16, U32, U64, U128, AccountId, L1Address)


def width_of(kind: type[Value], account_bits: int) -> int:
    """Return the width of a type in bits; 255 for a full element."""
    return kind.WIDTH or account_bits


def wrap(kind: type[V], tracing: Tracing, register: int) -> V:
    """Give a register a type."""
    value = object.__new__(kind)
    object.__setattr__(value, "_register", register)
    object.__setattr__(value, "_tracing", tracing)
    object.__setattr__(value, "_block", tracing.block)
    return value


def register_of(value: Value) -> int:
    """Return the register of a value; `AuthorError` if it belongs to another action, or to a `when` that has ended."""
    tracing = current(type(value).__name__)
    if value._tracing is not tracing:  # noqa: SLF001 -- a module's own class; authors have no attributes
        raise author_error(
            f"a {type(value).__name__} of another action", "values live as long as the action: keep them in a Table"
        )
    tracing.require_inside(value._block, f"a {type(value).__name__}")  # noqa: SLF001
    return value._register  # noqa: SLF001


def coerce(value: object, kind: type[V]) -> V:
    """Make a value fit where `kind` is due, as assignment, keys and operators do.

    Integers narrow with a check and widen to `Field`; literals are checked now. Everything else wants a conversion that is written out.

    Raises
    ------
    AuthorError
        If the types do not go together or a literal is out of range.
    """
    if isinstance(value, kind):
        register_of(value)
        return value
    if isinstance(value, UInt) and issubclass(kind, UInt | Field):
        return _narrowed(value, kind)
    if isinstance(value, bool):
        if kind is Bool:
            return _literal(int(value), kind)
    elif isinstance(value, int) and not kind.WRITTEN:
        return _literal(value, kind)
    raise author_error(f"{name_of(value)} where {kind.__name__} is due", _remedy(value, kind))


def convert(value: object, kind: type[V]) -> V:
    """Convert as a call of the type does: what `coerce` allows, and between any two types if a check can tell that the number fits.

    Raises
    ------
    AuthorError
        If there is no such check: to `Bool`, or from a `Field` that may be any element; and between an `L1Address` and anything but `Field`, for an address is no number.
    """
    tracing = current(kind.__name__)
    if isinstance(value, Value) and not isinstance(value, kind):
        full = tracing.builder.bounds[register_of(value)] == R
        addresses = isinstance(value, L1Address) or kind is L1Address
        if kind is Bool or ((full or addresses) and kind is not Field):
            raise author_error(f"a {type(value).__name__} cannot become a {kind.__name__}", _remedy(value, kind))
        return _narrowed(value, kind)
    return coerce(value, kind)


def unify(left: object, right: object, symbol: str) -> type[Value]:
    """Return the type in which two operands meet: the wider integer, `Field` before integers, or the type that both have.

    Raises
    ------
    AuthorError
        If there is none.
    """
    values = [value for value in (left, right) if isinstance(value, Value)]
    kinds = {type(value) for value in values}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds and all(issubclass(kind, UInt | Field) for kind in kinds):
        return max(kinds, key=operator.attrgetter("WIDTH"))
    if not kinds:
        raise author_error(f"{symbol} of literals alone", "give one of them a type: U64(1)")
    raise author_error(f"{symbol} of {name_of(left)} and {name_of(right)}: these types do not go together")


def _meet(left: object, right: object, symbol: str) -> tuple[type[Value], Tracing, int, int]:
    tracing = current(symbol)
    kind = unify(left, right, symbol)
    return kind, tracing, register_of(coerce(left, kind)), register_of(coerce(right, kind))


def _literal(value: int, kind: type[V]) -> V:
    tracing = current(kind.__name__)
    width = width_of(kind, tracing.layout.account_bits)
    bound = R if width == FULL else 1 << width
    if not 0 <= value < bound:
        limit = "the order of the field" if width == FULL else f"2^{width}"
        raise author_error(
            f"the literal {value} is no {kind.__name__}", expected=f"0 or more, below {limit}", got=value
        )
    return wrap(kind, tracing, tracing.builder.const(value))


def _narrowed(value: Value, kind: type[V]) -> V:
    tracing, register = current(kind.__name__), register_of(value)
    width = width_of(kind, tracing.layout.account_bits)
    if width != FULL:
        register = tracing.narrow(register, width, f"{type(value).__name__} does not fit {kind.__name__}")
    return wrap(kind, tracing, register)


def _sum_or_product(left: U, right: object, op: Primitive, symbol: str) -> U:
    if isinstance(right, Field):
        return cast("U", NotImplemented)  # Python turns to the operation of Field
    kind, tracing, a, b = _meet(left, right, symbol)
    overflow = f"{kind.__name__} overflow in {symbol}"
    bounds = tracing.builder.bounds
    wide = op is Primitive.MUL and (bounds[a] - 1) * (bounds[b] - 1) >= R
    result = _wide_product(tracing, a, b, overflow) if wide else tracing.emit(op, a, b)
    return cast("U", wrap(kind, tracing, tracing.narrow(result, kind.WIDTH, overflow)))  # the type is the wider one's


def _wide_product(tracing: Tracing, a: int, b: int, overflow: str) -> int:
    """a·b of two numbers below 2^128: with a = h·2^64 + l, h·b must be below 2^64, or the product is 2^128 at least."""
    half = tracing.builder.const(1 << 64)
    high = tracing.emit(Primitive.MUL, tracing.emit(Primitive.SHR, a, imm=64), b)
    high = tracing.emit(Primitive.MUL, tracing.narrow(high, 64, overflow), half)
    return tracing.emit(Primitive.ADD, high, tracing.emit(Primitive.MUL, tracing.emit(Primitive.MOD, a, half), b))


def _divided(left: U, right: object, op: Primitive, symbol: str) -> U:
    if isinstance(right, Field):
        return cast("U", NotImplemented)
    if isinstance(right, int) and not right:
        raise author_error(f"{symbol} by 0")
    kind, tracing, a, b = _meet(left, right, symbol)
    if isinstance(right, int) and right & (right - 1) == 0 and op is Primitive.DIV:
        return cast("U", wrap(kind, tracing, tracing.emit(Primitive.SHR, a, imm=right.bit_length() - 1)))
    if not isinstance(right, int):
        zero = tracing.emit(Primitive.EQ, b, tracing.builder.const(0))
        tracing.require(tracing.negate(zero), f"{kind.__name__} division by zero")
    return cast("U", wrap(kind, tracing, tracing.emit(op, a, b)))


def _bitwise(left: U, right: object, op: Primitive, symbol: str) -> U:
    kind, tracing, a, b = _meet(left, right, symbol)
    if not issubclass(kind, UInt):
        raise author_error(f"{symbol} is not defined for {kind.__name__}", "only U8 … U128 have bits")
    return cast("U", wrap(kind, tracing, tracing.emit(op, a, b)))


def _places(value: UInt, places: object, symbol: str) -> int:
    if isinstance(places, bool) or not isinstance(places, int):
        raise author_error(
            f"{symbol} by {name_of(places)}", "shift by a fixed number; to choose among powers, use select or an Array"
        )
    if not 0 <= places < value.WIDTH:
        name = type(value).__name__
        raise author_error(f"{symbol} by {places} places of a {name}", expected=f"0 … {value.WIDTH - 1}", got=places)
    return places


def _difference(left: U, right: object) -> U:
    if isinstance(right, Field):
        return cast("U", NotImplemented)
    kind, tracing, a, b = _meet(left, right, "-")
    tracing.require(tracing.negate(tracing.emit(Primitive.LT, a, b)), f"{kind.__name__} underflow in -")
    return cast("U", wrap(kind, tracing, tracing.emit(Primitive.MINUS, a, b)))


def _less(left: UInt, right: object, symbol: str, *, swapped: bool = False) -> Bool:
    kind, tracing, a, b = _meet(left, right, symbol)
    if kind is Field:
        raise author_error(f"{symbol} is not defined for Field", "elements of a field have no order")
    return wrap(Bool, tracing, tracing.emit(Primitive.LT, *((b, a) if swapped else (a, b))))


def _in_field(op: Primitive, left: object, right: object) -> Field:
    _, tracing, a, b = _meet(left, right, "arithmetic")
    # A Field may hold an integer, whose sums and products the IR checks; `a - 0` is the same number as a full element, which wraps.
    if op is not Primitive.SUB and R not in (tracing.builder.bounds[a], tracing.builder.bounds[b]):
        a = tracing.emit(Primitive.SUB, a, tracing.builder.const(0))
    return wrap(Field, tracing, tracing.emit(op, a, b))


def name_of(value: object) -> str:
    """Return what an error calls a value."""
    return type(value).__name__ if isinstance(value, Value) else f"{type(value).__name__} {value!r}"


def _remedy(value: object, kind: type[Value]) -> str | None:
    if not isinstance(value, Value):
        return kind.WRITTEN or None
    if L1Address in (type(value), kind):
        return "an address on L1 is an argument of its own"
    if isinstance(value, Field):
        return "take the number as an argument of its own type, and require that the two are equal"
    return "compare: x != 0" if kind is Bool else f"convert it: {kind.__name__}(…)"
