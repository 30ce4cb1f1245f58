"""The one switch between kernels for every processor and those in eight lanes."""

import os
from typing import Final

import llvmlite.binding as llvm

SWITCH: Final = "TANDEM_KERNELS"
"""The environment variable that chooses: "portable", "ifma", or unset for the faster of those that can run."""


def has_ifma() -> bool:
    """Tell whether this processor has AVX-512 IFMA."""
    return bool(llvm.get_host_cpu_features().get("avx512ifma", False))


def in_lanes() -> bool:
    """Tell whether kernels in eight lanes are chosen; read anew at each call.

    Raises
    ------
    ValueError
        `SWITCH` names no way, or one that this processor lacks.
    """
    name = os.environ.get(SWITCH) or ("ifma" if has_ifma() else "portable")
    if name not in ("portable", "ifma"):
        raise ValueError(f"{SWITCH} is {name!r}, expected 'portable' or 'ifma'")
    if name == "ifma" and not has_ifma():
        raise ValueError(f"{SWITCH} is 'ifma', which this processor lacks")
    return name == "ifma"
