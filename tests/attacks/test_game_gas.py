"""Whoever makes a step too dear for L1 has a claim that nobody can refute; so no step is."""

from provers.adversaries.liars import lie_at
from rollup.params import DataKind
from rollup.ports.l1 import TRANSACTION_GAS_CAP
from tests.contracts.largest import Largest
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, Chain
from tests.game.players import play, seat
from tests.game.scene import ALICE


def test_dearest_action_that_can_be_written_is_refuted_within_the_cap_of_one_transaction() -> None:
    """SOUNDNESS 11: widest key, most records, attributes, arguments and hashes, its data in a blob, disputed to the end."""
    chain = Chain.deploy(Largest.image())
    # The first fills the records; so the second hashes each of them before and after.
    first, second = (range(2**254 + start, 2**254 + start + 8) for start in (0, 8))
    chain.post(chain.call(ALICE, "churn", *first), chain.call(ALICE, "churn", *second, nonce=1), kind=DataKind.BLOB)
    lie = lie_at(chain, 1, 1)
    game = Play.of_lie(chain, lie)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    (refutation,) = (move for move in moves if move.what == "refute")
    assert refutation.gas < TRANSACTION_GAS_CAP
    assert game.verdict == "rejected"
