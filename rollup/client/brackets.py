"""Python's brackets, on one line where they fit and one item a line where they do not; as formatters leave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LINE: Final = 120
"""Columns of a line."""
INDENT: Final = 4


@dataclass(frozen=True)
class Brackets:
    """What stands before, between and behind a pair of brackets.

    Parameters
    ----------
    before, behind
        With the brackets: `f(` and `)`.
    items
        Texts without line breaks, or brackets again.
    is_tuple
        Whether one item alone needs a comma.
    """

    before: str
    items: Sequence["str | Brackets"]
    behind: str = ")"
    is_tuple: bool = False

    @classmethod
    def tuple_of(cls, items: Sequence["str | Brackets"], name: str = "") -> "Brackets":
        """Return a tuple, with a name before it where it is an argument: `name=`."""
        return cls(f"{name}(", items, is_tuple=True)

    @property
    def flat(self) -> str:
        """All on one line."""
        between = ", ".join(item if isinstance(item, str) else item.flat for item in self.items)
        return f"{self.before}{between}{',' if self.is_tuple and len(self.items) == 1 else ''}{self.behind}"

    def text(self, indent: int, more: int = 0) -> str:
        """Return it for a line that begins with `indent` spaces, which stand there already, and on which `more` characters follow."""
        if indent + len(self.flat) + more <= LINE or not self.items:
            return self.flat
        inner = indent + INDENT
        lines = [item if isinstance(item, str) else item.text(inner, 1) for item in self.items]
        body = "".join(f"{' ' * inner}{line},\n" for line in lines)
        return f"{self.before}\n{body}{' ' * indent}{self.behind}"
