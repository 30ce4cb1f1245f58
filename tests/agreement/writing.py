"""Writing the data of a batch one transaction after another, valid or not, knowing the state that each will meet."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rollup.batch.inbox import Message
from rollup.batch.packing import decode_transaction, field_widths, signed_elements, tag_of, words_of
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.receipt import Receipt
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.crypto.fr import R
from rollup.execution.engine import header_after, run_task, step_order
from rollup.execution.task import Task, inbox_task, transaction_task
from rollup.ir.image import Image
from rollup.params import FULL, SLOT_BITS, AccountAttribute
from rollup.state.header import Header, StepHeader
from tests.agreement.chain import DOMAIN, MOMENT
from tests.agreement.programs import KEYS, NEXT_ACCOUNT, genesis


@dataclass
class Pen:
    """The data so far.

    Attributes
    ----------
    parcels
        Written so far.
    receipts
        What became of each step.
    """

    image: Image
    messages: Sequence[Message] = ()
    next_account: int = NEXT_ACCOUNT
    parcels: list[Parcel] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = genesis(self.image)
        self.header = StepHeader.start(Header.genesis(self.state.root, self.next_account))
        for message in self.messages:
            self._take(inbox_task(self.image, self.header, MOMENT, message))

    @property
    def elements(self) -> tuple[int, ...]:
        return elements_of(self.parcels)

    def nonce(self, account: int) -> int:
        record = self.state.get(self.image.layout.tree_index(0, account))
        return record[AccountAttribute.NONCE] if record else 0

    def call(self, tag: int, sender: int, *args: int, fee: int = 1, **forged: int) -> Parcel:
        """Return a call with the nonce that is due; `nonce`, `domain` and `signer` may be forged."""
        nonce, signer = forged.get("nonce", self.nonce(sender)), forged.get("signer", sender)
        secret: SecretKey = KEYS[signer]
        unsigned = Transaction(tag, sender, fee, args)
        return unsigned.sign(secret, self.image, forged.get("domain", DOMAIN), nonce).parcel(self.image)

    def sign(self, parcel: Parcel) -> Parcel:
        """Return what stands in a parcel signed by its sender with the nonce that is due, decodable or not."""
        layout, tag = self.image.layout, tag_of(parcel)
        got = decode_transaction(layout, self.image.graph(tag).arguments, parcel)
        head = (tag, got.sender, got.fee)
        message = signed_elements(layout, DOMAIN, self.nonce(got.sender), head, words_of(layout, parcel))
        places = parts(self.image, tag)
        for part, value in zip(("r_y", "r_sign", "s"), eddsa.sign(KEYS[got.sender], message), strict=True):
            parcel = overwrite(parcel, *places[part], value)
        return parcel

    def write(self, parcel: Parcel) -> Receipt | None:
        """Add a transaction and run it; None if its tag is unknown, with which the data ends."""
        self.parcels.append(parcel)
        if not 1 <= parcel.slots[0] & 0xFF <= self.image.layout.actions:
            return None
        self._take(transaction_task(self.image, self.header, DOMAIN, MOMENT, parcel))
        return self.receipts[-1]

    def _take(self, task: Task) -> None:
        run, receipt = run_task(self.image, self.header, task, self.state)
        for slot in step_order(run):
            self.state.update(run.indices[slot], run.records_after[slot])
        self.header = header_after(self.header, task, run, self.state.root)
        self.receipts.append(receipt)


def overwrite(parcel: Parcel, offset: int, width: int, value: int) -> Parcel:
    """Return a parcel with `width` bits from bit `offset` on set to a value; r_y stands after the slots here, and is reduced modulo R."""
    length = SLOT_BITS * len(parcel.slots)
    mask = (1 << width) - 1
    bits = (bits_of(parcel.slots) | parcel.r_y << length) & ~(mask << offset) | (value & mask) << offset
    return Parcel((bits >> length) % R, slots_from_bits(bits % (1 << length), len(parcel.slots)))


def parts(image: Image, tag: int) -> dict[str, tuple[int, int]]:
    """Return offset and width of every part of a transaction of an action; SPEC: §4, Data."""
    widths = image.graph(tag).arguments
    names = ("tag", "sender", "fee", "s", "r_sign", *(f"arg{k}" for k in range(len(widths))))
    found: dict[str, tuple[int, int]] = {}
    offset = 0
    for name, width in zip(names, field_widths(image.layout, widths), strict=True):
        found[name] = (offset, width)
        offset += width
    length = SLOT_BITS * image.layout.stride
    return found | {"padding": (offset, length - offset), "r_y": (length, FULL)}
