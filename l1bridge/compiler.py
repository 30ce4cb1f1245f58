"""Vyper sources of the `contracts` package, or generated ones, compiled for Prague and kept on disk.

A source may import as `from contracts.lib import x`, `from lib import x` (both from the package) or relatively. The gas
optimiser is Vyper's default; a source that wants venom says `# pragma experimental-codegen` in its first lines, so a
contract and its way of compiling are reviewed together.
"""

import functools
import hashlib
import importlib.metadata
import importlib.resources
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vyper.compiler import outputs_from_compiler_data
from vyper.compiler.input_bundle import FileInput, FilesystemInputBundle
from vyper.compiler.phases import CompilerData
from vyper.compiler.settings import Settings, anchor_settings
from vyper.exceptions import VyperException

from l1bridge.archive import write_atomically
from rollup.errors import AuthorError
from rollup.ports.l1 import Artifact

EVM_VERSION = "prague"
RUNTIME_LIMIT = 24_576
"""SPEC: EIP-170."""
INITCODE_LIMIT = 49_152
"""SPEC: EIP-3860."""

_VYPER = importlib.metadata.version("vyper")
_FORMAT = 1
_compiling = threading.Lock()  # Vyper keeps settings and symbol counters in globals


def cache_folder() -> Path:
    """Return `$TANDEM_CACHE`, or `~/.cache/tandem`."""
    return Path(os.environ.get("TANDEM_CACHE") or Path.home() / ".cache" / "tandem")


@dataclass(frozen=True, slots=True)
class _Compiled:
    """An artifact's substance, and the hash of each source it came from, by path under the root."""

    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime_size: int
    imports: dict[str, str]

    def to_json(self) -> bytes:
        entry = {"abi": self.abi, "bytecode": self.bytecode.hex(), "runtime_size": self.runtime_size}
        return json.dumps(entry | {"imports": self.imports}).encode()

    @staticmethod
    def from_json(data: bytes) -> "_Compiled":
        entry = json.loads(data)
        return _Compiled(entry["abi"], bytes.fromhex(entry["bytecode"]), entry["runtime_size"], entry["imports"])


class VyperCompiler:
    """Compiles contracts and remembers them.

    Parameters
    ----------
    root
        The folder that holds the sources; the `contracts` package by default.
    cache
        Where compiled contracts are kept; `cache_folder()/vyper` by default.
    """

    def __init__(self, root: Path | None = None, cache: Path | None = None) -> None:
        self._root = (root or Path(str(importlib.resources.files("contracts")))).resolve()
        self._cache = cache or cache_folder() / "vyper"

    def contract(self, name: str) -> Artifact:
        """Compile `<root>/<name>.vy`.

        Raises
        ------
        AuthorError
            If there is no such source, Vyper refuses it, or its code is beyond what L1 accepts.
        """
        path = self._root / f"{name}.vy"
        try:
            text = path.read_text()
        except OSError as error:
            raise AuthorError(f"contract {name}: no such source", file=str(path)) from error
        return self.source(name, text)

    def source(self, name: str, text: str) -> Artifact:
        """Compile a source as if it stood at `<root>/<name>.vy`; raises as `contract` does."""
        entry = self._cache / f"{self._key(name, text)}.json"
        compiled = self._cached(entry)
        if compiled is None:
            compiled = self._compile(name, text)
            _require_size(name, compiled)
            entry.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(entry, compiled.to_json())
        return Artifact(name, tuple(compiled.abi), compiled.bytecode, compiled.runtime_size)

    def _key(self, name: str, text: str) -> str:
        # SAFETY: the names of all sources are in the key, so a new file that an import would now find misses the cache;
        # the contents of those in fact imported are compared in `_cached`.
        names = sorted(path.relative_to(self._root).as_posix() for path in self._root.rglob("*.vy*"))
        return _digest(json.dumps([_FORMAT, _VYPER, EVM_VERSION, name, text, names]))

    def _cached(self, entry: Path) -> _Compiled | None:
        try:
            compiled = _Compiled.from_json(entry.read_bytes())
            current = all(_digest((self._root / at).read_text()) == was for at, was in compiled.imports.items())
        except (OSError, ValueError, KeyError):
            return None
        return compiled if current else None

    def _compile(self, name: str, text: str) -> _Compiled:
        path = self._root / f"{name}.vy"
        bundle = FilesystemInputBundle([self._root.parent, self._root])
        with _compiling:
            data = CompilerData(
                FileInput(-1, Path(f"{name}.vy"), path, text),
                bundle,
                settings=Settings(evm_version=EVM_VERSION),
                no_bytecode_metadata=True,
            )
            try:
                abi = outputs_from_compiler_data(data, ["abi"])["abi"]
                with anchor_settings(data.settings):
                    bytecode, runtime = data.bytecode, data.bytecode_runtime
            except (VyperException, ValueError) as error:
                raise AuthorError(f"contract {name}: Vyper refuses it: {error}", file=str(path)) from error
            # SPEC: Vyper appends the immutables to the runtime code when the constructor returns.
            size = len(runtime) + data.global_ctx.immutable_section_bytes
            return _Compiled(abi, bytecode, size, self._imports(data))

    def _imports(self, data: CompilerData) -> dict[str, str]:
        found = {item.resolved_path: item.contents for item in data.resolved_imports.compiler_inputs}
        ours = {path: text for path, text in found.items() if Path(path).is_relative_to(self._root)}
        return {Path(path).relative_to(self._root).as_posix(): _digest(text) for path, text in ours.items()}


@functools.cache
def default_compiler() -> VyperCompiler:
    """Return the compiler of the `contracts` package with the user's cache."""
    return VyperCompiler()


def contract(name: str) -> Artifact:
    """Compile a contract of the `contracts` package by its path without ending."""
    return default_compiler().contract(name)


def source(name: str, text: str) -> Artifact:
    """Compile a generated contract."""
    return default_compiler().source(name, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _require_size(name: str, compiled: _Compiled) -> None:
    if compiled.runtime_size > RUNTIME_LIMIT:
        raise AuthorError(
            f"contract {name}: its code is more than L1 stores (EIP-170)",
            expected=f"<= {RUNTIME_LIMIT:,} bytes",
            got=f"{compiled.runtime_size:,}",
            remedy="move part of it to another contract",
        )
    if len(compiled.bytecode) > INITCODE_LIMIT:
        raise AuthorError(
            f"contract {name}: its init code is more than L1 runs (EIP-3860)",
            expected=f"<= {INITCODE_LIMIT:,} bytes",
            got=f"{len(compiled.bytecode):,}",
            remedy="pass constants to the constructor instead of writing them out",
        )
