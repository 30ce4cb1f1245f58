"""What every chunk's circuit starts with: public inputs, context, and the two equations that bind them to what L1 knows (SPEC §7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, ChunkInput
from provers.validity.arithmetise.evaluation import require_value
from provers.validity.arithmetise.step import Words
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.poseidon2 import hash_items
from rollup.crypto.poseidon2 import Domain
from rollup.params import MESSAGE_WORDS, STEP_HEADER_WORDS, ChunkKind

HEAD_WORDS = 7
"""`start, count, domain, inbox_to, payee, timestamp, batch_number`."""
CONTEXT_WORDS = HEAD_WORDS + 2 * STEP_HEADER_WORDS


@dataclass(frozen=True, slots=True)
class Public:
    """The public inputs of every circuit, in their order."""

    h: Term
    z: Term
    zc: Term
    y: Term


@dataclass(frozen=True, slots=True)
class HeaderTerms:
    """A step header in terms: the root, the words that graphs compute, and the three that count steps."""

    state_root: Term
    words: Words
    inbox_index: Term
    data_cursor: Term
    step: Term

    @classmethod
    def of(cls, words: Sequence[Term]) -> "HeaderTerms":
        """Read the eight words in their order (SPEC §3)."""
        root, withdrawals, count, inbox_index, next_account, cursor, fees, step = words
        return cls(root, Words(withdrawals, count, next_account, fees), inbox_index, cursor, step)

    def terms(self) -> list[Term]:
        """Return the eight words in their order."""
        w = self.words
        head = [self.state_root, w.withdrawals, w.withdrawals_count, self.inbox_index, w.next_account]
        return [*head, self.data_cursor, w.fees, self.step]

    def require(self, b: Builder, other: "HeaderTerms") -> None:
        """Prove that two headers are equal: 8 constraints."""
        for mine, theirs in zip(self.terms(), other.terms(), strict=True):
            b.enforce_equal(mine, theirs)


@dataclass(frozen=True)
class Context:
    """The context's words, each a wire of its own.

    Attributes
    ----------
    moment
        Timestamp and number of the batch. Their widths are L1's business: it gives a number of its own, and no time after its clock's.
    messages
        48 words of an `INBOX` chunk, else none.
    terms
        All words in their order.
    """

    start: Term
    count: Term
    domain: Term
    inbox_to: Term
    payee: Term
    moment: tuple[Term, Term]
    header_in: HeaderTerms
    header_out: HeaderTerms
    messages: Sequence[Term]
    terms: Sequence[Term]


def give_context(b: Builder, kind: ChunkKind, chunk: ChunkInput | None) -> Context:
    """Allocate the context of an `INBOX` or a `DATA` chunk."""
    count = CONTEXT_WORDS + (INBOX_MESSAGES * MESSAGE_WORDS if kind is ChunkKind.INBOX else 0)
    terms = b.given(count, lambda: chunk.context if chunk else ())
    start, covered, domain, inbox_to, payee, *moment = terms[:HEAD_WORDS]
    middle = HEAD_WORDS + STEP_HEADER_WORDS
    header_in, header_out = HeaderTerms.of(terms[HEAD_WORDS:middle]), HeaderTerms.of(terms[middle:CONTEXT_WORDS])
    messages = terms[CONTEXT_WORDS:]
    return Context(
        start, covered, domain, inbox_to, payee, (moment[0], moment[1]), header_in, header_out, messages, terms
    )


def give_elements(b: Builder, count: int, chunk: ChunkInput | None) -> list[Term]:
    """Allocate a chunk's elements."""
    return b.given(count, lambda: chunk.padded_elements if chunk else ())


def bind(
    b: Builder,
    kind: ChunkKind,
    public: Public,
    context: Sequence[Term],
    start: Term,
    elements: Sequence[Term],
    run: int,
) -> None:
    """Prove that context and elements have the hash h and, at the places from `start` on, the value y; `start` is a multiple of `run`.

    SAFETY: z is drawn after h is fixed, so whoever wants another y for the same h would have to find a collision of the hash, and who wants elements other than
    the posted ones to give the posted value must hit a root of a polynomial of degree below 2^14 by chance.
    """
    with b.part("binding"):
        b.enforce_equal(hash_items(b, Domain.CHUNK, [kind, *context, *elements]), public.h)
        require_value(b, z=public.z, zc=public.zc, y=public.y, context=context, start=start, elements=elements, run=run)
