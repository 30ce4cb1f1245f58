"""A devnet: what a test, a tutorial or the demo drives, one call a thing that happens."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rollup.batch.call import encode_call
from rollup.batch.epoch import Epoch
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.devnet.account import Account
from rollup.devnet.calls import action_of, arguments_of
from rollup.devnet.chain import KEYS, BackendChoice, Chain, Settings
from rollup.devnet.connection import DevnetConnection
from rollup.errors import AuthorError, OutsideError
from rollup.params import TABLE_ACCOUNTS, TAG_DEPOSIT, Status
from rollup.ports.l1 import L1
from rollup.ports.l1 import Receipt as L1Receipt
from rollup.ports.settlement import Move, Progress, silent
from rollup.ports.store import Block
from rollup.program import Program
from rollup.state.genesis import GenesisState

WEI_PER_GWEI = 10**9
FUNDS = 10**9
"""Gwei that each account starts with: one ether."""
HOUR, DAY = 3_600, 86_400
POLL = 0.05
"""Seconds between looks at a job."""
PATIENCE = 120
"""Steps of time that `settle` takes before it gives up."""


class Devnet(Chain):
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
        Name of a settlement backend among the installed ones (`tandem.provers`), or its class.
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
    genesis
        The state to start from; nothing by default. Users whose key and L1 address it has are registered.

    Attributes
    ----------
    deployment, l1, toolchain, programs
        Where it stands, a connection (the deployer's), what deployed it, and what its nodes can run.
    sequencer, batcher, node, proposer, defender, challenger, prover, withdrawals
        The roles. `node` is the full node whose store all of them share; `defender` plays for the proposer's claims.
    stream, outbox, claims
        Where they meet, beside `node.store` and L1.
    settlements, challenger_settlements
        Backends by epoch: those of proposer and prover; those of the challenger.
    alarms
        Everything that a role cried out.
    """

    def __init__(  # noqa: PLR0913 - all but the first two by name, each with a default
        self,
        program: type[Program],
        backend: BackendChoice = "optimistic",
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
        genesis: GenesisState | None = None,
    ) -> None:
        start = genesis or GenesisState()
        settings = Settings(
            l1, data, options or {}, proposer_options or {}, keys, ordering or {}, store, cache, progress, start
        )
        super().__init__(program.image(), backend, settings)
        self._accounts = [Account.of(index, self.spare_key()) for index in range(accounts)]
        self._recognise(start)
        self._seen = -1
        self.sync()
        for account in self._accounts if funds else ():
            if account.number is None:
                self._deposit(account, funds)
        self._deliver()

    # Users

    @property
    def connection(self) -> DevnetConnection:
        """What a generated client connects to: ``TokensClient(chain.connection, chain.account(0))``."""
        return DevnetConnection(self)

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

    def call(self, account: Account, action: str, *args: int, amount: int = 0, **named: int) -> Receipt:
        """Call an action from L1, by a message to the inbox, and return the receipt of its delivery.

        If the open batch holds transactions already, it is sealed: messages come first in a batch.

        Parameters
        ----------
        args, named
            The action's arguments, in order or by name.
        amount
            Gwei to bring along.

        Raises
        ------
        AuthorError
            If the program has no such action, it cannot be called from L1, or its arguments are others.
        """
        graph = action_of(self.image, action)
        if graph.tag not in self.image.layout.calls:
            raise AuthorError(
                f"{self.image.name}.{action} cannot be called from L1", remedy="declare it with @action(from_l1=True)"
            )
        words = encode_call(graph.arguments, arguments_of(graph, args, named))
        return self.call_from_l1(account.l1, (account.id, graph.tag, *words), amount)

    def call_from_l1(self, l1: L1, call: tuple[int, int, int, int], amount: int) -> Receipt:
        """Make a call, of an account, a tag and two words of arguments, that is encoded already; return the receipt of its delivery."""
        epoch = tuple(self.node.epochs())[-1].index
        l1.transact(self.rollup, "call", epoch, *call, value=amount * WEI_PER_GWEI, cause="call")
        return self._deliver()[-1]

    def sign(self, account: Account, action: str, *args: int, fee: int | None = None, **named: int) -> Transaction:
        """Return what `send` would send."""
        graph = action_of(self.image, action)
        values = arguments_of(graph, args, named)
        transaction = Transaction(graph.tag, account.id, self.sequencer.fee if fee is None else fee, values)
        return transaction.sign(account.secret, self.image, self.domain, self.sequencer.nonce(account.id))

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
        """Let time pass on L1; what the sequencer holds is posted first, with the time at which it was made."""
        self.post()
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
            self.finalise()
            if self.claims.final_batch == self.node.derived():
                return tuple(moves)
            moves += self.react()
            self.advance(seconds=step)
        raise OutsideError(
            "devnet: batches do not become final", expected=self.node.derived(), got=self.claims.final_batch
        )

    def release(self) -> tuple[L1Receipt, ...]:
        """Release all withdrawals of final batches and pay them out; return the transactions."""
        return (*self.withdrawals.release(), *self.withdrawals.pay())

    # Another program, another backend

    def upgrade(
        self,
        program: type[Program] | None = None,
        backend: BackendChoice | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Epoch:
        """Go on under another program or backend: announce it, let the exit window pass, and apply it; see `announce` and `apply`."""
        self.announce(program, backend, options)
        self.advance(seconds=self.l1.call(self.rollup, "EXIT_WINDOW") + 1)
        return self.apply()

    def apply(self) -> Epoch:
        """Have L1 fix where the announced epoch begins, and let the roles follow; return it.

        What is acknowledged is sealed for the epoch before. All that is sent from now on runs by the new rules.

        Raises
        ------
        L1Reverted
            If nothing is announced, or the exit window is not over.
        """
        self.l1.transact(self.rollup, "apply", cause="upgrade")
        self.sync()
        return tuple(self.node.epochs())[-1]

    # Inside

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

    def _recognise(self, genesis: GenesisState) -> None:
        """Give users the accounts that genesis has of theirs."""
        for number in range(1, genesis.next_account):
            record = genesis.records.get(self.image.layout.tree_index(TABLE_ACCOUNTS, number))
            for account in self._accounts:
                if record is not None and record[:3] == (*account.secret.public, account.l1_address):
                    account.number = number

    def _note(self, receipt: Receipt) -> None:
        if receipt.tag != TAG_DEPOSIT or receipt.status is not Status.APPLIED:
            return
        number, *registered, _ = receipt.args
        for account in self._accounts:
            # SAFETY: anybody can register anybody's key, and whoever did can call from L1; so an account is its user's only if both are.
            if number == 0 and tuple(registered) == (*account.secret.public, account.l1_address):
                account.number = receipt.sender
