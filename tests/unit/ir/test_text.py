import os
from pathlib import Path

import pytest
from hypothesis import given

from examples.tokens import Tokens
from rollup.errors import DecodeError
from rollup.ir.graph import Graph
from rollup.ir.text import from_text, to_text
from tests.programs.graphs import LAYOUT, Case, cases

GOLDEN = Path(__file__).parents[2] / "golden" / "ir"
IMAGE = Tokens.image()
GRAPHS = [*IMAGE.actions, IMAGE.deposit, IMAGE.fees]


@given(cases())
def test_text_when_read_back_is_the_same_graph(case: Case) -> None:
    assert from_text(to_text(case.graph, LAYOUT)) == case.graph


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_graph_of_the_tokens_is_the_committed_one(graph: Graph) -> None:
    path, text = GOLDEN / f"tokens_{graph.name.lower()}.txt", to_text(graph, IMAGE.layout)
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "the IR changed: see it with git diff after TANDEM_WRITE_GOLDEN=1 pytest"
    assert from_text(text) == graph


def test_program_id_of_the_tokens_is_the_committed_one() -> None:
    path = GOLDEN / "tokens_program_id.txt"
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        path.write_text(IMAGE.program_id.hex() + "\n")
    assert IMAGE.program_id.hex() == path.read_text().strip()


HEAD = "graph g 1\ninputs 8\nconstants\nslots\n"


@pytest.mark.parametrize(
    "line",
    [
        "r1 = input 0", "r0 = nonsense 0", "r0 = input r0", "r0 = input", "r0 = input 0 0", "r0 = input 00",
        "r0 = not 0", "r0 = narrow r0", "r0 input 0", "graph g 1", "inputs 8", "check r0 why file 1", "", "hello",
    ],
)  # fmt: skip
def test_line_that_is_none_of_a_graph_is_refused_by_number(line: str) -> None:
    with pytest.raises(DecodeError, match="line 5"):
        from_text(HEAD + line + "\n")


@pytest.mark.parametrize("missing", range(4))
def test_text_that_lacks_a_line_of_its_head_is_refused(missing: int) -> None:
    lines = HEAD.splitlines()
    del lines[missing]
    with pytest.raises(DecodeError, match="lacks lines"):
        from_text("\n".join(lines))
