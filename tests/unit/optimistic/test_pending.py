"""Which numbers are read at every head."""

from provers.optimistic.pending import Pending


def test_numbers_when_new_are_open_in_order() -> None:
    assert Pending().up_to(3) == (1, 2, 3)
    assert Pending().up_to(0) == ()


def test_number_when_closed_is_not_read_again_and_later_ones_are() -> None:
    pending = Pending()
    pending.up_to(3)
    pending.close(2)
    assert pending.up_to(4) == (1, 3, 4)
    assert (2 in pending, 3 in pending, 9 in pending) == (False, True, True)


def test_numbers_that_a_reorganisation_took_back_are_read_again_when_they_return() -> None:
    pending = Pending()
    pending.up_to(4)
    pending.close(1)
    assert pending.up_to(2) == (2,)
    assert pending.up_to(4) == (2, 3, 4)
