"""The table of primitives against the table of the specification, and every other table against it."""

import re
from pathlib import Path

from rollup.execution import interpreter
from rollup.ir import check
from rollup.ir.bounds import ARITHMETIC
from rollup.ir.primitives import COMMUTATIVE, EFFECTS, PRIMITIVES, Primitive

SPEC = Path(__file__).parents[3] / "docs" / "spec" / "machine.md"


def test_primitives_have_the_numbers_and_names_of_the_specification() -> None:
    found: dict[int, str] = {}
    for row in re.findall(r"^\| ([0-9 ]+) \| ((?:`\w+` ?)+)\|", SPEC.read_text(), re.MULTILINE):
        found.update(zip(map(int, row[0].split()), re.findall(r"\w+", row[1]), strict=True))
    assert found == {op.value: description.name for op, description in PRIMITIVES.items()}


def test_every_table_of_rules_has_every_primitive() -> None:
    for table in (PRIMITIVES, interpreter.RULES, check.RULES):
        assert set(table) == set(Primitive)


def test_primitives_without_a_rule_of_arithmetic_read_more_than_registers() -> None:
    others = set(Primitive) - set(ARITHMETIC)
    assert {op.name for op in others} == {
        "CONST", "INPUT", "OPEN", "LOAD", "STORE", "ARG", "HASH", "VERIFY_SIGNATURE", "OUTPUT",
    }  # fmt: skip
    assert others >= EFFECTS
    assert set(ARITHMETIC) >= COMMUTATIVE
