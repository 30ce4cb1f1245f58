"""py-evm's BLS12-381 precompiles on arkworks: the same gas, the same refusals, a hundred times the speed.

py-evm computes them with py-ecc (2 s for a Groth16 check). G1ADD (0x0b), G1MSM (0x0c) and PAIRING (0x0f) are replaced
here by arkworks (10 to 30 ms); py-evm's own stay as the oracle of the tests and can be put back. The point evaluation
(0x0a) keeps its code and only stops reading the trusted setup anew for every call (1.4 s); so does eth-account.

SPEC: EIP-2537. A point is 128 (G1) or 256 (G2) bytes, coordinates of 64 bytes, each below p; all zero is infinity.
"""

import threading
from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

import eth_account.typed_transactions.base as eth_account_base
import py_arkworks_bls12381 as ark
from eth.abc import ComputationAPI
from eth.exceptions import VMError
from eth.precompiles import point_evaluation
from eth.precompiles.bls12_381 import bls12_g1_add, bls12_g1_msm, bls12_pairing_check
from eth.precompiles.bls12_381.constants import (
    BLS12_G1_ADD_GAS,
    BLS12_G1_MSM_GAS,
    G1_MSM_DISCOUNTS,
    G1_MSM_MAX_DISCOUNT,
    MSM_MULTIPLIER,
)
from eth.vm.forks.prague.computation import PRAGUE_PRECOMPILES

from l1bridge import kzg
from rollup.crypto import fr

Pairing = Literal["arkworks", "py-ecc"]
Precompile = Callable[[ComputationAPI], object]
Point = TypeVar("Point", ark.G1Point, ark.G2Point)

G1ADD, G1MSM, PAIRING = (bytes(19) + bytes([number]) for number in (0x0B, 0x0C, 0x0F))
P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
"""The base field of BLS12-381."""
PAIRING_BASE_GAS, PAIRING_PAIR_GAS = 37_700, 32_600

_INFINITY = ark.G1Point.identity()


def g1_add(computation: ComputationAPI) -> None:
    """G1ADD: 256 bytes in, 128 out; on the curve is enough, no subgroup check."""
    data = computation.msg.data_as_bytes
    _require_length(data, len(data) == 256)
    computation.consume_gas(BLS12_G1_ADD_GAS, reason="BLS12_G1ADD gas")
    computation.output = _g1_to_bytes(_g1(data[:128]) + _g1(data[128:]))


