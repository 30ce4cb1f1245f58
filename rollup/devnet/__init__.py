"""A whole chain in one process: an L1, the contracts, every role, and accounts to use it with.

What stands here is looked up on first use: the pytest plug-in is part of this package, and must not load the rest with every run.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollup.devnet.account import Account
    from rollup.devnet.chain import Rival
    from rollup.devnet.devnet import Devnet

__all__ = ["Account", "Devnet", "Rival"]

_HOMES = {"Account": "account", "Devnet": "devnet", "Rival": "chain"}

if not TYPE_CHECKING:  # else a type checker would believe any name

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
