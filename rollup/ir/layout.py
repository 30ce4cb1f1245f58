"""The constants of a program: its tables, the shape of its tree, and where a transaction's parts lie (SPEC §2, §4)."""

from dataclasses import dataclass
from typing import Final

from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    DEFAULT_CAPACITY,
    DEFAULT_INBOX_CAP,
    DEFAULT_TABLE_BITS,
    GROUP,
    PACKED_FEE_BITS,
    SCALAR_BITS,
    SIGN_BITS,
    SIGNED_BITS,
    TAG_BITS,
)

ELEMENT: Final = 0
"""The width that an attribute of a full element has; inputs and arguments say `FULL`."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table of records.

    Parameters
    ----------
    name
        Unique in its program.
    key_widths
        Bits of the parts of its key, the highest part first.
    attributes
        Name and width in bits of each attribute; the width of a full element is 0.
    """

    name: str
    key_widths: tuple[int, ...]
    attributes: tuple[tuple[str, int], ...]

    @property
    def key_bits(self) -> int:
        """Width of the whole key."""
        return sum(self.key_widths)

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths of the attributes; 0 for a full element."""
        return tuple(width for _, width in self.attributes)


def accounts_table(account_bits: int) -> TableLayout:
    """Return table 0 of every program; its attributes are numbered by `params.AccountAttribute`."""
    attributes = (
        ("key_x", ELEMENT),
        ("key_y", ELEMENT),
        ("l1_address", ADDRESS_BITS),
        ("nonce", ELEMENT),
        ("balance", AMOUNT_BITS),
    )
    return TableLayout("accounts", (account_bits,), attributes)


@dataclass(frozen=True)
class Layout:
    """What every part of the machine must know of a program besides its code.

    Parameters
    ----------
    account_bits
        Width of an account's number.
    tables
        `accounts` first.
    argument_bits
        The largest width of any action's arguments together.
    stride
        Slots that each transaction takes, besides the element of its r_y.
    actions
        Their tags are 1 … actions.
    calls
        Tags of those that can be called from L1, ascending.
    capacity
        Transactions that a batch can hold; a multiple of 4.
    inbox_cap
        Messages that a batch can consume.
    table_bits
        There are at most 2^table_bits tables.
    """

    account_bits: int
    tables: tuple[TableLayout, ...]
    argument_bits: int
    stride: int
    actions: int
    capacity: int = DEFAULT_CAPACITY
    inbox_cap: int = DEFAULT_INBOX_CAP
    table_bits: int = DEFAULT_TABLE_BITS
    calls: tuple[int, ...] = ()

    @property
    def key_bits(self) -> int:
        """Width of the widest key."""
        return max(table.key_bits for table in self.tables)

    @property
    def depth(self) -> int:
        """Levels of the 4-ary tree, two bits of the index each."""
        return (self.table_bits + self.key_bits + 1) // 2

    @property
    def sender_offset(self) -> int:
        """Bit of a transaction at which its sender starts; its tag starts at 0."""
        return TAG_BITS

    @property
    def fee_offset(self) -> int:
        """Bit at which the packed fee starts."""
        return self.sender_offset + self.account_bits

    @property
    def s_offset(self) -> int:
        """Bit at which the signature's scalar starts."""
        return self.fee_offset + PACKED_FEE_BITS

    @property
    def r_sign_offset(self) -> int:
        """Bit that is the sign of R."""
        return self.s_offset + SCALAR_BITS

    @property
    def arguments_offset(self) -> int:
        """Bit at which the first argument starts."""
        return self.r_sign_offset + SIGN_BITS

    @property
    def word_widths(self) -> tuple[int, ...]:
        """Widths of the words in which the arguments are signed: 252 bits each, the last one what is left over."""
        return tuple(min(SIGNED_BITS, self.argument_bits - at) for at in range(0, self.argument_bits, SIGNED_BITS))

    @property
    def group_elements(self) -> int:
        """Elements of a group of four transactions: the r_y of each, and one for each slot that a transaction takes."""
        return GROUP + self.stride

    @property
    def data_elements(self) -> int:
        """Elements that `capacity` transactions take."""
        return self.elements_of(self.capacity)

    def elements_of(self, transactions: int) -> int:
        """Return how many elements a number of transactions takes, a multiple of 4."""
        return transactions // GROUP * self.group_elements

    def tree_index(self, table: int, key: int) -> int:
        """Return the leaf at which a record lies."""
        return table << self.key_bits | key

    def key(self, table: int, *parts: int) -> int:
        """Concatenate the parts of a table's key, the first one highest; `ValueError` if their number or a range is wrong."""
        widths = self.tables[table].key_widths
        if len(parts) != len(widths):
            raise ValueError(f"layout: a key of {self.tables[table].name} has {len(widths)} parts, not {len(parts)}")
        key = 0
        for part, width in zip(parts, widths, strict=True):
            if not 0 <= part < 1 << width:
                raise ValueError(f"layout: key part {part} of {self.tables[table].name} is outside [0, 2**{width})")
            key = key << width | part
        return key

    def table_id(self, name: str) -> int:
        """Return a table's number; `KeyError` if there is none of this name."""
        for number, table in enumerate(self.tables):
            if table.name == name:
                return number
        raise KeyError(f"layout: no table is called {name}")

    def words(self) -> tuple[int, ...]:
        """Return the words that a program's identity hashes before `code_root` (SPEC §5)."""
        widths = int.from_bytes(bytes(len(table.attributes) for table in self.tables).ljust(32, b"\0"), "big")
        shape = (self.account_bits, self.key_bits, self.table_bits, self.depth, self.argument_bits, self.stride)
        calls = sum(1 << tag for tag in self.calls)
        return (*shape, self.capacity, self.inbox_cap, self.actions, widths, calls)
