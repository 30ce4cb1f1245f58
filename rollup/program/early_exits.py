"""What leaves a `when` early would leave it in every case, so it is refused where it is written."""

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rollup.program.location import Location, author_error

_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)


def refuse_early_exits(place: Location) -> None:
    """Refuse `return`, `break` and `continue` that leave the `with` which begins at a line: Python would obey, whether the condition holds or not.

    Where the source cannot be read, as in a shell, nothing is found.
    """
    for line, word in _exits(place.file, "".join(linecache.getlines(place.file))).get(place.line, ()):
        at = Location(place.file, line)
        raise author_error(
            f"{word} inside `when` would end it in every case, whether the condition holds or not",
            "let the block end, and put what follows under with when(~condition):",
            at=at,
        )


@lru_cache(maxsize=16)
def _exits(file: str, source: str) -> dict[int, list[tuple[int, str]]]:
    """Return, by each line on which the items of a `with` stand, the lines and words that leave it."""
    del file
    try:
        tree = ast.parse(source)
    except SyntaxError:  # no Python, as the files that generate Python may be
        return {}
    found: dict[int, list[tuple[int, str]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            exits = [leaving for child in node.body for leaving in _leaving(child, in_loop=False)]
            last = node.items[-1].context_expr.end_lineno or node.lineno
            for line in range(node.lineno, last + 1):
                found.setdefault(line, []).extend(exits)
    return found


def _leaving(node: ast.AST, *, in_loop: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Return):
        yield node.lineno, "return"
    elif isinstance(node, ast.Break | ast.Continue) and not in_loop:
        yield node.lineno, type(node).__name__.lower()
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _leaving(child, in_loop=in_loop or isinstance(node, _LOOPS))
