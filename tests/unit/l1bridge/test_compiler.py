"""Vyper compilation: import styles, the cache, and the limits of L1."""

import json
from pathlib import Path

import pytest

from l1bridge import compiler
from l1bridge.compiler import VyperCompiler
from rollup.errors import AuthorError

LIBRARY = """
@internal
@pure
def twice(x: uint256) -> uint256:
    return 2 * x
"""

USER = """
{import_line}

LIMIT: immutable(uint256)

@deploy
def __init__(limit: uint256):
    LIMIT = limit

@external
@view
def four_times(x: uint256) -> uint256:
    assert x < LIMIT, "user: too large"
    return double.twice(double.twice(x))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "contracts"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "double.vy").write_text(LIBRARY)
    return folder


def compiler_of(root: Path) -> VyperCompiler:
    return VyperCompiler(root, root.parent / "cache")


@pytest.mark.parametrize(
    "line",
    [
        "from contracts.lib import double",
        "from lib import double",
        "import lib.double as double",
        "from ..lib import double",
    ],
)
def test_contract_when_it_imports_in_any_style_compiles(root: Path, line: str) -> None:
    (root / "settlement").mkdir()
    (root / "settlement" / "user.vy").write_text(USER.format(import_line=line))
    artifact = compiler_of(root).contract("settlement/user")
    assert artifact.name == "settlement/user"
    assert {entry.get("name") for entry in artifact.abi} == {None, "four_times"}
    assert 32 < artifact.runtime_size < len(artifact.bytecode)


def test_contract_when_nothing_changed_comes_from_the_cache(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = USER.format(import_line="from lib import double")
    first = compiler_of(root).source("user", text)
    monkeypatch.setattr(VyperCompiler, "_compile", None)
    assert compiler_of(root).source("user", text) == first


def test_contract_when_an_import_changed_is_compiled_anew(root: Path) -> None:
    text = USER.format(import_line="from lib import double")
    first = compiler_of(root).source("user", text)
    (root / "lib" / "double.vy").write_text(LIBRARY.replace("2 * x", "x + x + 1"))
    assert compiler_of(root).source("user", text).bytecode != first.bytecode


def test_contract_when_a_cache_entry_is_damaged_is_compiled_anew(root: Path) -> None:
    first = compiler_of(root).source("user", USER.format(import_line="from lib import double"))
    (entry,) = (root.parent / "cache").iterdir()
    assert json.loads(entry.read_text())["imports"].keys() == {"lib/double.vy"}
    entry.write_text("{")
    assert compiler_of(root).source("user", USER.format(import_line="from lib import double")) == first


def test_contract_when_it_asks_for_venom_gets_other_code(root: Path) -> None:
    text = USER.format(import_line="from lib import double")
    plain = compiler_of(root).source("user", text)
    assert compiler_of(root).source("user", "# pragma experimental-codegen\n" + text).bytecode != plain.bytecode


def test_contract_when_vyper_refuses_it_names_the_source(root: Path) -> None:
    with pytest.raises(AuthorError, match=r"user.vy.*contract user: Vyper refuses"):
        compiler_of(root).source("user", "@external\ndef f():\n    return nothing\n")


def test_contract_when_there_is_none_says_so(root: Path) -> None:
    with pytest.raises(AuthorError, match="contract nowhere: no such source"):
        compiler_of(root).contract("nowhere")


def test_contract_when_its_code_is_too_large_is_refused(root: Path) -> None:
    table = '@external\n@pure\ndef f{0}() -> Bytes[1024]:\n    return x"{1}"\n'
    text = "\n".join(table.format(i, bytes([i] * 1024).hex()) for i in range(1, 26))
    with pytest.raises(AuthorError, match="EIP-170") as caught:
        compiler_of(root).source("large", text)
    assert caught.value.expected == "<= 24,576 bytes"


def test_contract_when_its_init_code_is_too_large_is_refused(root: Path) -> None:
    lines = "\n".join(f'    self.h = keccak256(concat(self.h, x"{bytes([i] * 1024).hex()}"))' for i in range(1, 49))
    text = f"h: public(bytes32)\n\n@deploy\ndef __init__():\n{lines}\n"
    with pytest.raises(AuthorError, match="EIP-3860"):
        compiler_of(root).source("large", text)


def test_cache_folder_when_the_variable_is_set_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path))
    assert compiler.cache_folder() == tmp_path
