"""A devnet: what a test, a tutorial or the demo drives, one call a thing that happens."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from rollup.batch.derivation import Rules
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.devnet.account import Account
from rollup.devnet.calls import action_of, arguments_of
from rollup.devnet.plugins import cache_folder, connect, load
from rollup.errors import OutsideError
from rollup.nodes.alarm import Alarm
from rollup.nodes.batcher import Batcher
from rollup.nodes.challenger import Challenger
from rollup.nodes.claimant import Claimant, Honest
from rollup.nodes.claims import Claims
from rollup.nodes.follower import Follower, chain_rules
from rollup.nodes.full_node import FullNode
from rollup.nodes.outbox import Outbox
from rollup.nodes.proposer import Proposer
from rollup.nodes.prover import Prover
from rollup.nodes.sequencer import Sequencer
from rollup.nodes.stream import Stream, StreamReader
from rollup.nodes.withdrawals import Withdrawals
from rollup.params import DataKind, Status
from rollup.ports.da import DataLayer
from rollup.ports.deployment import ContractsToolchain, Ordering
from rollup.ports.l1 import L1
from rollup.ports.l1 import Receipt as L1Receipt
from rollup.ports.settlement import BackendFactory, Context, Move, Progress, SettlementBackend, silent
from rollup.ports.store import Block, L1Point
from rollup.program import Program
from rollup.state.header import Header
from rollup.state.tree import Tree
from rollup.store.store import Genesis, Store

WEI_PER_GWEI = 10**9
FUNDS = 10**9
"""Gwei that each account starts with: one ether."""
KEYS = tuple(index.to_bytes(32, "big") for index in range(1, 21))
"""L1 keys that a development chain funds; everybody knows them."""
DEPLOYER, BATCHER, PROPOSER, CHALLENGER, RELEASER, USERS = range(6)
"""Which key is whose; users have those from `USERS` on, rivals those after them."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
POLL = 0.05
"""Seconds between looks at a job."""
PATIENCE = 120
"""Steps of time that `settle` takes before it gives up."""


@dataclass(frozen=True)
class Rival:
    """Another proposer, with a key, a backend and a mind of its own."""

    proposer: Proposer
    defender: Challenger
    backend: SettlementBackend


