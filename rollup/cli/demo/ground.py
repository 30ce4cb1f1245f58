"""The L1 that the demonstration stands on, and keys with money there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_account import Account as EthAccount

from rollup.cli.demo.settings import Settings
from rollup.devnet.chain import KEYS
from rollup.devnet.plugins import load
from rollup.errors import OutsideError
from rollup.ports.l1 import L1, Contract, L1Error

MNEMONIC: Final = "test test test test test test test test test test test junk"
"""From which anvil and hardhat derive the accounts that they fund unless told otherwise; everybody knows it."""
PATH: Final = "m/44'/60'/0'/0/{}"
"""SPEC: BIP-44 for Ether; the path that both use."""
ENOUGH: Final = 10**19
"""Wei that each account should have: bonds, deposits and fees stay below a tenth of it."""


@dataclass(frozen=True)
class Ground:
    """A connection to an L1, keys that have money there, and how to speak of it."""

    l1: L1
    keys: tuple[bytes, ...]
    name: str


def connect(settings: Settings) -> Ground:
    """Start an L1 in this process, or connect to the development node that was named.

    Raises
    ------
    OutsideError
        If the node does not answer, has no funded accounts or cannot let time pass.
    """
    if settings.l1 is None:
        l1: L1 = load("tandem.l1", "tester")(key=KEYS[0], pairing=settings.pairing)
        return Ground(l1, KEYS, "an L1 in this process (py-evm, Prague rules)")
    keys = default_keys(len(KEYS))
    l1 = load("tandem.l1", "url")(settings.l1, key=keys[0])
    _require_development(l1, settings.l1)
    _fund(l1, keys)
    return Ground(l1, keys, f"the L1 at {settings.l1} (chain {l1.chain_id})")


def default_keys(count: int) -> tuple[bytes, ...]:
    """Return the first private keys of `MNEMONIC`, 32 bytes each."""
    # eth-account asks for this once: its derivation of keys is not audited; these keys guard nothing.
    EthAccount.enable_unaudited_hdwallet_features()
    derived = (EthAccount.from_mnemonic(MNEMONIC, account_path=PATH.format(index)) for index in range(count))
    return tuple(bytes(account.key) for account in derived)


def _require_development(l1: L1, url: str) -> None:
    try:
        l1.advance(1)
    except L1Error as error:
        raise OutsideError(
            f"demo: the L1 at {url} does not let time pass ({error.what})",
            remedy="a claim becomes final after a week, so the demo needs a development node that skips it "
            "(evm_increaseTime): start `anvil`, or leave --l1 out",
        ) from error


def _fund(l1: L1, keys: Sequence[bytes]) -> None:
    """Give those enough that have not, from the first; a node may fund fewer accounts than play here."""
    poor = [account for account in map(l1.as_account, keys) if account.balance() < ENOUGH]
    if l1.balance() < ENOUGH * (len(poor) + 1):
        raise OutsideError(
            "demo: the L1's first default account has too little",
            expected=f">= {ENOUGH * (len(poor) + 1)} wei",
            got=l1.balance(),
            remedy=f"start the node with its default accounts (mnemonic '{MNEMONIC}')",
        )
    for account in poor:
        # A call of an address without code is a transfer, whatever the call says.
        plain = Contract(
            "account", account.address, ({"type": "function", "name": "fund", "inputs": [], "outputs": []},)
        )
        l1.transact(plain, "fund", value=ENOUGH, cause="fund")
