"""keccak256, as Ethereum has it (the padding of the submission, not of SHA-3)."""

from Crypto.Hash import keccak


def keccak256(*parts: bytes) -> bytes:
    """Return the 32 bytes of keccak256 over the concatenation of `parts`."""
    state = keccak.new(digest_bits=256)
    for part in parts:
        state.update(part)
    return state.digest()
