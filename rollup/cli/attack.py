"""`tandem attack`: what is tried on a chain, move by move, and what it cost whom."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rollup.errors import AuthorError

if TYPE_CHECKING:
    from rollup.devnet.arena import Move, Outcome
    from rollup.ports.attack import Attack

GROUP: Final = "tandem.attacks"
BACKENDS: Final = ("optimistic", "groth16")
CHUNK: Final = 4
"""Transactions that a proof covers: the arena's batches are small."""
ETHER: Final = 10**18
DAY: Final = 86_400


def attack(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="What to try; see --list.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Try everything.")] = False,
    backends: Annotated[
        list[str] | None,
        typer.Option("--backend", metavar="BACKEND", help="On what; optimistic and groth16 by default."),
    ] = None,
    shows: Annotated[bool, typer.Option("--list", help="Say what can be tried, and try nothing.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write what happened there, too.")
    ] = None,
) -> None:
    """Try attacks on a chain of its own each, with honest roles at work, and tell move by move what came of them and what they cost whom.

    Everything is done on a real EVM in this process. An attacker gets away with something if a wrong result becomes final, a right one is
    delayed by more than two dispute windows, somebody's money moves without him, he wins ether or an honest role loses some; then the exit status is 1.

    \b
    Examples:
      tandem attack --list
      tandem attack wrong-state-root
      tandem attack sybil-swarm --backend optimistic
      tandem attack --all --json attacks.json
    """  # noqa: D301 - click wants the character itself
    known = {found.name: found for found in installed()}
    if shows:
        for found in known.values():
            only = f"  ({', '.join(sorted(found.against))})" if found.against else ""
            typer.echo(f"{found.name:22} {found.summary}{only}")
        return
    chosen = list(known) if every else names or []
    if not chosen:
        raise AuthorError("attack: nothing to try", expected="a NAME or --all", remedy="tandem attack --list")
    for name in chosen:
        if name not in known:
            raise AuthorError(
                f"attack: nothing is called {name}", expected=", ".join(known), remedy="tandem attack --list"
            )
    outcomes = run([known[name] for name in chosen], backends or BACKENDS)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1) + "\n", encoding="utf-8")
    bad = [outcome for outcome in outcomes if outcome.got_away]
    typer.echo(f"\n{len(outcomes)} attacks, {len(bad)} got away with something")
    if bad:
        raise typer.Exit(1)


def installed() -> "tuple[Attack, ...]":
    """Return all attacks that installed packages bring."""
    return tuple(found for point in sorted(entry_points(group=GROUP)) for found in point.load())


def run(attacks: "Sequence[Attack]", backends: Sequence[str]) -> "list[Outcome]":
    """Try each attack on each backend that it is meant for, and print what came of it."""
    from rich.console import Console

    from examples.tokens import Tokens
    from rollup.cli.demo.screen import Screen
    from rollup.devnet.arena import Arena

    outcomes: list[Outcome] = []
    with Screen(Console(file=sys.stderr)) as screen:
        for found in attacks:
            for backend in backends:
                if found.against and backend not in found.against:
                    continue
                options = {"transactions": CHUNK} if backend == "groth16" else {}
                busy = screen.working(f"{found.name} on {backend}")
                with busy, Arena(Tokens, backend, options, screen.progress) as arena:
                    outcomes.append(arena.try_out(found))
                typer.echo("\n".join(described(found, outcomes[-1])) + "\n")
    return outcomes


def described(found: "Attack", outcome: "Outcome") -> Iterator[str]:
    """Yield what happened, line by line."""
    yield f"{outcome.attack} on {outcome.backend}: {found.summary}"
    for note in outcome.notes:
        yield f"  · {note}"
    for moves in runs(outcome.moves):
        times = f" × {len(moves)}" if len(moves) > 1 else ""
        refused = f"  refused: {moves[0].refused}" if moves[0].refused else ""
        yield f"    {moves[0].who:10}  {moves[0].what + times:22} {sum(move.gas for move in moves):>12,} gas{refused}"
    for name, side in (("the attacker", outcome.attacker), ("honest roles", outcome.honest)):
        money = f"lost {side.lost / ETHER:g} ETH" if side.lost >= 0 else f"won {-side.lost / ETHER:g} ETH"
        yield f"  {name}: {side.transactions} transactions, {side.gas:,} gas, {money} beside it"
    yield f"  all right claims final after {outcome.delay / DAY:.1f} days"
    for what in outcome.got_away:
        yield f"  ✘ {what}"
    if not outcome.got_away:
        yield "  ✔ got away with nothing"


def runs(moves: "Sequence[Move]") -> "list[list[Move]]":
    """Group moves of one kind that follow each other."""
    return [list(group) for _, group in groupby(moves, key=lambda move: (move.who, move.what, move.refused))]
