"""Claims as an attacker makes them: what L1 is told of each chunk, what is proved in its place, and every word of the payload.

`contexts` is L1's own reading of a payload (machine.md §7), written a second time; an attacker must know it to draw z.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from l1bridge import kzg
from l1bridge.client import L1Client
from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.execution.step_trace import trace_batch
from rollup.params import ChunkKind, DataKind
from rollup.ports.l1 import L1Reverted
from rollup.state.header import Header, StepHeader
from tests.unit.validity.backend.keys import TRANSACTIONS, IdealProver
from tests.unit.validity.backend.settled import SettledChain, batch_words

KIND, COUNT, H, Y, HEADER = 0, 1, 2, 3, slice(4, 12)
A, B, C = slice(12, 16), slice(16, 24), slice(24, 28)
PROOF = range(12, 28)
INBOX_INDEX, CURSOR = 3, 5
"""Words of a step header."""

Words = tuple[int, ...]


@dataclass
class Payload:
    """What `propose` is given, word by word."""

    chunks: list[list[int]]
    messages: list[Words]
    opening: bytes

    def to_bytes(self) -> bytes:
        counts = [len(self.chunks), len(self.messages)]
        words = [*counts, *(word for row in (*self.chunks, *self.messages) for word in row)]
        return b"".join(word.to_bytes(32, "big") for word in words) + self.opening


@dataclass(frozen=True)
class Row:
    """What L1 is told of a chunk, and the chunk that is proved."""

    kind: int
    count: int
    header_out: Words
    proved: ChunkInput

    @classmethod
    def of(cls, chunk: ChunkInput) -> "Row":
        return cls(chunk.kind, chunk.count, chunk.header_out.words() if chunk.header_out else (0,) * 8, chunk)


@dataclass(frozen=True)
class Claim:
    """A claim about a posted batch, honest until it is changed.

    Attributes
    ----------
    h_shift
        Added to every h that L1 is told.
    """

    chain: SettledChain
    prover: IdealProver
    number: int
    rows: tuple[Row, ...]
    messages: tuple[Words, ...]
    h_shift: int = 0

    @classmethod
    def honest(cls, chain: SettledChain, prover: IdealProver, number: int) -> "Claim":
        batch = chain.batch(number)
        rows = tuple(map(Row.of, chunks_for(chain, batch)))
        return cls(chain, prover, number, rows, tuple(message.words() for message in batch.messages))

    @property
    def batch(self) -> Batch:
        return self.chain.batch(self.number)

    def with_rows(self, *rows: Row) -> "Claim":
        return replace(self, rows=rows)

    def with_row(self, place: int, **changes: object) -> "Claim":
        """Tell L1 something else of one chunk, or prove another one in its place."""
        rows = list(self.rows)
        rows[place] = replace(rows[place], **changes)  # type: ignore[arg-type]
        return replace(self, rows=tuple(rows))

    def proving(self, chunks: Sequence[ChunkInput]) -> "Claim":
        """Tell L1 the same, and prove these."""
        return replace(
            self, rows=tuple(replace(row, proved=chunk) for row, chunk in zip(self.rows, chunks, strict=True))
        )

    def contexts(self) -> list[Words]:
        """The context words of each chunk as L1 computes them."""
        return contexts(self.chain, self.batch, self.rows, self.messages)

    def z(self) -> int:
        state = self.batch.hash()
        for row, words in zip(self.rows, self.contexts(), strict=True):
            text = (row.kind, row.proved.h + self.h_shift, *words)
            state = keccak256(state, *(word.to_bytes(32, "big") for word in text))
        return int.from_bytes(state, "big") % R

    def payload(self) -> Payload:
        """Prove every chunk at the z that L1 will draw, and open the posted data there."""
        z = self.z()
        chunks = []
        for place, row in enumerate(self.rows):
            zc = power(z, place)
            h, _, _, y = row.proved.public_inputs(z, zc)
            proof = self.prover.prove(row.proved, z, zc).to_evm_words()
            head = [row.kind, row.count, h + self.h_shift, y, *row.header_out]
            chunks.append([*head, *(word for point in proof for word in point)])
        return Payload(chunks, list(self.messages), opening(self.batch, z))

    def excess(self, payload: Payload) -> int:
        """By how much the values shown exceed what the data and the contexts shown come to at z."""
        z, shown = self.z(), sum(row[Y] for row in payload.chunks)
        context = sum(power(z, j) * _at(words, z) for j, words in enumerate(self.contexts()))
        return (shown - context - kzg.open_at(to_blob(self.batch.elements), z).y) % R


def contexts(chain: SettledChain, batch: Batch, rows: Sequence[Row], messages: Sequence[Words]) -> list[Words]:
    """SPEC: machine.md §7, "L1 itself supplies"."""
    found: list[Words] = []
    header: Words = (*chain.header(batch.number - 1).words()[:5], 0, 0, 0)
    inbox_from, cursor = header[3], 0
    for row in rows:
        if row.kind == ChunkKind.TAIL:
            found.append((cursor, row.count, *(0,) * 21))
            cursor += row.count
            continue
        head = (chain.domain, batch.inbox_to, batch.payee, *batch.moment)
        words = (cursor, row.count, *head, *header, *row.header_out)
        if row.kind == ChunkKind.INBOX:
            taken = [word for message in messages[header[3] - inbox_from :][:8] for word in message]
            words = (*words, *taken, *(0,) * (48 - len(taken)))
        found.append(words)
        header, cursor = row.header_out, cursor + row.count
    return found


def power(z: int, place: int) -> int:
    """SPEC: machine.md §7, zc_j."""
    return pow(z, 4096 + 128 * place, R)


def opening(batch: Batch, z: int) -> bytes:
    """What opens the posted data at z."""
    if batch.kind is DataKind.CALLDATA:
        return to_words(batch.elements)
    blob = to_blob(batch.elements)
    return kzg.commitment(blob) + kzg.open_at(blob, z).proof


def chunks_for(chain: SettledChain, batch: Batch, parent: Header | None = None) -> tuple[ChunkInput, ...]:
    """The chunks of a batch, posted or made up, on the state that the chain has before it."""
    start = StepHeader.start(parent or chain.header(batch.number - 1))
    traces = trace_batch(chain.image, start, batch, chain.state_before(batch.number))
    return chunks_of(chain.image.layout, batch, traces, TRANSACTIONS)


def refusal(
    chain: SettledChain,
    number: int,
    payload: Payload | bytes,
    *,
    header: Header | Words | None = None,
    l1: L1Client | None = None,
) -> str:
    """Ask L1 what it would say to a claim; "" if it would take it."""
    data = payload.to_bytes() if isinstance(payload, Payload) else payload
    claimed = header or chain.header(number)
    words = claimed.words() if isinstance(claimed, Header) else claimed
    before = chain.header(number - 1).words()
    try:
        (l1 or chain.l1).call(
            chain.rollup, "propose", batch_words(chain.batch(number)), number - 1, before, words, data
        )
    except L1Reverted as reverted:
        return reverted.reason or "no reason given"
    return ""


def _at(words: Words, z: int) -> int:
    return sum(word * pow(z, k, R) for k, word in enumerate(words)) % R
