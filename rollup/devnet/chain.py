"""The parts of a chain put together: an L1, the contracts, every role, each with a key of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from rollup.batch.derivation import Rules
from rollup.devnet.plugins import cache_folder, connect, load
from rollup.errors import OutsideError
from rollup.execution.compiled import CompiledInterpreter
from rollup.ir.image import Image
from rollup.nodes.alarm import Alarm
from rollup.nodes.batcher import Batcher
from rollup.nodes.challenger import Challenger
from rollup.nodes.claimant import Claimant, Honest
from rollup.nodes.claims import Claims
from rollup.nodes.follower import Follower, chain_rules
from rollup.nodes.full_node import FullNode
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.outbox import Outbox
from rollup.nodes.proposer import Proposer
from rollup.nodes.prover import Prover
from rollup.nodes.sequencer import Policy, Sequencer
from rollup.nodes.stream import Stream, StreamReader
from rollup.nodes.withdrawals import Withdrawals
from rollup.params import GROUP, DataKind
from rollup.ports.da import DataLayer
from rollup.ports.deployment import ContractsToolchain, Ordering
from rollup.ports.l1 import L1
from rollup.ports.settlement import BackendFactory, Context, Progress, SettlementBackend, silent
from rollup.ports.store import L1Point
from rollup.state.genesis import GenesisState
from rollup.state.header import Header
from rollup.store.store import Genesis, Store

KEYS = tuple(index.to_bytes(32, "big") for index in range(1, 21))
"""L1 keys that a development chain funds; everybody knows them."""
DEPLOYER, BATCHER, PROPOSER, CHALLENGER, RELEASER, USERS = range(6)
"""Which key is whose; all from `USERS` on are for users and rivals."""


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
    """Another proposer, with a key, a backend and a mind of its own."""

    proposer: Proposer
    defender: Challenger
    backend: SettlementBackend


class Chain:
    """All the parts, deployed and connected; nothing happens by itself. See `Devnet` for the attributes."""

    def __init__(self, image: Image, backend: str, settings: Settings) -> None:
        self.image = image
        self.l1 = connect(settings.l1, settings.keys[DEPLOYER])
        self.alarms: list[Alarm] = []
        self._backend_name, self._settings = backend, settings
        self._given = USERS
        self._runner = CompiledInterpreter()
        self.toolchain: ContractsToolchain = load("tandem.contracts", "vyper")()
        self._layers: dict[DataKind, DataLayer] = {kind: load("tandem.da", kind.name.lower())() for kind in DataKind}
        self._deploy(settings)
        self._compose(DataKind[settings.data.upper()], settings.store)

    def _deploy(self, settings: Settings) -> None:
        self.backend = self._backend(self._as(PROPOSER), settings.proposer_options)
        self.backend.prepare(self.image)
        windows = Ordering(self._as(BATCHER).address, upgrader=self.l1.address, **settings.ordering)
        self.deployment = self.toolchain.deploy(self.l1, self.image, settings.genesis, windows, self.backend)
        self.rollup = self.deployment.rollup
        self.domain: int = self.l1.call(self.rollup, "domain_of", self.image.program_id)
        self.start = L1Point(self.deployment.block, self.deployment.block_hash)

    def _compose(self, kind: DataKind, store: str) -> None:
        self.stream = Stream()
        self.outbox = Outbox(store)
        self.node = self.full_node(store, self.stream)
        self.claims = Claims(self.l1, self.rollup, self.start)
        limit = self._layers[kind].properties.capacity // self.image.layout.group_elements * GROUP
        self.sequencer = Sequencer(
            self.image,
            self.domain,
            L1Clock(self.l1, self.rollup),
            self.node.store,
            self.outbox,
            self.stream,
            policy=Policy(limit=limit),
            runner=self._runner,
        )
        batcher_l1 = self._as(BATCHER)
        self.batcher = Batcher(batcher_l1, self.rollup, self._layers[kind], self.outbox, self.node.store)
        self.proposer = self._proposer(self._as(PROPOSER), Honest(self.backend))
        self.defender = Challenger(self.l1, self.node, self.backend)
        self.prover = Prover(self.node, self.backend)
        self.withdrawals = Withdrawals(self._as(RELEASER), self.rollup, self.node.store, self.claims)

    @cached_property
    def challenger_backend(self) -> SettlementBackend:
        """The challenger's, made when it is first asked for: where proofs decide nobody challenges, and keys are large."""
        return self._attached(self._as(CHALLENGER), {})

    @cached_property
    def challenger(self) -> Challenger:
        """The role."""
        return Challenger(self.l1, self.node, self.challenger_backend)

    # Parts, for whoever wants one more

    def full_node(self, store: str = "sqlite://", stream: StreamReader | None = None) -> FullNode:
        """Return a full node of this chain with a store of its own, which has followed nothing yet."""
        follower = Follower(self.l1, self.rollup, self._rules(), self._layers, self.start)
        state, layout = self._settings.genesis, self.image.layout
        header = Header.from_words(self.deployment.genesis)
        state.require_that_of(layout, header, self.deployment.funds)
        genesis = Genesis(self.image.program_id, self.domain, layout.depth, header, state.records)
        return FullNode(
            self.image, follower, Store(store, genesis), stream=stream, on_alarm=self.alarms.append, runner=self._runner
        )

    def rival(
        self, claimant: Callable[[SettlementBackend], Claimant] = Honest, options: Mapping[str, object] | None = None
    ) -> Rival:
        """Return one more proposer, e.g. one that lies; it acts only when it is told to.

        Parameters
        ----------
        claimant
            From its backend to what it claims.
        options
            For its backend, beside those of this devnet.
        """
        l1 = self.spare_key()
        backend = self._attached(l1, options or {})
        return Rival(self._proposer(l1, claimant(backend)), Challenger(l1, self.node, backend), backend)

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

    def _as(self, key: int) -> L1:
        return self.l1.as_account(self._settings.keys[key])

    def _backend(self, l1: L1, options: Mapping[str, object]) -> SettlementBackend:
        factory: BackendFactory = load("tandem.provers", self._backend_name)
        cache = self._settings.cache or cache_folder()
        context = Context(l1, self.toolchain.compiler, self.toolchain.blobs, cache, self._settings.progress)
        return factory(context, **{**self._settings.options, **options})

    def _attached(self, l1: L1, options: Mapping[str, object]) -> SettlementBackend:
        backend = self._backend(l1, options)
        backend.prepare(self.image)
        self.toolchain.attach(l1, self.image, self.deployment, backend)
        return backend

    def _proposer(self, l1: L1, claimant: Claimant) -> Proposer:
        claims = Claims(l1, self.rollup, self.start)
        return Proposer(l1, self.node, claims, self.deployment.settlement, claimant, on_alarm=self.alarms.append)

    def _rules(self) -> Rules:
        return chain_rules(self.image.layout, self.domain, self.toolchain.blobs)
