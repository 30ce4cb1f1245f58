"""The program language: what authors import, and how an action becomes a graph."""

from rollup.program.arrays import Array
from rollup.program.compiler import compile_program
from rollup.program.enums import Enum
from rollup.program.extremes import absolute_difference, maximum, minimum
from rollup.program.invariants import conserves, invariant
from rollup.program.parameters import Parameter
from rollup.program.pausable import Pausable
from rollup.program.program import Program, Transaction, action
from rollup.program.quotients import isqrt, mul_div
from rollup.program.records import Record
from rollup.program.statements import digest, pay, require, select, send_to_l1
from rollup.program.tables import Table
from rollup.program.values import U8, U16, U32, U64, U128, AccountId, Bool, Field, L1Address
from rollup.program.when import when

__all__ = [
    "U8",
    "U16",
    "U32",
    "U64",
    "U128",
    "AccountId",
    "Array",
    "Bool",
    "Enum",
    "Field",
    "L1Address",
    "Parameter",
    "Pausable",
    "Program",
    "Record",
    "Table",
    "Transaction",
    "absolute_difference",
    "action",
    "compile_program",
    "conserves",
    "digest",
    "invariant",
    "isqrt",
    "maximum",
    "minimum",
    "mul_div",
    "pay",
    "require",
    "select",
    "send_to_l1",
    "when",
]
