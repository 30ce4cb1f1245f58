from pathlib import Path

import pytest

from rollup.nodes.outbox import Outbox, Sealed
from rollup.state.header import Header
from rollup.store.database import StoreError


def sealed(number: int) -> Sealed:
    header = Header(number * 11, 0, 0, 4, 2, number)
    return Sealed(
        number,
        bytes([number + 100]) * 32,
        bytes([number]) * 32,
        1_700_000_000,
        1,
        4,
        b"\x05" * 32,
        9,
        header,
        (number, 0, 2**254),
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'node.sqlite'}"


def test_outbox_when_reopened_holds_what_was_put(url: str) -> None:
    outbox = Outbox(url)
    outbox.put(sealed(3))
    outbox.close()
    assert Outbox(url).get(3) == sealed(3)


def test_outbox_when_asked_for_another_number_has_none(url: str) -> None:
    assert Outbox(url).get(1) is None


def test_outbox_when_asked_what_follows_stops_at_a_gap() -> None:
    outbox = Outbox("sqlite://")
    for number in (2, 3, 5):
        outbox.put(sealed(number))
    assert [item.number for item in outbox.after(1)] == [2, 3]
    assert outbox.after(3) == ()


def test_outbox_when_dropped_from_both_ends_keeps_the_middle() -> None:
    outbox = Outbox("sqlite://")
    for number in (1, 2, 3):
        outbox.put(sealed(number))
    outbox.drop_through(1)
    outbox.drop_from(3)
    assert [outbox.get(number) for number in (1, 2, 3)] == [None, sealed(2), None]


def test_outbox_when_a_number_is_put_twice_refuses() -> None:
    outbox = Outbox("sqlite://")
    outbox.put(sealed(1))
    with pytest.raises(StoreError):
        outbox.put(sealed(1))
