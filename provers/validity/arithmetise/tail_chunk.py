"""The circuit of up to 256 elements that no transaction reads; what they are decides nothing, only that they are those that were posted."""

from collections.abc import Iterator

from provers.validity.arithmetise.chunk_input import TAIL_ELEMENTS, ChunkInput
from provers.validity.arithmetise.context import CONTEXT_WORDS, Public, bind, give_elements
from provers.validity.arithmetise.evaluation import run_length
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import add_all
from provers.validity.constraints.logic import is_equal, require_zero_unless
from rollup.params import ChunkKind


class TailCircuit:
    """Binds elements to what was posted.

    Parameters
    ----------
    before
        How many elements a `DATA` chunk covers. Chunks of those come first, so every `TAIL` starts at a multiple of what divides both this and 256.
    """

    def __init__(self, before: int) -> None:
        self._run = run_length(before)

    def build(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        """Build the circuit; `chunk` is given where a witness is wanted."""
        start, count = b.given(2, lambda: (chunk.start, chunk.count) if chunk else ())
        elements = give_elements(b, TAIL_ELEMENTS, chunk)
        # SAFETY: exactly one of these is 1, so `count` is at most 256; the sum of the first ones says whether `count` is at most `number`.
        ends = [is_equal(b, count, number) for number in range(TAIL_ELEMENTS + 1)]
        b.enforce_equal(add_all(ends), 1)
        for number, element in enumerate(elements):
            require_zero_unless(b, 1 - add_all(ends[: number + 1]), element)
        context = [start, count, *(0,) * (CONTEXT_WORDS - 2)]
        bind(b, ChunkKind.TAIL, public, context, start, elements, self._run)

    @staticmethod
    def brought(chunk: ChunkInput) -> Iterator[int]:
        """Yield what the circuit is given of a chunk, in the order in which `build` asks for it."""
        yield from (chunk.start, chunk.count)
        yield from chunk.padded_elements
