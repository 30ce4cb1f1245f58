"""The store: what was kept comes back, in every version, and what L1 took back is gone."""

from dataclasses import replace
from pathlib import Path

import pytest

from rollup.batch.derivation import Position
from rollup.batch.epoch import Epoch
from rollup.errors import InternalError
from rollup.ports.store import ChainStore
from rollup.state.tree import Tree
from rollup.store.database import StoreError
from rollup.store.store import Store
from tests.unit.store.scene import IMAGE, Scene, play, point

DEPTH = IMAGE.layout.depth


@pytest.fixture(scope="module")
def scene() -> Scene:
    return play()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chain.db'}"


def fill(store: ChainStore, scene: Scene) -> None:
    """Batch n arrives with L1 block 10n; the third message waits from block 10 on."""
    store.advance(point(10), scene.messages, scene.blocks[:1])
    store.advance(point(20), (), scene.blocks[1:2])
    store.advance(point(30), (), scene.blocks[2:])


def assert_holds(store: ChainStore, scene: Scene, newest: int) -> None:
    """Check everything up to a batch against the scene."""
    assert store.newest() == newest
    for number in range(newest + 1):
        assert store.header(number) == scene.headers[number]
        tree = store.state(number)
        assert tree.root == scene.headers[number].state_root == Tree.of(DEPTH, scene.records[number]).root
        assert all(tree.get(index) == scene.records[number].get(index, ()) for index in scene.records[-1])
    for number in range(1, newest + 1):
        assert store.block(number) == scene.blocks[number - 1][0]


