"""The constraints of every primitive: the third of its five meanings (`rollup.ir.primitives`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from provers.validity.arithmetise.graphs import Family, Node
from provers.validity.constraints.bits import from_bits, is_less, require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.eddsa import TermSignature, is_valid_signature
from provers.validity.constraints.integers import common_bits, divide, isqrt
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import is_equal, select
from provers.validity.constraints.poseidon2 import hash_items
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import SCALAR_BITS


@dataclass
class Scope:
    """A family of graphs being lowered.

    INVARIANT: every term is within its node's bound, whichever graph runs and also where none does. The rules below keep it; inputs and loads bring it.

    Attributes
    ----------
    inputs, loads
        Terms by the `source` of their node; loads by slot, table and attribute.
    input_bits
        Bits that are known of inputs, as loads by `source` (`StepInputs`).
    guests
        What gives the term of a node in place of its rule, from the terms of its operands, by its place (`guests.hosts_of`).
    """

    builder: Builder
    layout: Layout
    family: Family
    inputs: Mapping[tuple[int, ...], Term]
    loads: Mapping[tuple[int, int, int], Term]
    input_bits: Mapping[tuple[int, ...], Sequence[Term]]
    guests: Mapping[int, Callable[[Sequence[Term]], Term]] = field(default_factory=dict)
    terms: dict[int, Term] = field(default_factory=dict)
    comparisons: dict[tuple[int, int, int], Term] = field(default_factory=dict)
    divisions: dict[tuple[int, ...], tuple[Term, Term]] = field(default_factory=dict)
    intersections: dict[tuple[int, ...], Term] = field(default_factory=dict)
    decompositions: dict[int, list[Term]] = field(default_factory=dict)

    def lower(self) -> None:
        """Give every node that an effect needs its term."""
        for place in self.family.order:
            node = self.family.nodes[place]
            with self.builder.part(PARTS.get(node.op, "body")):
                guest = self.guests.get(place)
                self.terms[place] = guest(self.operands(node)) if guest else RULES[node.op](self, node)

    def node(self, place: int) -> Node:
        """Return the node at a place."""
        return self.family.nodes[place]

    def operands(self, node: Node) -> list[Term]:
        """Return the terms of a node's operands."""
        return [self.terms[place] for place in node.operands]

    def known_bits(self, place: int) -> list[Term] | None:
        """Return bits that a node has where a graph runs that reads it, with zeros above them; None if they are not known without proving more."""
        node = self.node(place)
        # A load's source, slot and table, may be the name of an input too.
        if node.op is Primitive.INPUT and node.source in self.input_bits:
            return list(self.input_bits[node.source])
        if node.op is not Primitive.OPEN:
            return None
        key, table = self.known_bits(node.operands[0]), node.number
        if key is None:
            return None
        padding = self.layout.key_bits - len(key)
        return [*key, *[0] * padding, *(table >> k & 1 for k in range(self.layout.table_bits))]

    def less(self, x: int, y: int | None, limit: int = 0) -> Term:
        """Return whether node `x` is below node `y`, or below the number `limit` where `y` is None; each comparison is made once."""
        key = (x, -1 if y is None else y, limit)
        if key not in self.comparisons:
            bound = max(self.node(x).bound, limit + 1 if y is None else self.node(y).bound)
            other = limit if y is None else self.terms[y]
            self.comparisons[key] = is_less(self.builder, self.terms[x], other, (bound - 1).bit_length())
        return self.comparisons[key]

    def width(self, place: int) -> int:
        """Return how many bits a node, an integer, may have."""
        return (self.node(place).bound - 1).bit_length()

    def bits(self, place: int) -> list[Term]:
        """Return the bits of a node, an integer; it is taken apart once."""
        if place not in self.decompositions:
            self.decompositions[place] = require_bits(self.builder, self.terms[place], self.width(place))
        return self.decompositions[place]

    def divided(self, node: Node) -> tuple[Term, Term]:
        """Return quotient and remainder of a node's operands; each division is made once."""
        if node.operands not in self.divisions:
            (x, y), (a, b) = node.operands, self.operands(node)
            number = self.node(y).number if self.node(y).op is Primitive.CONST else 0
            if number and number & (number - 1) == 0:
                bits, places = self.bits(x), number.bit_length() - 1
                self.divisions[node.operands] = from_bits(bits[places:]), from_bits(bits[:places])
            else:
                self.divisions[node.operands] = divide(self.builder, a, b, (self.width(x), self.width(y)))
        return self.divisions[node.operands]

    def common(self, node: Node) -> Term:
        """Return the bits that a node's operands share; they are looked for once."""
        if node.operands not in self.intersections:
            x, y = node.operands
            self.intersections[x, y] = common_bits(self.builder, self.bits(x), self.bits(y))
        return self.intersections[node.operands]


Rule = Callable[[Scope, Node], Term]


def _const(scope: Scope, node: Node) -> Term:
    del scope
    return node.number


