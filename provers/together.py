"""Two backends at once: a claim is accepted if both accept it (`all`), or if one does (`any`)."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Final

from rollup.encoding import uint_to_bytes
from rollup.errors import OutsideError
from rollup.ir.image import Image
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import (
    BackendFactory,
    ChainView,
    Context,
    Job,
    Move,
    Properties,
    Submission,
)

CONTRACT: Final = "settlement/rule"
VERDICTS: Final = ("pending", "accepted", "rejected")
WORD: Final = 32
STATES: Final = ("failed", "queued", "running", "done")
_JOINED: Final[Mapping[str, Mapping[str, str]]] = {
    "all": {
        "finality": "the later of",
        "trust": "one of these suffices",
        "liveness": "all of these are needed",
        "setup": "of each",
        "weakness": "of each, none of which lets a wrong claim through alone",
    },
    "any": {
        "finality": "the earlier of",
        "trust": "all of these are needed",
        "liveness": "one of these suffices",
        "setup": "of each",
        "weakness": "of each",
    },
}
"""How a property of two becomes one."""


class Together:
    """Settlement by two backends; see `ports.settlement.SettlementBackend`. To each of them, its contract stands in the rollup's place.

    Parameters
    ----------
    context
        The ports, for both.
    parts
        Names of two installed backends.
    options
        For each of them, by name.
    """

    name: str
    version = 1

    def __init__(
        self,
        context: Context,
        parts: Sequence[str] = ("optimistic", "groth16"),
        options: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        if len(parts) != 2:
            raise OutsideError("settlement: a rule is over two backends", expected=2, got=len(parts))
        self._context = context
        self._parts = [_installed(part)(context, **(options or {}).get(part, {})) for part in parts]
        self._image: Image | None = None
        self._settlement: Contract | None = None
        self._jobs: dict[str, tuple[str, str]] = {}

    @property
    def withholds_signatures(self) -> bool:
        """Whether one of them does."""
        return any(part.withholds_signatures for part in self._parts)

    @property
    def properties(self) -> Properties:
        """What to know before choosing it: of both."""
        first, second = (part.properties for part in self._parts)
        return Properties(
            **{
                name: f"{how}: {getattr(first, name)}; {getattr(second, name) or 'nothing known of the second'}"
                for name, how in _JOINED[self.name].items()
            }
        )

    def prepare(self, image: Image) -> None:
        """Prepare both."""
        self._image = image
        for part in self._parts:
            part.prepare(image)

    def deploy(self, rollup: Contract) -> Contract:
        """Create the rule, then both parts for it, and name them to it."""
        l1 = self._context.l1
        artifact = self._context.compiler.contract(CONTRACT)
        rule = l1.deploy(artifact, rollup.address, self._prepared().program_id, self.name == "all")
        parts = [part.deploy(rule) for part in self._parts]
        l1.transact(rule, "initialize", *(part.address for part in parts), cause="deploy")
        self._settlement = rule
        return rule

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Work with a rule that stands, and with its parts; `OutsideError` if one of them is another's."""
        l1 = self._context.l1
        name, version = l1.call(settlement, "properties")
        if (name, version) != (self.name, self.version):
            raise OutsideError(
                "settlement: the contract belongs to another backend",
                expected=f"{self.name} {self.version}",
                got=f"{name} {version}",
            )
        if (at := l1.call(settlement, "ROLLUP")) != rollup.address:
            raise OutsideError(
                "settlement: the contract settles another chain", expected=rollup.address.hex(), got=at.hex()
            )
        for index, part in enumerate(self._parts):
            part.attach(settlement, part.half(l1.call(settlement, "parts", index)))
        self._settlement = settlement

    def half(self, address: bytes) -> Contract:
        """Return the rule that stands at an address."""
        return Contract(CONTRACT, address, self._context.compiler.contract(CONTRACT).abi)

    def submit(self, view: ChainView, number: int) -> str:
        """Start both payloads."""
        first, second = (part.submit(view, number) for part in self._parts)
        job = hashlib.sha256(f"{self.name} {first} {second}".encode()).hexdigest()
        self._jobs[job] = first, second
        return job

    def poll(self, job: str) -> Job:
        """Say where both stand: as the one that is further behind."""
        found = [part.poll(own) for part, own in zip(self._parts, self._jobs[job], strict=True)]
        behind = min(found, key=lambda each: STATES.index(each.state))
        seconds = max((each.seconds_left for each in found if each.seconds_left is not None), default=None)
        done, total = (sum(getattr(each, name) for each in found) for name in ("done", "total"))
        return Job(job, behind.state, done, total, behind.error, seconds)

    def fetch(self, job: str) -> Submission:
        """Wait for both, and return them as one."""
        first, second = (part.fetch(own) for part, own in zip(self._parts, self._jobs[job], strict=True))
        return joined(first, second)

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:
        """Make the moves of both."""
        return [move for part in self._parts for move in part.react(view, head)]

    def vouches(self, view: ChainView, claim: int) -> bool:
        """Tell whether both do."""
        return all(part.vouches(view, claim) for part in self._parts)

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim, and what each part does."""
        if self._settlement is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        verdict = VERDICTS[int(self._context.l1.call(self._settlement, "verdict", claim))]
        return {"verdict": verdict, **{part.name: part.describe(claim) for part in self._parts}}

    def _prepared(self) -> Image:
        if self._image is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        return self._image


class All(Together):
    """A claim is accepted if both backends accept it: as safe as the safer of them. The form to choose."""

    name = "all"


class Any(Together):
    """A claim is accepted as soon as one backend accepts it: as fast as the faster of them, and only as safe as the less safe."""

    name = "any"


def joined(first: Submission, second: Submission) -> Submission:
    """Return what a rule takes for the submissions of its parts (contracts/settlement/rule.vy, `open`)."""
    head = uint_to_bytes(first.value, WORD) + uint_to_bytes(len(first.payload), WORD)
    return Submission(
        head + first.payload + second.payload,
        first.value + second.value,
        first.seconds + second.seconds,
        {"first": first.details, "second": second.details},
    )


def _installed(name: str) -> BackendFactory:
    found = {point.name: point for point in entry_points(group="tandem.provers")}
    if name not in found or name in ("all", "any"):
        there = ", ".join(sorted(set(found) - {"all", "any"}))
        raise OutsideError(f"settlement: no backend is called {name}", expected=there, got=name)
    factory: BackendFactory = found[name].load()
    return factory
