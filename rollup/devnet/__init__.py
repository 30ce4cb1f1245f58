"""A whole chain in one process: an L1, the contracts, every role, and accounts to use it with."""

from rollup.devnet.account import Account
from rollup.devnet.chain import Rival
from rollup.devnet.devnet import Devnet

__all__ = ["Account", "Devnet", "Rival"]
