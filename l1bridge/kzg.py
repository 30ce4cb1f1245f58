"""KZG over blobs: one trusted setup for the process, commitments, openings.

SPEC: EIP-4844; a blob is 4096 elements of Fr, 32 big-endian bytes each, the values of a polynomial p of degree < 4096 at
the 4096th roots of unity in bit-reversed order: element i = p(w^brp(i)), w = 7^((r-1)/4096), brp reversing 12 bits.
"""

import functools
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import ckzg
import eth_account.typed_transactions.base as eth_account_base

from rollup.crypto import fr
from rollup.errors import DecodeError
from rollup.ports.da import Opening

ELEMENTS = 4096
ELEMENT_BYTES = 32
BLOB_BYTES = ELEMENTS * ELEMENT_BYTES
GAS_PER_BLOB = 1 << 17
"""SPEC: EIP-4844."""
VERSION = b"\x01"
ROOT = pow(fr.GENERATOR, (fr.R - 1) // ELEMENTS, fr.R)
"""w, a primitive 4096th root of unity."""

_SETUP_FILE = Path(eth_account_base.TRUSTED_SETUP)
_loading = threading.Lock()


@functools.cache
def _load() -> object:
    return ckzg.load_trusted_setup(str(_SETUP_FILE), 0)


def trusted_setup() -> object:
    """Return the ceremony's setup for ckzg; read once a process (1.5 s), whichever thread comes first."""
    with _loading:
        return _load()


def bit_reversed(index: int) -> int:
    """Reverse the 12 bits of `index`."""
    return int(f"{index:012b}"[::-1], 2)


def root(index: int) -> int:
    """Return w^brp(index), where the polynomial takes the value of element `index`; `DecodeError` outside [0, 4096)."""
    if not 0 <= index < ELEMENTS:
        raise DecodeError("kzg: no such element of a blob", expected=f"[0, {ELEMENTS})", got=index)
    return pow(ROOT, bit_reversed(index), fr.R)


def blob_of(elements: Sequence[int]) -> bytes:
    """Write up to 4096 canonical elements as a blob, zeros after them; `DecodeError` if too many or one is not below r."""
    if len(elements) > ELEMENTS:
        raise DecodeError("kzg: too many elements for a blob", expected=f"<= {ELEMENTS}", got=len(elements))
    return b"".join(map(fr.to_bytes32, elements)).ljust(BLOB_BYTES, b"\0")


def elements_of(blob: bytes) -> tuple[int, ...]:
    """Read the 4096 elements of a blob; `DecodeError` if its length is wrong or an element is not below r."""
    _require_length(blob)
    return tuple(fr.from_bytes32(blob[at : at + ELEMENT_BYTES]) for at in range(0, BLOB_BYTES, ELEMENT_BYTES))


def commitment(blob: bytes) -> bytes:
    """Return the 48 bytes of [p(tau)]_1; `DecodeError` if `blob` is none."""
    _require_length(blob)
    try:
        return bytes(ckzg.blob_to_kzg_commitment(blob, trusted_setup()))
    except RuntimeError as error:
        raise DecodeError("kzg: a blob element is not below r") from error


def versioned_hash(commitment: bytes) -> bytes:
    """Return 0x01 || sha256(commitment)[1:], by which L1 knows a blob; `DecodeError` if not 48 bytes."""
    if len(commitment) != 48:
        raise DecodeError("kzg: a commitment has another length", expected=48, got=len(commitment))
    return VERSION + hashlib.sha256(commitment).digest()[1:]


def hash_of(blob: bytes) -> bytes:
    """Return the versioned hash of a blob (7 ms)."""
    return versioned_hash(commitment(blob))


def open_at(blob: bytes, z: int) -> Opening:
    """Prove y = p(z) for any z in [0, r) (45 ms)."""
    _require_length(blob)
    try:
        proof, y = ckzg.compute_kzg_proof(blob, fr.to_bytes32(z), trusted_setup())
    except RuntimeError as error:
        raise DecodeError("kzg: a blob element is not below r") from error
    return Opening(z, fr.from_bytes32(bytes(y)), bytes(proof))


def open_element(blob: bytes, index: int) -> Opening:
    """Prove element `index` of a blob, opened at `root(index)`."""
    return open_at(blob, root(index))


def verify(commitment: bytes, opening: Opening) -> bool:
    """Tell whether p(z) = y for the polynomial of `commitment`; False too for anything malformed."""
    try:
        z, y = fr.to_bytes32(opening.z), fr.to_bytes32(opening.y)
        return bool(ckzg.verify_kzg_proof(commitment, z, y, opening.proof, trusted_setup()))
    except (DecodeError, RuntimeError, ValueError):
        return False


def precompile_input(commitment: bytes, opening: Opening) -> bytes:
    """Return the 192 bytes that precompile 0x0a reads: versioned hash, z, y, commitment, proof."""
    point = fr.to_bytes32(opening.z) + fr.to_bytes32(opening.y)
    return versioned_hash(commitment) + point + commitment + opening.proof


def blob_proof(blob: bytes, commitment: bytes) -> bytes:
    """Return the 48 bytes that a sidecar of version 0 carries for a blob (EIP-4844 networking; 45 ms)."""
    _require_length(blob)
    return bytes(ckzg.compute_blob_kzg_proof(blob, commitment, trusted_setup()))


def cell_proofs(blob: bytes) -> tuple[bytes, ...]:
    """Return the 128 proofs of 48 bytes that a sidecar of version 1 carries for a blob (EIP-7594; 240 ms)."""
    _require_length(blob)
    _, proofs = ckzg.compute_cells_and_kzg_proofs(blob, trusted_setup())
    return tuple(map(bytes, proofs))


def _require_length(blob: bytes) -> None:
    if len(blob) != BLOB_BYTES:
        raise DecodeError("kzg: a blob has another length", expected=BLOB_BYTES, got=len(blob))
