"""The transactions that both chains settle: some are applied, some fail, some are skipped, each for a reason that is known before."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rollup.batch.parcel import Parcel
from rollup.batch.transaction import Transaction
from rollup.cli.demo.checks import hold, same
from rollup.cli.demo.figures import Transactions
from rollup.devnet import Account, Devnet
from rollup.errors import DecodeError
from rollup.execution.builder import TransactionRefusedError
from rollup.params import SLOT_BITS, Reason, Status
from rollup.ports.store import Block

NAMES: Final = ("Ada", "Bob", "Cyd", "Dan", "Eve", "Fay", "Gus", "Hal")
ADA, BOB, CYD, DAN, EVE, FAY, GUS, HAL = range(len(NAMES))
SEQUENCER_ACCOUNT: Final = HAL
"""Whose account on L2 gets the fees."""
STRANGER: Final = 999
"""An id that nobody has."""
LEAVES: Final = 250_000_000
"""Gwei that Ada withdraws: a quarter of what she deposited."""
UNAFFORDABLE: Final = 1 << 31
"""A fee in gwei, more than anybody has here, that a transaction can carry."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the sequencer takes, and what must come of it."""

    account: Account
    action: str
    args: tuple[int, ...]
    status: Status = Status.APPLIED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """A transaction that an honest sequencer refuses, and that everybody skips if it is posted all the same.

    Attributes
    ----------
    what
        What is wrong with it.
    reason
        By which name it is skipped.
    parcel
        As a batch carries it.
    """

    what: str
    reason: Reason
    parcel: Parcel


def calls(chain: Devnet, count: int) -> Iterator[Call]:
    """Yield the first `count` calls: mints, a withdrawal, two that fail, then transfers back and forth."""
    people = chain.accounts
    fixed = [
        Call(people[ADA], "mint", (1, 1_000_000)),
        Call(people[BOB], "mint", (1, 500_000)),
        Call(people[CYD], "mint", (2, 800)),
        Call(people[ADA], "withdraw", (people[ADA].l1_address, LEAVES)),
        Call(people[DAN], "transfer", (people[EVE].id, 2, 40), Status.FAILED, "insufficient balance"),
        Call(
            people[BOB],
            "withdraw",
            (people[BOB].l1_address, 40 * LEAVES),
            Status.FAILED,
            "the balance does not cover the withdrawal",
        ),
        Call(people[CYD], "transfer", (people[DAN].id, 2, 300)),
        Call(people[DAN], "transfer", (people[EVE].id, 2, 40)),
    ]
    yield from fixed[:count]
    for index in range(count - len(fixed)):
        sender, receiver = people[index % 2], people[2 + index % 6]
        yield Call(sender, "transfer", (receiver.id, 1, 100 + index))


def skips(chain: Devnet) -> tuple[Skip, ...]:
    """Return one transaction for each reason to skip; all of them are signed."""
    ada, eve, fay, gus = (chain.account(index) for index in (ADA, EVE, FAY, GUS))
    image = chain.image
    genuine = chain.sign(ada, "transfer", eve.id, 1, 1_000)
    forged = genuine.sign(eve.secret, image, chain.domain, chain.sequencer.nonce(ada.id))
    stray = Transaction(genuine.tag, STRANGER, genuine.fee, genuine.args).sign(eve.secret, image, chain.domain, 0)
    greedy = chain.sign(gus, "mint", 1, 5, fee=UNAFFORDABLE)
    r_y, slots = chain.sign(fay, "mint", 1, 5).parcel(image)
    torn = Parcel(r_y, (*slots[:-1], slots[-1] | 1 << SLOT_BITS - 1))
    return (
        Skip("a transfer by Ada, signed by Eve", Reason.BAD_SIGNATURE, forged.parcel(image)),
        Skip(f"a transfer by account {STRANGER}", Reason.UNKNOWN_ACCOUNT, stray.parcel(image)),
        Skip("a mint by Gus for a fee that he does not have", Reason.CANNOT_PAY, greedy.parcel(image)),
        Skip("a mint by Fay with a bit set where none may be", Reason.UNDECODABLE, torn),
    )


def send(chain: Devnet, call: Call) -> Parcel:
    """Have the sequencer execute a call, check what it says came of it, and return what the batch carries."""
    transaction = chain.sign(call.account, call.action, *call.args)
    receipt = chain.sequencer.submit(transaction)
    assert receipt is not None, "it is signed for the nonce that is due"
    name = f"{call.action} by {name_of(call.account)}"
    same(f"{name} is {call.status.name.lower()}", (call.status, call.reason), (receipt.status, receipt.reason))
    return transaction.parcel(chain.image)


def offer(chain: Devnet, skip: Skip) -> None:
    """Hand the sequencer what it must refuse, and check that it does, for the right reason."""
    try:
        chain.sequencer.submit(Transaction.from_bytes(skip.parcel.to_bytes(), chain.image))
    except TransactionRefusedError as refused:
        same(f"the sequencer refuses {skip.what}", skip.reason, refused.reason)
    except DecodeError:
        same(f"the sequencer cannot read {skip.what}", skip.reason, Reason.UNDECODABLE)
    else:
        hold(truth=False, what=f"the sequencer refuses {skip.what}")


def outcome(block: Block) -> Transactions:
    """Count what became of the transactions of a batch, by a full node that derived it from L1."""
    receipts = [receipt for receipt in block.receipts if receipt.kind == "transaction"]
    by_status = Counter(receipt.status for receipt in receipts)
    failed = Counter(receipt.reason for receipt in receipts if receipt.status is Status.FAILED)
    skipped = Counter(receipt.skip.name.lower() for receipt in receipts if receipt.status is Status.SKIPPED)
    return Transactions(len(receipts), by_status[Status.APPLIED], dict(failed), dict(skipped))


def name_of(account: Account) -> str:
    """Return what the demonstration calls an account."""
    return NAMES[account.index]
