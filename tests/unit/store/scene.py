"""A chain of three batches with what a store keeps of it."""

from dataclasses import dataclass

from rollup.batch.batch import Batch
from rollup.batch.derivation import MessageLog
from rollup.batch.inbox import rolling_hash
from rollup.batch.parcel import elements_of
from rollup.ports.store import Block, Changes, L1Point
from rollup.state.header import Header
from rollup.state.leaf import Attributes
from rollup.store.store import Genesis
from tests.unit.execution.chain import KEYS, Chain, deposit
from tests.unit.execution.programs import Counter

IMAGE = Counter.image()


@dataclass(frozen=True)
class Scene:
    """What there is to keep, and how the state looks after each batch (0 is genesis)."""

    genesis: Genesis
    messages: tuple[MessageLog, ...]
    blocks: tuple[tuple[Block, Changes], ...]
    headers: tuple[Header, ...]
    records: tuple[dict[int, Attributes], ...]
    transactions: tuple[bytes, ...]


def point(number: int) -> L1Point:
    return L1Point(number, number.to_bytes(32, "big"))


def play() -> Scene:
    """Batch 1: two deposits. Batch 2: an applied and a skipped call. Batch 3: a failed call and a deposit nobody can get."""
    chain = Chain(IMAGE)
    genesis = Genesis(IMAGE.program_id, b"\x07" * 20, chain.domain, IMAGE.layout.depth, chain.header, {})
    deposits = [deposit(KEYS[0], 1000), deposit(KEYS[1], 1000), deposit(KEYS[2], 7, account=99)]
    applied, early = chain.call(1, "add", 3, nonce=0), chain.call(2, "add", 9, nonce=1)
    failed = chain.call(2, "add", 0, nonce=0, fee=4)
    plan = [((), deposits[:2]), ((applied, early), ()), ((failed,), deposits[2:])]
    headers, records, blocks = [chain.header], [dict[int, Attributes]()], []
    for calls, messages in plan:
        parcels = [call.parcel(IMAGE) for call in calls]
        block, changes = _step(chain, chain.batch(elements_of(parcels), list(messages), payee=1))
        blocks.append((block, changes))
        headers.append(chain.header)
        records.append({**records[-1], **changes.records})
    logs = tuple(MessageLog(i, m.words(), rolling_hash(deposits[: i + 1])) for i, m in enumerate(deposits))
    hashes = tuple(call.hash(IMAGE) for call in (applied, early, failed))
    return Scene(genesis, logs, tuple(blocks), tuple(headers), tuple(records), hashes)


def _step(chain: Chain, batch: Batch) -> tuple[Block, Changes]:
    base = chain.state
    chain.state = base.fork()
    execution = chain.apply(batch)
    posted, transaction = point(10 * batch.number), bytes([batch.number]) * 32
    block = Block(batch, posted, transaction, execution.header, execution.step_headers, execution.receipts)
    changes = Changes.of(chain.state)
    chain.state.commit()
    chain.state = base
    return block, changes
