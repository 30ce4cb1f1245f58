"""Derivation: the right logs give the batches that L1 fixed; a lie in any of them is found and named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from l1bridge import kzg
from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.batch.derivation import BatchLog, DerivationError, MessageLog, MissingDataError, Position, Rules, derive
from rollup.batch.epoch import Epoch
from rollup.batch.inbox import Message, rolling_hash
from rollup.crypto.fr import R
from rollup.errors import TandemError
from rollup.ir.layout import Layout, accounts_table
from rollup.params import DataKind

LAYOUT = Layout(account_bits=20, tables=(accounts_table(20),), argument_bits=224, stride=9, actions=1, inbox_cap=3)
RULES = Rules(LAYOUT, domain=99, blob_hash=kzg.hash_of)
PROGRAM = b"\x07" * 32
ORIGIN = Position.genesis(PROGRAM)
MESSAGES = [Message(1, 0, 10 + i, 20 + i, 30 + i, 40 + i) for i in range(4)]


def batch_hash(log: BatchLog) -> bytes:
    """Written from the specification, §6."""
    numbers = [value.to_bytes(32, "big") for value in (log.number, log.timestamp, log.inbox_to)]
    end = log.payee.to_bytes(32, "big") + log.kind.to_bytes(32, "big") + log.data_hash
    return keccak(log.parent_hash + b"".join(numbers) + log.rolling + end)


@dataclass
class Story:
    """What L1 logged: four deposits, a blob batch that reads three of them, a calldata batch that reads one."""

    inbox: list[MessageLog]
    posted: list[BatchLog]
    contents: dict[bytes, bytes]

    def derive(self, origin: Position = ORIGIN) -> tuple[Batch, ...]:
        return derive(RULES, origin, self.inbox, self.posted, self.contents)

    def change(self, place: int, **values: Any) -> None:
        """Change a batch's log, and seal it with its right hash."""
        log = replace(self.posted[place], **values)
        self.posted[place] = replace(log, batch_hash=batch_hash(log))


@pytest.fixture
def story() -> Story:
    inbox = [MessageLog(i, m.words(), rolling_hash(MESSAGES[: i + 1])) for i, m in enumerate(MESSAGES)]
    blob, words = to_blob([5, R - 1]), to_words([8])
    contents = {kzg.hash_of(blob): blob, keccak(words): words}
    first = BatchLog(1, PROGRAM, 1000, 3, rolling_hash(MESSAGES[:3]), 7, DataKind.BLOB, kzg.hash_of(blob), b"")
    first = replace(first, batch_hash=batch_hash(first))
    second = BatchLog(2, first.batch_hash, 1000, 4, rolling_hash(MESSAGES), 8, DataKind.CALLDATA, keccak(words), b"")
    return Story(inbox, [first, replace(second, batch_hash=batch_hash(second))], contents)


def test_logs_of_l1_give_its_batches(story: Story) -> None:
    first, second = story.derive()
    assert (first.number, first.inbox_from, first.inbox_to, first.payee) == (1, 0, 3, 7)
    assert first.messages == tuple(MESSAGES[:3])
    assert first.elements[:3] == (5, R - 1, 0)
    assert len(first.elements) == 4096
    assert (second.parent_hash, second.messages, second.elements) == (first.hash(), (MESSAGES[3],), (8,))
    assert [batch.hash() for batch in (first, second)] == [log.batch_hash for log in story.posted]
    assert {first.domain, second.domain} == {99}


def test_derivation_goes_on_where_it_stopped(story: Story) -> None:
    first, second = story.derive()
    rest = Story(story.inbox[3:], story.posted[1:], story.contents)
    assert rest.derive(ORIGIN.after(first)) == (second,)


def test_nothing_posted_derives_nothing(story: Story) -> None:
    assert Story(story.inbox, [], {}).derive() == ()


def test_data_that_was_not_given_is_asked_for_by_its_hash(story: Story) -> None:
    missing = story.posted[1].data_hash
    del story.contents[missing]
    with pytest.raises(MissingDataError, match="batch 2") as raised:
        story.derive()
    assert raised.value.data_hash == missing


def _no_message(story: Story) -> None:
    del story.inbox[1]


def _late_message(story: Story) -> None:
    del story.inbox[3]


def _other_message(story: Story) -> None:
    story.inbox[2] = replace(story.inbox[2], words=(1, 0, 12, 22, 32, 43))


def _impossible_message(story: Story) -> None:
    story.inbox[2] = replace(story.inbox[2], words=(2, 0, 12, 22, 32, 42))


def _other_rolling(story: Story) -> None:
    story.inbox[2] = replace(story.inbox[2], rolling=b"\x01" * 32)


def _other_blob(story: Story) -> None:
    story.contents[story.posted[0].data_hash] = to_blob([6])


