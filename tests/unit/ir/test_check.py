"""What the checker refuses, rule by rule of the specification's table; each case breaks one rule of a graph that passes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from examples.tokens import Tokens
from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError
from rollup.ir.check import check
from rollup.ir.graph import Check, Graph, Instruction
from rollup.ir.primitives import Primitive as P  # noqa: N817 -- it stands in every row of a table
from rollup.params import MAX_HASH_ITEMS, MAX_INSTRUCTIONS, MAX_SIGNATURES, MAX_SLOTS
from tests.programs.graphs import INPUTS, LAYOUT

# INPUTS are of 1, 4, 7, 8, 64, 128, 253 bits, and a full element.
I = Instruction  # noqa: E741 -- a table of instructions is read more easily so
FLAG, KEY, CELL_KEY, U8, U64, U128, WIDE, FULL = (I(P.INPUT, a=n) for n in range(8))
OPEN = [KEY, I(P.OPEN, 0, 0)]
OPEN_CELL = [CELL_KEY, I(P.OPEN, 1, 0)]


def graph(code: list[Instruction], slots: tuple[int, ...] = (), constants: tuple[int, ...] = ()) -> Graph:
    return Graph("subject", 1, (8,), ("small",), INPUTS, constants, tuple(code), slots)


GOOD = [
    graph([]),
    graph([U64, U64, I(P.ADD, 0, 0, 1)]),
    graph([*OPEN, I(P.LOAD, 4), I(P.STORE, 4, 0, 2)], (0,)),
    graph([U8, I(P.ARG), I(P.ARG), I(P.HASH, 5, 4)]),
    graph([I(P.HASH, 5, 0)]),
    graph([FLAG, U8, I(P.ARG, 0, 1, 1, 1), I(P.VERIFY_SIGNATURE, 1, 1, 0, 1)]),
    graph([FLAG, U8, *[I(P.ARG, 0, 1, 1, 1)] * 6, I(P.VERIFY_SIGNATURE, 16, 1, 0, 1)]),
    graph([FLAG, U8, I(P.ARG, 0, 1, 1, 1), I(P.ARG, 0, 1), I(P.VERIFY_SIGNATURE, 2, 1, 0, 1)]),
    graph([I(P.CONST, a=1)], constants=(0, R - 1)),
]

SIGNED = [FLAG, U8, *[I(P.ARG, 0, 1, 1, 1), I(P.VERIFY_SIGNATURE, 1, 1, 0, 1)] * MAX_SIGNATURES]
GOOD.append(graph([U8, *[I(P.ARG)] * 21, I(P.HASH, 5, MAX_HASH_ITEMS)]))
GOOD.append(graph(SIGNED))

BAD: list[tuple[str, Graph, str]] = [
    ("hash of too much", graph([U8, *[I(P.ARG)] * 22, I(P.HASH, 5, 64)]), "hashes 64 items; at most 63 fit"),
    ("too many signatures", graph([*SIGNED, *SIGNED[2:4]]), "more than 4 signatures"),
    ("pool too short", graph([I(P.CONST, a=1)], constants=(5,)), r"instruction 0 \(const\): there is no constant 1"),
    ("pool repeated", graph([], constants=(5, 5)), "distinct"),
    ("pool not canonical", graph([], constants=(R,)), "distinct elements"),
    ("no such input", graph([I(P.INPUT, a=8)]), "there is no input 8"),
    ("register of itself", graph([I(P.NOT, 0, 0)]), r"instruction 0 \(not\): register 0 is not written yet"),
    ("register to come", graph([FLAG, I(P.AND, 0, 0, 2), FLAG]), "register 2 is not written yet"),
    ("no such table", graph([KEY, I(P.OPEN, 2, 0)], (2,)), "there is no table 2"),
    ("key too wide", graph([CELL_KEY, I(P.OPEN, 0, 0)], (0,)), "register 0 may exceed the key of accounts"),
    ("too many slots", graph([KEY, *[I(P.OPEN)] * (MAX_SLOTS + 1)], (0,) * (MAX_SLOTS + 1)), "more than 8 records"),
    ("slots not declared", graph(OPEN), r"declares record slots of tables \(\) and opens \(0,\)"),
    ("slots of another table", graph(OPEN, (1,)), "declares record slots"),
    ("load before open", graph([KEY, I(P.LOAD), I(P.OPEN)], (0,)), "slot 0 is not open yet"),
    ("load of another slot", graph([*OPEN, I(P.LOAD, 0, 1)], (0,)), "slot 1 is not open yet"),
    ("no such attribute", graph([*OPEN_CELL, I(P.LOAD, 3)], (1,)), "table cells has no attribute 3"),
    (
        "store past the width",
        graph([*OPEN_CELL, U64, I(P.STORE, 0, 0, 2)], (1,)),
        "register 2 may exceed the attribute",
    ),
    (
        "store of an element in an integer",
        graph([*OPEN_CELL, FULL, I(P.STORE, 0, 0, 2)], (1,)),
        "register 2 may exceed the attribute",
    ),
    (
        "store twice",
        graph([*OPEN, KEY, *[I(P.STORE, 4, 0, 2)] * 2], (0,)),
        r"instruction 4 \(store\): it is written twice",
    ),
    ("store before open", graph([KEY, I(P.STORE)]), "slot 0 is not open yet"),
    ("sum past R", graph([WIDE, I(P.ADD, 0, 0, 0), I(P.ADD, 0, 1, 0), I(P.ADD, 0, 1, 1)]), "past the order"),
    ("product past R", graph([U128, I(P.MUL, 0, 0, 0)]), r"instruction 1 \(mul\): the result may reach 2\^256"),
    ("minus of an element", graph([FULL, U8, I(P.MINUS, 0, 0, 1)]), "a full element: only integers"),
    ("lt of an element", graph([FULL, U8, I(P.LT, 0, 1, 0)]), "only integers below"),
    ("range of an element", graph([FULL, I(P.RANGE, 8, 0)]), "only integers below"),
    ("narrow of an element", graph([FULL, I(P.NARROW, 8, 0)]), "only integers below"),
    ("narrow to 254 bits", graph([U8, I(P.NARROW, 254, 0)]), "254 bits are more than 253"),
    ("and of a byte", graph([U8, FLAG, I(P.AND, 0, 0, 1)]), "where a Boolean is due"),
    ("select by a byte", graph([U8, I(P.SELECT, 0, 0, 0, 0)]), "where a Boolean is due"),
    ("arg that nobody takes", graph([U8, I(P.ARG), I(P.NOT)]), "what `arg` queued is not taken"),
    ("arg at the end", graph([U8, I(P.ARG)]), "what `arg` queued is not taken"),
    ("too few args", graph([U8, I(P.ARG), I(P.HASH, 5, 4)]), "4 items, and 1 `arg` just before"),
    ("too many args", graph([U8, I(P.ARG), I(P.ARG), I(P.HASH, 5, 3)]), "3 items, and 2 `arg` just before"),
    ("hash of nothing queued", graph([U8, I(P.HASH, 5, 1)]), "1 items, and 0 `arg` just before"),
    ("arg with a rest", graph([U8, U8, I(P.ARG, 0, 0, 0, 1), I(P.HASH, 5, 2)]), "queues what nobody takes"),
    ("signature without arg", graph([FLAG, I(P.VERIFY_SIGNATURE, 1)]), "3 items, and 0 `arg` just before"),
    ("sign of a byte", graph([U8, I(P.ARG), I(P.VERIFY_SIGNATURE, 1)]), "r_sign wants 1 bit"),
    ("scalar of 253 bits", graph([FLAG, WIDE, I(P.ARG), I(P.VERIFY_SIGNATURE, 1, 0, 0, 1)]), "s 252"),
    ("no message", graph([FLAG, I(P.ARG), I(P.VERIFY_SIGNATURE)]), "a message of 0 elements"),
    ("long message", graph([FLAG, *[I(P.ARG)] * 7, I(P.VERIFY_SIGNATURE, 17)]), "a message of 17 elements"),
    ("message cut off", graph([FLAG, I(P.ARG), I(P.VERIFY_SIGNATURE, 2)]), "4 items, and 1 `arg` just before"),
    (
        "message with a rest",
        graph([U8, FLAG, I(P.ARG, 0, 0, 0, 1), I(P.ARG, 0, 0, 1), I(P.VERIFY_SIGNATURE, 2, 0, 1)]),
        "takes",
    ),
    ("no such output", graph([U8, I(P.OUTPUT, 6, 0)]), "there is no output 6"),
    ("output twice", graph([U8, *[I(P.OUTPUT, 3, 0)] * 2]), "it is written twice"),
    ("too much code", graph([U8] * (MAX_INSTRUCTIONS + 1)), "too many instructions; expected 512, got 513"),
    ("input of 254 bits", replace(graph([]), inputs=(254,)), "an input of 254 bits"),
    ("input of no bits", replace(graph([]), inputs=(0,)), "an input of 0 bits"),
    ("argument without a name", replace(graph([]), argument_names=()), "1 arguments, 0 names"),
    ("nine arguments", replace(graph([]), arguments=(8,) * 9, argument_names=("x",) * 9), "9 arguments"),
    (
        "check of a byte",
        replace(graph([U8]), checks=(Check(0, "why", "", 0),)),
        "the check of register 0 .'why'. is of no",
    ),
    ("check of no register", replace(graph([FLAG]), checks=(Check(1, "why", "", 0),)), "register 1"),
]


@pytest.mark.parametrize("subject", GOOD, ids=range(len(GOOD)))
def test_graph_that_keeps_the_rules_passes(subject: Graph) -> None:
    assert len(check(subject, LAYOUT)) == len(subject.instructions)


@pytest.mark.parametrize(("subject", "problem"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_graph_that_breaks_a_rule_is_refused_by_name(subject: Graph, problem: str) -> None:
    with pytest.raises(PeerError, match=problem) as caught:
        check(subject, LAYOUT)
    assert "graph subject" in str(caught.value)


@pytest.mark.parametrize("instruction", [I(P.NOT, 1, 0), I(P.NOT, 0, 0, 1), I(P.ADD, 0, 0, 0, 1), I(P.INPUT, 0, 0, 1)])
def test_operand_that_is_not_used_must_be_zero(instruction: Instruction) -> None:
    with pytest.raises(DecodeError, match="does not use"):
        check(graph([FLAG, FLAG, instruction]), LAYOUT)


@pytest.mark.parametrize(
    "pick", [lambda i: i.deposit, lambda i: i.fees, *[lambda i, k=k: i.actions[k] for k in range(3)]]
)
def test_graphs_of_a_program_pass(pick: Callable[..., Graph]) -> None:
    image = Tokens.image()
    check(pick(image), image.layout)
