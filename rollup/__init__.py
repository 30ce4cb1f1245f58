"""Tandem: write a rollup once, as a Python class; settle it by fraud proof or by validity proof.

What authors import from here is what `rollup.program` offers. It is looked up on first use, so that importing a lower
layer, or asking for `tandem --help`, does not load the language.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from rollup.program import *  # noqa: F403 - `rollup.program.__all__` is the one list of these names

__version__ = "0.1.0"


if not TYPE_CHECKING:  # else a type checker would believe any name

    def __getattr__(name: str) -> object:
        # `from rollup import errors` asks here before it imports the submodule: answering by loading the language would
        # make every layer depend on it. Dunder names are asked for by tools; none is an author's.
        if not name.startswith("__") and find_spec(f"{__name__}.{name}") is None and name in _authors_names():
            return getattr(import_module("rollup.program"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_authors_names()})


def _authors_names() -> list[str]:
    return cast("list[str]", import_module("rollup.program").__all__)
