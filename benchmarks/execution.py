"""`make bench`: transfers of tokens, executed without signatures and tree: many at once, and by the plain interpreter.

Both run the same calls on the same records in turn; what is timed is running them, from decoded inputs to statuses and records.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.figures import Figure, show, write
from benchmarks.workers import medians, timed
from examples.tokens import Tokens
from rollup.crypto.limbs import words_from_ints
from rollup.execution import interpreter
from rollup.execution import native_kernels as kernels
from rollup.execution.native import Calls, NativeExecutor, NativeState
from rollup.execution.native_program import NativeProgram
from rollup.ir.primitives import Primitive
from rollup.params import FEE_BITS, TAG_BITS, Status
from rollup.state.leaf import Attributes

TOKEN, AMOUNT, FEE, DOMAIN, KEY = 3, 7, 10, 0xD0, (5, 6)
R_Y, R_SIGN, S = 4, 0, 2
_SEED = 7


@dataclass
class Transfers:
    """Transfers between accounts that are drawn, all of which apply."""

    program: NativeProgram
    records: dict[int, Attributes]
    rows: list[tuple[int, Sequence[int]]]
    calls: Calls

    @classmethod
    def draw(cls, count: int, accounts: int) -> "Transfers":
        """Draw `count` transfers; half of those who pay have paid before."""
        image = Tokens.image()
        layout, graph = image.layout, image.action("transfer")
        program = NativeProgram.of(image.actions, layout)
        records: dict[int, Attributes] = {}
        for account in range(1, accounts):
            records[layout.tree_index(0, account)] = (*KEY, account, 0, 1 << 40)
            records[layout.tree_index(1, layout.key(1, account, TOKEN))] = (1 << 60,)
        random = np.random.default_rng(_SEED)
        drawn = random.integers(1, accounts, (count, 2))
        place, words = program.graphs.index(graph), len(layout.word_widths)
        rows: list[tuple[int, Sequence[int]]] = []
        messages = np.zeros((count, len(program.signed[place].registers), 4), dtype=np.uint64)
        nonces: dict[int, int] = {}
        for number, (sender, other) in enumerate(drawn.tolist()):
            to = other if other != sender else sender % (accounts - 1) + 1
            nonce = nonces.get(sender, 0)
            nonces[sender] = nonce + 1
            head = (DOMAIN, graph.tag, sender, FEE, S, R_SIGN, R_Y, 1)
            rows.append((place, (*head, 0, 0, accounts, 0, 0, 0, *[0] * words, to, TOKEN, AMOUNT)))
            call = ((nonce << FEE_BITS | FEE) << layout.account_bits | sender) << TAG_BITS | graph.tag
            messages[number] = words_from_ints([*KEY, DOMAIN, call, *[0] * words, R_Y, R_SIGN, S], 4)
        calls = Calls.of(program, rows)
        return cls(program, records, rows, Calls(calls.graphs, calls.inputs, messages, calls.valid * 0 + kernels.VALID))

    def native(self) -> Callable[[], None]:
        """Return what runs all of them at once, and makes sure that they applied."""
        executor, records = NativeExecutor(self.program), NativeState(Tokens.image().layout, self.records)
        states = [records.copy() for _ in range(8)]

        def run() -> None:
            outcomes = executor.run(self.calls, states.pop(), words_from_ints([0, 0, len(self.records) // 2 + 1, 0], 4))
            assert not outcomes.verdicts.any(), "a transfer was not applied"

        return run

    def plain(self, count: int) -> Callable[[], None]:
        """Return what runs the first `count` of them by the interpreter, one by one, and takes their signatures for valid."""
        layout, graph = Tokens.image().layout, Tokens.image().action("transfer")

        def run() -> None:
            records = dict(self.records)
            with _any_signature():
                for _, inputs in self.rows[:count]:
                    done = interpreter.run(graph, layout, inputs, lambda _, index: records.get(index, (0,)))
                    records.update(zip(done.indices, done.records_after, strict=True))
                    assert done.outputs.get(4, Status.APPLIED) == Status.APPLIED, "a transfer was not applied"

        return run


@contextmanager
def _any_signature() -> Iterator[None]:
    rules = interpreter.RULES

    def take(machine: interpreter.Machine, instruction: object) -> int:
        del instruction
        machine.queue.clear()
        return 1

    interpreter.RULES = {**rules, Primitive.VERIFY_SIGNATURE: take}  # type: ignore[misc]  # for as long as it is measured
    try:
        yield
    finally:
        interpreter.RULES = rules  # type: ignore[misc]


def figures(count: int, plain_count: int, accounts: int) -> list[Figure]:
    """Measure both in turn."""
    transfers = Transfers.draw(count, accounts)
    native, plain = medians([partial(timed, transfers.native()), partial(timed, transfers.plain(plain_count))], 5)
    rate, plain_rate = count / native, plain_count / plain
    note = f"{count:,} transfers among {accounts:,} accounts, one thread, no signatures, no tree"
    return [
        Figure("tokens.transfer executed natively", rate, "a second", 1_000_000, "at least", note=note),
        Figure(
            "the same to the plain interpreter", rate, "a second", 1, "at least", plain_rate, "the plain interpreter"
        ),
    ]


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to try the benchmark itself")
    arguments = parser.parse_args()
    Console(stderr=True).print("measuring: execution …")
    found = figures(1 << 8, 1 << 4, 1 << 7) if arguments.small else figures(1 << 16, 1 << 9, 1 << 16)
    show("Execution", found)
    if arguments.json:
        write(arguments.json, found)


if __name__ == "__main__":
    main()
