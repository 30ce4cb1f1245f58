"""A program as a generated client knows it."""

from dataclasses import dataclass

from rollup.crypto.fr import R
from rollup.errors import AuthorError
from rollup.ir.layout import Layout
from rollup.params import FULL


@dataclass(frozen=True)
class Action:
    """An action: its name, and name and width in bits of each value of its arguments; 255 for a full element."""

    name: str
    arguments: tuple[tuple[str, int], ...]

    def require_arguments(self, program: str, values: tuple[int, ...]) -> None:
        """Refuse, with an `AuthorError`, a value that a transaction cannot carry."""
        for (name, width), value in zip(self.arguments, values, strict=True):
            limit = R if width == FULL else 1 << width
            if not 0 <= value < limit:
                expected = "an element, 0 … R - 1" if width == FULL else f"0 … 2^{width} - 1"
                raise AuthorError(f"{program}.{self.name}: {name} does not fit", expected=expected, got=value)


@dataclass(frozen=True)
class Interface:
    """A program from outside; an `ir.interface.Interface`.

    Parameters
    ----------
    name, program_id
        Whose client it is.
    layout
        Where the parts of transactions and records lie.
    actions
        Those of tags 1, 2, …
    """

    name: str
    program_id: bytes
    layout: Layout
    actions: tuple[Action, ...]

    def argument_widths(self, tag: int) -> tuple[int, ...]:
        """Return the widths of an action's arguments; `KeyError` for an unknown tag."""
        if not 1 <= tag <= len(self.actions):
            raise KeyError(f"client: {self.name} has no action of tag {tag}")
        return tuple(width for _, width in self.actions[tag - 1].arguments)
