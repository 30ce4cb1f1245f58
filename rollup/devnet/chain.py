"""The parts of a chain put together: an L1, the contracts, every role, each with a key of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from rollup.batch.epoch import Epoch
from rollup.devnet.plugins import cache_folder, connect, load
from rollup.errors import OutsideError
from rollup.execution.compiled import CompiledInterpreter
from rollup.ir.image import Image
from rollup.nodes.alarm import Alarm
from rollup.nodes.batcher import Batcher
from rollup.nodes.challenger import Challenger
from rollup.nodes.claimant import Claimant, Honest
from rollup.nodes.claims import Claims
from rollup.nodes.follower import Follower
from rollup.nodes.full_node import FullNode
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.outbox import Outbox
from rollup.nodes.programs import Programs
from rollup.nodes.proposer import Proposer
from rollup.nodes.prover import Prover
from rollup.nodes.sequencer import Policy, Sequencer
from rollup.nodes.settlements import Seat, Settlements
from rollup.nodes.stream import Stream, StreamReader
from rollup.nodes.withdrawals import Withdrawals
from rollup.params import DataKind
from rollup.ports.da import DataLayer
from rollup.ports.deployment import ContractsToolchain, Ordering
from rollup.ports.l1 import L1, Contract
from rollup.ports.settlement import BackendFactory, Context, Progress, SettlementBackend, silent
from rollup.ports.store import L1Point
from rollup.program import Program
from rollup.state.genesis import GenesisState
from rollup.state.header import Header
from rollup.store.store import Genesis, Store

KEYS = tuple(index.to_bytes(32, "big") for index in range(1, 21))
"""L1 keys that a development chain funds; everybody knows them."""
DEPLOYER, BATCHER, PROPOSER, CHALLENGER, RELEASER, USERS = range(6)
"""Which key is whose; all from `USERS` on are for users and rivals."""


BackendChoice = str | BackendFactory
"""A settlement backend: the name of an installed one, or its class."""


@dataclass(frozen=True)
class Settings:
    """How a chain is put together; see the parameters of `Devnet`."""

    l1: L1 | str | None = None
    data: Literal["blob", "calldata"] = "blob"
    options: Mapping[str, object] = field(default_factory=dict)
    proposer_options: Mapping[str, object] = field(default_factory=dict)
    keys: Sequence[bytes] = KEYS
    ordering: Mapping[str, int] = field(default_factory=dict)
    store: str = "sqlite://"
    cache: Path | None = None
    progress: Progress = silent
    genesis: GenesisState = field(default_factory=GenesisState)


@dataclass(frozen=True)
class Rival:
    """Another proposer, with a key, backends and a mind of its own."""

    proposer: Proposer
    defender: Challenger
    settlements: Settlements


@dataclass(frozen=True)
class Installed:
    """A settlement contract of this chain, and what it takes to work with it.

    Attributes
    ----------
    image
        The program that it settles.
    backend, options
        The backend, by its name or its class, and what it is made with.
    contract
        On L1.
    """

    image: Image
    backend: BackendChoice
    options: Mapping[str, object]
    contract: Contract


class Chain:
    """All the parts, deployed and connected; nothing happens by itself. See `Devnet` for the attributes."""

    def __init__(self, image: Image, backend: BackendChoice, settings: Settings) -> None:
        self.l1 = connect(settings.l1, settings.keys[DEPLOYER])
        self.alarms: list[Alarm] = []
        self._settings = settings
        self._given = USERS
        self._runner = CompiledInterpreter()
        self.toolchain: ContractsToolchain = load("tandem.contracts", "vyper")()
        self._layers: dict[DataKind, DataLayer] = {kind: load("tandem.da", kind.name.lower())() for kind in DataKind}
        self._deploy(image, backend)
        self.programs = Programs(self.l1.chain_id, self.rollup.address, image)
        self._compose(DataKind[settings.data.upper()], settings.store)

    def _deploy(self, image: Image, name: BackendChoice) -> None:
        settings = self._settings
        backend = self._backend(name, self._as(PROPOSER), {**settings.options, **settings.proposer_options})
        backend.prepare(image)
        windows = Ordering(self._as(BATCHER).address, upgrader=self.l1.address, **settings.ordering)
        self.deployment = self.toolchain.deploy(self.l1, image, settings.genesis, windows, backend)
        self.rollup = self.deployment.rollup
        self.start = L1Point(self.deployment.block, self.deployment.block_hash)
        contract = self.deployment.settlement
        self._installed = {contract.address: Installed(image, name, settings.options, contract)}
        self._proposers = {contract.address: Seat(contract, backend)}

    def _compose(self, kind: DataKind, store: str) -> None:
        self.stream = Stream()
        self.outbox = Outbox(store)
        self.node = self.full_node(store, self.stream)
        self.claims = Claims(self.l1, self.rollup, self.start)
        layer = self._layers[kind]
        self.sequencer = Sequencer(
            self.programs,
            L1Clock(self.l1, self.rollup),
            self.node.store,
            self.outbox,
            self.stream,
            policy=Policy(elements=layer.properties.capacity),
            runner=self._runner,
        )
        self.batcher = Batcher(self._as(BATCHER), self.rollup, layer, self.outbox, self.node.store)
        self.settlements = Settlements(self.node, lambda epoch: self._proposers[epoch.settlement])
        self.challenger_settlements = self._settlements(self._as(CHALLENGER), {})
        self.proposer = self._proposer(self._as(PROPOSER), self.settlements, Honest(self.settlements))
        self.defender = Challenger(self.l1, self.node, self.settlements)
        self.challenger = Challenger(self.l1, self.node, self.challenger_settlements)
        self.prover = Prover(self.node, self.settlements)
        self.withdrawals = Withdrawals(self._as(RELEASER), self.rollup, self.node.store, self.claims)

    # What it is at present

    @property
    def image(self) -> Image:
        """The program that the sequencer runs."""
        return self.sequencer.image

    @property
    def domain(self) -> int:
        """What the sequencer takes signatures for."""
        return self.sequencer.domain

    @property
    def backend(self) -> SettlementBackend:
        """What settles the newest batch, as the proposer uses it."""
        return self.settlements.of(self.node.derived()).backend

    @property
    def challenger_backend(self) -> SettlementBackend:
        """What settles the newest batch, as the challenger uses it; made when it is first asked for, since keys may be large."""
        return self.challenger_settlements.of(self.node.derived()).backend

    # Another program, another backend

    def announce(
        self,
        program: type[Program] | None = None,
        backend: BackendChoice | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Contract:
        """Deploy the settlement of another epoch and announce it on L1, where it can be applied once the exit window is over.

        Parameters
        ----------
        program
            What is to run; as at present by default.
        backend
            What is to settle it; as at present by default.
        options
            For that backend; those of the present one by default, if it stays.

        Raises
        ------
        OutsideError
            If the program cannot go on with the state of the present one.
        L1Reverted
            If another epoch is announced already.
        """
        now = self._installed[self.settlements.of(self.node.derived()).settlement.address]
        image = now.image if program is None else program.image()
        name = backend or now.backend
        chosen = options if options is not None else now.options if name == now.backend else {}
        self.programs.add(image)
        self.programs.successor(now.image.program_id, image.program_id)
        made = self._backend(name, self._as(PROPOSER), {**chosen, **self._settings.proposer_options})
        made.prepare(image)
        contract = made.deploy(self.rollup)
        self._installed[contract.address] = Installed(image, name, chosen, contract)
        self._proposers[contract.address] = Seat(contract, made)
        shape = (image.layout.capacity, image.layout.stride)
        self.l1.transact(self.rollup, "schedule", image.program_id, contract.address, *shape, cause="upgrade")
        return contract

    # Parts, for whoever wants one more

    def full_node(self, store: str = "sqlite://", stream: StreamReader | None = None) -> FullNode:
        """Return a full node of this chain with a store of its own, which has followed nothing yet."""
        follower = Follower(self.l1, self.rollup, self.programs, self.toolchain.blobs, self._layers, self.start)
        program, settlement = self.deployment.program_id, self.deployment.settlement.address
        state, layout = self._settings.genesis, self.programs.image(program).layout
        header = Header.from_words(self.deployment.genesis)
        state.require_that_of(layout, header, self.deployment.funds)
        domain = self.programs.domain(program)
        genesis = Genesis(program, settlement, domain, layout.depth, header, state.records)
        return FullNode(
            follower, Store(store, genesis), stream=stream, on_alarm=self.alarms.append, runner=self._runner
        )

    def rival(
        self, claimant: Callable[[Settlements], Claimant] = Honest, options: Mapping[str, object] | None = None
    ) -> Rival:
        """Return one more proposer, e.g. one that lies; it acts only when it is told to.

        Parameters
        ----------
        claimant
            From its seats to what it claims.
        options
            For its backends, beside those that they have here.
        """
        l1 = self.spare_key()
        settlements = self._settlements(l1, options or {})
        proposer = self._proposer(l1, settlements, claimant(settlements))
        return Rival(proposer, Challenger(l1, self.node, settlements), settlements)

    def spare_key(self) -> L1:
        """Return a connection that signs with an L1 key that nobody has yet; `OutsideError` if none is left."""
        if self._given == len(self._settings.keys):
            raise OutsideError("devnet: no L1 key is left", remedy="start it with more keys or fewer accounts")
        self._given += 1
        return self._as(self._given - 1)

    def close(self) -> None:
        """Give files and databases back."""
        self.outbox.close()
        if isinstance(self.node.store, Store):
            self.node.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Inside

    def role(self, key: int) -> L1:
        """Return a connection that signs with the key of a role, e.g. `PROPOSER`."""
        return self._as(key)

    def _as(self, key: int) -> L1:
        return self.l1.as_account(self._settings.keys[key])

    def _backend(self, chosen: BackendChoice, l1: L1, options: Mapping[str, object]) -> SettlementBackend:
        factory: BackendFactory = load("tandem.provers", chosen) if isinstance(chosen, str) else chosen
        cache = self._settings.cache or cache_folder()
        context = Context(l1, self.toolchain.compiler, self.toolchain.blobs, cache, self._settings.progress)
        return factory(context, **options)

    def _settlements(self, l1: L1, options: Mapping[str, object]) -> Settlements:
        """Return the seats of a role with a key and options of its own."""

        def take(epoch: Epoch) -> Seat:
            found = self._installed[epoch.settlement]
            backend = self._backend(found.backend, l1, {**found.options, **options})
            backend.prepare(found.image)
            if epoch.index == 0:
                self.toolchain.attach(l1, found.image, self.deployment, backend)
            else:
                backend.attach(self.rollup, found.contract)
            return Seat(found.contract, backend)

        return Settlements(self.node, take)

    def _proposer(self, l1: L1, settlements: Settlements, claimant: Claimant) -> Proposer:
        claims = Claims(l1, self.rollup, self.start)
        return Proposer(l1, self.node, claims, settlements, claimant, on_alarm=self.alarms.append)
