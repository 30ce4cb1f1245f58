"""What every generated client does: sign, hand in, look up."""

from collections.abc import Sequence
from typing import TypeVar

from rollup.batch.call import encode_call
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.client.connection import Connection, Wallet
from rollup.client.interface import Interface
from rollup.errors import AuthorError

T = TypeVar("T")


class Client:
    """The base of generated clients; all that is its own begins with `_`, so an action can have any name.

    Parameters
    ----------
    interface
        What the client was generated from.
    connection
        The chain; it must run this very program.
    wallet
        Who signs; None for one who only looks.
    fee
        Gwei for each transaction; what the chain asks for by default.

    Raises
    ------
    AuthorError
        If the chain runs another program, or another version of it.
    """

    def __init__(
        self, interface: Interface, connection: Connection, wallet: Wallet | None = None, *, fee: int | None = None
    ) -> None:
        if connection.program_id != interface.program_id:
            raise AuthorError(
                f"this is a client of another program than the chain runs, or of another version of {interface.name}",
                expected=f"0x{interface.program_id.hex()}", got=f"0x{connection.program_id.hex()}",
                remedy="write it again: tandem client PROGRAM",
            )  # fmt: skip
        self._interface = interface
        self._connection = connection
        self._wallet = wallet
        self._fee = fee

    def _send(self, tag: int, *values: int) -> Receipt:
        """Sign a call of an action and hand it in."""
        wallet = self._signer(tag, values)
        fee = self._connection.fee if self._fee is None else self._fee
        transaction = Transaction(tag, wallet.id, fee, tuple(map(int, values)))
        nonce = self._connection.nonce(wallet.id)
        signed = transaction.sign(wallet.secret, self._interface, self._connection.domain, nonce)
        return self._connection.submit(signed.to_bytes(self._interface))

    def _call(self, amount: int, tag: int, *values: int) -> Receipt:
        """Call an action from L1."""
        wallet = self._signer(tag, values)
        words = encode_call(self._interface.argument_widths(tag), tuple(map(int, values)))
        return self._connection.call(wallet, tag, words, amount)

    def _read(self, table: int, *key: int) -> tuple[int, ...]:
        """Return the attributes of a record; zeros if it is absent."""
        layout = self._interface.layout
        try:
            place = layout.key(table, *map(int, key))
        except ValueError as error:
            raise AuthorError(f"{self._interface.name}: {error}") from error
        found = self._connection.record(layout.tree_index(table, place))
        return tuple(found) or (0,) * len(layout.tables[table].attributes)

    def _signer(self, tag: int, values: tuple[int, ...]) -> Wallet:
        action = self._interface.actions[tag - 1]
        action.require_arguments(self._interface.name, values)
        if self._wallet is None:
            raise AuthorError(
                f"{self._interface.name}.{action.name}: nobody signs",
                remedy="give the client a wallet, as an account of a devnet is one",
            )
        return self._wallet


def within(values: Sequence[T], length: int, name: str) -> Sequence[T]:
    """Return the items of an array; `AuthorError` if there are not as many as it has."""
    if len(values) != length:
        raise AuthorError(f"the array {name} has another length", expected=length, got=len(values))
    return values
