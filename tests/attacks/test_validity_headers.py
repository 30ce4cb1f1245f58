"""Attacks on the headers that a batch is said to lead to.

SOUNDNESS 9: past the end a step is the identity, and a claim ends in a terminal header. SOUNDNESS 13: every header is bound by the proof
of the chunk that leads to it.
"""

from dataclasses import replace
from typing import Literal

import pytest

from provers.validity.groth16.prove import UnsatisfiedError
from rollup.crypto.fr import R
from rollup.params import END, STEP_HEADER_WORDS
from rollup.state.header import StepHeader
from tests.unit.validity.backend.claims import CURSOR, HEADER, INBOX_INDEX, Claim, Row, Words, Y, refusal
from tests.unit.validity.backend.keys import IdealProver
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import CALLDATA, DATA, INBOX, LAST_DATA, TAIL, WHOLE, purses

OTHER_DATA = "validity: proofs are for other data"
DOES_NOT_VERIFY = "validity: a proof does not verify"
OTHER_HEADER = "validity: proofs lead to another header"
Fit = Literal[False, True]
FIT = pytest.mark.parametrize("fit", [False, True], ids=["true values", "values made to fit"])


def changed(words: Words, word: int, value: int) -> Words:
    return (*words[:word], value, *words[word + 1 :])


def said(claim: Claim, header: Words, *, fit: Fit) -> str:
    """What L1 says to a claim that the batch leads to `header`."""
    payload = claim.payload()
    if fit:
        payload.chunks[0][Y] = (payload.chunks[0][Y] - claim.excess(payload)) % R
    return refusal(claim.chain, claim.number, payload, header=header)


def expected(*, fit: Fit) -> str:
    return DOES_NOT_VERIFY if fit else OTHER_DATA


@pytest.mark.parametrize("word", range(5))
def test_another_header_than_the_proofs_lead_to_is_refused(word: int) -> None:
    scene = purses()
    header = scene.chain.header(WHOLE).words()
    assert (
        refusal(scene.chain, WHOLE, scene.payload(WHOLE), header=changed(header, word, header[word] + 1))
        == OTHER_HEADER
    )


def test_the_header_before_the_batch_is_refused_as_the_one_after_it() -> None:
    scene = purses()
    before = changed(scene.chain.header(WHOLE - 1).words(), 5, WHOLE)
    assert refusal(scene.chain, WHOLE, scene.payload(WHOLE), header=before) == OTHER_HEADER


@FIT
@pytest.mark.parametrize("word", range(5))
def test_a_last_header_that_nobody_proved_is_refused(word: int, fit: Fit) -> None:
    scene = purses()
    claim = scene.claim(CALLDATA)
    row = claim.rows[0]
    lie = changed(row.header_out, word, (row.header_out[word] + 10**9) % R)
    header = changed(scene.chain.header(CALLDATA).words(), word, lie[word])
    assert said(claim.with_row(0, header_out=lie), header, fit=fit) == expected(fit=fit)


@pytest.mark.parametrize("word", range(STEP_HEADER_WORDS))
def test_a_header_between_two_chunks_that_nobody_proved_is_refused(word: int) -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[DATA][HEADER.start + word] += 1
    # The proofs are for the z of the honest headers; attackers who prove at the z of false ones are in the other tests.
    expected = "validity: inbox is not read yet" if word == INBOX_INDEX else DOES_NOT_VERIFY
    assert refusal(purses().chain, WHOLE, payload) == expected


@FIT
def test_an_end_before_the_data_has_ended_is_refused(fit: Fit) -> None:
    # Four transactions and the fees of all are left out; what is left of the data is called a tail.
    scene = purses()
    claim = scene.claim(WHOLE)
    inbox, data, _, tail = claim.rows
    ended = replace(data, header_out=changed(data.header_out, CURSOR, END))
    chunk = tail.proved
    rest = replace(chunk, start=13, elements=scene.chain.batch(WHOLE).elements[13:269])
    header = (*ended.header_out[:5], WHOLE)
    assert said(claim.with_rows(inbox, ended, Row.of(rest)), header, fit=fit) == expected(fit=fit)


def test_a_chunk_that_ends_before_its_data_has_no_proof() -> None:
    data = purses().claim(WHOLE).rows[DATA].proved
    assert isinstance(data.header_out, StepHeader)
    with pytest.raises(UnsatisfiedError):
        IdealProver(Purses).prove(replace(data, header_out=replace(data.header_out, data_cursor=END)), 3, 5)


@pytest.mark.parametrize("place", [INBOX, DATA, LAST_DATA])
@pytest.mark.parametrize("word", range(STEP_HEADER_WORDS))
def test_a_header_word_not_below_r_is_refused(place: int, word: int) -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[place][HEADER.start + word] += R
    assert refusal(purses().chain, WHOLE, payload) == "validity: header word is not canonical"


def test_what_a_tail_says_of_headers_is_not_looked_at() -> None:
    payload = purses().payload(WHOLE)
    payload.chunks[TAIL][HEADER] = [7] * STEP_HEADER_WORDS
    assert refusal(purses().chain, WHOLE, payload) == ""
    assert refusal(purses().chain, WHOLE, payload, header=(*[7] * 5, WHOLE)) == OTHER_HEADER


@FIT
@pytest.mark.parametrize("part", ["timestamp", "batch_number"])
def test_proofs_of_the_same_batch_at_another_moment_are_refused(part: str, fit: Fit) -> None:
    """SOUNDNESS 17: when a batch happened is L1's to say; a prover who computes with another time or number proves something else."""
    scene = purses()
    claim = scene.claim(WHOLE)
    moment = claim.batch.moment
    other = moment._replace(**{part: getattr(moment, part) + 1})
    stepping = [row.proved if row.proved.header_in is None else replace(row.proved, moment=other) for row in claim.rows]
    header = scene.chain.header(WHOLE).words()
    assert said(claim.proving(stepping), header, fit=fit) == expected(fit=fit)
