"""Parameters: constants of a program that each chain fixes at genesis."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from rollup.crypto.fr import R
from rollup.errors import AuthorError
from rollup.params import FULL
from rollup.program.annotations import show
from rollup.program.arrays import is_kind
from rollup.program.enums import Enum
from rollup.program.location import author_error
from rollup.program.tracing import active
from rollup.program.values import Bool, Value, width_of, wrap

if TYPE_CHECKING:
    from rollup.program.program import Program

V = TypeVar("V", bound=Value)
VALUES_MARK: Final = "__tandem_parameters__"


class Parameter(Generic[V]):
    """A constant that each chain of a program fixes at genesis: ``FEE = Parameter(U16, default=30)``, and in actions `self.FEE`.

    It is a constant of the code, so `program_id` binds it: chains with different values run different programs.

    Parameters
    ----------
    kind
        A type of the language, of one value, or an enum.
    default
        The value where a chain fixes none; without it each chain must.
    """

    def __init__(self, kind: type[V], *, default: int | bool | None = None) -> None:
        if not is_kind(kind):
            raise author_error(f"a parameter of type {show(kind)}", "use a type of one value: Parameter(U64)")
        self.kind = kind
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: "type[Program]") -> int: ...
    @overload
    def __get__(self, instance: "Program", owner: "type[Program]") -> V: ...
    def __get__(self, instance: "Program | None", owner: "type[Program]") -> int | V:
        """Return the value: in an action one of the language, elsewhere a number."""
        number = values_of(owner).get(self.name, self.default)
        if number is None:
            raise author_error(
                f"{owner.__name__}.{self.name} has no value", f"give it a default, or fix it: {owner.__name__}.with_parameters({self.name}=…)"
            )  # fmt: skip
        tracing = active()
        if tracing is None:
            return number
        return wrap(self.kind, tracing, tracing.builder.const(int(number)))

    def require_value(self, value: object, account_bits: int, what: str) -> int:
        """Return a value as a number.

        Raises
        ------
        AuthorError
            If it is none of the parameter's type.
        """
        if issubclass(self.kind, Enum) and value not in self.kind.MEMBERS.values():
            members = ", ".join(f"{name} = {number}" for name, number in self.kind.MEMBERS.items())
            raise AuthorError(f"{what} is no member of {self.kind.__name__}", expected=members, got=repr(value))
        width = width_of(self.kind, account_bits)
        limit = R if width == FULL else 1 << width
        is_number = isinstance(value, int) and isinstance(value, bool) == (self.kind is Bool)
        if not is_number or not 0 <= int(value) < limit:  # type: ignore[call-overload]  # mypy does not follow `is_number`
            expected = "True or False" if self.kind is Bool else f"{self.kind.__name__}, from 0 to {limit - 1}"
            raise AuthorError(f"{what} is none of its type", expected=expected, got=repr(value))
        return int(value)  # type: ignore[call-overload, no-any-return]


def values_of(cls: type) -> Mapping[str, int]:
    """Return what a program's class was configured with, by name."""
    found: Mapping[str, int] = getattr(cls, VALUES_MARK, MappingProxyType({}))
    return found


def parameters_of(cls: type) -> dict[str, "Parameter[Any]"]:
    """Return the parameters that a class and its bases declare, in order, the bases' first."""
    found: dict[str, Parameter[Any]] = {}
    for base in reversed(cls.__mro__):
        found |= {name: value for name, value in vars(base).items() if isinstance(value, Parameter)}
    return found


def configured(cls: "type[Program]", values: Mapping[str, object]) -> dict[str, int]:
    """Return all values that a class with these is configured with.

    Raises
    ------
    AuthorError
        If there is no such parameter, or a value is none of its type.
    """
    declared = parameters_of(cls)
    chosen = dict(values_of(cls))
    for name, value in values.items():
        if name not in declared:
            there = f"it has {', '.join(declared)}" if declared else "it has none"
            raise AuthorError(f"{cls.__name__} has no parameter {name}", remedy=there)
        chosen[name] = declared[name].require_value(value, cls.account_bits, f"{cls.__name__}.{name}")
    return chosen
