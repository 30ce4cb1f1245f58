"""A program as every machine runs it: its layout, the graphs of its actions and the frame's own two, and its identity on L1."""

from dataclasses import dataclass
from functools import cached_property

from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.ir.codec import encode_constants, encode_instructions
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.params import CODE_DEPTH, TAG_CALL, TAG_DEPOSIT, TAG_FEES


@dataclass(frozen=True)
class Image:
    """A compiled program; `actions[k]` has tag `k + 1`, and `calls` are the graphs of calls from L1 in the order of `layout.calls`."""

    name: str
    layout: Layout
    actions: tuple[Graph, ...]
    deposit: Graph
    fees: Graph
    calls: tuple[Graph, ...] = ()

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """All graphs: the frame's two, the actions, the calls."""
        return (self.deposit, self.fees, *self.actions, *self.calls)

    def graph(self, tag: int) -> Graph:
        """Return the graph of a tag; `KeyError` if it is not known."""
        if tag == TAG_DEPOSIT:
            return self.deposit
        if tag == TAG_FEES:
            return self.fees
        if tag - TAG_CALL in self.layout.calls:
            return self.calls[self.layout.calls.index(tag - TAG_CALL)]
        if not 1 <= tag <= len(self.actions):
            raise KeyError(f"image: {self.name} has no action of tag {tag}")
        return self.actions[tag - 1]

    def argument_widths(self, tag: int) -> tuple[int, ...]:
        """Return the widths of a graph's arguments, as `ir.interface.Interface` has it."""
        return self.graph(tag).arguments

    def action(self, name: str) -> Graph:
        """Return the graph of an action; `KeyError` if there is none of this name."""
        for graph in self.actions:
            if graph.name == name:
                return graph
        raise KeyError(f"image: {self.name} has no action {name}")

    def code_leaf(self, tag: int) -> bytes:
        """Return keccak256(tag ‖ argument_widths ‖ keccak256(constants) ‖ keccak256(instructions)); `KeyError` for an unknown tag."""
        graph = self.graph(tag)
        constants = keccak256(encode_constants(graph.constants))
        instructions = keccak256(encode_instructions(graph.instructions))
        return keccak256(uint_to_bytes(tag, 32), bytes(graph.arguments).ljust(32, b"\0"), constants, instructions)

    @cached_property
    def code_root(self) -> bytes:
        """The root of the keccak tree over 2^6 leaves: `DEPOSIT`, `FEES`, the action of tag `t` at `1 + t`, and the call of it at `32 + t`; the rest 0."""
        return self._code_levels[-1][0]

    def code_path(self, tag: int) -> tuple[bytes, ...]:
        """Return the six siblings from the leaf of `tag` up; `KeyError` for an unknown tag."""
        self.graph(tag)
        position = code_position(tag)
        return tuple(self._code_levels[level][(position >> level) ^ 1] for level in range(CODE_DEPTH))

    @cached_property
    def program_id(self) -> bytes:
        """The identity for which contracts are deployed: keccak256 over the layout's words and `code_root`."""
        return keccak256(*(uint_to_bytes(word, 32) for word in self.layout.words()), self.code_root)

    @cached_property
    def _code_levels(self) -> tuple[tuple[bytes, ...], ...]:
        leaves = [bytes(32)] * (1 << CODE_DEPTH)
        for graph in self.graphs:
            leaves[code_position(graph.tag)] = self.code_leaf(graph.tag)
        levels = [tuple(leaves)]
        while len(levels[-1]) > 1:
            level = levels[-1]
            levels.append(tuple(keccak256(level[i], level[i + 1]) for i in range(0, len(level), 2)))
        return tuple(levels)


def code_position(tag: int) -> int:
    """Return the leaf of a tag in the tree over graphs."""
    if tag in (TAG_DEPOSIT, TAG_FEES):
        return tag - TAG_DEPOSIT
    return tag - TAG_CALL + (1 << CODE_DEPTH - 1) if tag > TAG_CALL else 1 + tag
