"""Random graphs of every primitive that the checker accepts, on numbers at which something changes."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.ir.bounds import ARITHMETIC, BOOLEAN, COMPARABLE, DIVIDEND, DIVISOR, of_width
from rollup.ir.builder import Builder
from rollup.ir.check import check
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import MAX_SLOTS, SCALAR_BITS, WIDEST_INTEGER, Output
from tests.agreement.bare import INPUTS, LAYOUT, Case

SILENT = frozenset({Primitive.ARG, Primitive.STORE, Primitive.OUTPUT})
SECRETS = tuple(eddsa.generate(bytes([number]) * 32) for number in range(2))
POINT = 0x5DEECE66D << 200 | 0xB
"""Nothing about it is special, so no two drawn polynomials meet here."""


_COMPARED = (COMPARABLE, COMPARABLE)
_FLAGS = (BOOLEAN, BOOLEAN)
LIMITS: Mapping[Primitive, tuple[int, ...]] = {
    **dict.fromkeys((Primitive.AND, Primitive.OR, Primitive.NOT), _FLAGS),
    **dict.fromkeys((Primitive.MINUS, Primitive.LT, Primitive.RANGE, Primitive.NARROW, Primitive.SHR), _COMPARED),
    **dict.fromkeys((Primitive.BIT_AND, Primitive.BIT_OR, Primitive.BIT_XOR), _COMPARED),
    **dict.fromkeys((Primitive.DIV, Primitive.MOD), (DIVIDEND, DIVISOR)),
    Primitive.ISQRT: (DIVIDEND,),
    Primitive.SELECT: (BOOLEAN, R, R),
}
"""The largest bounds of operands, where they are not any."""


def edges(bound: int) -> st.SearchStrategy[int]:
    """Draw a number below a bound, most often one next to a power of two or to the bound."""
    near = {0, 1, bound - 1, bound // 2}
    powers = st.integers(0, bound.bit_length()).flatmap(lambda k: st.sampled_from([(1 << k) - 1, 1 << k, (1 << k) + 1]))
    return st.one_of(
        st.sampled_from(sorted(near & set(range(2)) | {n for n in near if n < bound})),
        powers.map(lambda number: number % bound),
        st.integers(0, bound - 1),
    )


class Draft:
    """A graph under way.

    Attributes
    ----------
    distinct
        Whether no two slots may share a tree index, which the frame sees to in real programs: else a record that two slots change could not be proved.
    """

    def __init__(self, draw: st.DrawFn, layout: Layout, inputs: Sequence[int], *, distinct: bool = False) -> None:
        self.draw = draw
        self.layout = layout
        self.builder = Builder(layout, inputs)
        self.distinct = distinct

    def register(self, bound: int = R) -> int:
        """Draw a register whose bound is at most `bound`; a constant is written where there is none."""
        rows = zip(self.builder.instructions, self.builder.bounds, strict=True)
        found = [r for r, (item, known) in enumerate(rows) if item.op not in SILENT and known <= bound]
        return self.draw(st.sampled_from(found)) if found else self.builder.const(self.draw(edges(bound)))

    def open_any(self) -> None:
        """Open a record of any table."""
        if len(self.builder.slots) < MAX_SLOTS:
            self.open(self.draw(st.integers(0, len(self.layout.tables) - 1)))

    def open(self, table: int) -> None:
        """Open a record and load some of its attributes."""
        slot = self.builder.open(table, self._key(self.layout.tables[table].key_bits))
        attributes = range(len(self.layout.tables[table].attributes))
        for attribute in self.draw(st.sets(st.sampled_from(attributes), min_size=1, max_size=3)):
            self.builder.load(slot, attribute)

    def _key(self, bits: int) -> int:
        if not self.distinct:
            return self.register(1 << bits)
        b = self.builder
        shifted = b.emit(Primitive.MUL, self.register(1 << bits - 3), b.const(MAX_SLOTS))
        return b.emit(Primitive.ADD, shifted, b.const(len(b.slots)))

    def compute(self) -> None:
        """Write a primitive whose result depends on registers alone."""
        op = self.draw(st.sampled_from(sorted(ARITHMETIC)))
        limits = LIMITS.get(op, (R, R))
        operands = [self.register(limit) for limit in limits[: len(PRIMITIVES[op].registers)]]
        imm = self.draw(st.integers(0, WIDEST_INTEGER)) if PRIMITIVES[op].uses_imm else 0
        try:
            self.builder.emit(op, *operands, imm=imm)
        except ValueError:  # a sum or product of integers that may pass R, which the checker refuses
            self.builder.emit(Primitive.SUB, *operands)

    def hash(self) -> None:
        """Write a hash of a few registers, or of none."""
        count = self.draw(st.sampled_from([0, 1, 2, 3, 4, 6, 7]))
        self.builder.hash(self.draw(st.integers(0, 255)), [self.register() for _ in range(count)])

    def verify(self) -> None:
        """Write the verification of a signature: valid, spoilt in one place, or of whatever the registers hold."""
        message = [self.draw(edges(R)) for _ in range(self.draw(st.sampled_from([1, 1, 2, 3, 4, eddsa.MAX_ITEMS])))]
        which = self.draw(st.integers(-1, 4 + len(message)))
        if which < 0:
            key = (self.register(), self.register())
            scalar = self.register(1 << SCALAR_BITS)
            held = [self.register() for _ in message]
            self.builder.verify_signature(key, held, self.register(), self.register(BOOLEAN), scalar)
            return
        secret = self.draw(st.sampled_from(SECRETS))
        r_y, r_sign, s = eddsa.sign(secret, message)
        words = [*secret.public, r_y, r_sign, s, *message]
        bounds = [R, R, R, BOOLEAN, 1 << SCALAR_BITS, *[R] * len(message)]
        if self.draw(st.booleans()):
            words[which] = self.draw(edges(bounds[which]))
        x, y, r_y, r_sign, s, *message = map(self.builder.const, words)
        self.builder.verify_signature((x, y), message, r_y, r_sign, s)

    def constant(self) -> None:
        """Write a constant."""
        self.builder.const(self.draw(edges(R)))

    def fill(self, length: int, signatures: int = 0) -> None:
        """Write up to so many operations, and so many signatures after them."""
        for number in self.draw(st.sets(st.integers(0, len(self.builder.inputs) - 1), min_size=2)):
            self.builder.input(number)
        writers = [self.open_any, self.open_any, self.hash, self.constant, *[self.compute] * 6]
        for writer in self.draw(st.lists(st.sampled_from(range(len(writers))), min_size=length // 2, max_size=length)):
            writers[writer]()
        for _ in range(signatures):
            self.verify()

    def show(self) -> None:
        """Put a digest of everything computed into an output, so that nothing goes unseen."""
        self.builder.output(Output.WITHDRAWALS, self.digest())

    def effects(self, bounds: Mapping[Output, int]) -> None:
        """Store in some attributes, and write some of these outputs, which may not reach their bounds."""
        for slot, table in enumerate(self.builder.slots):
            widths = self.layout.tables[table].widths
            for attribute in self.draw(st.sets(st.integers(0, len(widths) - 1), max_size=3)):
                if not self.is_stored(slot, attribute):
                    self.builder.store(slot, attribute, self.register(of_width(widths[attribute])))
        for output in self.draw(st.sets(st.sampled_from(list(bounds)))):
            self.builder.output(output, self.register(bounds[output]))

    def is_stored(self, slot: int, attribute: int) -> bool:
        """Tell whether an attribute has been stored, which may be done once."""
        stores = (item for item in self.builder.instructions if item.op is Primitive.STORE)
        return any((item.a, item.imm) == (slot, attribute) for item in stores)

    def graph(self, name: str, tag: int, arguments: Sequence[int] = ()) -> Graph:
        """Return what has been written; the checker accepts it."""
        b, names = self.builder, tuple(f"arg{k}" for k in range(len(arguments)))
        code = (tuple(b.constants), tuple(b.instructions), tuple(b.slots))
        graph = Graph(name, tag, tuple(arguments), names, b.inputs, *code)
        check(graph, self.layout)
        return graph

    def digest(self) -> int:
        """Return the register of a polynomial at `POINT` whose coefficients are all registers: other registers, another value."""
        b = self.builder
        computed = [r for r, item in enumerate(b.instructions) if item.op not in SILENT]
        point, total = b.const(POINT), b.const(0)
        for register in computed:
            total = b.emit(Primitive.SUB, b.emit(Primitive.MUL, total, point), register)
        return total


@st.composite
def cases(draw: st.DrawFn, signatures: int = 0, length: int = 20) -> Case:
    """Draw a case with up to so many other operations than signatures."""
    draft = Draft(draw, LAYOUT, INPUTS)
    draft.fill(length, signatures)
    draft.effects(dict.fromkeys(list(Output)[1:], R))
    draft.show()
    graph = draft.graph("drawn", 1)
    widths = [LAYOUT.tables[table].widths for table in graph.slots]
    inputs, *records = (tuple(draw(edges(of_width(width))) for width in row) for row in (INPUTS, *widths))
    return Case(graph, inputs, tuple(records))
