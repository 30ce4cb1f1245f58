"""Where attacks are tried: a devnet with honest roles on one side and keys for an attacker on the other, and what L1 says in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from rollup.batch.batch import Batch
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.transaction import Transaction
from rollup.devnet.calls import action_of
from rollup.devnet.chain import BATCHER, CHALLENGER, PROPOSER, BackendChoice
from rollup.devnet.devnet import Devnet
from rollup.devnet.posting import post
from rollup.errors import OutsideError
from rollup.ports.attack import Attack
from rollup.ports.da import Blobs
from rollup.ports.l1 import L1, Contract, L1Reverted
from rollup.ports.settlement import ChainView, Progress, Submission, batch_struct, silent
from rollup.program import Program
from rollup.state.header import Header

HOSTILE = 4
"""Keys that an attacker has."""
DAY = 86_400
DEPOSITED = 10**9
VICTIM, THIEF = 0, 1
TOKEN, HELD = 1, 50
DELAY = 2
"""Dispute windows after which right claims must be final, whatever anybody does."""


@dataclass(frozen=True, slots=True)
class Move:
    """A transaction on L1 since the attack began. `who` is `attacker` or a role; `wei` went with it; empty `refused` if it was taken."""

    who: str
    what: str
    gas: int
    refused: str


@dataclass(frozen=True, slots=True)
class Side:
    """What an attack cost a side: transactions, gas, and the wei that it lost (or, below 0, won) beside fees."""

    transactions: int
    gas: int
    lost: int


@dataclass
class Outcome:
    """What came of an attack.

    Attributes
    ----------
    attack, backend
        What was tried, on what.
    notes, moves
        What was said and done, in order.
    attacker, honest
        What it cost either.
    delay
        The most seconds from the posting of a batch until its result was final.
    got_away
        What the attacker achieved that must not be; empty if nothing.
    """

    attack: str
    backend: str
    notes: list[str] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    attacker: Side = Side(0, 0, 0)
    honest: Side = Side(0, 0, 0)
    delay: int = 0
    got_away: list[str] = field(default_factory=list)


class Arena:
    """Satisfies `ports.attack.Arena`.

    Parameters
    ----------
    program
        With actions as `examples.tokens` has them.
    backend, options
        What settles it.
    """

    def __init__(
        self,
        program: type[Program],
        backend: BackendChoice,
        options: Mapping[str, object] | None = None,
        progress: Progress = silent,
    ) -> None:
        self.chain = Devnet(program, backend, accounts=3, options=options, progress=progress)
        self.backend = self.chain.backend.name
        self._hostile = [self.chain.spare_key() for _ in range(HOSTILE)]
        self._outcome = Outcome("", self.backend)
        victim = self.chain.account(VICTIM)
        self.chain.send(victim, "mint", token=TOKEN, amount=HELD)
        self.chain.post()
        self.chain.settle()
        self.chain.react()  # bonds come back
        self.chain.send(victim, "mint", token=TOKEN, amount=1)
        self.chain.send(self.chain.account(THIEF), "mint", token=TOKEN, amount=2)
        self.chain.post()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.chain.close()

    # What an attacker has in his hands

    @property
    def view(self) -> ChainView:
        """The chain, as everybody derives it."""
        return self.chain.node

    @property
    def settlement(self) -> Contract:
        """The contract that judges claims about the newest batch."""
        return self.chain.settlements.of(self.chain.node.derived()).settlement

    @property
    def blobs(self) -> Blobs:
        """Opens posted blobs."""
        return self.chain.toolchain.blobs

    @property
    def sequencer(self) -> L1:
        """A connection that signs with the sequencer's key."""
        return self.chain.role(BATCHER)

    @property
    def thief(self) -> int:
        """An L2 account of the attacker's."""
        return self.chain.account(THIEF).id

    @property
    def victim(self) -> int:
        """An L2 account of somebody else."""
        return self.chain.account(VICTIM).id

    def hostile(self, index: int = 0) -> L1:
        """Return a connection that signs with a key of the attacker's."""
        return self._hostile[index]

    def truth(self, number: int) -> Submission:
        """Return the payload of the right claim for a batch."""
        backend = self.chain.settlements.of(number).backend
        return backend.fetch(backend.submit(self.chain.node, number))

    def claim(
        self,
        number: int,
        header: Header,
        payload: bytes,
        *,
        by: int = 0,
        parent: int | None = None,
        parent_header: Header | None = None,
    ) -> int | None:
        """Claim with whatever bond the backend wants; None if L1 refuses it."""
        node = self.chain.node
        on = self._parent_of(number) if parent is None else parent
        before = parent_header or node.header(number - 1)
        words = (batch_struct(node.batch(number)), on, before.words(), header.words(), payload)
        if not self.send(self.chain.rollup, "propose", *words, value=self.truth(number).value, by=by):
            return None
        return int(self.chain.l1.call(self.chain.rollup, "claim_count"))

    def send(self, contract: Contract, function: str, *args: Any, value: int = 0, by: int = 0) -> bool:
        """Call a contract with a key of the attacker's; False if L1 refuses it."""
        try:
            self._hostile[by].transact(contract, function, *args, value=value, cause="attack")
        except L1Reverted as refused:
            self._refusals[len(self._lines()) - 1] = refused.reason
            return False
        return True

    def transaction(self, action: str, *args: int, sender: int) -> Transaction:
        """Return a transaction, signed by nobody."""
        return Transaction(action_of(self.chain.image, action).tag, sender, self.chain.sequencer.fee, args)

    def post(self, parcels: Sequence[Parcel] = (), elements: Sequence[int] | None = None) -> Batch:
        """Post a batch with the sequencer's key, whatever is in it, and let everybody derive it."""
        return post(self.chain, elements_of(parcels) if elements is None else elements, self.thief).batch

    def honest(self) -> None:
        """Let the honest roles do what is due now."""
        self.chain.propose()
        self.chain.react()
        self.chain.finalise()

    def wait(self, seconds: int) -> None:
        """Let time pass on L1, with the honest roles at work once a day."""
        while seconds > 0:
            self.chain.advance(seconds=min(seconds, DAY))
            seconds -= DAY
            self.honest()

    def note(self, text: str) -> None:
        """Tell the reader what is being tried."""
        self._outcome.notes.append(text)

    # What comes of it

    def try_out(self, attack: Attack) -> Outcome:
        """Run an attack, let the honest roles end what it began, and judge by L1."""
        chain = self.chain
        self._outcome = Outcome(attack.name, self.backend)
        self._start, self._refusals = len(self._ledger()), dict[int, str]()
        had = {side: self._worth(side) for side in ("attacker", "honest")}
        before, rich = chain.claims.final_batch, chain.l1.balance(chain.rollup.address)
        attack.run(self)
        try:
            chain.settle()
        except OutsideError as error:
            self._outcome.got_away.append(f"right claims do not become final: {error}")
        chain.react()
        self._outcome.delay = self._delay(before)
        self._judge(rich)
        self._count(had)
        return self._outcome

    def _judge(self, rich: int) -> None:
        """Note what must not be so: each is asked of L1, or of a node that starts from nothing."""
        chain, wrong = self.chain, self._outcome.got_away
        fresh = chain.full_node()
        for number in range(1, fresh.sync() + 1):
            claim = chain.claims.final_claim(number)
            found = None if claim is None else chain.l1.call(chain.rollup, "claim", claim)[0]
            if found is not None and found != fresh.header(number).hash():
                wrong.append(f"a wrong result of batch {number} is final")
        window = self._window()
        if self._outcome.delay > DELAY * window + DAY:
            wrong.append(
                f"right claims became final after {self._outcome.delay / DAY:.1f} days, more than {DELAY} windows"
            )
        if chain.record("balances", self.victim, TOKEN)["amount"] != HELD + 1:
            wrong.append("the victim has other tokens than it minted")
        if chain.l1.balance(chain.rollup.address) < rich:
            wrong.append("ether left the rollup that nobody withdrew")
        wrong += [str(alarm) for alarm in chain.alarms]

    def _delay(self, before: int) -> int:
        """Return the longest time from the posting of a batch after `before` to the finality of its result, by the times of L1's blocks."""
        chain = self.chain
        lines = [line for line in self._lines() if line.succeeded and line.what.endswith(".finalise")]
        final = [chain.l1.block(line.block).timestamp for line in lines]
        posted = [
            chain.l1.block(chain.node.block(number).posted.number).timestamp
            for number in range(before + 1, before + 1 + len(final))
        ]
        return max((end - start for start, end in zip(posted, final, strict=True)), default=0)

    def _window(self) -> int:
        """Return the seconds in which a claim can be doubted; 10 days for a backend that does not say."""
        return self._ask("WINDOW", default=10 * DAY)

    def _count(self, had: Mapping[str, int]) -> None:
        """Put together who did what, and what it cost whom; whoever was honest must not have lost, whoever was not must not have won."""
        outcome, lines = self._outcome, self._lines()
        outcome.moves = [
            Move(self._who(line.sender), line.what.rpartition(".")[2], line.gas, self._refused(place, line))
            for place, line in enumerate(lines)
        ]
        sides = {}
        for side, before in had.items():
            mine = [line for line in lines if line.sender in self._addresses(side)]
            lost = before - self._worth(side) - sum(line.wei for line in mine)
            sides[side] = Side(len(mine), sum(line.gas for line in mine), lost)
        outcome.attacker, outcome.honest = sides["attacker"], sides["honest"]
        if outcome.attacker.lost < 0:
            outcome.got_away.append(f"the attacker won {-outcome.attacker.lost / 10**18:g} ether")
        if outcome.honest.lost > 0:
            outcome.got_away.append(f"honest roles lost {outcome.honest.lost / 10**18:g} ether")

    def _refused(self, place: int, line: Any) -> str:  # noqa: ANN401 - of a ledger
        return "" if line.succeeded else self._refusals.get(place, "refused")

    def _lines(self) -> list[Any]:
        return self._ledger()[self._start :]

    def _ledger(self) -> list[Any]:
        return list(self.chain.l1.ledger)  # type: ignore[attr-defined]  # connections of a devnet keep one

    def _addresses(self, side: str) -> set[bytes]:
        if side == "attacker":
            return {l1.address for l1 in self._hostile}
        return {self.chain.role(key).address for key in (PROPOSER, CHALLENGER)}

    def _who(self, sender: bytes) -> str:
        roles = {PROPOSER: "proposer", CHALLENGER: "challenger", BATCHER: "sequencer"}
        names = {self.chain.role(key).address: name for key, name in roles.items()}
        return "attacker" if sender in self._addresses("attacker") else names.get(sender, "others")

    def _worth(self, side: str) -> int:
        """Return the wei that a side has, in accounts and in bonds that it can collect."""
        return sum(self.chain.l1.balance(address) + self._credit(address) for address in self._addresses(side))

    def _credit(self, address: bytes) -> int:
        return self._ask("credit", address, default=0)

    def _ask(self, function: str, *args: object, default: int) -> int:
        """Ask the settlement contract, if it has the function."""
        has = any(entry.get("name") == function for entry in self.settlement.abi)
        return int(self.chain.l1.call(self.settlement, function, *args)) if has else default

    def _parent_of(self, number: int) -> int:
        """Return a right claim about the batch before; the final one if there is one."""
        final = self.chain.claims.final_claim(number - 1)
        if final is not None:
            return final
        self.chain.claims.sync()
        right = self.chain.node.header(number - 1)
        found = [claim.id for claim in self.chain.claims if claim.batch == number - 1 and claim.header == right]
        if not found:
            self.honest()
            return self._parent_of(number)
        return found[0]
