"""Blobs from a consensus node, which alone keeps them (18 days); an execution node such as geth gives none.

SPEC: beacon APIs, `GET /eth/v1/beacon/blobs/{block_id}?versioned_hashes=…` → `{"data": ["0x…", …]}`.
"""

from typing import Any

import requests

from l1bridge.connection import Connection, to_hex
from l1bridge.headers import octets
from rollup.ports.l1 import L1Error, L1Forged


class BeaconNode:
    """A consensus node's HTTP interface at `url`; `timeout` in seconds for one request."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    def blobs(self, connection: Connection, block_number: int, versioned_hash: bytes) -> tuple[bytes, ...]:
        """Return what it gives for a blob of an execution block, unchecked; nothing if it has none.

        Raises
        ------
        L1Error
            If it does not answer.
        L1Forged
            If what it answers is not what the interface says.
        """
        name = self._block_id(connection, block_number)
        if name is None:
            return ()
        try:
            response = requests.get(
                f"{self._url}/eth/v1/beacon/blobs/{name}",
                params={"versioned_hashes": to_hex(versioned_hash)},
                timeout=self._timeout,
            )
            answer: Any = response.json() if response.ok else {"data": []}
        except requests.RequestException as error:
            raise L1Error(f"L1: the beacon node {self._url} does not answer ({type(error).__name__})") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise L1Forged("L1: the beacon node's answer is no list of blobs")
        return tuple(map(octets, answer["data"]))

    @staticmethod
    def _block_id(connection: Connection, block_number: int) -> str | None:
        """Name the beacon block that carried an execution block; None while the block after it is not there.

        SPEC: EIP-4788: the next execution header's `parentBeaconBlockRoot`. A development chain without a beacon chain
        writes zero there; anvil then takes the execution block's own hash.
        """
        following = connection.ask("eth_getBlockByNumber", hex(block_number + 1), False)
        if following is None:
            return None
        root: str | None = following.get("parentBeaconBlockRoot")
        own: str = following["parentHash"]
        return root if root is not None and any(octets(root)) else own
