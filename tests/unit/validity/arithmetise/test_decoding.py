"""Reading elements and transactions in constraints, against the packing that everybody else uses."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.arithmetise.decoding import TransactionReader, read_element, select_action
from provers.validity.arithmetise.step import Words
from provers.validity.constraints.bits import from_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup import U8, Field, Program, action
from rollup.batch.packing import decode_transaction, words_of
from rollup.batch.parcel import Parcel
from rollup.batch.slots import slots_of
from rollup.crypto.fr import R
from rollup.params import SLOT_BITS, TransactionInput
from rollup.program.program import Transaction
from tests.unit.validity.constraints.harness import constraints, run


class Notes(Program):
    """Actions whose arguments stand at different places."""

    account_bits = 5

    @action
    def one(self, tx: Transaction, a: Field, b: U8, c: Field) -> None:
        """Three."""

    @action
    def two(self, tx: Transaction, a: U8, b: Field) -> None:
        """Two."""

    @action
    def none(self, tx: Transaction) -> None:
        """No arguments."""


IMAGE = Notes.image()
LAYOUT = IMAGE.layout
BITS = SLOT_BITS * LAYOUT.stride
WORDS = len(LAYOUT.word_widths)
NAMES = [name for name in TransactionInput if name not in (TransactionInput.WORDS, TransactionInput.DOMAIN)][:7]


@pytest.mark.parametrize("element", [0, 1, 2**252 - 1, 2**252, 2**252 + 5, 2**253, R - 1])
def test_read_element_of_any_element_gives_its_slots(element: int) -> None:
    bits = run(read_element, element)
    slots = tuple(from_bits(bits[at : at + SLOT_BITS]) for at in range(0, 252, SLOT_BITS))
    assert slots == slots_of([element], 0, 4)


def test_read_element_costs_what_is_documented() -> None:
    assert constraints(read_element, 1) == 324


def reading(b: Builder, x: Sequence[Term]) -> list[Term]:
    alive, r_y, *bits = x
    selection = select_action(b, bits, alive, LAYOUT.actions)
    reader = TransactionReader(b, LAYOUT, IMAGE.actions, r_y, bits, selection)
    read = reader.inputs(77, (0, 0), Words(0, 0, 0, 0)).terms
    words = [read[0, TransactionInput.WORDS + k] for k in range(WORDS)]
    first = TransactionInput.WORDS + WORDS
    own = [read[graph.tag, first + k] for graph in IMAGE.actions for k in range(len(graph.arguments))]
    return [*(read[0, name] for name in NAMES), *words, *own, selection.any()]


def expected(text: int, alive: int) -> list[int]:
    tag = text & 0xFF
    known = 1 <= tag <= LAYOUT.actions
    widths = IMAGE.graph(tag).arguments if known else ()
    parcel = Parcel(R - 5, tuple(text >> SLOT_BITS * i & (2**SLOT_BITS - 1) for i in range(LAYOUT.stride)))
    decoded = decode_transaction(LAYOUT, widths, parcel)
    runs = known and alive
    args = decoded.args if runs else ()
    named = {
        TransactionInput.TAG: tag,
        TransactionInput.SENDER: decoded.sender,
        TransactionInput.FEE: decoded.fee,
        TransactionInput.S: decoded.s,
        TransactionInput.R_SIGN: decoded.r_sign,
        TransactionInput.R_Y: decoded.r_y,
        TransactionInput.DECODABLE: int(decoded.decodable),
    }
    own = [args[k] if runs and graph.tag == tag else 0 for graph in IMAGE.actions for k in range(len(graph.arguments))]
    return [*(named[name] for name in NAMES), *words_of(LAYOUT, parcel), *own, int(runs)]


FIELDS = st.sampled_from([0, 1, R - 1, R, R + 1, 2**255 - 1])


@st.composite
def texts(draw: st.DrawFn) -> int:
    """Draw the bits of a transaction whose parts stand at the edges."""
    tag = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 255]))
    known = 1 <= tag <= LAYOUT.actions
    parts = [(tag, 8), (draw(st.integers(0, 31)), 5)]
    parts.append((draw(st.sampled_from([0, 5, 1023, 1024, 2047, 1 << 11, 31 << 11 | 1024, 65535])), 16))
    parts.append((draw(st.sampled_from([0, 1, 2**252 - 1])), 252))
    parts.append((draw(st.integers(0, 1)), 1))
    parts += [(draw(FIELDS) % 2**width, width) for width in (IMAGE.graph(tag).arguments if known else ())]
    text = offset = 0
    for value, width in parts:
        text |= value << offset
        offset += width
    return text | draw(st.sampled_from([0, 0, 1])) << draw(st.sampled_from([offset, BITS - 1]))


@settings(deadline=None, max_examples=40)
@given(texts(), st.integers(0, 1))
def test_reading_any_bits_agrees_with_the_packing(text: int, alive: int) -> None:
    got = list(run(reading, alive, R - 5, *(text >> i & 1 for i in range(BITS))))
    wanted = expected(text, alive)
    if not wanted[-1]:
        # Where no action runs nobody asks whether the bits are decodable: what counts is that padding and arguments of all actions are masked.
        place = NAMES.index(TransactionInput.DECODABLE)
        got[place] = wanted[place] = 0
    assert got == wanted


def test_known_bits_of_inputs_are_those_of_the_running_action_and_booleans_of_all() -> None:
    """SOUNDNESS 1: where an action does not run, its arguments are 0 and its bits are what stands in the data all the same."""
    text = sum(1 << at for at in range(5, BITS, 3)) & ~0xFF | 2

    def known(b: Builder, x: Sequence[Term]) -> list[Term]:
        reader = TransactionReader(b, LAYOUT, IMAGE.actions, 0, x, select_action(b, x, 1, LAYOUT.actions))
        read = reader.inputs(77, (0, 0), Words(0, 0, 0, 0))
        return [from_bits(read.bits[name]) - read.terms[name] for name in sorted(read.bits) if name[0] in {0, 2}]

    assert run(known, *(text >> i & 1 for i in range(BITS))) == (0,) * 3


def test_every_tag_selects_at_most_its_own_action() -> None:
    def selecting(b: Builder, x: Sequence[Term]) -> list[Term]:
        return list(select_action(b, x[1:], x[0], LAYOUT.actions).flags.values())

    for tag in range(256):
        got = run(selecting, 1, *(tag >> i & 1 for i in range(8)))
        assert got == tuple(int(tag == number) for number in range(1, LAYOUT.actions + 1))
    assert not any(run(selecting, 0, 1, *[0] * 7))
