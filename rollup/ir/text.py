"""Graphs as text, one instruction a line, to read and to compare; and back.

    graph transfer 3
    argument to 20
    inputs 255 8 20 …
    constants 0 1
    slots 0 1 1
    r4 = select r1 r2 r3
    r5 = load #4 0                   ; accounts.balance of slot 0
    check r4 "insufficient balance" "tokens.py" 27

`#` marks `imm`, `r` a register; what follows a semicolon is a comment.
"""

import json
import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from rollup.errors import DecodeError
from rollup.ir.graph import Check, Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import OPERANDS, PRIMITIVES, Primitive
from rollup.params import Output, TransactionInput

_COMMENT_COLUMN: Final = 32
_BY_NAME: Final = MappingProxyType({description.name: op for op, description in PRIMITIVES.items()})
_CHECK: Final = re.compile(r'check r(\d+) ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*") (\d+)')


def to_text(graph: Graph, layout: Layout) -> str:
    """Write a graph that `check` accepts; the comments name inputs, attributes, constants and outputs."""
    lines = [f"graph {graph.name} {graph.tag}"]
    lines += [f"argument {name} {width}" for name, width in zip(graph.argument_names, graph.arguments, strict=True)]
    for word, numbers in (("inputs", graph.inputs), ("constants", graph.constants), ("slots", graph.slots)):
        lines.append(" ".join([word, *map(str, numbers)]))
    comments = _Comments(graph, layout)
    for i, instruction in enumerate(graph.instructions):
        text, comment = f"r{i} = {_instruction_text(instruction)}", comments.of(instruction)
        lines.append(f"{text:<{_COMMENT_COLUMN}} ; {comment}" if comment else text)
    lines += [f"check r{c.register} {json.dumps(c.message)} {json.dumps(c.file)} {c.line}" for c in graph.checks]
    return "\n".join(lines) + "\n"


def from_text(text: str) -> Graph:
    """Read what `to_text` writes, with or without comments; `DecodeError` names the line that is something else."""
    parser = _Parser()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            parser.take(line if line.startswith("check ") else line.partition(";")[0].rstrip())
        except (ValueError, KeyError, IndexError) as error:
            raise DecodeError(f"text: line {number} is no line of a graph", got=line) from error
    return parser.graph()


def _instruction_text(instruction: Instruction) -> str:
    description = PRIMITIVES[instruction.op]
    parts = [description.name, *([f"#{instruction.imm}"] if description.uses_imm else [])]
    for operand, value in list(zip(OPERANDS, instruction.operands, strict=True))[: description.arity]:
        parts.append(f"r{value}" if operand in description.registers else str(value))
    return " ".join(parts)


def _parse_instruction(text: str) -> Instruction:
    name, *parts = text.split(" ")
    op = _BY_NAME[name]
    description = PRIMITIVES[op]
    imm = _number(parts.pop(0), "#") if description.uses_imm else 0
    if len(parts) != description.arity:
        raise ValueError(text)
    marks = ["r" if operand in description.registers else "" for operand in OPERANDS]
    return Instruction(op, imm, *(_number(part, mark) for part, mark in zip(parts, marks, strict=False)))


def _number(text: str, mark: str) -> int:
    if not re.fullmatch(rf"{mark}(0|[1-9][0-9]*)", text):
        raise ValueError(text)
    return int(text[len(mark) :])


class _Comments:
    """What an instruction's numbers stand for."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.graph = graph
        self.layout = layout
        self.inputs = _input_names(graph, layout)

    def of(self, instruction: Instruction) -> str:
        """Return the comment; "" where the instruction says it all."""
        op, imm, a = instruction.op, instruction.imm, instruction.a
        if op is Primitive.CONST:
            return str(self.graph.constants[a])
        if op is Primitive.INPUT:
            return self.inputs[a]
        if op is Primitive.OPEN:
            return self.layout.tables[imm].name
        if op in (Primitive.LOAD, Primitive.STORE):
            table = self.layout.tables[self.graph.slots[a]]
            return f"{table.name}.{table.attributes[imm][0]} of slot {a}"
        return Output(imm).name.lower() if op is Primitive.OUTPUT else ""


def _input_names(graph: Graph, layout: Layout) -> Sequence[str]:
    fixed = [item.name.lower() for item in graph.frame if item.name not in ("WORDS", "ARGUMENTS")]
    words = len(layout.word_widths) if graph.frame is TransactionInput else 0
    return [*fixed, *(f"word_{k}" for k in range(words)), *graph.argument_names]


class _Parser:
    """What the lines so far say."""

    def __init__(self) -> None:
        self.head: tuple[str, int] | None = None
        self.arguments: list[tuple[str, int]] = []
        self.numbers: dict[str, tuple[int, ...]] = {}
        self.instructions: list[Instruction] = []
        self.checks: list[Check] = []

    def take(self, line: str) -> None:
        """Read one line; `ValueError`, `KeyError` or `IndexError` if it is none."""
        word, _, rest = line.partition(" ")
        if word == "graph" and self.head is None:
            name, tag = rest.split(" ")
            self.head = (name, _number(tag, ""))
        elif word == "argument":
            name, width = rest.split(" ")
            self.arguments.append((name, _number(width, "")))
        elif word in {"inputs", "constants", "slots"} and word not in self.numbers:
            self.numbers[word] = tuple(_number(part, "") for part in rest.split())
        elif word == f"r{len(self.instructions)}" and rest.startswith("= "):
            self.instructions.append(_parse_instruction(rest[2:]))
        else:
            self.checks.append(_parse_check(line))

    def graph(self) -> Graph:
        """Return what was read; `DecodeError` if a line is missing."""
        missing = {"inputs", "constants", "slots"} - self.numbers.keys()
        if self.head is None or missing:
            raise DecodeError("text: a graph lacks lines", got=f"no {', '.join(sorted(missing)) or 'graph'}")
        names, widths = (tuple(part[k] for part in self.arguments) for k in (0, 1))
        inputs, constants, slots = (self.numbers[word] for word in ("inputs", "constants", "slots"))
        return Graph(*self.head, widths, names, inputs, constants, tuple(self.instructions), slots, tuple(self.checks))  # type: ignore[arg-type]


def _parse_check(line: str) -> Check:
    match = _CHECK.fullmatch(line)
    if match is None:
        raise ValueError(line)
    return Check(int(match[1]), json.loads(match[2]), json.loads(match[3]), int(match[4]))
