"""Vyper sources with mutations woven in, all of them asleep: which one wakes is said at deployment, so a text is compiled once for many bugs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """A line of which a source has one, with `{}` where it has an expression, that expression, and what it becomes when the mutation wakes."""

    line: str
    expression: str
    instead: str


def weave(text: str, mutations: Sequence[Mutation]) -> str:
    """Return a source in which mutation number `n` is awake where the immutable `MUTANT` is `n + 1`."""
    for number, mutation in enumerate(mutations, 1):
        text = _with(text, number, mutation)
    return text


def _with(text: str, number: int, mutation: Mutation) -> str:
    line = mutation.line.replace("{}", mutation.expression)
    choice = f"({mutation.instead} if MUTANT == {number} else {mutation.expression})"
    parts = text.split(f" {line}\n")
    assert len(parts) == 2, f"{len(parts) - 1} lines are: {line}"
    return f" {mutation.line.replace('{}', choice)}\n".join(parts)
