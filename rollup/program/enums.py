"""Enums: a number that is one of a few names."""

from collections.abc import Iterator, Sequence
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Never, Self

from rollup.ir.primitives import Primitive
from rollup.program.location import author_error, of_class
from rollup.program.tracing import Tracing, active, current
from rollup.program.values import UInt, Value, convert, register_of, wrap

WIDEST_MEMBER: Final = 16
"""Members are numbers below 2^16."""


class _Member:
    """A member as the class has it: inside an action a value, elsewhere its number, which is what a transaction carries."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __get__(self, instance: object, owner: type["Enum"]) -> "int | Enum":
        tracing = active()
        return self.number if tracing is None else wrap(owner, tracing, tracing.builder.const(self.number))


class EnumType(type):
    """What can be done with an enum's class: loop over its members, in the order of their numbers, and count them."""

    MEMBERS: MappingProxyType[str, int]

    def __iter__(cls) -> Iterator["int | Enum"]:
        """Give each member as `Side.BUY` would."""
        for name in cls.MEMBERS:
            yield getattr(cls, name)

    def __len__(cls) -> int:
        return len(cls.MEMBERS)

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __getattr__(cls, name: str) -> Never:
            if name.startswith("_") or active() is None:  # what tools ask for
                raise AttributeError(name)
            raise author_error(f"{cls.__name__} has no member {name}", f"it has {', '.join(cls.MEMBERS)}")


class Enum(Value, metaclass=EnumType):
    """The base of enums: ``class Side(Enum): BUY = 0; SELL = 1``.

    INVARIANT: a value of an enum is one of its members: arguments and conversions are checked, and an attribute, which starts as 0, wants an enum that has a member 0.
    Members can be compared, used as keys and as indices of arrays; `U8(side)` is the number.
    """

    __slots__ = ()
    MEMBERS: ClassVar[MappingProxyType[str, int]] = MappingProxyType({})
    """Numbers by name, in the order of the numbers."""

    def __init_subclass__(cls) -> None:
        if cls.__mro__[1] is not Enum:
            raise author_error(f"{cls.__name__} extends another enum", "declare all members in one", at=of_class(cls))
        found = {name: number for name, number in vars(cls).items() if _is_member(cls, name, number)}
        if not found:
            raise author_error(f"{cls.__name__} has no members", "name some: BUY = 0", at=of_class(cls))
        numbers = dict(sorted(found.items(), key=lambda item: item[1]))
        for (one, number), (other, following) in zip(numbers.items(), list(numbers.items())[1:], strict=False):
            if number == following:
                raise author_error(f"{one} and {other} are both {number}", at=of_class(cls, other))
        cls.MEMBERS = MappingProxyType(numbers)
        cls.WIDTH = max(1, max(numbers.values()).bit_length())
        cls.WRITTEN = f"name a member of {cls.__name__}: {', '.join(numbers)}"
        for name, number in numbers.items():
            setattr(cls, name, _Member(number))

    def __new__(cls, value: object) -> Self:
        """Convert a number; the transaction fails if it is no member's."""
        tracing = current(cls.__name__)
        if isinstance(value, int) and not isinstance(value, bool):
            if value not in cls.MEMBERS.values():
                expected = ", ".join(f"{name} = {number}" for name, number in cls.MEMBERS.items())
                raise author_error(f"no member of {cls.__name__} is {value}", expected=expected, got=value)
            return wrap(cls, tracing, tracing.builder.const(value))
        if isinstance(value, Value) and not isinstance(value, UInt | cls):
            raise author_error(f"a {type(value).__name__} cannot become a {cls.__name__}", "convert an integer")
        result = convert(value, cls)
        if not isinstance(value, cls):
            condition = membership(cls, tracing, register_of(result))
            if condition is not None:
                tracing.require(condition, f"no member of {cls.__name__}")
        return result


def membership(kind: type[Enum], tracing: Tracing, register: int) -> int | None:
    """Return the register that tells whether a number is a member's, or None where its bound says so already.

    Members that follow one another cost at most two comparisons, others an equality each.
    """
    numbers, builder = list(kind.MEMBERS.values()), tracing.builder
    first, end = numbers[0], numbers[-1] + 1
    if end - first != len(numbers):
        equal = [tracing.emit(Primitive.EQ, register, builder.const(number)) for number in numbers]
        return _any(tracing, equal)
    parts = []
    if end < builder.bounds[register]:
        parts.append(tracing.emit(Primitive.LT, register, builder.const(end)))
    if first:
        parts.append(tracing.negate(tracing.emit(Primitive.LT, register, builder.const(first))))
    return builder.all(parts) if parts else None


def _any(tracing: Tracing, conditions: Sequence[int]) -> int:
    result, *others = conditions
    for condition in others:
        result = tracing.emit(Primitive.OR, result, condition)
    return result


def _is_member(cls: type[Enum], name: str, number: object) -> bool:
    if name.startswith("__") or isinstance(number, FunctionType | property | staticmethod | classmethod):
        return False
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << WIDEST_MEMBER:
        raise author_error(
            f"the member {cls.__name__}.{name}", at=of_class(cls, name), expected=f"a number below 2^{WIDEST_MEMBER}", got=repr(number)
        )  # fmt: skip
    if name.startswith("_") or name in dir(Enum):
        raise author_error(
            f"{cls.__name__}.{name} is the framework's own", "choose another name", at=of_class(cls, name)
        )
    return True