class Devnet:
    """A chain of its own, all roles in this process, nothing mocked but what says so.

    ::

        with Devnet(Tokens, "optimistic") as chain:
            alice, bob = chain.account(0), chain.account(1)
            chain.send(alice, "mint", token=1, amount=100)
            chain.send(alice, "transfer", to=bob.id, token=1, amount=30)
            chain.withdraw(alice, 500)
            chain.post()
            chain.settle()
            chain.release()

    Time on L1 passes only with `advance`, and by a second or so a block.

    Parameters
    ----------
    program
        What runs.
    backend
        Name of a settlement backend among the installed ones (`tandem.provers`).
    l1
        None for an L1 in this process; else the URL of a development node that funds `keys`; or a connection.
    data
        Where batches are posted.
    accounts
        How many users there are.
    funds
        Gwei deposited for each at the start, which registers them; 0 leaves them unregistered.
    options, proposer_options
        For the backend of every role; for the proposer's beside these.
    keys
        L1 keys of roles and users.
    ordering
        Windows of the rollup contract; its sequencer is set here.
    store
        URL of the full node's database; in memory by default.
    cache
        A folder for keys and circuits; `$TANDEM_CACHE`, or `~/.cache/tandem`.
    progress
        Told of everything that takes longer than a second or two.

    Attributes
    ----------
    image, deployment, l1, toolchain
        What runs, where it stands, a connection (the deployer's), and what deployed it.
    sequencer, batcher, node, proposer, defender, challenger, prover, withdrawals
        The roles. `node` is the full node whose store all of them share; `defender` plays for the proposer's claims.
    stream, outbox, claims
        Where they meet, beside `node.store` and L1.
    backend, challenger_backend
        One for deployer, proposer and prover; one for the challenger.
    alarms
        Everything that a role cried out.
    """

    def __init__(
        self,
        program: type[Program],
        backend: str = "optimistic",
        *,
        l1: L1 | str | None = None,
        data: Literal["blob", "calldata"] = "blob",
        accounts: int = 8,
        funds: int = FUNDS,
        options: Mapping[str, object] | None = None,
        proposer_options: Mapping[str, object] | None = None,
        keys: Sequence[bytes] = KEYS,
        ordering: Mapping[str, int] | None = None,
        store: str = "sqlite://",
        cache: Path | None = None,
        progress: Progress = silent,
    ) -> None:
        if len(keys) < USERS + accounts:
            raise OutsideError("devnet: too few L1 keys", expected=f">= {USERS + accounts}", got=len(keys))
        self.program, self.image = program, program.image()
        self.l1 = connect(l1, keys[DEPLOYER])
        self.alarms: list[Alarm] = []
        self._backend_name, self._options = backend, dict(options or {})
        self._cache, self._progress = cache or cache_folder(), progress
        self._keys = tuple(keys)
        self._spare = list(keys[USERS + accounts :])
        self._accounts = [Account.of(index, self._as(USERS + index)) for index in range(accounts)]
        self.toolchain: ContractsToolchain = load("tandem.contracts", "vyper")()
        self._layers: dict[DataKind, DataLayer] = {kind: load("tandem.da", kind.name.lower())() for kind in DataKind}
        self._deploy(ordering or {}, dict(proposer_options or {}))
        self._compose(DataKind[data.upper()], store)
        self.sync()
        self._seen = -1
        if funds:
            for account in self._accounts:
                self._deposit(account, funds)
            self._deliver()

    def _deploy(self, ordering: Mapping[str, int], proposer_options: dict[str, object]) -> None:
        self.backend = self._backend(self._as(PROPOSER), proposer_options)
        self.backend.prepare(self.image)
        windows = Ordering(self._as(BATCHER).address, **ordering)
        self.genesis = Header.genesis(Tree(self.image.layout.depth).root)
        self.deployment = self.toolchain.deploy(self.l1, self.image, self.genesis, windows, self.backend)
        self.rollup = self.deployment.rollup
        self.domain: int = self.l1.call(self.rollup, "DOMAIN")
        self.start = L1Point(self.deployment.block, self.deployment.block_hash)

    def _compose(self, kind: DataKind, store: str) -> None:
        self.stream = Stream()
        self.outbox = Outbox(store)
        self.node = self.full_node(store, self.stream)
        self.claims = Claims(self.l1, self.rollup, self.start)
        self.sequencer = Sequencer(self.image, self.domain, self.node.store, self.outbox, self.stream)
        batcher_l1 = self._as(BATCHER)
        self.batcher = Batcher(batcher_l1, self.rollup, self._layers[kind], self.outbox, self.node.store)
        self.proposer = self._proposer(self._as(PROPOSER), Honest(self.backend))
        self.defender = Challenger(self.l1, self.node, self.backend)
        self.prover = Prover(self.node, self.backend)
        self.challenger_backend = self._attached(self._as(CHALLENGER), {})
        self.challenger = Challenger(self.l1, self.node, self.challenger_backend)
        self.withdrawals = Withdrawals(self._as(RELEASER), self.rollup, self.node.store, self.claims)

    # Parts, for whoever wants one more

    def full_node(self, store: str = "sqlite://", stream: StreamReader | None = None) -> FullNode:
        """Return a full node of this chain with a store of its own, which has followed nothing yet."""
        follower = Follower(self.l1, self.rollup, self._rules(), self._layers)
        genesis = Genesis(self.image.program_id, self.domain, self.image.layout.depth, self.genesis, {})
        return FullNode(
            self.image,
            self.rollup,
            self.domain,
            follower,
            Store(store, genesis),
            start=self.start,
            stream=stream,
            on_alarm=self.alarms.append,
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
        if not self._spare:
            raise OutsideError(
                "devnet: no L1 key is left for a rival", remedy="start it with more keys or fewer accounts"
            )
        l1 = self.l1.as_account(self._spare.pop(0))
        backend = self._attached(l1, dict(options or {}))
        return Rival(self._proposer(l1, claimant(backend)), Challenger(l1, self.node, backend), backend)

    # Users

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All users."""
        return tuple(self._accounts)

    def account(self, index: int) -> Account:
        """Return a user; `IndexError` if there are fewer."""
        return self._accounts[index]

    def deposit(self, account: Account, amount: int) -> Receipt:
        """Bring gwei from L1, which registers an account that is not yet; return the receipt of its delivery.

        If the open batch holds transactions already, it is sealed: messages come first in a batch.
        """
        self._deposit(account, amount)
        return self._deliver()[-1]

    def send(self, account: Account, action: str, *args: int, fee: int | None = None, **named: int) -> Receipt:
        """Sign a call of an action and hand it to the sequencer; return its receipt.

        Parameters
        ----------
        args, named
            The action's arguments, in order or by name.
        fee
            In gwei; what the sequencer asks for by default.

        Raises
        ------
        TransactionRefusedError
            If a batch would skip it.
        AuthorError
            If the program has no such action, or its arguments are others.
        """
        receipt = self.sequencer.submit(self.sign(account, action, *args, fee=fee, **named))
        assert receipt is not None, "it is signed for the nonce that is due"
        return receipt

    def sign(self, account: Account, action: str, *args: int, fee: int | None = None, **named: int) -> Transaction:
        """Return what `send` would send."""
        graph = action_of(self.image, action)
        values = arguments_of(graph, args, named)
        transaction = Transaction(graph.tag, account.id, self.sequencer.fee if fee is None else fee, values)
        return transaction.sign(account.secret, self.image.layout, self.domain, self.sequencer.nonce(account.id))

    def withdraw(self, account: Account, amount: int, to: bytes | None = None) -> Receipt:
        """Send gwei off to L1, to the account's own address by default; they arrive with `release`, once the batch is final."""
        recipient = account.l1_address if to is None else int.from_bytes(to, "big")
        return self.send(account, "withdraw", recipient, amount)

    def balance(self, account: Account) -> int:
        """Return the gwei that an account has on L2, as the sequencer says."""
        return self.record("accounts", account.id)["balance"]

    def record(self, table: str, *key: int) -> dict[str, int]:
        """Return a record's attributes by name, as the sequencer says; zeros if it is absent."""
        number = self.image.layout.table_id(table)
        index = self.image.layout.tree_index(number, self.image.layout.key(number, *key))
        names = [name for name, _ in self.image.layout.tables[number].attributes]
        values = self.sequencer.records.get(index) or (0,) * len(names)
        return dict(zip(names, values, strict=True))

    # The chain

    def sync(self) -> None:
        """Let the full node, and who watches claims, follow L1; and the sequencer take in what they learnt."""
        self.node.sync()
        self.claims.sync()
        self.sequencer.refresh()

    def post(self) -> Block | None:
        """Seal the open batch and post all that is sealed; return the last batch as derived from L1, None if nothing was posted."""
        self.sync()
        self.sequencer.seal()
        posted = False
        while self.batcher.post() is not None:
            posted = True
            self.node.sync()
        self.batcher.forget()
        self.sync()
        return self.node.block(self.node.derived()) if posted else None

    def propose(self) -> tuple[int, ...]:
        """Have every batch claimed that is not; wait for payloads; return the numbers of the new claims."""
        self.sync()
        made: tuple[int, ...] = ()
        while not all(job.state in ("done", "failed") for job in self.prover.work(self.claims.final_batch).values()):
            made += self.proposer.propose()
            time.sleep(POLL)
        made += self.proposer.propose()
        self.claims.sync()
        return made

    def react(self) -> tuple[Move, ...]:
        """Let challenger and proposer make moves until neither has one; return them."""
        moves: list[Move] = []
        while fresh := [*self.challenger.react(), *self.defender.react()]:
            moves += fresh
        self.sync()
        return tuple(moves)

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Let time pass on L1."""
        self.l1.advance(int(days * DAY + hours * HOUR + seconds))
        self.sync()

    def finalise(self) -> tuple[int, ...]:
        """Make final what may be; return the numbers of the claims."""
        done = self.proposer.finalise()
        self.claims.sync()
        return done

    def settle(self, *, step: float = HOUR * 12) -> tuple[Move, ...]:
        """Claim, dispute and let time pass, `step` seconds at a time, until every derived batch is final; return the moves made.

        Raises
        ------
        OutsideError
            If that takes more than 120 steps.
        """
        moves: list[Move] = []
        for _ in range(PATIENCE):
            self.propose()
            moves += self.react()
            self.finalise()
            if self.claims.final_batch == self.node.derived():
                return tuple(moves)
            self.advance(seconds=step)
        raise OutsideError(
            "devnet: batches do not become final", expected=self.node.derived(), got=self.claims.final_batch
        )

    def release(self) -> tuple[L1Receipt, ...]:
        """Release all withdrawals of final batches and pay them out; return the transactions."""
        return (*self.withdrawals.release(), *self.withdrawals.pay())

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
        return self.l1.as_account(self._keys[key])

    def _backend(self, l1: L1, options: dict[str, object]) -> SettlementBackend:
        factory: BackendFactory = load("tandem.provers", self._backend_name)
        context = Context(l1, self.toolchain.compiler, self.toolchain.blobs, self._cache, self._progress)
        return factory(context, **{**self._options, **options})

    def _attached(self, l1: L1, options: dict[str, object]) -> SettlementBackend:
        backend = self._backend(l1, options)
        backend.prepare(self.image)
        self.toolchain.attach(l1, self.image, self.deployment, backend)
        return backend

    def _proposer(self, l1: L1, claimant: Claimant) -> Proposer:
        claims = Claims(l1, self.rollup, self.start)
        return Proposer(l1, self.node, claims, self.deployment.settlement, claimant, on_alarm=self.alarms.append)

    def _rules(self) -> Rules:
        return chain_rules(self.image.layout, self.domain, self.toolchain.blobs)

    def _deposit(self, account: Account, amount: int) -> None:
        key = account.secret.public
        account.l1.transact(
            self.rollup, "deposit", account.number or 0, key.x, key.y, value=amount * WEI_PER_GWEI, cause="deposit"
        )

    def _deliver(self) -> list[Receipt]:
        """Let the sequencer take what waits in the inbox; return the receipts, and note the ids of new accounts."""
        self.sync()
        while self.sequencer.waiting:
            self.sequencer.seal()
        receipts: list[Receipt] = []
        for block in self.stream.after(self._seen):
            self._seen = block.sequence
            receipts += [receipt for receipt in block.receipts if receipt.kind == "inbox"]
        for receipt in receipts:
            self._note(receipt)
        return receipts

    def _note(self, receipt: Receipt) -> None:
        number, key = receipt.args[0], receipt.args[1:3]
        for account in self._accounts:
            if number == 0 and key == tuple(account.secret.public) and receipt.status is Status.APPLIED:
                account.number = receipt.sender
