"""The program language: what authors import, and how an action becomes a graph."""

from rollup.program.compiler import compile_program
from rollup.program.program import Program, Transaction, action
from rollup.program.records import Record, Table
from rollup.program.statements import digest, pay, require, select, send_to_l1
from rollup.program.values import U8, U16, U32, U64, U128, AccountId, Bool, Field, L1Address

__all__ = [
    "U8",
    "U16",
    "U32",
    "U64",
    "U128",
    "AccountId",
    "Bool",
    "Field",
    "L1Address",
    "Program",
    "Record",
    "Table",
    "Transaction",
    "action",
    "compile_program",
    "digest",
    "pay",
    "require",
    "select",
    "send_to_l1",
]
