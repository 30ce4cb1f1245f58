"""What of a program those need who call it."""

from typing import Protocol

from rollup.ir.layout import Layout


class Interface(Protocol):
    """A program from outside: an image is one, and so is what a generated client knows."""

    @property
    def name(self) -> str:
        """The program's name."""
        ...

    @property
    def layout(self) -> Layout:
        """Where the parts of transactions and records lie."""
        ...

    def argument_widths(self, tag: int) -> tuple[int, ...]:
        """Return the widths in bits of an action's arguments, 255 for a full element; `KeyError` if no action has this tag."""
        ...
