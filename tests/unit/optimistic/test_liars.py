"""What a lie is: right before its step, wrong there, consistent after it, and good enough for L1 to take."""

import pytest

from provers.adversaries.liars import STOLEN, LyingClaimant, credit, lie_at, words
from provers.optimistic.truth import Truth
from rollup.params import AccountAttribute
from tests.game.builder import Play, propose_right
from tests.game.chain import LIAR, PROPOSER, TERMS, Chain
from tests.game.scene import ALICE, BOB, counters, on

chain = on(counters)


@pytest.mark.parametrize("step", [0, 1, 3, 4, 100])
def test_lie_is_right_before_its_step_and_wrong_from_there_on(chain: Chain, step: int) -> None:
    lie, right = lie_at(chain, 1, step), Truth.of(chain, 1).steps.leaves
    longer = [*right, *[right[-1]] * len(lie.steps.leaves)]
    same = [leaf == longer[at] for at, leaf in enumerate(lie.steps.leaves)]
    assert same == [at < step for at in range(len(lie.steps.leaves))]
    assert (lie.step, lie.steps.first_difference(Truth.of(chain, 1).steps)) == (step, step)
    assert lie.header != chain.header(1)
    assert lie.header.batch_number == 1


def test_lie_is_taken_by_l1(chain: Chain) -> None:
    assert Play.of_lie(chain, lie_at(chain, 1, 2)).verdict == "pending"


def test_lie_by_default_makes_the_payee_rich(chain: Chain) -> None:
    lie, state = lie_at(chain, 1, 3), chain.states[1].fork()
    index = chain.image.layout.tree_index(0, BOB)
    record = list(state.get(index))
    record[AccountAttribute.BALANCE] += STOLEN
    state.update(index, record)
    assert lie.header.state_root == state.root


def test_balance_that_would_not_fit_its_width_wraps_in_the_liars_state(chain: Chain) -> None:
    assert lie_at(chain, 1, 3, credit(ALICE, 2**64)).header == chain.header(1)


def test_words_of_a_header_are_changed_as_told(chain: Chain) -> None:
    assert lie_at(chain, 1, 3, words(withdrawals=5, withdrawals_count=6)).header.words()[1:3] == (5, 6)


def test_defence_of_a_lie_leaves_other_claims_to_the_truth(chain: Chain) -> None:
    lie, truth = lie_at(chain, 1, 2), Truth.of(chain, 1)
    game = Play.of_lie(chain, lie)
    assert lie.defence(game.read, truth) is lie.steps
    claim, _ = propose_right(chain, PROPOSER, 1)
    other = Play(chain, claim, truth.steps, PROPOSER)
    assert lie.defence(other.read, truth) is truth.steps


def test_lying_claimant_lies_where_told_and_claims_nothing_else(chain: Chain) -> None:
    lie = lie_at(chain, 2, 0)
    claimant = LyingClaimant({2: lie}, TERMS.claim_bond)
    assert claimant.header(chain, 2) == lie.header
    assert claimant.header(chain, 1) == chain.header(1)
    submission = claimant.submission(chain, 2)
    assert submission is not None
    assert (submission.payload, submission.value) == (lie.payload, TERMS.claim_bond)
    assert claimant.submission(chain, 1) is None
    propose_right(chain, PROPOSER, 1)
    game = Play.of_lie(chain, lie, 2, LIAR)
    assert claimant.defence(game.read, Truth.of(chain, 2)) is lie.steps
