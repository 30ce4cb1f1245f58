"""The optimistic backend: a claim stands with its bond until somebody shows a wrong step of it on L1."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi import encode

from provers.optimistic.player import Defence, Player, Steps, honest
from provers.optimistic.table import Claim, Table
from provers.optimistic.truth import Truth
from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, Move, Properties, Submission
from rollup.state.header import StepHeader
from rollup.state.steps import LEAVES

DAY = 86_400
CONTRACT = "settlement/dispute_game"
_PAYLOAD = "(bytes32,uint256[8],bytes32[8])"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a chain plays for. Bonds in wei, times in seconds.

    Attributes
    ----------
    claim_bond, challenge_bond
        Staked on a claim, and on a game against one.
    window
        In which a claim can be challenged.
    clock
        What each player has for all moves of a game.
    """

    claim_bond: int = 10**17
    challenge_bond: int = 10**17
    window: int = 7 * DAY
    clock: int = 7 * DAY // 2


class OptimisticBackend:
    """Settlement by fraud proof; see `ports.settlement.SettlementBackend`.

    Parameters
    ----------
    context
        The ports; `context.l1` signs for whoever proposes or challenges.
    terms
        Bonds and times of a chain that is deployed with it; a chain that stands has its own.
    defence
        From which steps its own claims are defended; the right ones, unless a test plays a liar.
    """

    name = "optimistic"
    version = 1
    withholds_signatures = False

    def __init__(self, context: Context, terms: Terms | None = None, defence: Defence = honest) -> None:
        self._context = context
        self._terms = terms or Terms()
        self._defence = defence
        self._image: Image | None = None
        self._player: Player | None = None
        self._jobs: dict[str, Submission] = {}

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        return Properties(
            finality=f"after a window of {self._terms.window / DAY:g} days without a game that is open or lost",
            trust="one honest challenger sees the claim, and L1 takes his moves, within the window",
            liveness="a proposer answers every game that is played against his right claim",
            setup="none",
            weakness=(
                "sybil challengers can make an honest proposer play many games at once, each for a bond; "
                "rival claims in sequence can repeat the delay"
            ),
        )

    def prepare(self, image: Image) -> None:
        """Remember the program; a fraud proof needs no keys."""
        self._image = image

    def deploy(self, rollup: Contract) -> Contract:
        """Create the stepper for the prepared program, and the game over it."""
        l1, compiler, image = self._context.l1, self._context.compiler, self._prepared()
        poseidon = l1.call(rollup, "POSEIDON")
        eddsa = l1.deploy(compiler.contract("eddsa"), poseidon)
        layout = image.layout.words()
        stepper = l1.deploy(compiler.contract("stepper"), layout, image.code_root, poseidon, eddsa.address)
        terms = self._terms
        stakes = (terms.claim_bond, terms.challenge_bond, terms.window, terms.clock)
        game = l1.deploy(compiler.contract(CONTRACT), rollup.address, stepper.address, *stakes)
        self._sit_down(rollup, game)
        return game

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Play on a game contract that stands; `OutsideError` if it is not this backend's, in this version."""
        found = tuple(self._context.l1.call(settlement, "properties"))
        if found != (self.name, self.version):
            raise OutsideError(
                "settlement: the contract belongs to another backend, or to another version of it",
                expected=f"{self.name} {self.version}",
                got=" ".join(map(str, found)),
                remedy="choose the backend that the chain was deployed with",
            )
        self._sit_down(rollup, settlement)

    def submit(self, view: ChainView, number: int) -> str:
        """Compute the right claim for a batch; its steps are few, so the job is done at once."""
        batch_hash = view.batch(number).hash()
        job = hashlib.sha256(self.name.encode() + batch_hash).hexdigest()
        if job not in self._jobs:
            started = time.perf_counter()
            truth = Truth.of(view, number)
            payload = payload_of(truth.execution.step_headers[-1], truth.steps)
            seconds = time.perf_counter() - started
            details: dict[str, object] = {"steps": len(truth.execution.step_headers), "payload_bytes": len(payload)}
            self._jobs[job] = Submission(payload, self._bond(), seconds, details)
        return job

    def poll(self, job: str) -> Job:
        """Say where a job stands."""
        if job not in self._jobs:
            raise KeyError(job)
        return Job(job, "done", 1, 1)

    def fetch(self, job: str) -> Submission:
        """Return what to propose."""
        return self._jobs[job]

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:
        """Make every move that is due."""
        return self._seated().play(view, head.timestamp)

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim."""
        table = self._seated().table
        found, verdict = table.claim(claim), ("pending", "accepted", "rejected")[table.verdict(claim)]
        numbers = range(1, table.game_count() + 1)
        games = [_described(table, number) for number in numbers if table.read_game(number).claim == claim]
        return {"verdict": verdict, **_claim_json(found), "games": games}

    def _sit_down(self, rollup: Contract, game: Contract) -> None:
        table = Table(self._context.l1, rollup, game)
        self._player = Player(table, self._context.blobs, self._defence, progress=self._context.progress)

    def _bond(self) -> int:
        return self._seated().table.constant("CLAIM_BOND")

    def _prepared(self) -> Image:
        if self._image is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        return self._image

    def _seated(self) -> Player:
        if self._player is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        return self._player


def payload_of(terminal: StepHeader, steps: Steps) -> bytes:
    """Return what the game contract's `open` decodes: the root over the steps, the terminal header, its path as the last leaf."""
    return encode([_PAYLOAD], [(steps.root, terminal.words(), steps.path(LEAVES - 1))])


def _claim_json(claim: Claim) -> dict[str, object]:
    return {
        "batch": claim.batch,
        "parent": claim.parent,
        "proposer": "0x" + claim.proposer.hex(),
        "steps_root": "0x" + claim.root.hex(),
        "opened": claim.opened,
        "settled": claim.settled,
    }


def _described(table: Table, number: int) -> dict[str, object]:
    game = table.read_game(number)
    return {
        "game": number,
        "challenger": "0x" + game.challenger.hex(),
        "turn": game.turn.name.lower(),
        "level": game.level,
        "position": game.position,
        "proposer_used": game.proposer_used,
        "challenger_used": game.challenger_used,
    }
