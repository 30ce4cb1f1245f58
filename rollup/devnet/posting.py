"""A sequencer that does not look what it posts: how a batch gets to L1 that every node finds something wrong with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rollup.batch.inbox import Message
from rollup.execution.engine import execute
from rollup.nodes.outbox import Sealed

if TYPE_CHECKING:
    from rollup.devnet.devnet import Devnet
    from rollup.ports.store import Block


def post(chain: "Devnet", elements: Sequence[int], payee: int) -> "Block":
    """Post a batch of these elements that reads all waiting messages, and return it as the full node derived it from L1.

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
        elements=tuple(elements),
    )
    messages = tuple(Message.from_words(log.words, layout.account_bits) for log in logs)
    executed = execute(chain.image, before, sealed.batch(chain.domain, messages), chain.node.state_before(number))
    chain.outbox.put(replace(sealed, header=executed.header))
    assert chain.batcher.post() is not None, "the batch is posted"
    chain.sync()
    return chain.node.block(number)
