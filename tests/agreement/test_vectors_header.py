"""`tests/vectors/header.json`, read by those that hash headers and by the three that step from one to the next."""

from dataclasses import replace
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import source
from rollup.execution.engine import step
from rollup.state.header import Header, StepHeader
from tests.agreement.chain import OnL1, holds
from tests.agreement.programs import COUNTING
from tests.agreement.vector_batches import BATCHES, STATE, VECTORS, posted_of
from tests.agreement.vectors.header import text
from tests.agreement.vectors.words import FOLDER

HASHER = """
@external
@pure
def header(words: uint256[6]) -> bytes32:
    return keccak256(abi_encode(words))


@external
@pure
def step_header(words: uint256[8]) -> bytes32:
    return keccak256(abi_encode(words))
"""
"""The expressions by which the contracts hash headers."""
each = pytest.mark.parametrize("case", BATCHES, ids=lambda case: case["name"])


def test_file_is_what_its_maker_writes() -> None:
    assert (FOLDER / "header.json").read_text() == text()


@pytest.mark.parametrize(("section", "kind"), [("headers", Header), ("step_headers", StepHeader)])
def test_python_hashes_the_headers(section: str, kind: type[Header] | type[StepHeader]) -> None:
    for case in VECTORS[section]:
        assert kind.from_words(case["words"]).hash().hex() == case["hash"]


@pytest.mark.parametrize(("section", "function"), [("headers", "header"), ("step_headers", "step_header")])
def test_vyper_hashes_the_headers(l1: L1Client, section: str, function: str) -> None:
    hasher = l1.deploy(source("headers", HASHER))
    for case in VECTORS[section]:
        assert l1.call(hasher, function, case["words"]).hex() == case["hash"]


@each
def test_python_steps_through_the_batch(case: dict[str, Any]) -> None:
    posted = posted_of(case)
    header, state = posted.start, posted.state
    assert list(header.words()) == STATE["header"]
    for expected in case["steps"]:
        result = step(COUNTING, header, posted.batch, state)
        assert result.receipt is not None
        header = result.header
        assert list(header.words()) == expected["header"]
        assert (result.receipt.status, result.receipt.skip) == (expected["status"], expected["reason"])
    assert header.is_terminal


@each
def test_contract_steps_through_the_batch(l1: L1Client, stepper_of: Any, case: dict[str, Any]) -> None:
    posted = posted_of(case)
    on_l1 = OnL1(l1, stepper_of(COUNTING))
    for expected, trace in zip(case["steps"], posted.traces, strict=True):
        words, status, reason = on_l1.step(posted, trace)
        assert (list(words), status, reason) == (expected["header"], expected["status"], expected["reason"])


@each
def test_constraints_prove_the_batch(case: dict[str, Any]) -> None:
    posted = posted_of(case)
    headers = [STATE["header"], *(expected["header"] for expected in case["steps"])]
    reached = 0
    for number, chunk in enumerate(posted.chunks()):
        before, reached = StepHeader.from_words(headers[reached]), reached + len(chunk.steps)
        after = StepHeader.from_words(headers[reached])
        assert holds(COUNTING, replace(chunk, header_in=before, header_out=after), number)
    assert reached == len(case["steps"])
