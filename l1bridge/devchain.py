"""The in-process L1: Prague on py-evm, without a process or a port; found as `tester` among `tandem.l1`."""

import time
from collections.abc import Callable
from pathlib import Path

from l1bridge import precompiles
from l1bridge.archive import BlobArchive
from l1bridge.chain import Chain
from l1bridge.client import L1Client
from l1bridge.connection import Connection
from l1bridge.precompiles import Pairing
from l1bridge.rpc import ChainProvider

ACCOUNTS = 20
KEYS = tuple(index.to_bytes(32, "big") for index in range(1, ACCOUNTS + 1))
"""Private keys of the funded accounts, a million ether each. Everybody knows them: development only."""
BLOCK_GAS_LIMIT = 60_000_000


def connect(
    *,
    key: bytes | None = KEYS[0],
    archive: Path | None = None,
    pairing: Pairing = "arkworks",
    gas_limit: int = BLOCK_GAS_LIMIT,
    confirmations: tuple[int, int] = (0, 0),
    clock: Callable[[], float] = time.time,
    estimate: bool = False,
) -> L1Client:
    """Start a chain of its own and connect to it.

    Parameters
    ----------
    key
        The account to sign with; `KEYS` are funded.
    archive
        A folder for blobs; in memory if None.
    pairing
        Who computes the BLS precompiles, in every in-process chain of this process.
    gas_limit
        Of a block, in gas.
    confirmations
        How many blocks the safe and the finalised head stay behind the newest.
    clock
        The time in seconds; `advance` adds to it.
    estimate
        As in `L1Client`; off, because an estimate here runs a transaction a dozen times.
    """
    precompiles.install(pairing)
    chain = Chain(gas_limit=gas_limit, accounts=ACCOUNTS, clock=clock, confirmations=confirmations)
    connection = Connection(ChainProvider(chain), "the in-process L1")
    return L1Client(connection, key=key, archive=BlobArchive(archive), estimate=estimate, sidecar=0)
