"""For each primitive, graphs that run it on every number at which something changes; the same ones every time."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Final

from rollup.crypto import eddsa
from rollup.crypto.fr import R, is_canonical
from rollup.ir.bounds import BOOLEAN, of_width
from rollup.ir.builder import Builder
from rollup.ir.graph import Instruction
from rollup.ir.primitives import Primitive
from rollup.params import MAX_HASH_ITEMS, SCALAR_BITS, WIDEST_INTEGER, Output
from tests.agreement.bare import ACCOUNTS, CELLS, DIVIDENDS, ELEMENTS, FLAGS, HALVES, INPUTS, INTEGERS, LAYOUT, Case
from tests.agreement.sheets import ELEMENT_EDGES, MIDDLE, case_of, code_case, edges, rows, sheets

P = Primitive
Cases = Callable[[], Iterator[Case]]
WIDTHS: Final = (0, 1, 7, 8, 63, 64, 65, 127, 128, 160, 251, 252, 253)
HASH_LENGTHS: Final = (0, 1, 2, 3, 4, 5, 6, 7, 61, 62, MAX_HASH_ITEMS)
EDDSA_VECTORS: Final = Path(__file__).parents[1] / "vectors" / "eddsa.json"


@cache
def corpus(primitive: Primitive) -> tuple[Case, ...]:
    """Return the cases of a primitive."""
    return tuple(CORPORA[primitive]())


def _arithmetic(op: Primitive, *tables: int) -> Cases:
    return lambda: sheets(op, tables, rows(tables, op))


def _by_width(op: Primitive) -> Cases:
    def cases() -> Iterator[Case]:
        for width in WIDTHS:
            around = {(1 << width) + d for d in (-2, -1, 0, 1)} | {0, 1 << 64, (1 << WIDEST_INTEGER) - 1}
            values = [(value,) for value in sorted(around) if 0 <= value < 1 << WIDEST_INTEGER]
            yield from sheets(op, (INTEGERS,), values, width)

    return cases


def _select() -> Iterator[Case]:
    for flag in (0, 1):
        yield from sheets(
            P.SELECT, (FLAGS, ELEMENTS, ELEMENTS), [(flag, *row) for row in rows((ELEMENTS,) * 2, 1)[:48]]
        )
    for flag, numbers in product((0, 1), ((5, 5), (0, 1), (1, 0), (R - 1, 0), (3, R - 4))):
        b = Builder(LAYOUT, INPUTS)
        b.output(Output.WITHDRAWALS, b.emit(P.SELECT, b.input(0), *map(b.const, numbers)))
        yield case_of(b, inputs=(flag, *MIDDLE[1:]))


def _division(op: Primitive) -> Cases:
    """Yield divisions by numbers, among them those that leave the most and the least, and by constants."""

    def cases() -> Iterator[Case]:
        pairs = list(product(edges(DIVIDENDS), edges(HALVES)))
        extremes = [(a, b) for a, b in pairs if b in (0, 1, edges(HALVES)[-1])]
        yield from sheets(op, (DIVIDENDS, HALVES), [*extremes, *Random(op).sample(pairs, 64)])
        yield from sheets(op, (HALVES, HALVES), rows((HALVES, HALVES), op))
        largest = (1 << 128) - 1
        exact = [(largest * factor + left, largest) for factor in (1, 2, (1 << 119) - 1) for left in (-1, 0, 1)]
        yield from sheets(op, (DIVIDENDS, HALVES), exact)
        for number in (1, 2, 3, 10, 1 << 64, largest):
            b = Builder(LAYOUT, INPUTS)
            b.output(Output.WITHDRAWALS, b.emit(op, b.input(4), b.const(number)))
            b.output(Output.FEES, b.emit(op, b.const(1000), b.const(number)))
            yield case_of(b)

    return cases


def _const() -> Iterator[Case]:
    for value in ELEMENT_EDGES:
        b = Builder(LAYOUT, INPUTS)
        b.const(value ^ 1 if value ^ 1 < R else 0)
        b.output(Output.WITHDRAWALS, b.const(value))
        yield case_of(b)


def _input() -> Iterator[Case]:
    for number, width in enumerate(INPUTS):
        for value in (0, 1, of_width(width) - 1):
            b = Builder(LAYOUT, INPUTS)
            b.output(Output.FEES, b.input(number))
            yield case_of(b, inputs=(*MIDDLE[:number], value, *MIDDLE[number + 1 :]))


def _open() -> Iterator[Case]:
    """Every table at its first and last key, the same record twice, and a slot's register read as a number."""
    for table, layout in enumerate(LAYOUT.tables):
        for key in (0, 1, (1 << layout.key_bits) - 1):
            b = Builder(LAYOUT, INPUTS)
            for place in (key, key ^ 1, key):
                b.open(table, b.const(place))
            # `open` itself says where; the register of slot 2 is the last one.
            b.output(Output.WITHDRAWALS, b.emit(P.SUB, len(b.instructions) - 1, b.input(7)))
            record = tuple(of_width(width) - 1 for width in layout.widths)
            yield case_of(b, [record, tuple(0 for _ in record), record])