def g1_msm(computation: ComputationAPI) -> None:
    """G1MSM: k times (point, 32-byte scalar of any size) in, 128 bytes out; every point in the subgroup."""
    data = computation.msg.data_as_bytes
    _require_length(data, len(data) > 0 and len(data) % 160 == 0)
    computation.consume_gas(_msm_gas(len(data) // 160), reason="BLS12_G1MSM gas")
    pairs = [data[at : at + 160] for at in range(0, len(data), 160)]
    points = [_in_subgroup(_g1(pair[:128])) for pair in pairs]
    # SAFETY: every point has order r or 1 (just checked), so a scalar may be reduced modulo r.
    scalars = [ark.Scalar(int.from_bytes(pair[128:], "big") % fr.R) for pair in pairs]
    computation.output = _g1_to_bytes(ark.G1Point.multiexp_unchecked(points, scalars))


def pairing_check(computation: ComputationAPI) -> None:
    """PAIRING: k times (G1 point, G2 point) in; a word out, 1 if the product of the pairings is one."""
    data = computation.msg.data_as_bytes
    _require_length(data, len(data) > 0 and len(data) % 384 == 0)
    count = len(data) // 384
    computation.consume_gas(PAIRING_BASE_GAS + PAIRING_PAIR_GAS * count, reason="BLS12_PAIRING_CHECK gas")
    pairs = [data[at : at + 384] for at in range(0, len(data), 384)]
    left = [_in_subgroup(_g1(pair[:128])) for pair in pairs]
    right = [_in_subgroup(_g2(pair[128:])) for pair in pairs]
    computation.output = int(ark.GT.pairing_check(left, right)).to_bytes(32, "big")


ORIGINALS: Final[dict[bytes, Precompile]] = {G1ADD: bls12_g1_add, G1MSM: bls12_g1_msm, PAIRING: bls12_pairing_check}
"""py-evm's own, on py-ecc."""
REPLACEMENTS: Final[dict[bytes, Precompile]] = {G1ADD: g1_add, G1MSM: g1_msm, PAIRING: pairing_check}

_SETUP_READERS: Final[tuple[Any, ...]] = (point_evaluation, eth_account_base)
_read_setup = point_evaluation.load_trusted_setup
_installing = threading.Lock()


def install(pairing: Pairing = "arkworks") -> None:
    """Choose who computes the three precompiles, for every in-process L1 of this process; may be called again at any time."""
    with _installing:
        # SAFETY: PRAGUE_PRECOMPILES is the very mapping that PragueComputation looks up at each call.
        PRAGUE_PRECOMPILES.update(REPLACEMENTS if pairing == "arkworks" else ORIGINALS)
        for module in _SETUP_READERS:
            module.load_trusted_setup = _shared_setup


def _shared_setup(_path: str, _precompute: int) -> object:
    # SAFETY: py-evm and eth-account ship the same file, that of the mainnet ceremony; a test compares them.
    return kzg.trusted_setup()


def uninstall() -> None:
    """Put py-evm back as it came, the reading of the trusted setup included."""
    with _installing:
        PRAGUE_PRECOMPILES.update(ORIGINALS)
        for module in _SETUP_READERS:
            module.load_trusted_setup = _read_setup


def installed() -> Pairing:
    """Tell who computes the pairing now."""
    return "arkworks" if PRAGUE_PRECOMPILES[PAIRING] is pairing_check else "py-ecc"


def _require_length(data: bytes, right: bool) -> None:
    if not right:
        raise VMError(f"precompile input of {len(data)} bytes")


def _msm_gas(count: int) -> int:
    """SPEC: EIP-2537, k · 12000 · discount(k) / 1000."""
    discount = G1_MSM_DISCOUNTS[count - 1] if count <= len(G1_MSM_DISCOUNTS) else G1_MSM_MAX_DISCOUNT
    return count * BLS12_G1_MSM_GAS * discount // MSM_MULTIPLIER


def _coordinate(data: bytes) -> bytes:
    """Cut 64 bytes to the 48 that count; VMError if the value is not below p."""
    if int.from_bytes(data, "big") >= P:
        raise VMError("coordinate not below the field modulus")
    return data[16:]


def _g1(data: bytes) -> ark.G1Point:
    x_y = _coordinate(data[:64]) + _coordinate(data[64:])
    if not any(x_y):
        return _INFINITY
    try:
        # SAFETY: "unchecked" skips only the subgroup check, which MSM and PAIRING make; off the curve it raises.
        return ark.G1Point.from_xy_bytes_unchecked_be(x_y)
    except ValueError as error:
        raise VMError("point not on the curve") from error


def _g2(data: bytes) -> ark.G2Point:
    x_y = b"".join(_coordinate(data[at : at + 64]) for at in range(0, 256, 64))
    if not any(x_y):
        return ark.G2Point.identity()
    try:
        return ark.G2Point.from_xy_bytes_unchecked_be(x_y)  # SAFETY: as in _g1
    except ValueError as error:
        raise VMError("point not on the twist") from error


def _in_subgroup(point: Point) -> Point:
    if not point.is_in_subgroup():
        raise VMError("point outside the subgroup of order r")
    return point


def _g1_to_bytes(point: ark.G1Point) -> bytes:
    if point == _INFINITY:
        return bytes(128)
    x_y = point.to_xy_bytes_be()
    return bytes(16) + x_y[:48] + bytes(16) + x_y[48:]