def test_store_gives_back_what_it_was_given(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    assert_holds(store, scene, 3)
    assert store.point() == point(30)
    assert store.messages(0) == scene.messages
    assert store.messages(2) == scene.messages[2:]
    store.close()


def test_reopened_store_holds_the_same(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    store.close()
    again = Store(url, scene.genesis)
    assert_holds(again, scene, 3)
    again.close()


def test_store_in_memory_holds_the_same(scene: Scene) -> None:
    store = Store("sqlite://", scene.genesis)
    fill(store, scene)
    assert_holds(store, scene, 3)
    store.close()


def test_new_store_is_at_genesis(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    assert_holds(store, scene, 0)
    assert store.point() is None
    assert store.position(0) == Position.genesis(IMAGE.program_id)
    store.close()


def test_genesis_with_records_is_kept_as_version_zero(url: str, scene: Scene) -> None:
    records = {5: (1, 2), 9: (3,)}
    header = replace(scene.genesis.header, state_root=Tree.of(DEPTH, records).root)
    genesis = replace(scene.genesis, header=header, records=records)
    store = Store(url, genesis)
    assert (store.state(0).root, store.state(0).get(9)) == (header.state_root, (3,))
    store.close()
    with pytest.raises(StoreError, match="genesis"):
        Store("sqlite://", replace(genesis, records={}))


def test_position_is_where_derivation_goes_on(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    last = scene.blocks[1][0].batch
    assert store.position(2) == Position(2, last.hash(), last.timestamp, last.inbox_to, last.rolling)
    store.close()


def test_rewind_forgets_what_later_l1_blocks_brought(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    assert store.rewind(25) == 2
    assert_holds(store, scene, 2)
    assert (store.point(), store.messages(0)) == (point(20), scene.messages)
    with pytest.raises(KeyError, match="batch 3"):
        store.block(3)
    assert store.rewind(9) == 0
    assert_holds(store, scene, 0)
    assert (store.point(), store.messages(0)) == (None, ())
    fill(store, scene)
    assert_holds(store, scene, 3)
    store.close()


def test_transaction_is_found_where_it_ran(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    assert [store.find_transaction(item) for item in scene.transactions] == [(2, 0), (2, 1), (3, 1)]
    assert store.find_transaction(bytes(32)) is None
    store.close()


def test_receipts_of_an_account_come_newest_first(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    found = store.receipts_of(2, 10)
    assert [(batch, receipt.kind, receipt.status.name) for batch, receipt in found] == [
        (3, "transaction", "FAILED"),
        (2, "transaction", "SKIPPED"),
        (1, "inbox", "APPLIED"),
    ]
    assert store.receipts_of(2, 1) == found[:1]
    store.close()


def test_transactions_wait_until_a_batch_ran_them(url: str, scene: Scene) -> None:
    applied, early, failed = scene.transactions
    store = Store(url, scene.genesis)
    assert [store.add_pending(item, b"bytes of " + item) for item in scene.transactions] == [True] * 3
    assert not store.add_pending(early, b"again")
    assert store.pending() == tuple((item, b"bytes of " + item) for item in scene.transactions)
    fill(store, scene)
    # The one that a batch skipped has not had its turn.
    assert [item for item, _ in store.pending()] == [early]
    store.drop_pending([early, bytes(32)])
    assert store.pending() == ()
    # A reorg takes a batch back: what it ran waits again, in its old place.
    store.rewind(10)
    assert [item for item, _ in store.pending()] == [applied, failed]
    store.close()


def test_what_is_out_of_turn_is_not_kept(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    store.advance(point(10), scene.messages[:2], scene.blocks[:1])
    with pytest.raises(InternalError, match="followed already"):
        store.advance(point(10), (), ())
    with pytest.raises(InternalError, match="next batch"):
        store.advance(point(20), scene.messages[2:], scene.blocks[2:])
    with pytest.raises(InternalError, match="next inbox message"):
        store.advance(point(20), scene.messages[:1], ())
    block, changes = scene.blocks[1]
    with pytest.raises(InternalError, match="another root"):
        store.advance(point(20), (), [(replace(block, header=scene.headers[1]), changes)])
    assert_holds(store, scene, 1)
    assert (store.point(), store.messages(0)) == (point(10), scene.messages[:2])
    store.close()


def test_store_of_another_chain_is_refused(url: str, scene: Scene) -> None:
    Store(url, scene.genesis).close()
    with pytest.raises(StoreError, match=r"another chain.*got domain"):
        Store(url, replace(scene.genesis, domain=1))


def test_database_that_cannot_be_opened_is_the_worlds_fault(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(StoreError):
        Store(f"sqlite:///{tmp_path}/no/such/folder/chain.db", scene.genesis)


def test_writes_to_a_stored_state_stay_in_memory(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    fill(store, scene)
    fork = store.state(3).fork()
    fork.update(1, ())
    fork.commit()
    assert_holds(store, scene, 3)
    store.close()


EPOCH = Epoch(1, b"\x21" * 32, b"\x22" * 20, inbox_from=2, until=2**64 + 5)


def test_epochs_are_kept_as_they_are_applied_and_as_they_begin(url: str, scene: Scene) -> None:
    genesis = Epoch(0, scene.genesis.program_id, scene.genesis.settlement, first=0)
    store = Store(url, scene.genesis)
    assert store.epochs() == (genesis,)
    store.advance(point(10), scene.messages, scene.blocks[:1], [EPOCH])
    assert store.epochs() == (genesis, EPOCH)
    store.advance(point(20), (), scene.blocks[1:2], [EPOCH.begin(2)])
    store.close()
    again = Store(url, scene.genesis)
    assert again.epochs() == (genesis, EPOCH.begin(2))
    again.close()


def test_rewind_takes_back_that_an_epoch_began_and_then_that_it_was_applied(url: str, scene: Scene) -> None:
    store = Store(url, scene.genesis)
    store.advance(point(10), scene.messages, scene.blocks[:1])
    store.advance(point(20), (), (), [EPOCH])
    store.advance(point(30), (), scene.blocks[1:2], [EPOCH.begin(2)])
    store.advance(point(40), (), scene.blocks[2:])
    store.rewind(30)
    assert store.epochs()[1:] == (EPOCH.begin(2),)
    store.rewind(20)
    assert store.epochs()[1:] == (EPOCH,)
    store.rewind(19)
    assert store.epochs()[1:] == ()
    store.close()


def test_batch_keeps_the_domain_of_its_epoch(url: str, scene: Scene) -> None:
    block, changes = scene.blocks[0]
    other = replace(block, batch=replace(block.batch, domain=77))
    store = Store(url, scene.genesis)
    store.advance(point(10), scene.messages, [(other, changes)])
    assert store.block(1).batch == other.batch
    store.close()
