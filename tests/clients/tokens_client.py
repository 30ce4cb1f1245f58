"""A client of the program Tokens, written by `tandem client`: change the program and write it again, not this file."""

import dataclasses
from typing import Final

from rollup import client as tandem


@dataclasses.dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds of one token."""

    amount: int
    """U128"""


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
    name="Tokens",
    program_id=bytes.fromhex("f4b99d86a0dabd861e96f03d14d9975dd655585a7bc7da669430d0378eaf2bc6"),
    layout=tandem.Layout(
        account_bits=20,
        tables=(
            tandem.TableLayout(
                "accounts",
                (20,),
                (("key_x", 0), ("key_y", 0), ("l1_address", 160), ("nonce", 0), ("balance", 64)),
            ),
            tandem.TableLayout("balances", (20, 8), (("amount", 128),)),
        ),
        argument_bits=224,
        stride=9,
        actions=3,
        capacity=128,
        inbox_cap=32,
        table_bits=2,
        calls=(),
    ),
    actions=(
        tandem.Action("withdraw", (("recipient", 160), ("amount", 64))),
        tandem.Action("mint", (("token", 8), ("amount", 64))),
        tandem.Action("transfer", (("to", 20), ("token", 8), ("amount", 64))),
    ),
)


class TokensClient(tandem.Client):
    """The actions of Tokens, and its records."""

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

    def balances(self, key_0: int, key_1: int, /) -> Balance:
        """A record of `balances`; zeros if it is absent.

        key_0: AccountId
        key_1: U8
        """
        values = self._read(1, key_0, key_1)
        return Balance(amount=values[0])

    def withdraw(self, *, recipient: int, amount: int) -> tandem.Receipt:
        """Pay out native balance on L1; action 1 of every program.

        recipient: L1Address
        amount: U64
        """
        return self._send(1, recipient, amount)

    def mint(self, *, token: int, amount: int) -> tandem.Receipt:
        """Create tokens for the sender.

        token: U8
        amount: U64
        """
        return self._send(2, token, amount)

    def transfer(self, *, to: int, token: int, amount: int) -> tandem.Receipt:
        """Send tokens to another account.

        to: AccountId
        token: U8
        amount: U64
        """
        return self._send(3, to, token, amount)
