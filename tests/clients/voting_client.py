"""A client of the program Voting, written by `tandem client`: change the program and write it again, not this file."""

import dataclasses
from typing import Final

from rollup import client as tandem


@dataclasses.dataclass(frozen=True, slots=True)
class Proposal:
    """What is voted on, by the hash of its text, and until when, in seconds."""

    text: int
    """Field"""
    until: int
    """U64"""
    yes: int
    """U32"""
    no: int
    """U32"""
    is_accepted: bool
    """Bool"""


@dataclasses.dataclass(frozen=True, slots=True)
class Ballot:
    """That an account has voted; how, the counts do not say."""

    is_cast: bool
    """Bool"""


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """What every program has of an account."""

    key_x: int
    """Field"""
    key_y: int
    """Field"""
    l1_address: int
    """L1Address"""
    nonce: int
    """Field"""
    balance: int
    """U64"""


INTERFACE: Final = tandem.Interface(
    name="Voting",
    program_id=bytes.fromhex("4d3e5e89651c6a3d3c59de42fc03c9e7e992026217a0be9d0b9b7f6804385f61"),
    layout=tandem.Layout(
        account_bits=20,
        tables=(
            tandem.TableLayout(
                "accounts",
                (20,),
                (("key_x", 0), ("key_y", 0), ("l1_address", 160), ("nonce", 0), ("balance", 64)),
            ),
            tandem.TableLayout(
                "proposals",
                (32,),
                (("text", 0), ("until", 64), ("yes", 32), ("no", 32), ("is_accepted", 1)),
            ),
            tandem.TableLayout("ballots", (32, 20), (("is_cast", 1),)),
        ),
        argument_bits=319,
        stride=10,
        actions=4,
        capacity=128,
        inbox_cap=32,
        table_bits=2,
        calls=(2,),
    ),
    actions=(
        tandem.Action("withdraw", (("recipient", 160), ("amount", 64))),
        tandem.Action("propose", (("number", 32), ("text", 255), ("lasts", 32))),
        tandem.Action("vote", (("number", 32), ("approve", 1))),
        tandem.Action("close", (("number", 32),)),
    ),
)


class VotingClient(tandem.Client):
    """The actions of Voting, and its records."""

    def __init__(
        self, connection: tandem.Connection, wallet: tandem.Wallet | None = None, *, fee: int | None = None
    ) -> None:
        """Connect; without a wallet, to look only. `fee` is in gwei, by default what the chain asks for."""
        super().__init__(INTERFACE, connection, wallet, fee=fee)

    def accounts(self, key: int, /) -> Account:
        """An account, by its number.

        key: AccountId
        """
        values = self._read(0, key)
        return Account(key_x=values[0], key_y=values[1], l1_address=values[2], nonce=values[3], balance=values[4])

    def proposals(self, key: int, /) -> Proposal:
        """A record of `proposals`; zeros if it is absent.

        key: U32
        """
        values = self._read(1, key)
        return Proposal(text=values[0], until=values[1], yes=values[2], no=values[3], is_accepted=bool(values[4]))

    def ballots(self, key_0: int, key_1: int, /) -> Ballot:
        """A record of `ballots`; zeros if it is absent.

        key_0: U32
        key_1: AccountId
        """
        values = self._read(2, key_0, key_1)
        return Ballot(is_cast=bool(values[0]))

    def withdraw(self, *, recipient: int, amount: int) -> tandem.Receipt:
        """Pay out native balance on L1; action 1 of every program.

        recipient: L1Address
        amount: U64
        """
        return self._send(1, recipient, amount)

    def propose(self, *, number: int, text: int, lasts: int) -> tandem.Receipt:
        """Open a vote for so many seconds.

        number: U32
        text: Field
        lasts: U32
        """
        return self._send(2, number, text, lasts)

    def propose_from_l1(self, *, amount: int = 0, number: int, text: int, lasts: int) -> tandem.Receipt:
        """Open a vote for so many seconds.

        From L1, bringing `amount` gwei.
        number: U32
        text: Field
        lasts: U32
        """
        return self._call(amount, 2, number, text, lasts)

    def vote(self, *, number: int, approve: bool) -> tandem.Receipt:
        """Vote, once.

        number: U32
        approve: Bool
        """
        return self._send(3, number, approve)

    def close(self, *, number: int) -> tandem.Receipt:
        """Say what came of a vote whose time is up; more than half of the votes accept.

        number: U32
        """
        return self._send(4, number)
