"""`tandem client`: the source of a typed client, from a program."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Final

from rollup.client.brackets import Brackets
from rollup.errors import AuthorError
from rollup.ir.layout import TableLayout
from rollup.params import FULL
from rollup.program.arrays import Array
from rollup.program.compiler import compile_program
from rollup.program.declaration import ActionDeclaration, declare
from rollup.program.enums import Enum
from rollup.program.program import Program
from rollup.program.records import Record, Shape, attributes_of, leaves
from rollup.program.tables import Table
from rollup.program.values import U64, AccountId, Bool, Field, L1Address, width_of

FROM_L1: Final = "_from_l1"
"""Behind the name of an action in the name of the method that calls it from L1."""
_HEAD: Final = '''"""A client of the program {name}, written by `tandem client`: change the program and write it again, not this file."""

import dataclasses
{imports}from typing import Final

from rollup import client as tandem

'''
_ACCOUNT: Final[Mapping[str, Shape]] = {
    "key_x": Field, "key_y": Field, "l1_address": L1Address, "nonce": Field, "balance": U64,
}  # fmt: skip
_NUMBERS: Final = ("argument_bits", "stride", "actions", "capacity", "inbox_cap", "table_bits", "calls")


def client_source(cls: type[Program]) -> str:
    """Return the text of a module with a client of a program, its records and its enums; the same program gives the same text.

    Raises
    ------
    AuthorError
        If the class is no program that can be compiled, or two things in the module would have one name.
    """
    return _Module(cls).text()


class _Module:
    """A module under way."""

    def __init__(self, cls: type[Program]) -> None:
        self.cls = cls
        self.image = compile_program(cls)
        self.actions = declare(cls).actions
        self.classes: dict[str, type[Record | Enum]] = {}
        self.tables = {
            number: table
            for number, layout in enumerate(self.image.layout.tables)
            if number and isinstance(table := getattr(cls, layout.name), Table)
        }
        for table in self.tables.values():
            for part in (table.record, *table.key):
                self._collect(part)
        for action in self.actions:
            for _, shape in action.parameters:
                self._collect(shape)
        self.account = "AccountRecord" if "Account" in self.classes else "Account"

    def text(self) -> str:
        """Return the whole."""
        parts = [_enum(kind) if issubclass(kind, Enum) else _record(kind) for kind in self.classes.values()]
        parts.append(_dataclass(self.account, "What every program has of an account.", _ACCOUNT))
        parts += [self._interface(), self._client()]
        body = "\n\n".join(parts)
        imports = {"import enum\n": "enum.IntEnum", "from collections.abc import Sequence\n": "Sequence["}
        used = "".join(line for line, word in imports.items() if word in body)
        return _HEAD.format(name=self.cls.__name__, imports=used) + "\n" + body

    def _collect(self, shape: Shape) -> None:
        if issubclass(shape, Array):
            self._collect(shape.ITEM)
        elif issubclass(shape, Record | Enum):
            # A record comes after those that it holds.
            for part in attributes_of(shape).values() if issubclass(shape, Record) else ():
                self._collect(part)
            if self.classes.setdefault(shape.__name__, shape) is not shape:
                raise AuthorError(
                    f"{self.cls.__name__} has two classes called {shape.__name__}, and its client needs both",
                    remedy="give one of them another name",
                )

    def _interface(self) -> str:
        layout = self.image.layout
        tables = Brackets.tuple_of([_table_layout(table) for table in layout.tables], "tables=")
        numbers = [f"{name}={getattr(layout, name)!r}" for name in _NUMBERS]
        parts: list[str | Brackets] = [
            f'name="{self.cls.__name__}"',
            f'program_id=bytes.fromhex("{self.image.program_id.hex()}")',
            Brackets("layout=tandem.Layout(", [f"account_bits={layout.account_bits}", tables, *numbers]),
            Brackets.tuple_of([self._action(action) for action in self.actions], "actions="),
        ]
        return Brackets("INTERFACE: Final = tandem.Interface(", parts).text(0) + "\n"

    def _action(self, action: ActionDeclaration) -> Brackets:
        bits = self.image.layout.account_bits
        values = [f'("{name}", {FULL if kind is Field else width_of(kind, bits)})' for name, kind in action.values]
        return Brackets("tandem.Action(", [f'"{action.name}"', Brackets.tuple_of(values)])

    def _client(self) -> str:
        name = f"{self.cls.__name__}Client"
        methods = [self._reader(number, table) for number, table in self.tables.items()]
        methods += [method for tag, action in enumerate(self.actions, start=1) for method in self._callers(tag, action)]
        init = (
            "    def __init__(\n"
            "        self, connection: tandem.Connection, wallet: tandem.Wallet | None = None, *, fee: int | None = None\n"
            "    ) -> None:\n"
            '        """Connect; without a wallet, to look only. `fee` is in gwei, by default what the chain asks for."""\n'
            "        super().__init__(INTERFACE, connection, wallet, fee=fee)\n"
        )
        accounts = _reader_text("accounts", "An account, by its number.", {"key": AccountId}, 0, self.account, _ACCOUNT)
        head = f'class {name}(tandem.Client):\n    """The actions of {self.cls.__name__}, and its records."""\n\n'
        return head + "\n".join([init, accounts, *methods])

    def _reader(self, number: int, table: Table[Record]) -> str:
        keys: dict[str, Shape] = {"key": table.key[0]} if len(table.key) == 1 else {}
        keys = keys or {f"key_{place}": kind for place, kind in enumerate(table.key)}
        record = table.record
        said = f"A record of `{table.name}`; zeros if it is absent."
        return _reader_text(table.name, said, keys, number, record.__name__, attributes_of(record))

    def _callers(self, tag: int, action: ActionDeclaration) -> Iterator[str]:
        values = [value for name, shape in action.parameters for value in _values(name, name, shape)]
        yield _caller_text(
            action.name, action, ["self", "*"] if values else ["self"], ["self._send(", str(tag)], values
        )
        if not action.from_l1:
            return
        name = f"{action.name}{FROM_L1}"
        if any(other.name == name for other in self.actions) or any(t.name == name for t in self.tables.values()):
            raise AuthorError(f"{self.cls.__name__}.{name} is the name of the call of {action.name} from L1", remedy="give it another name")  # fmt: skip
        taken = {parameter for parameter, _ in action.parameters}
        amount = "amount_" if "amount" in taken else "amount"
        yield _caller_text(name, action, ["self", "*", f"{amount}: int = 0"], ["self._call(", amount, str(tag)], values)


def _caller_text(name: str, action: ActionDeclaration, first: list[str], call: list[str], values: list[str]) -> str:
    """Return a method that calls an action.

    Parameters
    ----------
    first
        Its parameters before the action's own.
    call
        What it calls, and that one's first arguments.
    """
    parameters = [*first, *(f"{parameter}: {_written(shape)}" for parameter, shape in action.parameters)]
    doc = inspect.getdoc(action.function) or f"Call {action.name}."
    said = " ".join(doc.split("\n\n")[0].split())
    lines = [said, *(f"{parameter}: {_described(shape)}" for parameter, shape in action.parameters)]
    if call[0] == "self._call(":
        lines[1:1] = [f"From L1, bringing `{call[1]}` gwei."]
    text = f"    {Brackets(f'def {name}(', parameters, ') -> tandem.Receipt:').text(4)}\n"
    return text + _docstring(lines) + f"        {Brackets(f'return {call[0]}', [*call[1:], *values]).text(8)}\n"


def _reader_text(
    name: str, said: str, keys: Mapping[str, Shape], number: int, record: str, attributes: Mapping[str, Shape]
) -> str:
    parameters = ["self", *(f"{key}: {_written(kind)}" for key, kind in keys.items()), "/"]
    text = f"    {Brackets(f'def {name}(', parameters, f') -> {record}:').text(4)}\n"
    text += _docstring([said, *(f"{key}: {_described(kind)}" for key, kind in keys.items())])
    text += f"        values = {Brackets('self._read(', [str(number), *keys]).text(8)}\n"
    return text + f"        {Brackets('return ' + record + '(', _assigned(attributes, 0)).text(8)}\n"


def _assigned(attributes: Mapping[str, Shape], first: int) -> list[str | Brackets]:
    """Return `name=…` for each attribute, read from `values` from `first` on."""
    found: list[str | Brackets] = []
    for name, shape in attributes.items():
        if issubclass(shape, Record):
            found.append(Brackets(f"{name}={shape.__name__}(", _assigned(attributes_of(shape), first)))
        elif issubclass(shape, Array):
            items = f"values[{first}:{first + shape.LENGTH}]"
            kind = _written(shape.ITEM)
            found.append(f"{name}={items}" if kind == "int" else f"{name}=tuple(map({kind}, {items}))")
        else:
            kind = _written(shape)
            found.append(f"{name}=values[{first}]" if kind == "int" else f"{name}={kind}(values[{first}])")
        first += len(leaves(name, shape))
    return found


def _values(name: str, expression: str, shape: Shape) -> Iterator[str]:
    """Yield the single values that an argument is made of, as expressions."""
    if issubclass(shape, Array):
        yield f'*tandem.within({expression}, {shape.LENGTH}, "{name}")'
    elif issubclass(shape, Record):
        for part, kind in attributes_of(shape).items():
            yield from _values(f"{name}.{part}", f"{expression}.{part}", kind)
    else:
        yield expression


def _record(record: type[Record]) -> str:
    return _dataclass(record.__name__, _said_of(record, f"A {record.__name__}."), attributes_of(record))


def _dataclass(name: str, said: str, attributes: Mapping[str, Shape]) -> str:
    lines = ["@dataclasses.dataclass(frozen=True, slots=True)", f"class {name}:", f'    """{_safe(said)}"""', ""]
    for attribute, shape in attributes.items():
        kind = f"tuple[{_written(shape.ITEM)}, ...]" if issubclass(shape, Array) else _written(shape)
        lines += [f"    {attribute}: {kind}", f'    """{_described(shape)}"""']
    return "\n".join(lines) + "\n"


def _enum(kind: type[Enum]) -> str:
    lines = [f"class {kind.__name__}(enum.IntEnum):", f'    """{_safe(_said_of(kind, "One of a few names."))}"""', ""]
    return "\n".join([*lines, *(f"    {name} = {number}" for name, number in kind.MEMBERS.items())]) + "\n"


def _said_of(cls: type, default: str) -> str:
    """Return the first paragraph of a class' own docstring."""
    doc = inspect.cleandoc(vars(cls).get("__doc__") or "") or default
    return " ".join(doc.split("\n\n")[0].split())


def _written(shape: Shape) -> str:
    """Return the type of an argument in Python."""
    if issubclass(shape, Array):
        return f"Sequence[{_written(shape.ITEM)}]"
    if issubclass(shape, Record | Enum):
        return shape.__name__
    return "bool" if shape is Bool else "int"


def _described(shape: Shape) -> str:
    """Return the type of an argument in the program."""
    if issubclass(shape, Array):
        return f"Array[{_described(shape.ITEM)}, {shape.LENGTH}]"
    return shape.__name__


def _table_layout(table: TableLayout) -> Brackets:
    attributes = [f'("{name}", {width})' for name, width in table.attributes]
    keys = [str(width) for width in table.key_widths]
    return Brackets("tandem.TableLayout(", [f'"{table.name}"', Brackets.tuple_of(keys), Brackets.tuple_of(attributes)])


def _docstring(lines: list[str]) -> str:
    head, *more = map(_safe, lines)
    if not more:
        return f'        """{head}"""\n'
    return f'        """{head}\n\n' + "".join(f"        {line}\n" for line in more) + '        """\n'


def _safe(text: str) -> str:
    """Return a text that ends no docstring before its time."""
    return text.replace("\\", "\\\\").replace('"', "'")
