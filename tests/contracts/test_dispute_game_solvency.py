"""Any players, any moves in any order: the contract does what its model does, holds what it owes, and what is decided stays so."""

from contextlib import ExitStack

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provers.adversaries.liars import lie_at
from provers.optimistic.game import ClaimModel, Game, GameRefusedError
from provers.optimistic.table import Table
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted
from rollup.state.header import Header
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters

PEOPLE = (PROPOSER, LIAR, CHALLENGER, SYBIL, STRANGER)
WHO = st.sampled_from(PEOPLE)
STEP = st.one_of(st.integers(0, 5), st.integers(0, 60))
PICK = st.integers(0, 99)
VERDICTS = ("pending", "accepted", "rejected")


class Market(RuleBasedStateMachine):
    """Everybody does what comes to his mind, on L1 and in the model; both take it, or both refuse it."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()
        self.chain: Chain = self._undo.enter_context(counters().undone())
        self.table = Table(self.chain.l1, self.chain.rollup, self.chain.game)
        self.model = Game(TERMS)
        self.headers: list[Header] = [self.chain.header(0)]
        self.plays: dict[int, Play] = {}
        self.seen: dict[int, str] = {}

    def teardown(self) -> None:
        self._undo.close()

    # Moves

    @initialize(step=STEP)
    def begin(self, step: int) -> None:
        self._propose(PROPOSER, 1, 0, None)
        self._propose(LIAR, 1, 0, step)

    @rule(who=WHO, pick=PICK, step=st.none() | STEP)
    def propose(self, who: bytes, pick: int, step: int | None) -> None:
        parent = pick % len(self.headers)
        batch = self.headers[parent].batch_number + 1
        if batch <= self.chain.derived():
            self._propose(who, batch, parent, step)

    @rule(pick=PICK, who=WHO)
    def ask(self, pick: int, who: bytes) -> None:
        play = self._play(pick)
        self._both(lambda: play.ask(who), lambda now: self.model.ask(play.claim, self._address(who), now))

    @rule(pick=PICK, who=WHO)
    def show(self, pick: int, who: bytes) -> None:
        play = self._play(pick)
        self._both(lambda: play.show(key=who), lambda now: self.model.show(play.claim, self._address(who), now))

    @rule(pick=PICK, who=WHO, position=STEP)
    def refute(self, pick: int, who: bytes, position: int) -> None:
        """Whether a step is wrong, the model is told: that is the stepper's to say. A right claim has none."""
        play = self._play(pick)
        right = Truth.of(self.chain, play.read.batch).steps
        place = min(position, len(play.steps.leaves) - 1)
        first = play.steps.first_difference(right)
        on_truth = self.headers[play.read.parent] == self.chain.header(play.read.batch - 1)
        if not on_truth or (first is not None and place > first):
            return  # what follows a lie is not known to whoever knows only the truth
        wrong = place == first
        self._both(
            lambda: play.refute(place, who),
            lambda now: self.model.refute(play.claim, self._address(who), now, wrong=wrong),
        )

    @rule(pick=PICK)
    def expire(self, pick: int) -> None:
        play = self._play(pick)
        self._both(play.expire, lambda now: self.model.expire(play.claim, now))

    @rule(pick=PICK)
    def finalise(self, pick: int) -> None:
        claim = pick % len(self.headers)
        try:
            self.chain.finalise(claim, self.headers[claim])
        except L1Reverted:
            return
        self.model.finalise(claim)

    @rule(pick=PICK)
    def settle(self, pick: int) -> None:
        play = self._play(pick)
        self._both(play.settle, lambda now: self.model.settle(play.claim, now))

    @rule(who=WHO)
    def collect(self, who: bytes) -> None:
        play = self._play(0)
        self._both(lambda: play.collect(who), lambda _: self.model.collect(self._address(who)))

    @rule(seconds=st.sampled_from([1, TERMS.clock // 2, TERMS.clock, TERMS.clock + 1, TERMS.window + 1]))
    def wait(self, seconds: int) -> None:
        self.chain.pass_to(self.chain.head.timestamp + seconds)

    # What always holds

    @invariant()
    def contract_is_as_the_model(self) -> None:
        now = self.chain.head.timestamp
        for number, model in self.model.claims.items():
            claim = self.table.claim(number)
            assert (claim.stage, claim.proposer, claim.made, claim.moved) == (
                model.stage,
                model.proposer,
                model.made,
                model.moved,
            )
            assert (claim.asker, claim.shower) == (model.asker, model.shower)
            assert VERDICTS[self.table.verdict(number)] == self.model.verdict(number, now)
        for who in PEOPLE:
            assert self.table.credit(self._address(who)) == self.model.credit.get(self._address(who), 0)

    @invariant()
    def contract_holds_what_it_owes(self) -> None:
        held = self.chain.l1.balance(self.chain.game.address)
        assert held == self.model.staked() + sum(self.model.credit.values()) + self.model.burnt

    @invariant()
    def what_is_decided_stays_decided(self) -> None:
        """But that a claim which nobody doubted, and which contradicts a final one, loses its bond in the end."""
        for number in range(1, self.table.claim_count() + 1):
            verdict = VERDICTS[self.table.verdict(number)]
            before = self.seen.get(number, verdict)
            final = self.table.final_claim(self.table.claim(number).batch)
            assert before in (verdict, "pending") or (final not in (0, number) and verdict == "rejected")
            self.seen[number] = verdict

    # Parts

    def _propose(self, who: bytes, batch: int, parent: int, step: int | None) -> None:
        options = {"parent": parent, "parent_header": self.headers[parent]}
        if step is None:
            play = Play.of_truth(self.chain, batch, who, **options)
            self.headers.append(self.chain.header(batch))
        else:
            lie = lie_at(self.chain, batch, step)
            play = Play.of_lie(self.chain, lie, batch, who, **options)
            self.headers.append(lie.header)
        self.plays[play.claim] = play
        made = ClaimModel(self._address(who), batch, self.headers[-1], self.chain.head.timestamp)
        self.model.open(play.claim, made)

    def _play(self, pick: int) -> Play:
        return self.plays[pick % len(self.plays) + 1]

    def _address(self, key: bytes) -> bytes:
        return self.chain.as_(key).address

    def _both(self, on_l1: object, in_model: object) -> None:
        """Make a move on both, at one time; they must agree whether it is taken, and with which words it is refused."""
        assert callable(on_l1)
        assert callable(in_model)
        said = expected = ""
        try:
            on_l1()
        except L1Reverted as reverted:
            said = reverted.reason
        try:
            in_model(self.chain.head.timestamp)
        except GameRefusedError as refused:
            expected = f"game: {refused}"
        assert said == expected


TestMarket = Market.TestCase
# Each step is a transaction or several: too slow to look for the shortest series that fails.
TestMarket.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