def _input(scope: Scope, node: Node) -> Term:
    return scope.inputs[node.source]


def _open(scope: Scope, node: Node) -> Term:
    return scope.terms[node.operands[0]] + (node.number << scope.layout.key_bits)


def _load(scope: Scope, node: Node) -> Term:
    slot, table = node.source
    return scope.loads[slot, table, node.number]


def _nothing(scope: Scope, node: Node) -> Term:
    """Give what the register of an effect holds."""
    del scope, node
    return 0


def _add(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return a + b


def _sub(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return a - b


def _mul(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    for place, other in zip(node.operands, (b, a), strict=True):
        if scope.node(place).op is Primitive.CONST:
            return other * scope.node(place).number
    return scope.builder.product(a, b)


def _minus(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return scope.builder.product(a - b, 1 - scope.less(*node.operands))


def _lt(scope: Scope, node: Node) -> Term:
    return scope.less(*node.operands)


def _range(scope: Scope, node: Node) -> Term:
    (a,) = node.operands
    return 1 if scope.node(a).bound <= 1 << node.number else scope.less(a, None, 1 << node.number)


def _narrow(scope: Scope, node: Node) -> Term:
    (a,) = node.operands
    if scope.node(a).bound <= 1 << node.number:
        return scope.terms[a]
    return scope.builder.product(scope.terms[a], scope.less(a, None, 1 << node.number))


def _eq(scope: Scope, node: Node) -> Term:
    return is_equal(scope.builder, *scope.operands(node))


def _and(scope: Scope, node: Node) -> Term:
    return scope.builder.product(*scope.operands(node))


def _or(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return a + b - scope.builder.product(a, b)


def _not(scope: Scope, node: Node) -> Term:
    (a,) = scope.operands(node)
    return 1 - a


def _select(scope: Scope, node: Node) -> Term:
    condition, yes, no = scope.operands(node)
    numbers = [scope.node(place) for place in node.operands[1:]]
    if all(number.op is Primitive.CONST for number in numbers):
        return condition * (numbers[0].number - numbers[1].number) + numbers[1].number
    return select(scope.builder, condition, yes, no)


def _div(scope: Scope, node: Node) -> Term:
    return scope.divided(node)[0]


def _mod(scope: Scope, node: Node) -> Term:
    return scope.divided(node)[1]


def _bit_and(scope: Scope, node: Node) -> Term:
    return scope.common(node)


def _bit_or(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return a + b - scope.common(node)


def _bit_xor(scope: Scope, node: Node) -> Term:
    a, b = scope.operands(node)
    return a + b - scope.common(node) * 2


def _isqrt(scope: Scope, node: Node) -> Term:
    (a,) = node.operands
    return isqrt(scope.builder, scope.terms[a], scope.width(a))


def _shr(scope: Scope, node: Node) -> Term:
    (a,) = node.operands
    return from_bits(scope.bits(a)[node.number :])


def _hash(scope: Scope, node: Node) -> Term:
    return hash_items(scope.builder, node.number, scope.operands(node))


def _verify_signature(scope: Scope, node: Node) -> Term:
    key_x, key_y, *message, r_y, r_sign, s = scope.operands(node)
    s_bits = scope.known_bits(node.operands[-1])
    if s_bits is None or len(s_bits) != SCALAR_BITS:
        s_bits = require_bits(scope.builder, s, SCALAR_BITS)
    return is_valid_signature(scope.builder, (key_x, key_y), message, TermSignature(r_y, r_sign, s_bits))


RULES: Final[Mapping[Primitive, Rule]] = MappingProxyType(
    {
        Primitive.CONST: _const,
        Primitive.INPUT: _input,
        Primitive.OPEN: _open,
        Primitive.LOAD: _load,
        Primitive.STORE: _nothing,
        Primitive.ADD: _add,
        Primitive.SUB: _sub,
        Primitive.MUL: _mul,
        Primitive.MINUS: _minus,
        Primitive.LT: _lt,
        Primitive.RANGE: _range,
        Primitive.NARROW: _narrow,
        Primitive.EQ: _eq,
        Primitive.AND: _and,
        Primitive.OR: _or,
        Primitive.NOT: _not,
        Primitive.SELECT: _select,
        Primitive.ARG: _nothing,
        Primitive.HASH: _hash,
        Primitive.VERIFY_SIGNATURE: _verify_signature,
        Primitive.OUTPUT: _nothing,
        Primitive.DIV: _div,
        Primitive.MOD: _mod,
        Primitive.BIT_AND: _bit_and,
        Primitive.BIT_OR: _bit_or,
        Primitive.BIT_XOR: _bit_xor,
        Primitive.ISQRT: _isqrt,
        Primitive.SHR: _shr,
    }
)
"""The constraints of each primitive."""

PARTS: Final[Mapping[Primitive, str]] = MappingProxyType(
    {Primitive.HASH: "hashes", Primitive.VERIFY_SIGNATURE: "signature"}
)
"""Under what name constraints are counted; those of all others are the "body"."""
