"""A sequencer that does not look what it posts: how transactions get into a batch that every node will skip."""

from collections.abc import Sequence
from dataclasses import replace

from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel, elements_of
from rollup.cli.demo.checks import hold
from rollup.devnet import Devnet
from rollup.execution.engine import execute
from rollup.nodes.outbox import Sealed
from rollup.ports.store import Block


def post(chain: Devnet, parcels: Sequence[Parcel], payee: int) -> Block:
    """Post a batch of these transactions that reads all waiting messages, and return it as the full node derived it from L1.

    It takes the sequencer's way to L1: through the outbox, by the batcher, signed with the sequencer's key.
    """
    number = chain.node.derived() + 1
    before = chain.node.header(number - 1)
    layout = chain.image.layout
    logs = chain.node.store.messages(before.inbox_index)[: layout.inbox_cap]
    sealed = Sealed(
        number=number,
        epoch=chain.node.epochs().of(number).fingerprint(),
        parent=before.hash(),
        timestamp=chain.l1.head().timestamp,
        inbox_from=before.inbox_index,
        inbox_to=before.inbox_index + len(logs),
        rolling=logs[-1].rolling if logs else chain.node.position(number - 1).rolling,
        payee=payee,
        header=before,
        elements=elements_of(parcels),
    )
    messages = tuple(Message.from_words(log.words, layout.account_bits) for log in logs)
    executed = execute(chain.image, before, sealed.batch(chain.domain, messages), chain.node.state_before(number))
    chain.outbox.put(replace(sealed, header=executed.header))
    hold(chain.batcher.post() is not None, "the batch was posted")
    chain.sync()
    return chain.node.block(number)
