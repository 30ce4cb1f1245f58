"""What pyproject.toml says is what the code does."""

import ast
import re
import sys
import tomllib
from importlib.metadata import EntryPoint, packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

from rollup.ports.attack import Attack

ROOT = Path(__file__).parents[2]
OURS = {"rollup", "provers", "l1bridge", "contracts", "examples", "tests", "docs", "benchmarks"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def canonical(requirement: str) -> str:
    """A distribution's name in its normal form (PEP 503), out of a requirement such as `py_ecc>=8`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


REQUIRED = {canonical(text) for text in PROJECT["dependencies"]}
EXTRAS = PROJECT["optional-dependencies"]
FOR_TESTS = {canonical(text) for text in EXTRAS["test"]}
OPTIONAL = {canonical(text) for name, texts in EXTRAS.items() if name != "test" for text in texts}
# Needed at run time without an import of ours: eth-tester runs on py-evm; trie and eth-account hash with pycryptodome.
INDIRECT = {"py-evm", "pycryptodome"}
ENTRY_POINTS = [
    EntryPoint(name, value, group)
    for group, points in PROJECT["entry-points"].items()
    for name, value in points.items()
]


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path, *, at_once: bool = False) -> set[str]:
    """Top-level names that a file imports, or imports as soon as it is imported itself, and that are neither Python's nor ours."""
    names: set[str] = set()
    tree = ast.parse(path.read_bytes())
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names |= {str(argument.value).split(".")[0] for argument in node.args if isinstance(argument, ast.Constant)}
    return names - set(sys.stdlib_module_names) - OURS


def distributions(*folders: str, at_once: bool = False) -> dict[str, str]:
    """Distributions that the code in `folders` imports, each with one file that does."""
    owner = packages_distributions()
    return {
        canonical(name): str(path.relative_to(ROOT))
        for path in sources(*folders)
        for module in imported(path, at_once=at_once)
        for name in owner.get(module, [module])
    }


def test_code_when_it_imports_a_library_has_it_declared() -> None:
    used = distributions("rollup", "provers", "l1bridge", "contracts", "examples")
    plugins = {
        str(Path(*point.module.split(".")).with_suffix(".py")) for point in ENTRY_POINTS if point.group == "pytest11"
    }
    missing = {name: path for name, path in used.items() if name not in REQUIRED | OPTIONAL}
    # A pytest plug-in is imported by pytest alone, so pytest is there when it is.
    assert {name: path for name, path in missing.items() if not (name == "pytest" and path in plugins)} == {}


def test_code_when_it_imports_an_optional_library_does_so_where_it_is_asked_for() -> None:
    used = distributions("rollup", "provers", "l1bridge", "contracts", "examples", at_once=True)
    assert {name: path for name, path in used.items() if name in OPTIONAL} == {}


def test_tests_when_they_import_a_library_have_it_declared() -> None:
    used = distributions("tests")
    assert {name: path for name, path in used.items() if name not in REQUIRED | FOR_TESTS} == {}


def test_dependency_when_declared_is_used() -> None:
    used = set(distributions("rollup", "provers", "l1bridge", "examples"))
    assert REQUIRED - used - INDIRECT == set()


def test_dependency_when_declared_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    declared = [line for line in lines if line.startswith('    "') and line.split("#")[0].rstrip().endswith(",")]
    declared = [line for line in declared if any(sign in line for sign in (">=", "=="))]
    assert len(declared) == len(PROJECT["dependencies"]) + sum(map(len, EXTRAS.values()))
    assert [line for line in declared if '",  # ' not in line] == []


def test_folder_when_it_holds_code_is_a_package() -> None:
    folders = {path.parent for path in sources("rollup", "provers", "l1bridge", "contracts", "examples")}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("point", ENTRY_POINTS, ids=lambda point: f"{point.group}:{point.name}")
def test_entry_point_when_loaded_is_there(point: EntryPoint) -> None:
    found = point.load()
    # A pytest plug-in is a module, attacks are a tuple; every other point names something to call.
    if point.group == "tandem.attacks":
        assert found
        assert all(isinstance(attack, Attack) for attack in found)
    else:
        assert isinstance(found, ModuleType) if point.group == "pytest11" else callable(found)
