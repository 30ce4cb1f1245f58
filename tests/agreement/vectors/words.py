"""What the makers of vectors share. They restate docs/spec/machine.md in the plainest words there are, and use nothing of `rollup` but Poseidon2 and EdDSA."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from eth_utils import keccak

R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
FOLDER = Path(__file__).parents[2] / "vectors"


def word(number: int) -> bytes:
    """32 bytes, big-endian."""
    return number.to_bytes(32, "big")


def hash_words(words: Sequence[int]) -> str:
    """Return keccak256 of words in hexadecimal."""
    return keccak(b"".join(map(word, words))).hex()


def decimal(value: object) -> object:
    """Write every integer as a decimal string, for most are longer than what JSON's readers keep."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {key: decimal(item) for key, item in value.items()}
    return [decimal(item) for item in value] if isinstance(value, list | tuple) else value


def render(maker: str, sections: Mapping[str, object]) -> str:
    """Return the text of a file of vectors."""
    source = (
        f"made by tests/agreement/vectors/{maker}.py, which restates docs/spec/machine.md on its own; "
        "no other implementation of this format is known"
    )
    return json.dumps({"source": source, **{name: decimal(item) for name, item in sections.items()}}, indent=2) + "\n"