def _load() -> Iterator[Case]:
    for table, layout in enumerate(LAYOUT.tables):
        first = tuple(of_width(width) - 1 - k for k, width in enumerate(layout.widths) if of_width(width) > 2)
        record = first if len(first) == len(layout.widths) else tuple(k % 2 for k in range(len(layout.widths)))
        for attribute in range(len(layout.widths)):
            b = Builder(LAYOUT, INPUTS)
            one, other = b.open(table, b.const(1)), b.open(table, b.const(2))
            b.output(Output.WITHDRAWALS, b.load(one, attribute))
            b.output(Output.WITHDRAWALS_COUNT, b.load(other, attribute))
            yield case_of(b, [record, (0,) * len(record)])


def _store() -> Iterator[Case]:
    """What is stored is not what is loaded; and the register of a store is 0."""
    for attribute, wanted in enumerate((8, 255, 1, 253, 64)):
        b = Builder(LAYOUT, INPUTS)
        slots = [b.open(CELLS, b.const(key)) for key in (3, 4)]
        value = {8: b.input(2), 255: b.input(7), 1: b.input(0), 253: b.input(6), 64: b.input(4)}[wanted]
        b.store(slots[1], attribute, value)
        b.output(Output.FEES, b.load(slots[1], attribute))
        for inputs in (MIDDLE, tuple(of_width(width) - 1 for width in INPUTS)):
            yield case_of(b, [(1, 2, 0, 4, 5), (5, 4, 1, 2, 1)], inputs)
    head = (Instruction(P.INPUT, a=7), Instruction(P.INPUT, a=1), Instruction(P.OPEN, ACCOUNTS, 1))
    code = (*head, Instruction(P.STORE, 0, 0, 0), Instruction(P.SUB, 0, 3, 0), Instruction(P.OUTPUT, 0, 4))
    yield code_case(code, [(1, 2, 3, 4, 5)], slots=(ACCOUNTS,))


def _hash_of(length: int, domain: int) -> Case:
    b = Builder(LAYOUT, INPUTS)
    slots = [b.open(ELEMENTS, b.const(key)) for key in range(4)]
    items = [b.load(slot, k) for slot in slots for k in range(16)][:length]
    b.output(Output.WITHDRAWALS, b.hash(domain, items))
    b.output(Output.FEES, b.hash(domain, items[::-1][:2]))
    return case_of(b, [edges(ELEMENTS)[k : k + 16] for k in (0, 16, 8, 4)])


def _hash() -> Iterator[Case]:
    for place, length in enumerate(HASH_LENGTHS):
        yield _hash_of(length, (0, 8, 255)[place % 3])


def _arg() -> Iterator[Case]:
    for length in (1, 2, 3, 4):
        yield _hash_of(length, 7)
    # The register of an `arg` is 0, like those of the others that hold nothing.
    head = (Instruction(P.INPUT, a=6), Instruction(P.ARG, 0, 0, 0, 0), Instruction(P.HASH, 3, 3))
    yield code_case((*head, Instruction(P.SUB, 0, 1, 0), Instruction(P.OUTPUT, 1, 3), Instruction(P.OUTPUT, 0, 2)))


