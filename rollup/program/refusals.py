"""What cannot be done with a number that is known only when the action runs; each refusal says what to write instead."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Never

from rollup.program.location import author_error

_DIVIDE: Final = "only U8 … U128 can be divided, by // and %, which round down"
_INSTEAD: Final = {
    "//": _DIVIDE,
    "/": _DIVIDE,
    "%": _DIVIDE,
    "divmod": _DIVIDE,
    "^": "use a != b for the exclusive or of two Bool",
    "**": "multiply",
    **dict.fromkeys(("<<", ">>"), "only U8 … U128 can be shifted, by a fixed number: a << 3"),
    **dict.fromkeys(("&", "|"), "only Bool and U8 … U128 have bits"),
    "abs": "no number is negative; absolute_difference(a, b) is the distance of two",
    **dict.fromkeys(("<", "<=", ">", ">="), "only U8 … U128 have an order"),
}
_OPERATORS: Final = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "divmod": "divmod",
    "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^", "matmul": "@",
}  # fmt: skip
_OTHERS: Final = {
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "neg": "unary -",
    "pos": "unary +",
    "invert": "~",
    "abs": "abs",
}


class Symbolic:
    """The base of all values: nothing is defined for it. Subclasses define what has a meaning."""

    __slots__ = ()

    if not TYPE_CHECKING:  # a type checker knows what there is, and would believe any name

        def __setattr__(self, name: str, value: object) -> Never:
            raise author_error(f"a {type(self).__name__} has no attribute {name} to assign to")

        def __getattr__(self, name: str) -> Never:
            if name.startswith("__"):  # what Python itself asks for, to copy or to print
                raise AttributeError(name)
            raise author_error(f"a {type(self).__name__} has no attribute {name}")

    def __bool__(self) -> Never:
        raise _unknown(
            self,
            "branch on it (if, while, and, or, not, in, min, max, a < b < c)",
            "use with when(condition):, select(condition, a, b), require(condition, message), minimum, maximum, and &, |, ~ on Bool",
        )

    def __iter__(self) -> Never:
        raise _unknown(
            self, "loop over it", "loop over a fixed range or an Array, and choose what counts by when or select"
        )

    def __index__(self) -> Never:
        raise _unknown(
            self, "count or index with it", "use a fixed number, an Array, or a Table with this value as its key"
        )

    def __hash__(self) -> Never:
        raise _unknown(self, "keep it in a set or as the key of a dict", "use a Table")


def _unknown(value: object, what: str, remedy: str) -> Exception:
    return author_error(f"a {type(value).__name__} is known only when the action runs, so Python cannot {what}", remedy)


def _refuse(symbol: str) -> Callable[..., Never]:
    def operation(self: object, *others: object) -> Never:
        names = ", ".join(type(other).__name__ for other in others)
        raise author_error(
            f"{symbol} is not defined for {type(self).__name__}" + (f" and {names}" if names else ""),
            _INSTEAD.get(symbol),
        )

    return operation


for _name, _symbol in _OPERATORS.items():
    setattr(Symbolic, f"__{_name}__", _refuse(_symbol))
    setattr(Symbolic, f"__r{_name}__", _refuse(_symbol))
for _name, _symbol in _OTHERS.items():
    setattr(Symbolic, f"__{_name}__", _refuse(_symbol))
