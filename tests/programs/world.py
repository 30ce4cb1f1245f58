"""A chain in a dictionary: records, accounts with keys, and steps run by the reference interpreter alone.

It stands apart from the engine on purpose: it states in a few lines what a step does to the state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.execution import interpreter
from rollup.execution.interpreter import Run
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.params import (
    TABLE_ACCOUNTS,
    TAG_CALL,
    AccountAttribute,
    CallInput,
    DepositInput,
    FeesInput,
    Output,
    Status,
    TransactionInput,
)

CHAIN_DOMAIN = 0xD0


@dataclass
class World:
    """State and header words between two steps."""

    image: Image
    records: dict[int, tuple[int, ...]] = field(default_factory=dict)
    keys: dict[int, eddsa.SecretKey] = field(default_factory=dict)
    next_account: int = 1
    withdrawals: int = 0
    withdrawals_count: int = 0
    fees: int = 0
    timestamp: int = 1_700_000_000
    batch_number: int = 1

    def record(self, table: int, *key: int) -> tuple[int, ...]:
        layout = self.image.layout
        zeros = (0,) * len(layout.tables[table].attributes)
        return self.records.get(layout.tree_index(table, layout.key(table, *key)), zeros)

    def write(self, table: int, key: tuple[int, ...], record: tuple[int, ...]) -> None:
        layout = self.image.layout
        self.records[layout.tree_index(table, layout.key(table, *key))] = record

    def balance(self, account: int) -> int:
        return self.record(TABLE_ACCOUNTS, account)[AccountAttribute.BALANCE]

    def nonce(self, account: int) -> int:
        return self.record(TABLE_ACCOUNTS, account)[AccountAttribute.NONCE]

    def register(self, balance: int = 1000) -> int:
        account = self.next_account
        secret = self.keys[account] = eddsa.generate(account.to_bytes(32, "big"))
        assert self.deposit(0, balance, key=secret.public).outputs[Output.STATUS] == Status.APPLIED
        return account

    def deposit(self, account: int, amount: int, key: tuple[int, int] = (0, 0), l1_address: int = 0xA1) -> Run:
        inputs = {
            DepositInput.ACCOUNT: account,
            DepositInput.KEY_X: key[0],
            DepositInput.KEY_Y: key[1],
            DepositInput.L1_ADDRESS: l1_address,
            DepositInput.AMOUNT: amount,
            DepositInput.WITHDRAWALS: self.withdrawals,
            DepositInput.WITHDRAWALS_COUNT: self.withdrawals_count,
            DepositInput.NEXT_ACCOUNT: self.next_account,
        }
        return self.step(self.image.deposit, [inputs[i] for i in DepositInput])

    def call(
        self, name: str, account: int, *arguments: int, amount: int = 0, l1_address: int = 0xA1, decodable: bool = True
    ) -> Run:
        """Call an action from L1."""
        graph = self.image.graph(TAG_CALL + self.image.action(name).tag)
        inputs = {
            CallInput.ACCOUNT: account,
            CallInput.WORD_0: 0,
            CallInput.WORD_1: 0,
            CallInput.L1_ADDRESS: l1_address,
            CallInput.AMOUNT: amount,
            CallInput.WITHDRAWALS: self.withdrawals,
            CallInput.WITHDRAWALS_COUNT: self.withdrawals_count,
            CallInput.NEXT_ACCOUNT: self.next_account,
            CallInput.TIMESTAMP: self.timestamp,
            CallInput.BATCH_NUMBER: self.batch_number,
            CallInput.DECODABLE: int(decodable),
        }
        return self.step(graph, [*(inputs[i] for i in CallInput if i is not CallInput.ARGUMENTS), *arguments])

    def collect(self, payee: int) -> Run:
        inputs = {FeesInput.PAYEE: payee, FeesInput.FEES: self.fees, FeesInput.NEXT_ACCOUNT: self.next_account}
        return self.step(self.image.fees, [inputs[i] for i in FeesInput])

    def act(
        self, name: str, sender: int, *arguments: int, fee: int = 0, change: Mapping[str, int] | None = None
    ) -> Run:
        """Sign and run an action; `change` replaces inputs after signing, by their lower-case names."""
        graph = self.image.action(name)
        inputs = self.inputs(graph, sender, arguments, fee)
        for key, value in (change or {}).items():
            inputs[TransactionInput[key.upper()]] = value
        return self.step(graph, inputs)

    def inputs(self, graph: Graph, sender: int, arguments: tuple[int, ...], fee: int) -> list[int]:
        layout, words = self.image.layout, self.words(graph, arguments)
        call = self.nonce(sender) * 2 ** (50 + layout.account_bits) + fee * 2 ** (8 + layout.account_bits)
        secret = self.keys.get(sender, eddsa.generate(bytes(32)))
        signature = eddsa.sign(secret, (CHAIN_DOMAIN, (call + sender * 256 + graph.tag) % R, *words))
        head = {
            TransactionInput.DOMAIN: CHAIN_DOMAIN,
            TransactionInput.TAG: graph.tag,
            TransactionInput.SENDER: sender,
            TransactionInput.FEE: fee,
            TransactionInput.S: signature.s,
            TransactionInput.R_SIGN: signature.r_sign,
            TransactionInput.R_Y: signature.r_y,
            TransactionInput.DECODABLE: 1,
            TransactionInput.WITHDRAWALS: self.withdrawals,
            TransactionInput.WITHDRAWALS_COUNT: self.withdrawals_count,
            TransactionInput.NEXT_ACCOUNT: self.next_account,
            TransactionInput.FEES: self.fees,
            TransactionInput.TIMESTAMP: self.timestamp,
            TransactionInput.BATCH_NUMBER: self.batch_number,
        }
        return [*(head[i] for i in TransactionInput if i is not TransactionInput.WORDS), *words, *arguments]

    def words(self, graph: Graph, arguments: tuple[int, ...]) -> list[int]:
        """Return what is signed of arguments: their bits in the place of the widest action's, 252 a word."""
        widest = max(sum(action.arguments) for action in self.image.actions)
        text = "".join(f"{value:0{width}b}"[::-1] for value, width in zip(arguments, graph.arguments, strict=True))
        text = text.ljust(widest, "0")
        return [int(text[at : at + 252][::-1], 2) for at in range(0, widest, 252)]

    def step(self, graph: Graph, inputs: list[int]) -> Run:
        layout = self.image.layout
        widths = [layout.tables[table].widths for table in graph.slots]
        run = interpreter.run(graph, layout, inputs, lambda slot, i: self.records.get(i, (0,) * len(widths[slot])))
        # SPEC: slots 1 … n, then 0 (machine.md §5, "Records").
        for slot in (*range(1, len(run.indices)), 0):
            self.records[run.indices[slot]] = run.records_after[slot]
        self.withdrawals = run.outputs.get(Output.WITHDRAWALS, self.withdrawals)
        self.withdrawals_count = run.outputs.get(Output.WITHDRAWALS_COUNT, self.withdrawals_count)
        self.next_account = run.outputs.get(Output.NEXT_ACCOUNT, self.next_account)
        self.fees = run.outputs.get(Output.FEES, self.fees)
        return run


def outcome(run: Run) -> tuple[Status, int]:
    """Return status and reason."""
    return Status(run.outputs[Output.STATUS]), run.outputs.get(Output.REASON, 0)


def why(run: Run) -> str:
    """Return what a receipt says of a failed transaction."""
    assert run.failed_check is not None
    return run.failed_check.message
