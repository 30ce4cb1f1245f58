"""Any players, any moves in any order: the contract always holds exactly what it owes, and what is decided stays so."""

from contextlib import ExitStack

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from provers.adversaries.liars import lie_at
from provers.optimistic.rules import Steps
from provers.optimistic.table import Table, Turn
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted
from rollup.state.header import Header
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters

PEOPLE = (PROPOSER, LIAR, CHALLENGER, SYBIL)
LEAVES = st.one_of(st.integers(0, 5), st.integers(0, 255))
DECIDED = ("accepted", "rejected")


class Market(RuleBasedStateMachine):
    """Everybody does what comes to his mind; whatever L1 refuses did not happen."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()
        self.chain: Chain = self._undo.enter_context(counters().undone())
        self.table = Table(self.chain.l1, self.chain.rollup, self.chain.game)
        self.headers: list[Header] = [self.chain.header(0)]
        self.trees: dict[int, Steps] = {}
        self.owners: dict[int, bytes] = {}
        self.seen: dict[int, str] = {}

    def teardown(self) -> None:
        self._undo.close()

    # Claims

    @initialize(leaf=LEAVES)
    def begin(self, leaf: int) -> None:
        self._propose(PROPOSER, 1, 0, None)
        self._propose(LIAR, 1, 0, leaf)

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0, 99), leaf=st.none() | LEAVES)
    def propose(self, who: bytes, pick: int, leaf: int | None) -> None:
        parent = pick % len(self.headers)
        batch = self.headers[parent].batch_number + 1
        if batch <= self.chain.derived():
            self._propose(who, batch, parent, leaf)

    @rule(pick=st.integers(0, 99))
    def finalise(self, pick: int) -> None:
        claim = pick % len(self.headers)
        self._try(lambda: self.chain.finalise(claim, self.headers[claim]))

    @rule(pick=st.integers(0, 99))
    def settle(self, pick: int) -> None:
        self._try(lambda: self._of_claim(pick).settle())

    # Games

    @rule(pick=st.integers(0, 99), who=st.sampled_from(PEOPLE))
    def challenge(self, pick: int, who: bytes) -> None:
        self._try(lambda: self._of_claim(pick).challenge(who))

    @precondition(lambda self: self.table.game_count())
    @rule(pick=st.integers(0, 99), side=st.booleans())
    def halve(self, pick: int, side: bool) -> None:  # noqa: FBT001 -- drawn
        game = self._of_game(pick)
        self._try(game.reveal)
        self._try(game.defend if side else game.attack)

    @precondition(lambda self: self.table.game_count())
    @rule(pick=st.integers(0, 99), leaf=LEAVES)
    def finish(self, pick: int, leaf: int) -> None:
        """Play on towards a leaf and step there; a claim that is all right survives every step."""
        game = self._of_game(pick)
        if not self._try(lambda: game.down_to(leaf)):
            return
        fell = game.read.rejected
        if self._try(game.step) and not fell and game.tree.root == self._truth(game.read.batch).steps.root:
            assert not game.read.rejected, "a step was judged wrong that is right"

    @precondition(lambda self: self.table.game_count())
    @rule(pick=st.integers(0, 99))
    def timeout(self, pick: int) -> None:
        self._try(lambda: self._of_game(pick).timeout())

    @precondition(lambda self: self.table.game_count())
    @rule(pick=st.integers(0, 99))
    def close(self, pick: int) -> None:
        self._try(lambda: self._of_game(pick).close())

    # Money and time

    @rule(who=st.sampled_from(PEOPLE))
    def collect(self, who: bytes) -> None:
        owed = self.table.credit(self.chain.as_(who).address)
        if owed:
            assert self._of_claim(1).collect(who) == owed

    @rule(seconds=st.sampled_from([1, TERMS.clock // 2, TERMS.clock, TERMS.clock + 1, TERMS.window + 1]))
    def wait(self, seconds: int) -> None:
        self.chain.pass_to(self.chain.head.timestamp + seconds)

    # What always holds

    @invariant()
    def contract_holds_what_it_owes(self) -> None:
        claims = [self.table.claim(number) for number in range(1, self.table.claim_count() + 1)]
        games = [self.table.read_game(number) for number in range(1, self.table.game_count() + 1)]
        open_games = [game.claim for game in games if game.turn is not Turn.OVER]
        for claim in claims:
            assert claim.open_games == open_games.count(claim.number)
        owed_to_all = sum(self.table.credit(self.chain.as_(who).address) for who in (*PEOPLE, STRANGER))
        staked = TERMS.claim_bond * sum(not (claim.rejected or claim.settled) for claim in claims)
        staked += TERMS.challenge_bond * len(open_games)
        assert self.chain.l1.balance(self.chain.game.address) == owed_to_all + staked

    @invariant()
    def what_is_decided_stays_decided(self) -> None:
        for number in range(1, self.table.claim_count() + 1):
            verdict = ("pending", *DECIDED)[self.table.verdict(number)]
            assert self.seen.get(number, verdict) in (verdict, "pending")
            self.seen[number] = verdict

    # Parts

    def _propose(self, who: bytes, batch: int, parent: int, leaf: int | None) -> None:
        options = {"parent": parent, "parent_header": self.headers[parent]}
        if leaf is None:
            game = Play.of_truth(self.chain, batch, who, **options)
            self.headers.append(self.chain.header(batch))
        else:
            lie = lie_at(self.chain, batch, leaf)
            game = Play.of_lie(self.chain, lie, batch, who, **options)
            self.headers.append(lie.header)
        self.trees[game.claim], self.owners[game.claim] = game.tree, who

    def _of_claim(self, pick: int) -> Play:
        claim = pick % self.table.claim_count() + 1
        return Play(self.chain, claim, self.trees[claim], self.owners[claim])

    def _of_game(self, pick: int) -> Play:
        number = pick % self.table.game_count() + 1
        game = self.table.read_game(number)
        key = next(key for key in PEOPLE if self.chain.as_(key).address == game.challenger)
        return Play(self.chain, game.claim, self.trees[game.claim], self.owners[game.claim], key, number)

    def _truth(self, batch: int) -> Truth:
        return Truth.of(self.chain, batch)

    @staticmethod
    def _try(move: object) -> bool:
        assert callable(move)
        try:
            move()
        except L1Reverted:
            return False
        return True


TestMarket = Market.TestCase
# Each step is a transaction or several: too slow to look for the shortest series that fails.
TestMarket.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
