"""Plain Python inside a `when`, which obeys no condition: what would leave the block early, or give a name another value, is refused where it is written."""

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rollup.program.location import Location, author_error

_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_UNBOUND: Final = object()


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands in the body of a `with`: lines and words that leave it, and the lines on which names are assigned, by name."""

    exits: list[tuple[int, str]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)


def refuse_early_exits(place: Location) -> None:
    """Refuse `return`, `break` and `continue` that leave the `with` which begins at a line: Python would obey, whether the condition holds or not.

    Where the source cannot be read, as in a shell, nothing is found.
    """
    for line, word in _body(place).exits:
        raise author_error(
            f"{word} inside `when` would end it in every case, whether the condition holds or not",
            "let the block end, and put what follows under with when(~condition):",
            at=Location(place.file, line),
        )


def names_before(place: Location, variables: Mapping[str, object]) -> dict[str, object]:
    """Return, of the names that are assigned in the `with` at a line, those that are bound already, and to what."""
    return {name: variables[name] for name in _body(place).names if name in variables}


def refuse_new_values(
    place: Location, before: Mapping[str, object], variables: Mapping[str, object], symbolic: tuple[type, ...]
) -> None:
    """Refuse a name that a `with` bound to another object of plain Python; what is symbolic is refused when it is used (`Tracing.require_inside`)."""
    for name, old in before.items():
        new = variables.get(name, _UNBOUND)
        if new is not old and not isinstance(new, symbolic):
            raise author_error(
                f"{name} is given a value of plain Python inside `when`, which it takes whether the condition holds or not",
                f"choose after the block: {name} = select(condition, a, b)",
                at=Location(place.file, _body(place).names[name]),
            )


def _body(place: Location) -> _Body:
    return _bodies("".join(linecache.getlines(place.file))).get(place.line, _Body())


@lru_cache(maxsize=16)
def _bodies(source: str) -> dict[int, _Body]:
    """Return the body of each `with`, by every line on which its items stand."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # no Python, as a file that is written in another language and run as Python may be
        return {}
    found: dict[int, _Body] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            body = _Body()
            for child in node.body:
                body.exits.extend(_leaving(child, in_loop=False))
                body.names.update(_assigned(child))
            last = node.items[-1].context_expr.end_lineno or node.lineno
            found.update(dict.fromkeys(range(node.lineno, last + 1), body))
    return found


def _leaving(node: ast.AST, *, in_loop: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Return):
        yield node.lineno, "return"
    elif isinstance(node, ast.Break | ast.Continue) and not in_loop:
        yield node.lineno, type(node).__name__.lower()
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _leaving(child, in_loop=in_loop or isinstance(node, _LOOPS))


def _assigned(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Give the names that are assigned, those of loops excepted: they are made anew wherever they are used."""
    if isinstance(node, _SCOPES):
        return
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
        targets = [node.target]
    for target in targets:
        yield from ((each.id, node.lineno) for each in _names(target))  # type: ignore[attr-defined]  # statements and `:=` have a line
    for child in ast.iter_child_nodes(node):
        yield from _assigned(child)


def _names(target: ast.expr) -> Iterator[ast.Name]:
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _names(part)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)
