"""What the step at a header is: which graph runs, on which inputs (spec §4). Total: every header and every batch have an answer."""

from dataclasses import dataclass

from rollup.batch.batch import Batch
from rollup.batch.call import decode_call
from rollup.batch.inbox import Message
from rollup.batch.moment import Moment
from rollup.batch.packing import Decoded, decode_transaction, tag_of, words_of
from rollup.batch.parcel import Parcel
from rollup.batch.receipt import StepKind
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.params import END, TAG_CALL
from rollup.state.header import StepHeader


@dataclass(frozen=True, slots=True)
class Task:
    """A graph and what it is run on.

    Attributes
    ----------
    kind
        Which rule of §4 gave this step.
    graph, inputs
        What runs, and its inputs in order.
    sender, args, fee
        For the receipt; see there.
    next_cursor, next_inbox
        Two words of the header after the step, which no graph writes.
    message
        The inbox message, if it is an inbox step.
    decoded, parcel
        The transaction and what it was read from, if it is a transaction step.
    """

    kind: StepKind
    graph: Graph
    inputs: tuple[int, ...]
    sender: int
    args: tuple[int, ...]
    fee: int
    next_cursor: int
    next_inbox: int
    message: Message | None = None
    decoded: Decoded | None = None
    parcel: Parcel | None = None


def task_at(image: Image, header: StepHeader, batch: Batch) -> Task | None:
    """Return the step that follows a header of a batch; None past the end."""
    if header.is_terminal:
        return None
    if header.inbox_index < batch.inbox_to:
        return inbox_task(image, header, batch.moment, batch.message(header.inbox_index))
    layout = image.layout
    if header.data_cursor < layout.capacity:
        parcel = batch.parcel(layout.stride, header.data_cursor)
        if 1 <= tag_of(parcel) <= layout.actions:
            return transaction_task(image, header, batch.domain, batch.moment, parcel)
    return fee_task(image, header, batch.payee)


def inbox_task(image: Image, header: StepHeader, moment: Moment, message: Message) -> Task:
    """Return the step that delivers a message; SPEC: §5, inputs of `DEPOSIT` and of a call.

    A call of what cannot be called from L1 is a deposit.
    """
    words = message.words()[1:]
    inputs = (*words, header.withdrawals, header.withdrawals_count, header.next_account)
    graph, args = image.deposit, words
    if message.called in image.layout.calls:
        graph = image.graph(TAG_CALL + message.called)
        call = decode_call(graph.arguments, (message.key_x, message.key_y))
        inputs, args = (*inputs, *moment, int(call.decodable), *call.args), call.args
    # A registration's account is the next one, whether or not there is room for it.
    sender = message.account or header.next_account
    return Task(
        kind="inbox",
        graph=graph,
        inputs=inputs,
        sender=sender,
        args=args,
        fee=0,
        next_cursor=header.data_cursor,
        next_inbox=header.inbox_index + 1,
        message=message,
    )


def transaction_task(image: Image, header: StepHeader, domain: int, moment: Moment, parcel: Parcel) -> Task:
    """Return the step that runs a transaction with a known tag; SPEC: §5, inputs of a transaction."""
    graph = image.graph(tag_of(parcel))
    decoded = decode_transaction(image.layout, graph.arguments, parcel)
    words = words_of(image.layout, parcel)
    signed = (domain, decoded.tag, decoded.sender, decoded.fee)
    signature = (decoded.s, decoded.r_sign, decoded.r_y, int(decoded.decodable))
    chain = (header.withdrawals, header.withdrawals_count, header.next_account, header.fees)
    return Task(
        kind="transaction",
        graph=graph,
        inputs=(*signed, *signature, *chain, *moment, *words, *decoded.args),
        sender=decoded.sender,
        args=decoded.args,
        fee=decoded.fee,
        next_cursor=header.data_cursor + 1,
        next_inbox=header.inbox_index,
        decoded=decoded,
        parcel=parcel,
    )


def fee_task(image: Image, header: StepHeader, payee: int) -> Task:
    """Return the step that pays the fees out and ends the batch; SPEC: §5, inputs of `FEES`."""
    return Task(
        kind="fees",
        graph=image.fees,
        inputs=(payee, header.fees, header.next_account),
        sender=payee,
        args=(header.fees,),
        fee=0,
        next_cursor=END,
        next_inbox=header.inbox_index,
    )
