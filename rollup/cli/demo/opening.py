"""A chain with its contracts, its users and one batch: the same for every settlement backend."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from examples.tokens import Tokens
from rollup.batch.parcel import Parcel, elements_of
from rollup.cli.demo.checks import hold, same
from rollup.cli.demo.costs import Meter, gas_by_cause
from rollup.cli.demo.figures import Transactions
from rollup.cli.demo.ground import Ground
from rollup.cli.demo.screen import Screen, ether, gas
from rollup.cli.demo.settings import Settings
from rollup.cli.demo.transactions import NAMES, SEQUENCER_ACCOUNT, Skip, calls, offer, outcome, send, skips
from rollup.devnet import Devnet
from rollup.devnet.devnet import FUNDS
from rollup.devnet.posting import post
from rollup.encoding import uint_to_bytes
from rollup.params import Status
from rollup.ports.store import Block

ELEMENT_BYTES = 32
WEI_PER_GWEI = 10**9
GROTH16 = "groth16"


@dataclass
class Opened:
    """A chain with one batch on L1.

    Attributes
    ----------
    chain, batch, transactions
        The chain, the batch as derived from L1, and what became of its transactions.
    meter
        Reads what the chain costs from here on; `gas` is what it cost so far, by cause.
    blob_gas
        Of the posting.
    data_bytes
        On L1, of the batch's transactions.
    """

    chain: Devnet
    batch: Block
    transactions: Transactions
    meter: Meter
    gas: dict[str, int]
    blob_gas: int
    data_bytes: int


@contextmanager
def opened(
    screen: Screen, settings: Settings, ground: Ground, backend: str, before: Transactions | None = None
) -> Iterator[Opened]:
    """Deploy a chain, deposit for everybody, run the transactions and post the batch; close the chain at the end.

    Parameters
    ----------
    before
        What became of the same transactions on another chain; the same must come of them here.
    """
    meter = Meter(ground.l1)
    with screen.working("setting up a chain", ask=meter.latest):
        chain = Devnet(
            Tokens,
            backend,
            l1=ground.l1,
            data=settings.data,
            accounts=len(NAMES),
            options=options_of(settings, backend),
            keys=ground.keys,
            progress=screen.progress,
        )
    with chain:
        costs = _show_contracts(screen, chain, meter, backend)
        bad = skips(chain)
        parcels = _run(screen, chain, settings.transactions - len(bad), bad)
        with screen.working("posting the batch"):
            batch = post(chain, elements_of(parcels), chain.account(SEQUENCER_ACCOUNT).id)
        posting = meter.take()
        counted = _check(chain, batch, settings, bad)
        _show(screen, settings, batch, counted, bad, before)
        data_bytes = ELEMENT_BYTES * len(elements_of(parcels))
        blob_gas = sum(cost.blob_gas for cost in posting)
        yield Opened(chain, batch, counted, meter, costs | gas_by_cause(posting), blob_gas, data_bytes)


def options_of(settings: Settings, backend: str) -> dict[str, object]:
    """Return a backend's options under the settings."""
    if backend != GROTH16:
        return {}
    return {
        "pairing": settings.pairing,
        "transactions": settings.chunk,
        "scheduler": settings.scheduler,
        "workers": settings.workers,
    }


def pay_withdrawals(screen: Screen, opened: Opened) -> None:
    """Have the batch's withdrawals paid on L1, and check that the recipients got them to the wei."""
    chain = opened.chain
    leaving = [leaving for receipt in opened.batch.receipts for leaving in receipt.withdrawals]
    hold(leaving, "somebody withdrew")
    recipients = [uint_to_bytes(item.recipient, 20) for item in leaving]
    before = [chain.l1.balance(recipient) for recipient in recipients]
    with screen.working("releasing withdrawals"):
        receipts = chain.release()
    for recipient, item, had in zip(recipients, leaving, before, strict=True):
        same("L1 paid a withdrawal", item.amount * WEI_PER_GWEI, chain.l1.balance(recipient) - had)
        screen.held(
            f"withdrawal paid on L1: {ether(item.amount * WEI_PER_GWEI)} to Ada",
            gas(sum(receipt.gas_used for receipt in receipts)),
        )


def _show_contracts(screen: Screen, chain: Devnet, meter: Meter, backend: str) -> dict[str, int]:
    costs = meter.take()
    sums = gas_by_cause(costs)
    contracts = sum(cost.what.startswith("deployment of ") for cost in costs)
    screen.held(f"{contracts} contracts deployed; claims are settled by '{backend}'", gas(sums["deployment"]))
    for account in chain.accounts:
        same(f"{NAMES[account.index]} has what was deposited", FUNDS, chain.balance(account))
    names = ", ".join(NAMES)
    screen.held(f"{names} deposited {ether(FUNDS * WEI_PER_GWEI)} each", gas(sums["deposits"]))
    return sums


def _run(screen: Screen, chain: Devnet, count: int, bad: Sequence[Skip]) -> list[Parcel]:
    """Have the sequencer execute what it takes and refuse what it must; return all of them as a batch carries them, those refused last."""
    with screen.working("executing transactions"):
        parcels = [send(chain, call) for call in calls(chain, count)]
        for skip in bad:
            offer(chain, skip)
            parcels.append(skip.parcel)
    screen.held(f"the sequencer executed {count} signed transactions and refused {len(bad)}")
    return parcels


def _check(chain: Devnet, batch: Block, settings: Settings, bad: Sequence[Skip]) -> Transactions:
    """Check what a full node derived from L1 against what was planned, and count it."""
    counted = outcome(batch)
    same("the batch has all transactions", settings.transactions, counted.total)
    same("each bad transaction is skipped", {skip.reason.name.lower(): 1 for skip in bad}, dict(counted.skipped))
    hold(counted.failed, "some transactions fail")
    same("nobody's word was broken", [], chain.alarms)
    return counted


def _show(
    screen: Screen,
    settings: Settings,
    batch: Block,
    counted: Transactions,
    bad: Sequence[Skip],
    before: Transactions | None,
) -> None:
    where = "a blob" if settings.data == "blob" else "calldata"
    screen.held(f"all {counted.total} posted in {where}, the refused ones too; a full node derived them from L1:")
    if before is not None:
        same("the same came of the same transactions", before, counted)
        what = (
            f"{counted.applied} applied, {sum(counted.failed.values())} failed, {sum(counted.skipped.values())} skipped"
        )
        screen.line(f"{what}, for the same reasons as before", mark=" ")
        return
    screen.line(f"{counted.applied} applied", mark=" ")
    for receipt in batch.receipts:
        if receipt.kind == "transaction" and receipt.status is Status.FAILED:
            screen.line(f"failed   {receipt.action} by {NAMES[receipt.sender - 1]}: {receipt.reason}", mark=" ")
    for skip in bad:
        screen.line(f"skipped  {skip.what}: {skip.reason.name.lower().replace('_', ' ')}", mark=" ")
