"""What a node cries out when somebody said what is not so."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """Who said what is not so, about which batch; `expected` is what this node computed, `got` what was said."""

    culprit: str
    batch: int
    what: str
    expected: object
    got: object

    def __str__(self) -> str:
        return f"{self.culprit} lied about batch {self.batch}: {self.what}; expected {self.expected}, got {self.got}"


OnAlarm = Callable[[Alarm], None]
