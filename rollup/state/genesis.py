"""The state that a chain starts from (spec §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rollup.errors import PeerError
from rollup.ir.bounds import of_width
from rollup.ir.layout import Layout
from rollup.params import AMOUNT_BITS, FIRST_ACCOUNT, TABLE_ACCOUNTS, AccountAttribute
from rollup.state.header import Header
from rollup.state.leaf import Attributes
from rollup.state.tree import Tree

MAX_NONCE_BITS: Final = 160
"""SPEC: §3. Nonces start below 2^160, so that what is signed never reaches R however many transactions an account makes."""


@dataclass(frozen=True)
class GenesisState:
    """The records before batch 1, and the accounts among them.

    Attributes
    ----------
    next_account
        The id that the first registration takes: accounts from 1 up to it are there.
    records
        By tree index; no record is absent.
    """

    next_account: int = FIRST_ACCOUNT
    records: Mapping[int, Attributes] = field(default_factory=dict)

    def tree(self, layout: Layout) -> Tree:
        """Return the tree of the records."""
        return Tree.of(layout.depth, dict(self.records))

    def header(self, layout: Layout) -> Header:
        """Return the header before batch 1."""
        return Header.genesis(self.tree(layout).root, self.next_account)

    def funds(self, layout: Layout) -> int:
        """Return the native balances together, in gwei: what whoever deploys the chain brings to L1 for them (SOUNDNESS 18)."""
        accounts = (layout.tree_index(TABLE_ACCOUNTS, number) for number in range(self.next_account))
        return sum(self.records[index][AccountAttribute.BALANCE] for index in accounts if index in self.records)

    def require_sound(self, layout: Layout) -> None:
        """Refuse what the machine takes for granted of no genesis.

        SAFETY: attributes within their widths, no record of account 0, none of accounts that are not registered, small nonces, and balances that
        together stay below 2^64 gwei: every bound of the checker and every proof of the frame starts from this.

        Raises
        ------
        PeerError
            If something is not so; it names the record.
        """
        if not FIRST_ACCOUNT <= self.next_account <= 1 << layout.account_bits:
            limits = f"{FIRST_ACCOUNT} … 2^{layout.account_bits}"
            raise PeerError("genesis: the number of the next account", expected=limits, got=self.next_account)
        for index, attributes in self.records.items():
            _require_record(layout, index, attributes)
            if index >> layout.key_bits == TABLE_ACCOUNTS:
                self._require_account(index, attributes)
        if self.funds(layout) >> AMOUNT_BITS:
            raise PeerError(
                "genesis: all balances together", expected=f"< 2^{AMOUNT_BITS} gwei", got=self.funds(layout)
            )

    def _require_account(self, number: int, attributes: Attributes) -> None:
        if not FIRST_ACCOUNT <= number < self.next_account:
            expected = f"accounts from {FIRST_ACCOUNT} to {self.next_account - 1}"
            raise PeerError(f"genesis: account {number} has a record", expected=expected, got=number)
        nonce = attributes[AccountAttribute.NONCE]
        if nonce >> MAX_NONCE_BITS:
            raise PeerError(f"genesis: the nonce of account {number}", expected=f"< 2^{MAX_NONCE_BITS}", got=nonce)

    def require_that_of(self, layout: Layout, header: Header, funds: int) -> None:
        """Refuse to be the genesis of another chain.

        Parameters
        ----------
        header, funds
            The header before batch 1, and the gwei brought for its balances, as L1 has them.

        Raises
        ------
        PeerError
            If they are others.
        """
        remedy = "give the genesis file that the chain was deployed with"
        own = self.header(layout)
        if own != header:
            what = "genesis: the chain starts from another state (next account, root)"
            expected, got = ((h.next_account, hex(h.state_root)) for h in (header, own))
            raise PeerError(what, expected=expected, got=got, remedy=remedy)
        if self.funds(layout) != funds:
            what = "genesis: its balances are not what was brought to L1 for them, in gwei"
            raise PeerError(what, expected=funds, got=self.funds(layout), remedy=remedy)


def _require_record(layout: Layout, index: int, attributes: Attributes) -> None:
    table, key = index >> layout.key_bits, index & (1 << layout.key_bits) - 1
    if not 0 <= table < len(layout.tables) or key >> layout.tables[table].key_bits:
        raise PeerError("genesis: a record lies in no table", expected="a tree index of the program", got=index)
    widths = layout.tables[table].widths
    where = f"genesis: record {key} of {layout.tables[table].name}"
    if len(attributes) != len(widths):
        raise PeerError(f"{where} has another number of attributes", expected=len(widths), got=len(attributes))
    for (name, _), value, bound in zip(layout.tables[table].attributes, attributes, map(of_width, widths), strict=True):
        if not 0 <= value < bound:
            raise PeerError(f"{where}: {name} does not fit", expected=f"< {bound}", got=value)
    if not any(attributes):
        raise PeerError(f"{where} is absent, for all of it is 0", remedy="leave it out")
