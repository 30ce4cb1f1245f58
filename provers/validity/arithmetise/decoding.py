"""From the elements of a blob to the inputs of a transaction (SPEC §4, Data); total over whatever was posted."""

from collections.abc import Sequence

from provers.validity.arithmetise.arguments import ArgumentReader
from provers.validity.arithmetise.records import Selection
from provers.validity.arithmetise.step import StepInputs, Words
from provers.validity.constraints.bits import canonical_bits, from_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import conjunction, is_equal, is_zero
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.params import (
    ELEMENT_BITS,
    FEE_EXPONENT_BITS,
    FEE_MANTISSA_BITS,
    GROUP,
    PACKED_FEE_BITS,
    SCALAR_BITS,
    TAG_BITS,
    TransactionInput,
)

ELEMENT = "element"
"""The piece that reads one element into bits."""


def read_element(b: Builder, inputs: Sequence[Term]) -> list[Term]:
    """Return the 252 bits that are read of one element, the only input: 324 constraints.

    SPEC: §4, the bits above them mean nothing. They are part of the element all the same, which has one such decomposition only.
    """
    return canonical_bits(b, inputs[0])[:ELEMENT_BITS]


def read_group(b: Builder, elements: Sequence[Term]) -> list[list[Term]]:
    """Return of each transaction of a group its r_y and the bits of its slots, the lowest first (SPEC §4, Data)."""
    bits = [bit for element in elements[GROUP:] for bit in b.repeat(ELEMENT, read_element, [element])]
    length = len(bits) // GROUP
    return [[r_y, *bits[k * length : (k + 1) * length]] for k, r_y in enumerate(elements[:GROUP])]


def select_action(b: Builder, bits: Sequence[Term], alive: Term, actions: int) -> Selection:
    """Return which action the tag at the head of a transaction names, none where the Boolean `alive` is 0: 3 constraints an action."""
    tag = from_bits(bits[:TAG_BITS])
    return Selection({number: b.product(is_equal(b, tag, number), alive) for number in range(1, actions + 1)})


class TransactionReader:
    """Reads the parts of one transaction.

    Parameters
    ----------
    r_y
        Its element.
    bits
        All bits of its slots, the lowest first; Booleans.
    selection
        The action that runs.
    """

    def __init__(
        self,
        b: Builder,
        layout: Layout,
        actions: Sequence[Graph],
        r_y: Term,
        bits: Sequence[Term],
        selection: Selection,
    ) -> None:
        self._b = b
        self._layout = layout
        self._r_y = r_y
        self._bits = bits
        self._arguments = ArgumentReader(b, actions, bits[layout.arguments_offset :], selection)

    def inputs(self, domain: Term, moment: tuple[Term, Term], words: Words) -> StepInputs:
        """Return the inputs of all actions' graphs."""
        shared, bits = self._shared(domain, moment, words), self._shared_bits()
        first_own = TransactionInput.WORDS + len(self._layout.word_widths)
        terms: dict[tuple[int, ...], Term] = {(0, number): term for number, term in shared.items()}
        known: dict[tuple[int, ...], Sequence[Term]] = {(0, number): cut for number, cut in bits.items()}
        for name, term, cut in self._arguments.terms(first_own):
            terms[name] = term
            if cut is not None:
                known[name] = cut
        return StepInputs(terms, known)

    def _shared(self, domain: Term, moment: tuple[Term, Term], words: Words) -> dict[int, Term]:
        layout = self._layout
        fee_canonical, fee = self._fee()
        offset, signed = layout.arguments_offset, {}
        for k, width in enumerate(layout.word_widths):
            signed[TransactionInput.WORDS + k] = from_bits(self._cut(offset, width))
            offset += width
        return {
            TransactionInput.DOMAIN: domain,
            TransactionInput.TAG: from_bits(self._cut(0, TAG_BITS)),
            TransactionInput.SENDER: from_bits(self._cut(layout.sender_offset, layout.account_bits)),
            TransactionInput.FEE: fee,
            TransactionInput.S: from_bits(self._cut(layout.s_offset, SCALAR_BITS)),
            TransactionInput.R_SIGN: self._bits[layout.r_sign_offset],
            TransactionInput.R_Y: self._r_y,
            TransactionInput.DECODABLE: self._decodable([fee_canonical]),
            TransactionInput.WITHDRAWALS: words.withdrawals,
            TransactionInput.WITHDRAWALS_COUNT: words.withdrawals_count,
            TransactionInput.NEXT_ACCOUNT: words.next_account,
            TransactionInput.FEES: words.fees,
            TransactionInput.TIMESTAMP: moment[0],
            TransactionInput.BATCH_NUMBER: moment[1],
            **signed,
        }

    def _shared_bits(self) -> dict[int, Sequence[Term]]:
        return {
            TransactionInput.SENDER: self._cut(self._layout.sender_offset, self._layout.account_bits),
            TransactionInput.S: self._cut(self._layout.s_offset, SCALAR_BITS),
        }

    def _cut(self, offset: int, width: int) -> Sequence[Term]:
        return self._bits[offset : offset + width]

    def _fee(self) -> tuple[Term, Term]:
        """Return whether the packed fee is canonical (e = 0 or m >= 1024), and m·2^e: 8 constraints."""
        packed = self._cut(self._layout.fee_offset, PACKED_FEE_BITS)
        mantissa, exponent = packed[:FEE_MANTISSA_BITS], packed[FEE_MANTISSA_BITS:]
        fee = from_bits(mantissa)
        for place in range(FEE_EXPONENT_BITS):
            fee = fee + self._b.product(fee * ((1 << (1 << place)) - 1), exponent[place])
        small = is_zero(self._b, add_all(exponent))
        return 1 - self._b.product(1 - small, 1 - mantissa[-1]), fee

    def _decodable(self, shared: list[Term]) -> Term:
        """Return whether the fee, the running action's full elements and its padding are as they must be."""
        # SAFETY: a sum of Booleans, of which there are fewer than R: it is 0 only if each is.
        return conjunction(self._b, [*shared, is_zero(self._b, self._arguments.faults())])
