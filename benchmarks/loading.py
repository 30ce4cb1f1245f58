"""All kernels, and nothing else, loaded into a process: what `ours.first_use` measures."""

import importlib
from pathlib import Path

from rollup.crypto import kernel_switch

ROOT = Path(__file__).parents[1]


def load_all_kernels() -> None:
    """Import every module that holds kernels for the chosen path, which compiles what is not cached; other modules are imported only as these need them."""
    for package in ("rollup", "provers"):
        for path in sorted((ROOT / package).rglob("*_kernels.py")):
            if not path.name.startswith("lane") or kernel_switch.in_lanes():
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