def _output() -> Iterator[Case]:
    for output in Output:
        b = Builder(LAYOUT, INPUTS)
        b.output(output, b.input(7))
        yield case_of(b)
    code = (Instruction(P.INPUT, a=7), Instruction(P.OUTPUT, 2, 0), Instruction(P.SUB, 0, 1, 0))
    yield code_case((*code, Instruction(P.OUTPUT, 3, 2)))


def _verify_signature() -> Iterator[Case]:
    """Yield the signatures of `tests/vectors/eddsa.json` that registers can hold, and before them two in one graph."""
    yield _two_signatures()
    for vector in json.loads(EDDSA_VECTORS.read_text())["cases"]:
        r_y, r_sign, s = (int(vector["signature"][name]) for name in ("r_y", "r_sign", "s"))
        public, message = ([int(word) for word in vector[name]] for name in ("public", "message"))
        fits = all(map(is_canonical, (*public, *message, r_y))) and 1 <= len(message) <= eddsa.MAX_ITEMS
        if fits and 0 <= r_sign < BOOLEAN and 0 <= s < 1 << SCALAR_BITS:
            b = Builder(LAYOUT, INPUTS)
            x, y, *signature = map(b.const, (*public, r_y, r_sign, s))
            b.output(Output.WITHDRAWALS, b.verify_signature((x, y), [*map(b.const, message)], *signature))
            b.output(Output.WITHDRAWALS_COUNT, b.const(int(vector["valid"])))
            yield case_of(b)


def _two_signatures() -> Case:
    """A graph that verifies twice, so that queue and help are used up by the first."""
    b = Builder(LAYOUT, INPUTS)
    valid = []
    for seed, message in ((b"1" * 32, (7, 0, 1, 5)), (b"2" * 32, (8,))):
        secret = eddsa.generate(seed)
        r_y, r_sign, s = map(b.const, eddsa.sign(secret, message))
        signed = [*map(b.const, message)]
        valid.append(b.verify_signature((b.const(secret.public.x), b.const(secret.public.y)), signed, r_y, r_sign, s))
    b.output(Output.WITHDRAWALS, b.emit(P.AND, *valid))
    b.output(Output.WITHDRAWALS_COUNT, b.const(1))
    return case_of(b)


CORPORA: Final[Mapping[Primitive, Cases]] = {
    P.CONST: _const,
    P.INPUT: _input,
    P.OPEN: _open,
    P.LOAD: _load,
    P.STORE: _store,
    P.ADD: _arithmetic(P.ADD, ELEMENTS, ELEMENTS),
    P.SUB: _arithmetic(P.SUB, ELEMENTS, ELEMENTS),
    P.MUL: _arithmetic(P.MUL, ELEMENTS, ELEMENTS),
    P.MINUS: _arithmetic(P.MINUS, INTEGERS, INTEGERS),
    P.LT: _arithmetic(P.LT, INTEGERS, INTEGERS),
    P.RANGE: _by_width(P.RANGE),
    P.NARROW: _by_width(P.NARROW),
    P.EQ: _arithmetic(P.EQ, ELEMENTS, ELEMENTS),
    P.AND: _arithmetic(P.AND, FLAGS, FLAGS),
    P.OR: _arithmetic(P.OR, FLAGS, FLAGS),
    P.NOT: _arithmetic(P.NOT, FLAGS),
    P.SELECT: _select,
    P.ARG: _arg,
    P.HASH: _hash,
    P.VERIFY_SIGNATURE: _verify_signature,
    P.OUTPUT: _output,
    P.DIV: _division(P.DIV),
    P.MOD: _division(P.MOD),
    P.BIT_AND: _arithmetic(P.BIT_AND, INTEGERS, INTEGERS),
    P.BIT_OR: _arithmetic(P.BIT_OR, INTEGERS, INTEGERS),
    P.BIT_XOR: _arithmetic(P.BIT_XOR, INTEGERS, INTEGERS),
    P.ISQRT: _arithmetic(P.ISQRT, DIVIDENDS),
    P.SHR: _by_width(P.SHR),
}