def _no_blob(story: Story) -> None:
    story.contents[story.posted[0].data_hash] = b""


def _other_calldata(story: Story) -> None:
    story.contents[story.posted[1].data_hash] = to_words([9])


def _calldata_of_no_element(story: Story) -> None:
    data = R.to_bytes(32, "big")
    story.contents[keccak(data)] = data
    story.change(1, data_hash=keccak(data))


def _calldata_beyond_the_capacity(story: Story) -> None:
    data = to_words([1] * (LAYOUT.data_elements + 1))
    story.contents[keccak(data)] = data
    story.change(1, data_hash=keccak(data))


def _other_hash(story: Story) -> None:
    story.posted[0] = replace(story.posted[0], batch_hash=b"\x02" * 32)


LIES: list[tuple[Callable[[Story], None], str]] = [
    (_no_message, "inbox message is missing"),
    (_late_message, "batch 2 consumes"),
    (_other_message, "inbox message 2"),
    (_impossible_message, "no known kind"),
    (_other_rolling, "inbox message 2"),
    (_other_blob, "batch 1 has another versioned hash"),
    (_no_blob, "blob: another length"),
    (_other_calldata, "batch 2 has another hash of its calldata"),
    (_calldata_of_no_element, "canonical"),
    (_calldata_beyond_the_capacity, "too many"),
    (_other_hash, "batch 1 has another hash"),
    (lambda story: story.change(0, number=2), "another number"),
    (lambda story: story.change(1, number=3), "another number"),
    (lambda story: story.posted.reverse(), "another number"),
    (lambda story: story.change(1, parent_hash=PROGRAM), "another parent's hash"),
    (lambda story: story.change(1, timestamp=999), "older than its parent"),
    (lambda story: story.change(1, inbox_to=2), "backwards"),
    (lambda story: story.change(0, inbox_to=4), "beyond the cap"),
    (lambda story: story.change(0, rolling=rolling_hash(MESSAGES[:2])), "another rolling hash"),
    (lambda story: story.change(0, payee=1 << 20), "impossible account"),
    (lambda story: story.change(0, kind=3), "unknown kind"),
]


@pytest.mark.parametrize(("lie", "culprit"), LIES)
def test_lie_in_a_log_is_refused_and_named(story: Story, lie: Callable[[Story], None], culprit: str) -> None:
    lie(story)
    with pytest.raises(TandemError, match=culprit):
        story.derive()


def test_lie_about_a_batch_is_a_derivation_error(story: Story) -> None:
    story.change(1, timestamp=999)
    with pytest.raises(DerivationError, match="expected >= 1000, got 999"):
        story.derive()


class TestEpochs:
    """Batch 2 is the first of epoch 1, which reads the inbox from message 3 on."""

    EPOCH = Epoch(1, b"\x08" * 32, b"\x09" * 20, inbox_from=3, until=5, first=2)

    def test_first_batch_names_parent_program_and_settlement(self, story: Story) -> None:
        (first,) = replace(story, posted=story.posted[:1]).derive()
        link = keccak(first.hash() + self.EPOCH.program_id + bytes(12) + self.EPOCH.settlement)
        story.change(1, parent_hash=link)
        origin = ORIGIN.after(first).entering(self.EPOCH)
        (second,) = Story(story.inbox[3:], story.posted[1:], story.contents).derive(origin)
        assert (second.number, second.parent_hash) == (2, link)

    def test_batch_that_names_only_its_parent_is_of_no_new_epoch(self, story: Story) -> None:
        (first,) = replace(story, posted=story.posted[:1]).derive()
        origin = ORIGIN.after(first).entering(self.EPOCH)
        with pytest.raises(DerivationError, match="batch 2 has another parent's hash"):
            Story(story.inbox[3:], story.posted[1:], story.contents).derive(origin)

    def test_epoch_that_begins_elsewhere_is_refused(self, story: Story) -> None:
        (first,) = replace(story, posted=story.posted[:1]).derive()
        after = ORIGIN.after(first)
        with pytest.raises(DerivationError, match="epoch 1 begins with another batch than the next"):
            after.entering(self.EPOCH.begin(3))
        with pytest.raises(DerivationError, match="epoch 1 begins before all messages of the one before are read"):
            after.entering(replace(self.EPOCH, inbox_from=4))

    def test_batch_of_the_old_epoch_reads_up_to_the_boundary_and_no_further(self, story: Story) -> None:
        assert len(derive(RULES, ORIGIN, story.inbox, story.posted, story.contents, boundary=4)) == 2
        with pytest.raises(DerivationError, match="batch 2 reads messages of the epoch after it") as refused:
            derive(RULES, ORIGIN, story.inbox, story.posted, story.contents, boundary=3)
        assert (refused.value.expected, refused.value.got) == ("<= 3", 4)
