"""A role never imports another: they meet at the stream, the store, the outbox and L1."""

import ast
from pathlib import Path

import pytest

import rollup.nodes

FOLDER = Path(rollup.nodes.__path__[0])
ROLES = ("batcher", "challenger", "full_node", "proposer", "prover", "sequencer", "withdrawals")


def imports(module: str) -> set[str]:
    """Modules of `rollup.nodes` that one of them reaches, through any others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        tree = ast.parse((FOLDER / f"{waiting.pop()}.py").read_text(encoding="utf-8"))
        named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        fresh = {name.removeprefix("rollup.nodes.") for name in named if name.startswith("rollup.nodes.")} - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize("role", ROLES)
def test_role_when_read_imports_no_other_role(role: str) -> None:
    assert imports(role).isdisjoint(set(ROLES) - {role})


def test_roles_when_listed_are_all_modules_that_nobody_beside_a_composition_imports() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    reached = set().union(*(imports(module) for module in modules))
    assert modules - reached == set(ROLES)
