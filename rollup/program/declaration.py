"""What a program's class declares, read and checked before anything is traced."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, Final

from rollup.errors import AuthorError
from rollup.ir.layout import Layout, accounts_table
from rollup.params import (
    BLOB_ELEMENTS,
    GROUP,
    MAX_ACTIONS,
    MAX_ARGUMENTS,
    MAX_CALL_BITS,
    MAX_STEPS,
    MAX_TREE_BITS,
    SLOT_BITS,
)
from rollup.program.annotations import require_shape, resolve_annotations
from rollup.program.invariants import Conserves, RecordInvariant, invariants_of
from rollup.program.location import Location, author_error, of_class, of_function
from rollup.program.parameters import Parameter, parameters_of, values_of
from rollup.program.program import ACTION_MARK, FROM_L1_MARK, ONLY_MARK, Program
from rollup.program.records import Kind, Record, Shape, leaves
from rollup.program.tables import Table
from rollup.program.values import AccountId, width_of

OPTIONS: Final = ("account_bits", "max_tables", "capacity", "inbox_cap")
_PLAIN: Final = (int, str, bytes, bool, tuple, frozenset, type(None))


@dataclass(frozen=True)
class ActionDeclaration:
    """An action before tracing: its name, its function, name and type of each argument, the account that alone may call it, and whether L1 can."""

    name: str
    function: Callable[..., object]
    parameters: tuple[tuple[str, Shape], ...]
    only: int | None
    from_l1: bool

    @property
    def values(self) -> tuple[tuple[str, Kind], ...]:
        """Name and type of each value of the arguments, those of arrays and records in a row."""
        return tuple(leaf for name, shape in self.parameters for leaf in leaves(name, shape).items())


@dataclass(frozen=True)
class Declaration:
    """A program before tracing."""

    cls: type[Program]
    actions: tuple[ActionDeclaration, ...]
    layout: Layout
    invariants: tuple[RecordInvariant | Conserves, ...]


def declare(cls: type[Program]) -> Declaration:
    """Read a program's class.

    Raises
    ------
    AuthorError
        If it declares what the machine cannot hold.
    """
    names = _members(cls)
    _require_parameters(cls)
    tables = [value for value in names.values() if isinstance(value, Table)]
    options = _options(cls)
    actions = tuple(
        _action(cls, name, value, options["account_bits"])
        for name, value in names.items()
        if hasattr(value, ACTION_MARK)
    )
    if len(tables) + 1 > options["max_tables"]:
        raise author_error(
            f"{cls.__name__} has too many tables, with accounts", "raise max_tables", at=of_class(cls),
            expected=f"at most {options['max_tables']}", got=len(tables) + 1,
        )  # fmt: skip
    if len(actions) > MAX_ACTIONS:
        raise author_error(
            f"{cls.__name__} has too many actions, with withdraw", at=of_class(cls), expected=f"at most {MAX_ACTIONS}", got=len(actions)
        )  # fmt: skip
    layout = _layout(cls, tables, actions, options)
    return Declaration(cls, actions, layout, invariants_of(cls, names, [item.name for item in actions]))


def _members(cls: type[Program]) -> dict[str, object]:
    """Return what the class and its bases bind, in order, the bases first; refuse what no program can have."""
    found: dict[str, object] = {}
    for base in reversed(cls.__mro__[: cls.__mro__.index(Program) + 1]):
        for name, value in vars(base).items():
            if base is not Program:
                _require_member(base, name, value)
            found[name] = value
    return found


def _require_member(base: type[Program], name: str, value: object) -> None:
    if name.startswith("__") or name in OPTIONS:
        return
    at = of_function(value) if isinstance(value, FunctionType) else of_class(base, name)
    if name in vars(Program):
        raise author_error(f"{base.__name__}.{name} is the framework's own", "choose another name", at=at)
    if name == "accounts" and isinstance(value, Table):
        raise author_error("a table called accounts is in every program already", "choose another name", at=at)
    if isinstance(value, Table) and value.name != name:
        raise author_error(f"one table is called {name} and {value.name}", "write Table(…, key=…) for each", at=at)
    if isinstance(value, Parameter):
        _require_parameter(base, name, value, at)
        return
    if isinstance(value, Table | Conserves | FunctionType | staticmethod | classmethod | property | type):
        return
    if not isinstance(value, _PLAIN):
        raise author_error(
            f"{base.__name__}.{name} is a {type(value).__name__}, which no chain would store", "state lives in tables: Table(…, key=…)", at=at
        )  # fmt: skip
    if not name.isupper():
        raise author_error(
            f"{base.__name__}.{name} is no option", f"the options are {', '.join(OPTIONS)}; constants are written in capitals", at=at
        )  # fmt: skip


def _require_parameter(base: type[Program], name: str, parameter: Parameter[Any], at: Location) -> None:
    if not name.isupper():
        raise author_error(f"the parameter {base.__name__}.{name} is not written in capitals", f"call it {name.upper()}", at=at)  # fmt: skip
    if parameter.name != name:
        raise author_error(f"one parameter is called {name} and {parameter.name}", "write Parameter(…) for each", at=at)


def _require_parameters(cls: type[Program]) -> None:
    """Refuse a program of which a parameter has no value, or a default that is none of its type; what it was configured with was checked then."""
    for name, parameter in parameters_of(cls).items():
        if name in values_of(cls):
            continue
        at = _binding(cls, name)
        if parameter.default is None:
            raise author_error(
                f"the parameter {name} has no value", f"give it a default, or fix it: {cls.__name__}.with_parameters({name}=…), or on the command line {cls.__name__},{name}=…", at=at
            )  # fmt: skip
        try:
            parameter.require_value(parameter.default, cls.account_bits, f"the parameter {name}")
        except AuthorError as error:
            raise author_error(error.what, error.remedy, at=at, expected=error.expected, got=error.got) from error


def _action(cls: type[Program], name: str, function: object, account_bits: int) -> ActionDeclaration:
    assert isinstance(function, FunctionType)
    at = of_function(function)
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise author_error(f"the action {name} is a coroutine or a generator", "write a plain method", at=at)
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) < 2:
        raise author_error(f"the action {name} lacks its first arguments", f"def {name}(self, tx, …)", at=at)
    annotations = resolve_annotations(function, lambda: at)
    declared = tuple(_parameter(name, parameter, annotations, at) for parameter in parameters[2:])
    from_l1: bool = getattr(function, FROM_L1_MARK)
    action = ActionDeclaration(name, function, declared, _only(cls, function, account_bits, at), from_l1)
    if len(action.values) > MAX_ARGUMENTS:
        raise author_error(
            f"the action {name} has too many arguments", at=at, expected=f"at most {MAX_ARGUMENTS}", got=len(action.values)
        )  # fmt: skip
    bits = sum(width_of(kind, account_bits) for _, kind in action.values)
    if from_l1 and bits > MAX_CALL_BITS:
        raise author_error(
            f"the arguments of {name}, which can be called from L1, are too wide", "pass their digest", at=at, expected=f"at most {MAX_CALL_BITS} bits", got=bits
        )  # fmt: skip
    return action


def _only(cls: type[Program], function: FunctionType, account_bits: int, at: Location) -> int | None:
    """Return the account that alone may call an action; None if all may."""
    only: object = getattr(function, ONLY_MARK)
    if only is None:
        return None
    account = only
    if isinstance(only, str):
        account = getattr(cls, only, None) if only.isupper() else None
        if isinstance(parameters_of(cls).get(only), Parameter) and parameters_of(cls)[only].kind is not AccountId:
            raise author_error(f"only={only!r} is a parameter of another type", f"declare it so: {only} = Parameter(AccountId)", at=at)  # fmt: skip
        if account is None:
            raise author_error(
                f"only={only!r} names no constant of {cls.__name__}", "declare it in the class: ADMIN = 1", at=at
            )
    if not isinstance(account, int) or isinstance(account, bool) or not 1 <= account < 1 << account_bits:
        raise author_error(
            f"only={only!r} of the action {function.__name__}", at=at, expected=f"the number of an account, below 2^{account_bits}", got=repr(account)
        )  # fmt: skip
    return account


def _parameter(
    name: str, parameter: inspect.Parameter, annotations: dict[str, object], at: Location
) -> tuple[str, Shape]:
    what = f"argument {parameter.name} of {name}"
    if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
        raise author_error(
            f"{what} is starred or positional-only or keyword-only", "write every argument plainly", at=at
        )
    if parameter.default is not inspect.Parameter.empty:
        raise author_error(f"{what} has a default", "leave it out: a transaction carries every argument", at=at)
    if parameter.name not in annotations:
        raise author_error(f"{what} has no type", f"annotate it: {parameter.name}: U64", at=at)
    return parameter.name, require_shape(annotations[parameter.name], what, lambda: at, Record)


def _options(cls: type[Program]) -> dict[str, int]:
    rules: dict[str, tuple[str, Callable[[int], bool]]] = {
        "account_bits": ("1 to 32", lambda n: 1 <= n <= 32),
        "max_tables": ("1, 2, 4, 8, 16 or 32", lambda n: n in {1, 2, 4, 8, 16, 32}),
        "capacity": ("a multiple of 4, 4 to 128", lambda n: 4 <= n <= 128 and n % GROUP == 0),
        "inbox_cap": ("1 to 32", lambda n: 1 <= n <= 32),
    }
    options: dict[str, int] = {}
    for name, (expected, holds) in rules.items():
        value: object = getattr(cls, name)
        if not isinstance(value, int) or isinstance(value, bool) or not holds(value):
            raise author_error(f"the option {name}", at=_binding(cls, name), expected=expected, got=repr(value))
        options[name] = value
    # INVARIANT: inbox steps, transactions and the fee step can be shown in a dispute.
    assert options["capacity"] + options["inbox_cap"] + 1 <= MAX_STEPS
    return options


def _layout(
    cls: type[Program], tables: Sequence[Table[Record]], actions: Sequence[ActionDeclaration], options: dict[str, int]
) -> Layout:
    account_bits = options["account_bits"]
    widest = max(sum(width_of(kind, account_bits) for _, kind in declaration.values) for declaration in actions)
    layout = Layout(
        account_bits,
        (accounts_table(account_bits), *(table.layout(account_bits) for table in tables)),
        argument_bits=widest,
        stride=0,
        actions=len(actions),
        calls=tuple(tag for tag, declaration in enumerate(actions, start=1) if declaration.from_l1),
        capacity=options["capacity"],
        inbox_cap=options["inbox_cap"],
        table_bits=(options["max_tables"] - 1).bit_length(),
    )
    limit = MAX_TREE_BITS - layout.table_bits
    for table in layout.tables[1:]:
        if table.key_bits > limit:
            at = _binding(cls, table.name)
            raise author_error(
                f"the key of {table.name} is too wide", at=at, expected=f"at most {limit} bits", got=table.key_bits
            )
    layout = replace(layout, stride=-(-(layout.arguments_offset + widest) // SLOT_BITS))
    # INVARIANT: 8 arguments of 255 bits make 38 slots a transaction, and 32 groups of 42 elements fit a blob.
    assert layout.data_elements <= BLOB_ELEMENTS
    return layout


def _binding(cls: type[Program], name: str) -> Location:
    """Return the line on which a class or one of its bases binds a name."""
    return of_class(next(base for base in cls.__mro__ if name in vars(base)), name)
