"""Which claims and games may still ask for a move: all that were ever made, less what can never change again."""


class Pending:
    """Numbers from 1 on, as L1 gives them, without those that were done with."""

    def __init__(self) -> None:
        self._known = 0
        self._open: set[int] = set()

    def up_to(self, count: int) -> tuple[int, ...]:
        """Return the numbers up to the newest that are open, in order.

        Parameters
        ----------
        count
            The newest number now; a reorganisation may have lowered it.
        """
        self._open = {number for number in self._open if number <= count} | {*range(self._known + 1, count + 1)}
        self._known = count
        return tuple(sorted(self._open))

    def close(self, number: int) -> None:
        """Ask no more about a number; only for what L1 has finalised."""
        self._open.discard(number)

    def __contains__(self, number: int) -> bool:
        return number > self._known or number in self._open
