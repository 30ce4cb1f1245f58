"""How long the rest takes."""

from provers.validity.backend.pace import Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_left_is_told_by_the_weight_of_what_is_done() -> None:
    clock = Clock()
    pace = Pace([10, 30, 30, 30], clock)
    assert pace.seconds_left() is None
    clock.now += 4
    pace.finish(0)
    assert pace.seconds_left() is None, "a light part tells little of heavy ones"
    clock.now += 16
    pace.finish(1)
    assert pace.seconds_left() == 20 / 40 * 60
    clock.now += 5
    assert pace.seconds_left() == 30 - 5
    clock.now += 100
    assert pace.seconds_left() == 0


def test_nothing_is_left_when_all_is_done_and_a_part_counts_once() -> None:
    clock = Clock()
    pace = Pace([1, 1], clock)
    clock.now += 1
    pace.finish(0)
    pace.finish(0)
    assert pace.seconds_left() == 1
    pace.finish(1)
    assert pace.seconds_left() == 0
