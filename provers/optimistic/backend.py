"""The optimistic backend: a claim stands with its bond until somebody shows a wrong step of it on L1 (ADR 0023)."""

import hashlib
import time
from collections.abc import Sequence

from eth_abi import encode

from provers.optimistic.player import Player
from provers.optimistic.rules import Defence, honest
from provers.optimistic.table import Claim, Stage, Table
from provers.optimistic.terms import DAY, Terms
from provers.optimistic.truth import Truth
from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, Move, Properties, Submission
from rollup.state.header import StepHeader
from rollup.state.steps import Steps

CONTRACT = "settlement/dispute_game"
VERDICTS = ("pending", "accepted", "rejected")
_PAYLOAD = "(bytes32,uint256[8])"


class OptimisticBackend:
    """Settlement by fraud proof; see `ports.settlement.SettlementBackend`.

    Parameters
    ----------
    context
        The ports; `context.l1` signs for whoever proposes or challenges.
    terms
        Bonds and times of a chain that is deployed with it; a chain that stands has its own.
    defence
        The steps that its own claims were made from; the right ones, unless a liar plays.
    challenges
        Whether it doubts wrong claims, beside defending its own.
    """

    name = "optimistic"
    version = 2
    withholds_signatures = False

    def __init__(
        self, context: Context, terms: Terms | None = None, defence: Defence = honest, *, challenges: bool = True
    ) -> None:
        self._context = context
        self._terms = terms or Terms()
        self._defence, self._challenges = defence, challenges
        self._image: Image | None = None
        self._player: Player | None = None
        self._jobs: dict[str, Submission] = {}

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        return Properties(
            finality=(
                f"after a window of {self._terms.window / DAY:g} days, and at most "
                f"{2 * self._terms.clock / DAY:g} more if somebody asks for the steps, however many do"
            ),
            trust="one honest challenger sees a wrong claim, and L1 takes his question within the window and his refutation within the clock",
            liveness="anybody who has the chain answers a question about a right claim within the clock",
            setup="none",
            weakness=(
                "whoever sees a refutation wait may send it first and take the refuter's share; an honest challenger stakes an eighth of "
                "what is staked on the claims that he doubts at once"
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
        stakes = (terms.claim_bond, terms.question_bond, terms.window, terms.clock)
        game = l1.deploy(compiler.contract(CONTRACT), rollup.address, stepper.address, *stakes)
        self._sit_down(rollup, game)
        return game

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Play on a game contract that stands; `OutsideError` if it is another backend's, chain's or program's."""
        l1, image = self._context.l1, self._prepared()
        name, version = l1.call(settlement, "properties")
        _agree(
            "the contract belongs to another backend, or to another version of it",
            f"{self.name} {self.version}",
            f"{name} {version}",
            "choose the backend that the chain was deployed with",
        )
        at = l1.call(settlement, "ROLLUP")
        _agree("the contract settles another chain", rollup.address.hex(), at.hex(), "take both from one deployment")
        _, program = l1.call(settlement, "settles")
        remedy = "use the program that the contract was deployed for"
        _agree("the contract settles another program", image.program_id.hex(), program.hex(), remedy)
        self._sit_down(rollup, settlement)

    def half(self, address: bytes) -> Contract:
        """Return the contract that stands at an address."""
        return Contract(CONTRACT, address, self._context.compiler.contract(CONTRACT).abi)

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
            self._jobs[job] = Submission(payload, self._seated().terms.claim_bond, seconds, details)
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

    def vouches(self, view: ChainView, claim: int) -> bool:
        """Tell whether the steps of a claim are the right ones, or those that its proposer here made it from."""
        return self._seated().vouches(view, claim)

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim; `KeyError` if there is none of that number. Genesis is accepted, and nobody's."""
        player = self._seated()
        table = player.table
        if not 0 <= claim <= table.claim_count():
            raise KeyError(claim)
        verdict = VERDICTS[table.verdict(claim)] if claim else "accepted"
        return {"verdict": verdict, **_claim_json(table.claim(claim), player.terms)}

    def _sit_down(self, rollup: Contract, game: Contract) -> None:
        l1 = self._context.l1
        self._terms = Terms.read(l1, game)
        self._player = Player(
            Table(l1, rollup, game),
            self._terms,
            self._context.blobs,
            self._defence,
            challenges=self._challenges,
            progress=self._context.progress,
        )

    def _prepared(self) -> Image:
        if self._image is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        return self._image

    def _seated(self) -> Player:
        if self._player is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        return self._player


def payload_of(terminal: StepHeader, steps: Steps) -> bytes:
    """Return what the game contract's `open` decodes: the hash of all leaves, and the terminal header, whose hash is the last of them."""
    return encode([_PAYLOAD], [(steps.hash, terminal.words())])


def _agree(what: str, expected: str, got: str, remedy: str) -> None:
    if expected != got:
        raise OutsideError(f"settlement: {what}", expected=expected, got=got, remedy=remedy)


def _claim_json(claim: Claim, terms: Terms) -> dict[str, object]:
    """What L1 has; `due` is when the present stage ends, in seconds, and 0 where none does."""
    due = {
        Stage.OPEN: claim.made + terms.window,
        Stage.ASKED: claim.moved + terms.clock,
        Stage.SHOWN: max(claim.made + terms.window, claim.moved + terms.clock),
    }
    return {
        "batch": claim.batch,
        "parent": claim.parent,
        "proposer": "0x" + claim.proposer.hex(),
        "steps": "0x" + claim.steps.hex(),
        "stage": claim.stage.name.lower(),
        "made": claim.made,
        "due": due.get(claim.stage, 0),
        "asker": "0x" + claim.asker.hex() if any(claim.asker) else None,
        "shower": "0x" + claim.shower.hex() if any(claim.shower) else None,
    }
