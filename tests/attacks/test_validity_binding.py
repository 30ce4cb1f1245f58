"""Attacks on what binds proofs to a batch.

SOUNDNESS 12: a batch owns all elements of its blob, ranges cover each once. SOUNDNESS 13: z binds chain, batch, every hash, range and
context, and each chunk's context has powers of its own.
Each attacker here knows the z that L1 will draw and proves, with the right circuits, whatever is true of other data or contexts.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput, StepWitness
from rollup.batch.batch import Batch
from rollup.crypto.fr import R
from rollup.execution.step_trace import StepTrace, trace_batch, trace_step
from rollup.params import DataKind
from rollup.state.header import StepHeader
from tests.unit.validity.backend.claims import COUNT, KIND, Claim, H, Row, Y, chunks_for, refusal
from tests.unit.validity.backend.keys import IdealProver, circuits_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import (
    CALLDATA,
    DATA,
    GARBAGE,
    INBOX,
    LAST_DATA,
    ORDERED,
    TAIL,
    WHOLE,
    Scene,
    empty_chain,
    purses,
)
from tests.unit.validity.backend.settled import SettledChain

OTHER_DATA = "validity: proofs are for other data"
DOES_NOT_VERIFY = "validity: a proof does not verify"
Fit = Literal[False, True]
FIT = pytest.mark.parametrize("fit", [False, True], ids=["true values", "values made to fit"])


def said(claim: Claim, *, fit: Fit = False, at: int = 0) -> str:
    """What L1 says to a claim; `fit` changes the value of chunk `at` so that the sum comes out right."""
    payload = claim.payload()
    if fit:
        payload.chunks[at][Y] = (payload.chunks[at][Y] - claim.excess(payload)) % R
        assert claim.excess(payload) == 0
    return refusal(claim.chain, claim.number, payload)


def expected(*, fit: Fit) -> str:
    """A value is checked by its proof, a sum of values by the data."""
    return DOES_NOT_VERIFY if fit else OTHER_DATA


# ---------------------------------------------------------------- replays


def test_an_honest_claim_of_every_kind_of_chunk_is_taken() -> None:
    claim = purses().claim(WHOLE)
    assert [row.kind for row in claim.rows] == [1, 2, 2, 3]
    assert said(claim) == ""
    assert claim.excess(claim.payload()) == 0


def test_a_payload_for_one_batch_is_refused_for_another() -> None:
    scene = purses()
    assert refusal(scene.chain, WHOLE, scene.payload(CALLDATA)) == "validity: number of messages"
    assert refusal(scene.chain, CALLDATA, scene.payload(WHOLE)) == "validity: number of messages"


def twins(kinds: tuple[DataKind, DataKind]) -> SettledChain:
    """Two batches that differ in their number, parent and timestamp only; neither changes the state."""
    chain = empty_chain()
    for kind in kinds:
        chain.post((0xFF,), kind)
    chain.propose(1, Claim.honest(chain, IdealProver(Purses), 1).payload().to_bytes())
    return chain


@pytest.mark.parametrize("kind", DataKind)
def test_a_payload_is_refused_for_the_same_data_posted_again_in_the_next_batch(kind: DataKind) -> None:
    chain = twins((kind, kind))
    first, second = (Claim.honest(chain, IdealProver(Purses), number) for number in (1, 2))
    for one, other in zip(first.rows, second.rows, strict=True):
        pairs = zip(one.proved.context, other.proved.context, strict=True)
        assert {place for place, (a, b) in enumerate(pairs) if a != b} <= {5, 6}, "they differ in time and number only"
    assert refusal(chain, 2, second.payload()) == ""
    assert refusal(chain, 2, first.payload()) == DOES_NOT_VERIFY


def test_a_payload_is_refused_on_another_chain_of_the_same_program_with_the_same_batch() -> None:
    one, other = (empty_chain() for _ in range(2))
    for chain in (one, other):
        chain.post((0xFF,), DataKind.CALLDATA)
    payload = Claim.honest(one, IdealProver(Purses), 1).payload()
    assert refusal(one, 1, payload) == ""
    assert refusal(other, 1, payload) == DOES_NOT_VERIFY


# ---------------------------------------------------------------- other data


def padded(elements: tuple[int, ...]) -> tuple[int, ...]:
    """As many elements as a DATA chunk covers."""
    return (*elements, *(0,) * (13 - len(elements)))


def other_batch(batch: Batch, change: Callable[[list[int]], object]) -> Batch:
    elements = list(batch.elements)
    change(elements)
    return replace(batch, elements=tuple(elements))


@FIT
@pytest.mark.parametrize("number", [WHOLE, CALLDATA], ids=["blob", "calldata"])
def test_proofs_for_other_garbage_than_was_posted_are_refused(number: int, fit: Fit) -> None:
    scene = purses()
    claim, batch = scene.claim(number), scene.chain.batch(number)

    def change(elements: list[int]) -> None:
        place = elements.index(GARBAGE[-1])
        elements[place] += 1

    forged = claim.proving(chunks_for(scene.chain, other_batch(batch, change)))
    assert said(forged, fit=fit, at=len(claim.rows) - 1) == expected(fit=fit)


@FIT
def test_proofs_for_another_transaction_than_was_posted_are_refused(fit: Fit) -> None:
    # The state they lead to would be right for a batch that says something else.
    scene = purses()
    batch = scene.chain.batch(CALLDATA)
    call = scene.chain.call(3, "put", 2**60, nonce=scene.chain.states[WHOLE].get(3)[3])
    richer = replace(batch, elements=(*padded(scene.chain.packed(call)), *batch.elements[13:]))
    chunks = chunks_for(scene.chain, richer)
    claim = replace(scene.claim(CALLDATA), rows=tuple(map(Row.of, chunks)))
    payload = claim.payload()
    if fit:
        payload.chunks[0][Y] = (payload.chunks[0][Y] - claim.excess(payload)) % R
    end = chunks[0].header_out
    assert end is not None
    assert refusal(scene.chain, CALLDATA, payload, header=scene.chain.header(WHOLE).after(end)) == expected(fit=fit)


@FIT
@pytest.mark.parametrize("number", [WHOLE, CALLDATA], ids=["blob", "calldata"])
def test_garbage_that_no_chunk_covers_is_refused(number: int, fit: Fit) -> None:
    claim = purses().claim(number)
    assert said(claim.with_rows(*claim.rows[:-1]), fit=fit) == expected(fit=fit)


def test_a_tail_that_ends_before_the_last_garbage_is_refused() -> None:
    claim = purses().claim(WHOLE)
    tail = claim.rows[TAIL].proved
    short = replace(tail, count=len(GARBAGE) - 1, elements=tail.elements[: len(GARBAGE) - 1])
    assert said(claim.with_row(TAIL, count=short.count, proved=short)) == OTHER_DATA


def test_a_tail_in_two_pieces_is_taken() -> None:
    claim = purses().claim(WHOLE)
    tail = claim.rows[TAIL].proved
    first = replace(tail, count=2, elements=tail.elements[:2])
    second = replace(tail, start=tail.start + 2, count=tail.count - 2, elements=tail.elements[2:])
    assert said(claim.with_rows(*claim.rows[:TAIL], Row.of(first), Row.of(second))) == ""


def test_elements_counted_twice_are_refused() -> None:
    # The second tail says that it starts where the first one started; L1 says where it starts.
    claim = purses().claim(WHOLE)
    assert said(claim.with_rows(*claim.rows, claim.rows[TAIL])) == OTHER_DATA


def test_a_tail_that_starts_elsewhere_than_after_the_chunk_before_is_refused() -> None:
    claim = purses().claim(WHOLE)
    tail = claim.rows[TAIL].proved
    moved = replace(tail, start=tail.start + 1, elements=(*tail.elements[1:], 0))
    assert said(claim.with_row(TAIL, proved=moved)) == OTHER_DATA


# ---------------------------------------------------------------- chunks and ranges


def test_a_data_chunk_left_out_is_refused() -> None:
    # What follows it starts from a header that no proof leads to, and at other elements than its own.
    claim = purses().claim(WHOLE)
    inbox, _, last, tail = claim.rows
    assert said(claim.with_rows(inbox, last, tail)) == OTHER_DATA


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ((DATA, LAST_DATA, TAIL), "validity: inbox is not read yet"),
        ((INBOX, INBOX, DATA, LAST_DATA, TAIL), "validity: inbox is read already"),
        ((INBOX, DATA, LAST_DATA, LAST_DATA, TAIL), "validity: data has ended"),
        ((DATA, INBOX, LAST_DATA, TAIL), "validity: inbox is not read yet"),
        ((INBOX, LAST_DATA, DATA, TAIL), "validity: data has ended"),
        ((INBOX, DATA, TAIL, LAST_DATA), "validity: tail before the end of the data"),
        ((TAIL, INBOX, DATA, LAST_DATA), "validity: tail before the end of the data"),
        ((INBOX, DATA), "validity: batch is not proved to its end"),
        ((INBOX,), "validity: batch is not proved to its end"),
    ],
)
def test_chunks_left_out_given_twice_or_out_of_order_are_refused_before_any_proof_is_looked_at(
    order: tuple[int, ...], message: str
) -> None:
    payload = purses().payload(WHOLE)
    payload.chunks = [payload.chunks[place] for place in order]
    assert refusal(purses().chain, WHOLE, payload) == message


def test_a_data_chunk_given_twice_is_refused() -> None:
    # L1 lets the second one start from the header after the first, which nothing was proved about.
    claim = purses().claim(WHOLE)
    inbox, data, last, tail = claim.rows
    assert said(claim.with_rows(inbox, data, data, last, tail)) == OTHER_DATA


@pytest.mark.parametrize(
    ("place", "count", "message"),
    [
        (INBOX, 1, "validity: chunk count"),
        (DATA, 0, "validity: chunk count"),
        (DATA, 14, "validity: chunk count"),
        (LAST_DATA, 12, "validity: chunk count"),
        (TAIL, 0, "validity: tail count"),
        (TAIL, 257, "validity: tail count"),
        (TAIL, 2**256 - 1, "validity: tail count"),
        (TAIL, 4, DOES_NOT_VERIFY),
        (TAIL, 255, DOES_NOT_VERIFY),
    ],
)
def test_a_chunk_that_says_it_covers_another_number_of_elements_is_refused(
    place: int, count: int, message: str
) -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[place][COUNT] = count
    assert refusal(purses().chain, WHOLE, payload) == message


def test_tails_past_the_end_of_the_blob_are_refused() -> None:
    payload = purses().payload(WHOLE)
    tail = payload.chunks.pop()
    payload.chunks += [[tail[KIND], 256, *tail[H:]] for _ in range(15)]
    assert refusal(purses().chain, WHOLE, payload) == DOES_NOT_VERIFY
    payload.chunks.append([tail[KIND], 4096 - 26 - 15 * 256 + 1, *tail[H:]])
    assert refusal(purses().chain, WHOLE, payload) == "validity: tail past the blob"


@pytest.mark.parametrize("kind", [0, 4, 2**256 - 1])
def test_a_chunk_of_no_kind_is_refused(kind: int) -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[DATA][KIND] = kind
    assert refusal(purses().chain, WHOLE, payload) == "validity: kind of chunk"


def test_a_chunk_that_poses_as_another_kind_is_refused() -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[DATA][KIND], payload.chunks[DATA][COUNT] = 1, 0
    assert refusal(purses().chain, WHOLE, payload) == "validity: inbox is read already"
    payload = purses().payload(WHOLE)
    payload.chunks[INBOX][KIND], payload.chunks[INBOX][COUNT] = 2, 13
    assert refusal(purses().chain, WHOLE, payload) == "validity: inbox is not read yet"


# ---------------------------------------------------------------- contexts


@FIT
@pytest.mark.parametrize("word", ["payee", "domain", "inbox_to"])
def test_proofs_for_another_payee_domain_or_end_of_the_inbox_are_refused(word: str, fit: Fit) -> None:
    scene = purses()
    claim, batch = scene.claim(CALLDATA), scene.chain.batch(CALLDATA)
    if word == "payee":
        chunks = chunks_for(scene.chain, replace(batch, payee=1))
    elif word == "domain":
        chunks = chunks_for(scene.chain, replace(batch, domain=1))
    else:
        # One message fewer, on a state that has not read it: all of it true of another batch.
        parent = replace(scene.chain.header(WHOLE), inbox_index=batch.inbox_to - 1)
        chunks = chunks_for(
            scene.chain, replace(batch, inbox_from=batch.inbox_to - 1, inbox_to=batch.inbox_to - 1), parent
        )
    forged = claim.proving(chunks)
    assert said(forged, fit=fit) == expected(fit=fit)


def in_the_other_order(scene: Scene) -> tuple[ChunkInput, ChunkInput]:
    """The two chunks of batch `ORDERED`, the second proved before the first: each true, and chained to nothing that L1 knows."""
    chain, batch = scene.chain, scene.chain.batch(ORDERED)
    first, last = (row.proved for row in scene.claim(ORDERED).rows)
    assert first.header_out is not None
    before = StepHeader.start(chain.header(ORDERED - 1))
    state = chain.state_before(ORDERED)
    middle = replace(first.header_out, state_root=before.state_root)
    ending = trace_batch(chain.image, middle, batch, state)
    opening: list[StepTrace] = []
    header = replace(before, state_root=state.root)
    for _ in first.steps:
        opening.append(trace_step(chain.image, header, batch, state))
        header = opening[-1].after
    return run_again(first, opening), run_again(last, ending)


def run_again(chunk: ChunkInput, traces: Sequence[StepTrace]) -> ChunkInput:
    """Return a chunk of the same data with other steps."""
    return replace(
        chunk,
        header_in=traces[0].before,
        header_out=traces[-1].after,
        steps=tuple(map(StepWitness.of, traces)),
        top=traces[0].top,
    )


@FIT
def test_headers_shifted_between_chunks_with_the_sum_of_contexts_kept_are_refused(fit: Fit) -> None:
    """The attack of rule 13: the second chunk is run before the first, which censors a transaction, and L1 is shown one chain of headers."""
    scene = purses()
    first, last = in_the_other_order(scene)
    honest = scene.claim(ORDERED)
    assert first.header_out is not None
    assert last.header_out is not None
    # From the header before the batch to the one after the last chunk L1 sees: root M in the middle, D at the end.
    between = replace(first.header_out, state_root=last.header_out.state_root)
    end = replace(last.header_out, state_root=first.header_out.state_root)
    claim = honest.with_rows(
        replace(Row.of(first), header_out=between.words()), replace(Row.of(last), header_out=end.words())
    )
    shown = [sum(column) % R for column in zip(*claim.contexts(), strict=True)]
    proved = [sum(column) % R for column in zip(first.context, last.context, strict=True)]
    assert shown == proved, "with shared powers of z, L1 could not tell the difference"
    assert claim.contexts()[0][5:13] == honest.contexts()[0][5:13]
    assert tuple(claim.contexts()[0]) != tuple(first.context), "what L1 is shown is not what is proved"
    assert end.state_root != scene.chain.header(ORDERED).state_root, "the order matters"
    payload = claim.payload()
    if fit:
        payload.chunks[0][Y] = (payload.chunks[0][Y] - claim.excess(payload)) % R
    claimed = scene.chain.header(ORDERED - 1).after(end)
    assert refusal(scene.chain, ORDERED, payload, header=claimed) == expected(fit=fit)


def test_the_second_chunk_of_that_attack_satisfies_its_circuit() -> None:
    # So what refuses it is the binding, not the circuit.
    scene = purses()
    for chunk in in_the_other_order(scene):
        circuits = circuits_of(Purses)
        assert circuits.circuit(chunk.kind).is_satisfied(circuits.assign(chunk.kind, chunk, 3, 5)[1]) is None
