"""Whether the code that stands at an address is the code that this checkout would create there."""

from typing import Any

from l1bridge import abi
from l1bridge.client import L1Client
from l1bridge.connection import to_hex
from l1bridge.headers import octets
from rollup.errors import PeerError
from rollup.ports.l1 import Artifact, Contract

WORD = 32


def require_code(l1: L1Client, contract: Contract, artifact: Artifact, *args: Any, own_words: int = 0) -> None:
    """Compare a contract's code with what its constructor leaves when run again on the same arguments.

    Parameters
    ----------
    own_words
        How many immutables depend on the contract's own address or its creator; these may differ. Vyper keeps immutables as whole words
        at the end of the code.

    Raises
    ------
    PeerError
        If there is other code, or none.
    """
    creation = to_hex(artifact.bytecode + abi.encode_constructor(artifact.name, artifact.abi, args))
    expected = octets(l1.connection.ask("eth_call", {"data": creation}, "latest"))
    got = code_at(l1, contract.address)
    differing = _differing_words(expected, got) if len(expected) == len(got) else None
    if differing is None or differing > own_words:
        raise PeerError(
            f"deployment: another {contract.name} stands at {to_hex(contract.address)} than this version would create",
            expected=f"{len(expected):,} bytes of code",
            got=f"{len(got):,} bytes" + ("" if differing is None else f", {differing} words different"),
            remedy="use the version of Tandem that the chain was deployed with",
        )


def code_at(l1: L1Client, address: bytes) -> bytes:
    """Return the code at an address, its immutables included; the node's word."""
    return octets(l1.connection.ask("eth_getCode", to_hex(address), "latest"))


def _differing_words(one: bytes, other: bytes) -> int:
    """Count the words, from the end, in which two codes of one length differ."""
    ends = range(len(one), 0, -WORD)
    return sum(one[max(end - WORD, 0) : end] != other[max(end - WORD, 0) : end] for end in ends)
