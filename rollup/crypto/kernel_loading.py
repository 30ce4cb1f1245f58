"""All kernels of this installation, loaded; what the cache lacks is compiled by several processes."""

import importlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rollup.cores import cores
from rollup.crypto import kernel_cache
from rollup.crypto.kernel_switch import in_lanes

_COMPILE = "import importlib, json, sys; sys.path[:], names = json.loads(sys.argv[1]); [importlib.import_module(name) for name in names]"


def load_all() -> None:
    """Import every module of kernels that can be chosen; where one was never compiled, as many processes as there are cores compile first.

    A process compiles folders as a whole, since kernels of one contain each other's code.
    """
    folders = _folders()
    complete = kernel_cache.CACHE / ("complete-lanes" if in_lanes() else "complete-portable")
    # Where the cache cannot be written, nobody would see what others compile.
    if kernel_cache.CACHE.name == kernel_cache.fingerprint() and not complete.exists():
        first, *others = _shares(folders, cores())
        compiling = [_compile(names) for names in others if names]
        _import(first)
        for process in compiling:
            process.wait()
        _import([name for names in folders for name in names])
        complete.touch()
    else:
        _import([name for names in folders for name in names])


def _folders() -> list[list[str]]:
    """Return the names of the modules by folder."""
    found: dict[Path, list[str]] = {}
    for path in kernel_cache.sources():
        if path.stem.endswith("_kernels") and (in_lanes() or not path.stem.startswith("lane_")):
            found.setdefault(path.parent, []).append(_name(path))
    return list(found.values())


def _name(path: Path) -> str:
    root = Path(kernel_cache.__file__).parents[2]
    return ".".join(path.relative_to(root).with_suffix("").parts)


def _shares(folders: Sequence[Sequence[str]], count: int) -> list[list[str]]:
    """Split folders so that the shares have about as many modules; the longest first."""
    shares: list[list[str]] = [[] for _ in range(count)]
    for names in sorted(folders, key=len, reverse=True):
        min(shares, key=len).extend(names)
    return shares


def _compile(names: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _COMPILE, json.dumps([sys.path, names])]
    # What fails there fails here too, with a message.
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 -- our own interpreter and names


def _import(names: Sequence[str]) -> None:
    for name in names:
        importlib.import_module(name)
