"""Which batches a chain takes around a switch: the contract and its twin in Python say the same of every batch."""

from collections.abc import Iterator
from itertools import product

import pytest

from l1bridge.client import L1Client
from rollup.batch.epoch import Epoch
from rollup.batch.epochs import Epochs
from rollup.ports.l1 import Contract, L1Reverted
from tests.contracts.rollup_chain import PROGRAM_ID, deploy
from tests.contracts.test_epochs import NEW, Switch

BEFORE_THE_END, AT_THE_END, AFTER_THE_END = -1, 0, 1
OUTSIDE = {"rollup: not the parent", "rollup: inbox range"}
"""How the contract refuses a batch for its epoch; whatever else it says is of the batch itself."""


def epochs(switch: Switch, first: int | None = None) -> Epochs:
    _, _, inbox_from, until = switch.chain.call("newest_epoch")
    old = Epoch(0, PROGRAM_ID, switch.chain.settlement.address, first=0)
    return Epochs([old, Epoch(1, NEW, switch.settlement.address, inbox_from, until, first)])


def posts(switch: Switch) -> Iterator[tuple[int, int, bool]]:
    """Yield from where to where a next batch could read the inbox, and whether it names the new epoch."""
    _, _, read, _ = switch.chain.call("newest_batch")
    count = switch.chain.call("inbox_count")
    assert count - read <= 3, "the cap is not what this is about"
    for end, is_new in product(range(read, count + 1), (False, True)):
        yield read, end, is_new


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 2), (2, 0), (2, 1)])
@pytest.mark.parametrize("moment", [BEFORE_THE_END, AT_THE_END, AFTER_THE_END])
def test_twin_allows_what_the_contract_takes(
    l1: L1Client, poseidon2: Contract, before: int, after: int, moment: int
) -> None:
    for read in range(before + 1):
        switch = Switch.of(deploy(l1, poseidon2)).schedule()
        l1.advance(20_000)
        for _ in range(before):
            switch.deposit()
        switch.chain.post(inbox_to=read)
        switch.chain.act("apply")
        for _ in range(after):
            switch.deposit()
        known = epochs(switch)
        waiting = known.waiting
        assert waiting is not None
        l1.advance(waiting.until + moment - l1.head().timestamp)
        now = l1.head().timestamp
        assert now == waiting.until + moment
        assert waiting.link(switch.chain.call("batch_hash", 1)) == switch.link()
        verdicts = set()
        for start, end, is_new in posts(switch):
            asked = tuple(known)[is_new]
            parent = switch.link() if is_new else switch.chain.call("batch_hash", 1)
            posting = switch.chain.posting(parent_hash=parent, inbox_to=end)
            verdict = known.open_for(asked.fingerprint(), 2, start, end, now) is not None
            try:
                l1.call(switch.chain.rollup, "post_calldata", *posting.arguments(), b"")
                taken = True
            except L1Reverted as refused:
                taken = refused.reason not in OUTSIDE
            assert verdict is taken, (read, end, is_new)
            verdicts.add((is_new, verdict))
        due = known.next_of(known.of(1), read)
        assert (due.index == 1) is ((True, True) in verdicts)


def test_twin_when_the_epoch_has_begun_allows_nothing_of_the_old_one(l1: L1Client, poseidon2: Contract) -> None:
    switch = Switch.of(deploy(l1, poseidon2)).apply()
    old = switch.chain.call("batch_hash", 0)
    switch.enter()
    known = epochs(switch, first=1)
    now = l1.head().timestamp
    asked, begun = known
    assert (known.of(0), known.of(1), known.waiting) == (asked, begun, None)
    assert known.open_for(asked.fingerprint(), 2, 0, 0, now) is None
    assert known.open_for(begun.fingerprint(), 2, 0, 0, now) == begun
    assert switch.refusal(parent_hash=old) == "rollup: not the parent"


def test_fingerprint_tells_epochs_apart_that_could_stand_in_one_place() -> None:
    epoch = Epoch(1, NEW, bytes(20), 3, 9, None)
    others = [Epoch(2, NEW, bytes(20)), Epoch(1, PROGRAM_ID, bytes(20)), Epoch(1, NEW, bytes(19) + b"\x01")]
    assert len({each.fingerprint() for each in (epoch, *others)}) == 4
    assert epoch.fingerprint() == epoch.begin(7).fingerprint()
