"""Where compiled kernels are kept, and the one way to compile them.

Numba checks only the file in which a function stands; a kernel also contains the code of the fields and kernels that it calls. So the cache's
folder is named by a hash over all their sources: any change starts an empty one. Import this module before numba.
A file whose code or constants enter a kernel is in `rollup/crypto`, or is named `*_kernels.py` or `*limbs*.py`; others are not hashed.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

_PACKAGES = ("rollup", "provers")
_PATTERNS = ("*_kernels.py", "*limbs*.py")

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
UNUSED_DAYS = 30

_F = TypeVar("_F", bound=Callable[..., Any])


def sources() -> list[Path]:
    """Return every file whose code or constants can enter a kernel, sorted."""
    return sorted(set(_sources()))


def _sources() -> Iterator[Path]:
    yield from Path(__file__).parent.glob("*.py")
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for pattern in _PATTERNS:
                yield from Path(folder).rglob(pattern)


def fingerprint() -> str:
    """Return 16 hexadecimal digits of a hash over names and contents of `sources`."""
    state = hashlib.blake2b(digest_size=8)
    for path in sources():
        content = path.read_bytes()
        state.update(f"{path.name} {len(content)} ".encode() + content)
    return state.hexdigest()


def folder() -> Path:
    """Return the cache's folder, under `$TANDEM_CACHE`, else `$XDG_CACHE_HOME/tandem`, else `~/.cache/tandem`; a temporary one if that cannot be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = Path(os.environ.get("TANDEM_CACHE") or home / "tandem") / fingerprint()
    try:
        path.mkdir(parents=True, exist_ok=True)
        if os.access(path, os.W_OK):
            os.utime(path)  # the time of last use
            _prune(path.parent)
            return path
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="tandem-"))


def _prune(root: Path) -> None:
    """Remove the folders of other sources that nobody has used for `UNUSED_DAYS`."""
    for path in root.iterdir():
        if _FINGERPRINT.fullmatch(path.name) and time.time() - path.stat().st_mtime > UNUSED_DAYS * 86400:
            shutil.rmtree(path, ignore_errors=True)


CACHE = folder()
os.environ["NUMBA_CACHE_DIR"] = str(CACHE)

import llvmlite.binding as llvm  # noqa: E402
import numba  # noqa: E402  (it reads NUMBA_CACHE_DIR when imported)
from numba.core import sigutils, types  # noqa: E402

numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]  # and here, if somebody imported it before us


def kernel(signature: str) -> Callable[[_F], _F]:
    """Compile a bare function for one explicit signature: no GIL, no Python objects, cached on disk.

    Kernels check no bounds and are not constant-time; what calls them from Python checks shapes.
    """
    return cast("Callable[[_F], _F]", numba.njit(signature, nogil=True, cache=True))


def callback(signature: str) -> Callable[[Callable[..., Any]], Any]:
    """Compile a bare function as C would call it, cached on disk; its `address` is an integer that kernels may be given."""
    return cast("Callable[[Callable[..., Any]], Any]", numba.cfunc(signature, cache=True))


def shared(signature: str) -> Callable[[Callable[..., Any]], Any]:
    """Compile a bare function, cached on disk, that kernels call by name: theirs don't contain its code, which saves compiling it with each. Called from Python it does nothing."""
    arguments, result = sigutils.normalize_signature(signature)  # type: ignore[no-untyped-call]

    def compile_shared(function: Callable[..., Any]) -> object:
        compiled = callback(signature)(function)
        name = f"{function.__module__}.{function.__qualname__}"
        _kept.append(compiled)
        llvm.add_symbol(name, compiled.address)
        return types.ExternalFunction(name, result(*arguments))

    return compile_shared


_kept: list[Any] = []
"""Functions whose code kernels call, for as long as the process lives."""
