"""A program that somebody can pause."""

from rollup.program.parameters import Parameter
from rollup.program.program import Program, Transaction, action
from rollup.program.records import Record
from rollup.program.statements import require
from rollup.program.tables import Table
from rollup.program.values import U8, AccountId, Bool


class Switch(Record):
    """Whether the program is paused."""

    is_paused: Bool


class Pausable(Program):
    """The base of programs that one account can pause: ``class Market(Pausable)``, and `self.require_running()` first in the actions that it stops.

    What does not ask for it goes on, as `withdraw` does in every program: nobody can be kept from leaving with native balance.

    Attributes
    ----------
    GUARDIAN
        Who pauses and resumes, by a transaction or from L1, where it may be a contract.
    """

    GUARDIAN = Parameter(AccountId, default=1)
    switches = Table(Switch, key=U8)

    @action(only="GUARDIAN", from_l1=True)
    def pause(self, tx: Transaction) -> None:
        """Stop the actions that ask whether the program runs."""
        del tx
        self.switches[0].is_paused = True  # type: ignore[assignment]  # assignment converts when an action is traced

    @action(only="GUARDIAN", from_l1=True)
    def resume(self, tx: Transaction) -> None:
        """Let them go on."""
        del tx
        self.switches[0].is_paused = False  # type: ignore[assignment]

    def require_running(self) -> None:
        """Let the transaction fail while the program is paused; it looks at one record more."""
        require(~self.switches.read(0).is_paused, "the program is paused")
