"""`tests/vectors/ir.json`, read by the three that run code, and by those that name it."""

from dataclasses import replace
from typing import Any

import pytest

from l1bridge.client import L1Client
from l1bridge.compiler import contract
from provers.optimistic.one_step import Code, Evidence
from rollup.batch.inbox import Message
from rollup.ir.check import check
from rollup.ir.codec import decode, encode_constants, encode_instructions
from rollup.ir.graph import Graph, Instruction
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import TAG_CALL, TAG_DEPOSIT, TAG_FEES
from rollup.ports.l1 import Contract
from rollup.state.tree import Tree
from tests.agreement.bare import INPUTS, LAYOUT, UNWRITTEN, Case, Outcome, by_constraints, by_kernels, by_reference
from tests.agreement.chain import OnL1, post
from tests.agreement.on_l1 import Bare
from tests.agreement.vector_files import load
from tests.agreement.vectors.ir import text
from tests.agreement.vectors.words import FOLDER

VECTORS = load("ir")
PROGRAM = VECTORS["program"]
BY_NAME = {case["name"]: case for case in VECTORS["cases"]}
each = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def graph_of(case: dict[str, Any], tag: int = 1, arguments: tuple[int, ...] = ()) -> Graph:
    code = tuple(Instruction(Primitive[op.upper()], *rest) for op, *rest in case["code"])
    slots = tuple(item.imm for item in code if item.op is Primitive.OPEN)
    names = tuple(f"arg{k}" for k in range(len(arguments)))
    return Graph(case["name"], tag, arguments, names, INPUTS, tuple(case["constants"]), code, slots)


def runnable(case: dict[str, Any]) -> Case:
    return Case(graph_of(case), tuple(VECTORS["inputs"]), tuple(map(tuple, case["records"])))


def expected(case: dict[str, Any]) -> Outcome:
    return Outcome(tuple(case["indices"]), tuple(map(tuple, case["records_after"])), (case["result"], *UNWRITTEN[1:4]))


def test_file_is_what_its_maker_writes() -> None:
    assert (FOLDER / "ir.json").read_text() == text()


def test_vectors_are_of_every_primitive() -> None:
    assert {Primitive[op.upper()] for case in VECTORS["cases"] for op, *_ in case["code"]} == set(Primitive)
    assert VECTORS["key_bits"] == LAYOUT.key_bits


@each
def test_python_writes_and_reads_the_vector(case: dict[str, Any]) -> None:
    graph = graph_of(case)
    check(graph, LAYOUT)
    constants, code = bytes.fromhex(case["encoded_constants"]), bytes.fromhex(case["encoded_code"])
    assert (encode_constants(graph.constants), encode_instructions(graph.instructions)) == (constants, code)
    assert decode(constants, code) == (graph.constants, graph.instructions)


@each
def test_python_and_kernels_run_the_vector(case: dict[str, Any]) -> None:
    assert by_reference(runnable(case)).outcome == expected(case)
    assert by_kernels(runnable(case)).outcome == expected(case)


@each
def test_contract_runs_the_vector(bare: Bare, case: dict[str, Any]) -> None:
    assert bare.run(runnable(case)).outcome == expected(case)


@each
def test_constraints_run_the_vector(case: dict[str, Any]) -> None:
    assert by_constraints(runnable(case), determined=False) == expected(case)


# ---------------------------------------------------------------- the identity of a program


@pytest.fixture(scope="module")
def image() -> Image:
    graphs = {
        row["tag"]: graph_of(BY_NAME[row["case"]], row["tag"], tuple(row["arguments"])) for row in PROGRAM["graphs"]
    }
    actions = tuple(graph for tag, graph in graphs.items() if tag < TAG_CALL)
    layout = replace(LAYOUT, argument_bits=264, actions=len(actions), calls=(2, 4))
    calls = tuple(graphs[TAG_CALL + tag] for tag in layout.calls)
    return Image("vectors", layout, actions, graphs[TAG_DEPOSIT], graphs[TAG_FEES], calls)


@pytest.fixture(scope="module")
def stepper(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract) -> Contract:
    root = bytes.fromhex(PROGRAM["code_root"])
    return l1.deploy(contract("stepper"), PROGRAM["layout"], root, poseidon2.address, eddsa_contract.address)


def test_python_names_the_program_of_the_vectors(image: Image) -> None:
    assert list(image.layout.words()) == PROGRAM["layout"]
    assert [image.code_leaf(row["tag"]).hex() for row in PROGRAM["graphs"]] == [
        row["leaf"] for row in PROGRAM["graphs"]
    ]
    assert (image.code_root.hex(), image.program_id.hex()) == (PROGRAM["code_root"], PROGRAM["program_id"])


def test_contract_names_the_program_of_the_vectors(l1: L1Client, stepper: Contract) -> None:
    assert l1.call(stepper, "program_id").hex() == PROGRAM["program_id"]


def test_contract_runs_code_of_the_vectors_under_their_root(l1: L1Client, stepper: Contract, image: Image) -> None:
    """Its `DEPOSIT` is one of the cases, whose result is the new accumulator."""
    message = Message(1, 0, 0, 0, 0, 0)
    posted = post(image, messages=[message], state=Tree(image.layout.depth))
    case = BY_NAME[PROGRAM["graphs"][0]["case"]]
    constants, instructions = bytes.fromhex(case["encoded_constants"]), bytes.fromhex(case["encoded_code"])
    code = Code(constants=constants, instructions=instructions, path=image.code_path(TAG_DEPOSIT))
    evidence = Evidence(code=code, message=message.words()).to_abi()
    words, _, _ = l1.call(stepper, "step", OnL1(l1, stepper).context(posted, 0), posted.start.words(), evidence)
    assert words[1] == case["result"]
