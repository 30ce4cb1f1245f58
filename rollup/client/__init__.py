"""What a generated client stands on (`tandem client`): the connection to a chain, who signs, and the program from outside."""

from rollup.batch.receipt import Receipt
from rollup.client.client import Client, within
from rollup.client.connection import Connection, Wallet
from rollup.client.interface import Action, Interface
from rollup.ir.layout import Layout, TableLayout

__all__ = [
    "Action",
    "Client",
    "Connection",
    "Interface",
    "Layout",
    "Receipt",
    "TableLayout",
    "Wallet",
    "within",
]
