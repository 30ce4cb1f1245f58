import threading

import pytest

from rollup.errors import PeerError
from rollup.nodes.stream import MiniBlock, Stream


def test_stream_when_published_to_numbers_mini_blocks_without_gaps() -> None:
    stream = Stream()
    assert [stream.publish(MiniBlock(batch)).sequence for batch in (1, 1, 2)] == [0, 1, 2]


def test_stream_when_read_by_two_gives_each_what_came_after_its_own_place() -> None:
    stream = Stream()
    for batch in (1, 2, 3):
        stream.publish(MiniBlock(batch))
    assert [block.batch for block in stream.after(-1)] == [1, 2, 3]
    assert [block.batch for block in stream.after(1)] == [3]
    assert list(stream.after(2)) == []


def test_stream_when_a_reader_changes_what_it_got_keeps_its_own() -> None:
    stream, records = Stream(), {7: (1, 2)}
    stream.publish(MiniBlock(1, records=records))
    records[7] = (9, 9)
    (block,) = stream.after(-1)
    assert block.records == {7: (1, 2)}


def test_stream_when_it_keeps_fewer_than_asked_for_says_from_where_it_has_them() -> None:
    stream = Stream(keep=2)
    for batch in (1, 2, 3):
        stream.publish(MiniBlock(batch))
    assert [block.sequence for block in stream.after(0)] == [1, 2]
    with pytest.raises(PeerError, match="gone") as raised:
        list(stream.after(-1))
    assert (raised.value.expected, raised.value.got) == (">= 1", 0)


def test_stream_when_waited_for_wakes_the_reader_on_the_next_mini_block() -> None:
    stream = Stream()
    assert not stream.wait(-1, 0.01)
    writer = threading.Timer(0.05, stream.publish, [MiniBlock(1)])
    writer.start()
    assert stream.wait(-1, 5.0)
    writer.join()
