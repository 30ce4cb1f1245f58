"""Calls of actions by name, as people write them."""

from collections.abc import Mapping, Sequence

from rollup.errors import AuthorError
from rollup.ir.graph import Graph
from rollup.ir.image import Image


def action_of(image: Image, name: str) -> Graph:
    """Return the graph of an action; `AuthorError` if the program has none of this name, with those that it has."""
    try:
        return image.action(name)
    except KeyError:
        there = ", ".join(graph.name for graph in image.actions)
        raise AuthorError(f"{image.name} has no such action", expected=there, got=name) from None


def arguments_of(graph: Graph, args: Sequence[int], named: Mapping[str, int]) -> tuple[int, ...]:
    """Return an action's arguments in order, from those given in order and by name; `AuthorError` if they are not its own."""
    names = graph.argument_names
    values = dict(zip(names, args, strict=False)) | dict(named)
    if len(args) + len(named) != len(names) or set(values) != set(names):
        given = (*("…" for _ in args), *named)
        raise AuthorError(
            f"{graph.name} takes other arguments", expected=", ".join(names) or "none", got=", ".join(given) or "none"
        )
    return tuple(values[name] for name in names)
