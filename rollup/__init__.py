"""Tandem: write a rollup once, as a Python class; settle it by fraud proof or by validity proof.

What authors import from here is what `rollup.program` offers. It is looked up on first use, so that importing a lower
layer, or asking for `tandem --help`, does not load the language.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollup.program import *  # noqa: F403 - `rollup.program.__all__` is the one list of these names

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Dunder names are asked for by the import system and by tools, and none of them is an author's.
    if not name.startswith("__"):
        from rollup import program

        if name in program.__all__:
            return getattr(program, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from rollup import program

    return sorted({*globals(), *program.__all__})
