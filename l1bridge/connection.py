"""One L1 node over JSON-RPC, with the errors of Tandem."""

import threading
from collections import defaultdict
from typing import Any

from requests import RequestException
from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint

from l1bridge import abi
from l1bridge.headers import integer
from rollup.ports.l1 import L1Error

REVERTED = 3
UNKNOWN_METHOD = -32_601
"""Error codes of JSON-RPC, as geth and anvil use them."""


class Refused(L1Error):
    """The node answered with an error.

    Attributes
    ----------
    code
        JSON-RPC's number of the error.
    data
        Revert data, empty if there is none.
    """

    def __init__(self, method: str, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(f"L1: {method} refused: {message}", got=code)
        self.code = code
        self.message = message
        self.data = data

    @property
    def reverted(self) -> bool:
        """Whether the EVM ran, and failed."""
        return self.code == REVERTED or "revert" in self.message.lower() or "evm error" in self.message.lower()

    @property
    def reason(self) -> str:
        """What the contract gave as reason; else the EVM's, e.g. out of gas; empty for a bare revert."""
        stated = abi.revert_reason(self.data)
        if stated is not None:
            return stated
        if self.data:
            return "0x" + self.data.hex()
        return "" if self.message.lower() in ("execution reverted", "reverted") else self.message


class Connection:
    """What all accounts on one node share: the wire, and locks for their nonces.

    Parameters
    ----------
    provider
        A web3 provider.
    where
        How to name the node in errors.
    """

    def __init__(self, provider: BaseProvider, where: str) -> None:
        self._provider = provider
        self.where = where
        self.nonce_locks: defaultdict[bytes, threading.Lock] = defaultdict(threading.Lock)
        self.chain_id = integer(self.ask("eth_chainId"))

    def ask(self, method: str, *params: Any) -> Any:
        """Return a method's result as JSON.

        Raises
        ------
        Refused
            The node answered with an error.
        L1Error
            It did not answer.
        """
        try:
            response = self._provider.make_request(RPCEndpoint(method), list(params))
        except (RequestException, OSError, ValueError) as error:
            raise L1Error(
                f"L1: {self.where} does not answer {method} ({type(error).__name__})", remedy="check that the node runs"
            ) from error
        fault: Any = response.get("error")
        if fault is None:
            return response["result"]
        if not isinstance(fault, dict):
            raise Refused(method, 0, str(fault))
        raise Refused(method, int(fault.get("code", 0)), str(fault.get("message", "")), _data(fault.get("data")))

    def ask_developer(self, method: str, *params: Any) -> Any:
        """Return a result of a method that only development chains have; `L1Error` if this is none."""
        try:
            return self.ask(method, *params)
        except Refused as refused:
            if refused.code == UNKNOWN_METHOD:
                raise L1Error(f"L1: {self.where} is no development chain: it has no {method}") from refused
            raise


def to_hex(data: bytes) -> str:
    """Write bytes as JSON-RPC does."""
    return "0x" + data.hex()


def _data(value: Any) -> bytes:
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError):
        return b""
