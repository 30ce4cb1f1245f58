"""The arguments of whichever graph runs, out of a string of bits that all of them read in their own way."""

from collections.abc import Iterator, Sequence

from provers.validity.arithmetise.graphs import InputName
from provers.validity.arithmetise.records import Selection
from provers.validity.constraints.bits import from_bits, is_below
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from rollup.crypto.fr import R
from rollup.ir.graph import Graph
from rollup.params import FULL


class ArgumentReader:
    """Reads the arguments of some graphs, of which at most one runs.

    Parameters
    ----------
    bits
        Booleans, the lowest first; the arguments start at bit 0, and what is behind them must be 0.
    selection
        Which graph runs; it may have others.
    """

    def __init__(self, b: Builder, graphs: Sequence[Graph], bits: Sequence[Term], selection: Selection) -> None:
        self._b = b
        self._graphs = graphs
        self._bits = bits
        self._selection = selection
        self._elements: dict[int, tuple[Term, Term]] = {}

    def terms(self, first: int) -> Iterator[tuple[InputName, Term, Sequence[Term] | None]]:
        """Yield each argument: its name, of which `first` is the number of a graph's first; its term; and its bits, if they are no full element's.

        INVARIANT: an argument of a graph is 0 where that does not run, so it is within its width in any case. Its known bits are those that stand in the data,
        whichever graph runs.
        """
        for graph in self._graphs:
            flag = self._selection.flags[graph.tag]
            for k, (offset, width) in enumerate(_places(graph)):
                bits = self._bits[offset : offset + width]
                value = self._element(offset)[1] if width == FULL else from_bits(bits)
                yield (graph.tag, first + k), self._b.product(value, flag), None if width == FULL else bits

    def faults(self) -> Term:
        """Return 0 if the full elements of the graph that runs are canonical and what is behind its arguments is 0, else another small integer."""
        return add_all(self._b.product(self._wrong(graph), self._selection.flags[graph.tag]) for graph in self._graphs)

    def _element(self, offset: int) -> tuple[Term, Term]:
        """Return whether the 255 bits at an offset are canonical, and their value or else 0; once for each offset."""
        if offset not in self._elements:
            bits = self._bits[offset : offset + FULL]
            canonical = is_below(self._b, bits, R)
            self._elements[offset] = canonical, self._b.product(from_bits(bits), canonical)
        return self._elements[offset]

    def _wrong(self, graph: Graph) -> Term:
        places = _places(graph)
        end = sum(places[-1]) if places else 0
        faults = [1 - self._element(offset)[0] for offset, width in places if width == FULL]
        return add_all([*faults, *self._bits[end:]])


def _places(graph: Graph) -> list[tuple[int, int]]:
    """Return offset and width of each argument of a graph."""
    places, offset = [], 0
    for width in graph.arguments:
        places.append((offset, width))
        offset += width
    return places
