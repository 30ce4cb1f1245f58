"""The Merkle tree over the headers of a batch's steps, on which a dispute bisects (spec §4, SOUNDNESS 9)."""

from collections.abc import Sequence

from rollup.crypto.keccak import keccak256
from rollup.errors import PeerError
from rollup.params import DISPUTE_DEPTH
from rollup.state.header import StepHeader

LEAVES = 1 << DISPUTE_DEPTH
"""More than the 32 + 128 + 1 steps that a batch can have."""


class StepsTree:
    """The keccak tree over step headers.

    Parameters
    ----------
    headers
        The header after each step, the last one terminal; 1 to 256 of them. Leaf i is the hash of the header after step i, and the
        leaves after the last repeat it.
    """

    def __init__(self, headers: Sequence[StepHeader]) -> None:
        assert 1 <= len(headers) <= LEAVES, f"{len(headers)} steps do not fit the tree"
        assert headers[-1].is_terminal, "the last step header must be terminal"
        hashes = [header.hash() for header in headers]
        self._levels = [hashes + hashes[-1:] * (LEAVES - len(hashes))]
        for _ in range(DISPUTE_DEPTH):
            below = self._levels[-1]
            self._levels.append([keccak256(below[at], below[at + 1]) for at in range(0, len(below), 2)])

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self._levels[DISPUTE_DEPTH][0]

    def node(self, level: int, position: int) -> bytes:
        """Return a node by level (0 = leaves) and position."""
        return self._levels[level][position]

    def path(self, leaf: int) -> tuple[bytes, ...]:
        """Return the 8 siblings of a leaf, leaf level first."""
        return tuple(self._levels[level][leaf >> level ^ 1] for level in range(DISPUTE_DEPTH))


def steps_root(headers: Sequence[StepHeader]) -> bytes:
    """Return the root over the headers of a batch's steps."""
    return StepsTree(headers).root


def verify_step(root: bytes, leaf: int, header_hash: bytes, path: Sequence[bytes]) -> None:
    """Check that the header after step `leaf` has this hash; `PeerError` if the path does not lead to the root."""
    if not 0 <= leaf < LEAVES or len(path) != DISPUTE_DEPTH:
        raise PeerError(
            "steps: no such leaf or path", expected=f"leaf < {LEAVES}, {DISPUTE_DEPTH} siblings", got=(leaf, len(path))
        )
    node = header_hash
    for level, sibling in enumerate(path):
        node = keccak256(*((sibling, node) if leaf >> level & 1 else (node, sibling)))
    if node != root:
        raise PeerError(f"steps: leaf {leaf} does not lead to the root", expected=root.hex(), got=node.hex())
