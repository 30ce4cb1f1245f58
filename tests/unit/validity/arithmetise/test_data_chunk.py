"""Chunks of transactions: whatever is posted has a proof of what the engine says, and of nothing else."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.data_chunk import DataCircuit
from provers.validity.constraints.r1cs import ints_of, limbs_of
from rollup.batch.parcel import Parcel, elements_of, parcel_at
from rollup.crypto.fr import R
from rollup.params import END, ChunkKind
from rollup.state.header import StepHeader
from tests.unit.validity.arithmetise.chain import (
    GOLD,
    MINT,
    TRANSFER,
    WITHDRAW,
    Chain,
    Small,
    Z,
    circuits,
    holds,
    small_chain,
    system,
    zc,
)
from tests.unit.validity.constraints.harness import undetermined, unnoticed

RECIPIENT = 0xABCDEF


@pytest.fixture
def chain() -> Chain:
    return small_chain()


def mixed_batch(chain: Chain) -> tuple[ChunkInput, ...]:
    """Make five transactions, so that the second chunk has one and the fee step."""
    return chain.chunks_of_calls(
        chain.call(WITHDRAW, 1, 0, RECIPIENT, 1000),
        chain.call(MINT, 1, 1, GOLD, 500),
        chain.call(TRANSFER, 1, 2, 3, GOLD, 200),
        chain.call(TRANSFER, 1, 3, 1, GOLD, 1),
        chain.call(MINT, 3, 0, GOLD, 7, signer=2),
    )


@pytest.fixture(scope="module")
def mixed() -> tuple[ChunkInput, ...]:
    return mixed_batch(small_chain())


def test_chunks_of_a_mixed_batch_hold_and_lead_from_header_to_header(chain: Chain) -> None:
    first, last = mixed_batch(chain)
    called = ["applied", "applied", "applied", "a record is borrowed twice", "bad_signature"]
    assert chain.outcomes == [*called, "applied"]
    assert holds(first)
    assert holds(last)
    assert first.header_out == last.header_in
    assert last.header_out == chain.traces[-1].after


def test_withdraw_of_more_than_the_balance_fails_provably(chain: Chain) -> None:
    (chunk,) = chain.chunks_of_calls(chain.call(WITHDRAW, 1, 0, RECIPIENT, 10**6))
    assert chain.outcomes[0] != "applied"
    assert holds(chunk)


def test_mint_past_128_bits_fails_provably(chain: Chain) -> None:
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 2, 0, GOLD, 100), chain.call(MINT, 2, 1, GOLD, 99))
    assert chain.outcomes == ["U128 overflow in +", "applied", "applied"]
    assert holds(chunk)


def test_transfers_that_fail_each_for_its_reason_fail_provably(chain: Chain) -> None:
    (chunk,) = chain.chunks_of_calls(
        chain.call(TRANSFER, 1, 0, 2, GOLD, 1),
        chain.call(TRANSFER, 3, 0, 2, GOLD, 1000),
        chain.call(TRANSFER, 3, 1, 3, GOLD, 1),
    )
    assert chain.outcomes == [
        "insufficient balance",
        "U128 overflow in +",
        "a record is borrowed twice",
        "applied",
    ]
    assert holds(chunk)


@pytest.mark.parametrize(("tag", "args"), [(WITHDRAW, (RECIPIENT, 1)), (MINT, (GOLD, 1)), (TRANSFER, (2, GOLD, 1))])
def test_every_action_is_skipped_provably_for_every_reason(chain: Chain, tag: int, args: tuple[int, ...]) -> None:
    ((r_y, slots),) = chain.parcels([chain.call(tag, 3, 0, *args)])
    undecodable = Parcel(r_y, (*slots[:-1], slots[-1] | 1 << 62))
    others = chain.parcels(
        [
            chain.call(tag, 9, 0, *args, signer=1),
            chain.call(tag, 1, 1, *args),
            chain.call(tag, 3, 0, *args, fee=2047 << 20),
        ]
    )
    (chunk, end) = chain.chunks(elements_of([undecodable, *others]))
    assert chain.outcomes == [
        "undecodable",
        "unknown_account",
        "bad_signature",
        "cannot_pay",
        "applied",  # the fee step
    ]
    assert holds(chunk)
    assert holds(end)


def test_accounts_whose_keys_cannot_sign_are_skipped_provably(chain: Chain) -> None:
    (chunk,) = chain.chunks_of_calls(
        chain.call(MINT, 4, 0, GOLD, 1), chain.call(MINT, 5, 0, GOLD, 1), chain.call(MINT, 0, 0, GOLD, 1)
    )
    assert chain.outcomes == ["bad_signature", "bad_signature", "unknown_account", "applied"]
    assert holds(chunk)


@pytest.mark.parametrize("payee", [0, 3, 6, 15])
def test_fees_of_any_payee_are_credited_or_burnt_provably(chain: Chain, payee: int) -> None:
    (chunk,) = chain.chunks_of_calls(chain.call(MINT, 1, 0, GOLD, 1, fee=2047 << 3), payee=payee)
    assert holds(chunk)
    assert chunk.header_out is not None
    assert chunk.header_out.fees == 0


def test_an_empty_batch_has_one_chunk_that_takes_the_fee_step(chain: Chain) -> None:
    (chunk,) = chain.chunks(())
    assert [step.kind for step in chunk.steps] == ["fees"]
    assert holds(chunk)


def test_a_full_batch_takes_the_fee_step_in_the_chunk_of_its_last_transaction(chain: Chain) -> None:
    calls = [chain.call(MINT, 1, nonce, GOLD, 1) for nonce in range(Small.capacity)]
    beyond = chain.parcels([*calls, chain.call(MINT, 1, Small.capacity, GOLD, 1)])
    first, last, tail = chain.chunks(elements_of(beyond))
    assert (len(first.steps), len(last.steps)) == (4, 5)
    assert holds(first)
    assert holds(last)
    assert holds(tail)


def test_a_chunk_that_its_transactions_fill_leaves_the_fee_step_to_the_next(chain: Chain) -> None:
    first, last = chain.chunks_of_calls(*(chain.call(MINT, 1, nonce, GOLD, 1) for nonce in range(4)))
    assert (len(first.steps), len(last.steps)) == (4, 1)
    assert holds(first)
    assert holds(last)


@pytest.mark.parametrize("place", [4, 5, 8])
@pytest.mark.parametrize("high", [1, 2, 4, 6])
def test_bits_of_an_element_above_its_slots_mean_nothing_provably(chain: Chain, place: int, high: int) -> None:
    calls = [chain.call(MINT, 1, nonce, GOLD, 1) for nonce in range(2)]
    elements = list(elements_of(chain.parcels(calls)))
    elements[place] += high << 252
    assert all(map(holds, chain.chunks(elements)))
    assert chain.outcomes == ["applied"] * 3


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_each_transaction_of_a_group_has_its_own_r_y_provably(chain: Chain, place: int) -> None:
    """SOUNDNESS 3, 12."""
    elements = list(elements_of(chain.parcels([chain.call(MINT, 1 + k % 3, k // 3, GOLD, 1) for k in range(4)])))
    elements[place] = elements[(place + 1) % 4]
    assert all(map(holds, chain.chunks(elements)))
    # The fourth call is signed for the nonce after the first.
    skipped = {place, 3} if place == 0 else {place}
    assert chain.outcomes[:4] == ["bad_signature" if k in skipped else "applied" for k in range(4)]


@settings(max_examples=4)
@given(st.lists(st.one_of(st.integers(0, R - 1), st.integers(0, 2**252 - 1)), min_size=13, max_size=13))
def test_random_elements_behind_known_tags_have_a_proof(elements: list[int]) -> None:
    chain = small_chain()
    for number in range(4):
        at, place = divmod(9 * number, 4)  # each has 9 slots
        elements[4 + at] = elements[4 + at] & ~(0xFF << 63 * place) | (1 + number % 3) << 63 * place
    assert all(map(holds, chain.chunks(elements)))


# What must not have a proof. Each lie is told consistently: h and y are those of the forged chunk.

WORDS = StepHeader.__slots__


@pytest.mark.parametrize("word", WORDS)
def test_another_word_in_the_header_after_is_refused(mixed: tuple[ChunkInput, ...], word: str) -> None:
    chunk = mixed[0]
    assert chunk.header_out is not None
    forged = replace(chunk.header_out, **{word: getattr(chunk.header_out, word) + 1})
    assert not holds(replace(chunk, header_out=forged))


@pytest.mark.parametrize("word", [word for word in WORDS if word != "fees"])
def test_another_word_in_the_header_before_is_refused(mixed: tuple[ChunkInput, ...], word: str) -> None:
    chunk = mixed[0]
    assert chunk.header_in is not None
    forged = replace(chunk.header_in, **{word: getattr(chunk.header_in, word) + 1})
    assert not holds(replace(chunk, header_in=forged))


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_leaving_out_transactions_that_are_posted_is_refused(mixed: tuple[ChunkInput, ...], taken: int) -> None:
    """The prover stops early, with a true fee step after it."""
    chain = small_chain()
    honest = mixed[0]
    (short,) = chain.chunks(elements_of([parcel_at(honest.elements, 9, number) for number in range(taken)]))
    assert not holds(replace(honest, header_out=short.header_out, steps=short.steps))


def test_leaving_out_one_transaction_in_the_middle_is_refused() -> None:
    chain = small_chain()
    calls = [chain.call(MINT, 1, 0, GOLD, 1), chain.call(MINT, 2, 0, GOLD, 1), chain.call(MINT, 3, 0, GOLD, 1)]
    (honest,) = chain.chunks_of_calls(*calls)
    other = small_chain()
    (without,) = other.chunks_of_calls(calls[0], calls[2])
    assert holds(honest)
    assert not holds(replace(honest, header_out=without.header_out, steps=without.steps))


def test_taking_a_fee_step_before_the_data_has_ended_is_refused(mixed: tuple[ChunkInput, ...]) -> None:
    chunk = mixed[0]
    assert chunk.header_out is not None
    ended = replace(chunk.header_out, data_cursor=END, fees=0, step=chunk.header_out.step + 1)
    assert not holds(replace(chunk, header_out=ended))


def test_leaving_out_the_fee_step_is_refused(chain: Chain) -> None:
    _, chunk = mixed_batch(chain)
    assert not holds(replace(chunk, header_out=chain.traces[-1].before, steps=chunk.steps[:-1]))


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"domain": 1}),
        (1, {"payee": 2}),
        (0, {"inbox_to": 1}),
        (0, {"start": 13}),
        (1, {"start": 0}),
        (0, {"count": 12}),
    ],
)
def test_another_context_is_refused(mixed: tuple[ChunkInput, ...], number: int, change: dict[str, int]) -> None:
    assert not holds(replace(mixed[number], **change))  # type: ignore[arg-type]


def test_another_state_root_before_is_refused_even_with_its_own_root_after(mixed: tuple[ChunkInput, ...]) -> None:
    """The records proved are not those of the header."""
    chunk = mixed[0]
    assert chunk.header_in is not None
    assert chunk.header_out is not None
    before, after = replace(chunk.header_in, state_root=5), replace(chunk.header_out, state_root=5)
    assert not holds(replace(chunk, header_in=before, header_out=after))


def test_a_richer_account_than_the_state_has_is_refused(mixed: tuple[ChunkInput, ...]) -> None:
    step = mixed[0].steps[0]
    slots = tuple(
        replace(slot, old=(*slot.old[:4], slot.old[4] + 1)) if slot.slot == 0 else slot for slot in step.slots
    )
    assert not holds(replace(mixed[0], steps=(replace(step, slots=slots), *mixed[0].steps[1:])))


@pytest.mark.parametrize("place", range(4))
def test_another_public_input_is_refused(mixed: tuple[ChunkInput, ...], place: int) -> None:
    public, witness = circuits().assign(ChunkKind.DATA, mixed[0], Z, zc(0))
    public[place] = (public[place] + 1) % R
    forged = witness.copy()
    forged[1:5] = limbs_of(public)
    assert system(ChunkKind.DATA).is_satisfied(witness) is None
    assert system(ChunkKind.DATA).is_satisfied(forged) is not None


@pytest.mark.parametrize("number", [0, 1])
def test_a_chunk_leaves_no_wire_to_the_prover_once_its_data_is_fixed(
    mixed: tuple[ChunkInput, ...], number: int
) -> None:
    shape = circuits().shape(ChunkKind.DATA)
    _, witness = circuits().assign(ChunkKind.DATA, mixed[number], Z, zc(number))
    values = ints_of(witness)
    known = [*range(1 + shape.public), *shape.data]
    assert undetermined(system(ChunkKind.DATA), values, known) <= set(shape.free)


def test_changing_any_sampled_wire_of_a_chunk_breaks_it(mixed: tuple[ChunkInput, ...]) -> None:
    shape = circuits().shape(ChunkKind.DATA)
    _, witness = circuits().assign(ChunkKind.DATA, mixed[0], Z, zc(0))
    sample = range(1, shape.wires, 17)
    assert set(unnoticed(system(ChunkKind.DATA), ints_of(witness), sample)) <= set(shape.free)


@pytest.mark.parametrize("transactions", [0, -4, 2, 6, 12, 16])
def test_a_number_of_transactions_that_does_not_divide_the_capacity_is_refused(transactions: int) -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        DataCircuit(Small.image(), transactions)


def test_a_chunk_that_was_pickled_has_the_same_witness(mixed: tuple[ChunkInput, ...]) -> None:
    """Jobs travel to other processes."""
    copy = pickle.loads(pickle.dumps(mixed[0]))
    assert copy == mixed[0]
    assert holds(copy)
