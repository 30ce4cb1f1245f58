"""What authors declare by annotations, looked up and checked."""

import inspect
from collections.abc import Callable
from typing import Any, Final, get_origin

from rollup.errors import AuthorError
from rollup.program.arrays import Array, is_kind
from rollup.program.location import Location, author_error
from rollup.program.values import KINDS

_NAMES: Final = {**{kind.__name__: kind for kind in KINDS}, "Array": Array}


def resolve_annotations(owner: Any, at: Callable[[], Location]) -> dict[str, object]:  # noqa: ANN401 -- a class or a function
    """Return the annotations of a class or a function, with names in strings looked up."""
    names = vars(inspect.getmodule(owner) or object) if isinstance(owner, type) else owner.__globals__
    try:
        return inspect.get_annotations(owner, globals={**_NAMES, **names}, eval_str=True)
    except AuthorError as error:  # of an array, which does not know its line if it stands in a string
        raise author_error(error.what, error.remedy, at=at(), expected=error.expected, got=error.got) from error
    except (NameError, SyntaxError) as error:
        raise author_error(f"an annotation of {owner.__name__} is not understood: {error}", at=at()) from error


def require_shape(declared: object, what: str, at: Callable[[], Location], record: type) -> Any:  # noqa: ANN401 -- `records.Shape`, which is made of what this module serves
    """Return a type of the language, of one value or of several; `AuthorError` if it is none."""
    if is_kind(declared):
        return declared
    if isinstance(declared, type):
        if issubclass(declared, Array) and declared.LENGTH:
            return declared
        if issubclass(declared, record) and declared is not record:
            return declared
    instead = {
        int: "use U64, or another width",
        bool: "use Bool",
        float: "use an integer type; there are no fractions",
        list: "use an array: Array[U64, 4]",
        Array: "say what of and how many: Array[U64, 4]",
    }
    found = next((remedy for kind, remedy in instead.items() if kind in (declared, get_origin(declared))), None)
    remedy = found or f"use one of {', '.join(_NAMES)}, an Enum or a Record"
    raise author_error(f"{what} is of type {show(declared)}, which is none of the language's", remedy, at=at())


def show(declared: object) -> str:
    """Name a type as its author would."""
    return declared.__name__ if isinstance(declared, type) else repr(declared)
