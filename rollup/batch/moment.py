"""When a step happens, as programs read it (spec §5): what all steps of a batch share, and L1 fixed with the batch."""

from typing import NamedTuple


class Moment(NamedTuple):
    """The time and the number of a batch.

    Attributes
    ----------
    timestamp
        In seconds since 1970, below 2^64.
    batch_number
        From 1.
    """

    timestamp: int
    batch_number: int
