"""A genesis file: read strictly, each error naming the place; and what may stand in none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from rollup import (  # fmt: skip
    U8,
    U64,
    AccountId,
    Array,
    Bool,
    Enum,
    Field,
    L1Address,
    Program,
    Record,
    Table,
    Transaction,
    action,
    invariant,
)
from rollup.cli.app import build
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.errors import OutsideError, PeerError, TandemError
from rollup.program.genesis_file import parse_genesis, read_genesis
from rollup.state.genesis import GenesisState
from rollup.state.header import Header
from rollup.state.tree import Tree


class Side(Enum):
    """A choice."""

    NONE = 0
    BUY = 3


class Limit(Record):
    """Nested."""

    whole: U64
    part: U8


class Order(Record):
    """Something of everything."""

    side: Side
    sizes: Array[U8, 2]  # type: ignore[valid-type]
    limit: Limit
    is_open: Bool
    mark: Field
    owner: L1Address


class Purse(Record):
    """What has a rule."""

    held: U64
    owed: U64


class Desk(Program):
    """Two tables."""

    account_bits = 4
    orders = Table(Order, key=(AccountId, U8))
    purses = Table(Purse, key=AccountId)

    @invariant(purses)
    def solvent(self, purse):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """Hold what is owed."""
        return purse.owed <= purse.held

    @action
    def nothing(self, tx: Transaction, a: U8) -> None:
        """Do nothing."""


LAYOUT = Desk.image().layout
KEY = eddsa.generate(bytes(32)).public


def genesis() -> dict[str, Any]:
    return {
        "format": "tandem-genesis-1",
        "program": "Desk",
        "accounts": [
            {"key": [hex(KEY.x), str(KEY.y)], "l1_address": "0xa1", "balance": 70, "nonce": "5"},
            {"key": [1, 2]},
        ],
        "tables": {
            "orders": [
                {"key": [2, "0x09"], "side": "BUY", "sizes": [1, 2], "limit": {"whole": "7", "part": 8}, "is_open": True, "mark": str(R - 1), "owner": "0xff"},
                {"key": [2, 10], "side": 3, "sizes": [0, 5]},
            ],
            "purses": [{"key": 1, "held": 9, "owed": 9}, {"key": [3], "held": 1}],
        },
    }  # fmt: skip


def parsed(data: object) -> GenesisState:
    return parse_genesis(Desk, json.dumps(data).encode(), "g.json")


def test_file_gives_the_records_that_it_names() -> None:
    state = parsed(genesis())
    index, key = LAYOUT.tree_index, LAYOUT.key
    assert state.next_account == 3
    assert state.records == {
        1: (KEY.x, KEY.y, 0xA1, 5, 70),
        2: (1, 2, 0, 0, 0),
        index(1, key(1, 2, 9)): (3, 1, 2, 7, 8, 1, R - 1, 0xFF),
        index(1, key(1, 2, 10)): (3, 0, 5, 0, 0, 0, 0, 0),
        index(2, 1): (9, 9),
        index(2, 3): (1, 0),
    }
    assert state.funds(LAYOUT) == 70
    expected = Tree(LAYOUT.depth)
    for place, record in state.records.items():
        expected.update(place, record)
    assert state.header(LAYOUT) == Header(expected.root, 0, 0, 0, 3, 0)


def test_file_of_nothing_is_the_empty_state() -> None:
    assert parsed({"format": "tandem-genesis-1"}) == GenesisState()


def put(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


ORDER = ("tables", "orders", 0)
WRONG: list[tuple[Callable[[Any], None], str]] = [
    (put("format", value="tandem-genesis-2"), "format is not as it must be; expected tandem-genesis-1"),
    (put("program", value="Tokens"), "program is not as it must be; expected Desk"),
    (put("notes", value=1), "notes is unknown here; expected format, program, accounts, tables"),
    (put("accounts", value={}), "accounts is not as it must be; expected a list"),
    (put("accounts", 0, "key", value=[1]), r"accounts\[0\].key is not as it must be; expected the two coordinates"),
    (put("accounts", 0, "key", value=[1, R]), r"accounts\[0\].key is not as it must be; expected a number, below"),
    (put("accounts", 1, value={}), r"accounts\[1\] lacks key"),
    (put("accounts", 1, "balance", value=2**64), r"accounts\[1\].balance"),
    (put("accounts", 1, "balance", value=2**64 - 70), "all balances together"),
    (put("accounts", 1, "nonce", value=2**160), "nonce of account 2"),
    (put("accounts", 1, "l1_address", value=-1), r"accounts\[1\].l1_address"),
    (put("accounts", 1, "l1_address", value=True), r"accounts\[1\].l1_address"),
    (put("accounts", 1, "key", value=[0, 0]), "record 2 of accounts is absent"),
    (put("accounts", value=[{"key": [1, 2]}] * 16), "at most 15 accounts"),
    (put("tables", "coins", value=[]), "coins is unknown here; expected orders, purses"),
    (put(*ORDER, "key", value=[2]), r"tables.orders\[0\].key is not as it must be; expected 2 parts"),
    (put(*ORDER, "key", value=[16, 0]), r"tables.orders\[0\].key is not as it must be; expected AccountId, below 16"),
    (put(*ORDER, "key", value=[2, 10]), r"tables.orders\[1\].key stands before"),
    (put(*ORDER, "side", value="SELL"), r"tables.orders\[0\].side is not as it must be; expected NONE, BUY"),
    (put(*ORDER, "side", value=1), r"tables.orders\[0\].side"),
    (put(*ORDER, "sizes", value=[1, 256]), r"tables.orders\[0\].sizes.1"),
    (put(*ORDER, "sizes", value=[1, 2, 3]), r"tables.orders\[0\].sizes.2 is no attribute of orders"),
    (put(*ORDER, "limit", value=5), r"tables.orders\[0\].limit is no attribute of orders"),
    (put(*ORDER, "limit", value={"half": 5}), r"tables.orders\[0\].limit.half is no attribute"),
    (put(*ORDER, "is_open", value=2), r"tables.orders\[0\].is_open"),
    (put(*ORDER, "mark", value=1.5), r"tables.orders\[0\].mark"),
    (put(*ORDER, "mark", value="1_0"), r"tables.orders\[0\].mark"),
    (put("tables", "purses", 1, value={"key": 3}), "record 3 of purses is absent"),
    (put("tables", "purses", 1, "owed", value=2), "record 3 of purses is not as solvent says"),
]


@pytest.mark.parametrize(("change", "why"), WRONG)
def test_file_that_says_what_it_may_not_is_refused_and_the_place_named(change: Callable[[Any], None], why: str) -> None:
    data = genesis()
    change(data)
    with pytest.raises(PeerError, match=why):
        parsed(data)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[1]", b'{"format": "a", "format": "b"}', b"[" * 100_000])
def test_what_is_no_json_or_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(PeerError, match=r"g\.json"):
        parse_genesis(Desk, text, "g.json")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(path=st.sampled_from([("accounts",), ("accounts", 0), ("accounts", 0, "key"), ("accounts", 0, "balance"), ("tables",), ("tables", "orders"), ORDER, (*ORDER, "key"), (*ORDER, "side"), (*ORDER, "limit"), (*ORDER, "sizes"), (*ORDER, "mark")]), value=anything)  # fmt: skip
def test_whatever_stands_anywhere_is_read_or_refused(path: tuple[str | int, ...], value: object) -> None:
    data = genesis()
    put(*path, value=value)(data)
    try:
        state = parsed(data)
    except TandemError as error:
        assert "genesis" in str(error) or "g.json" in str(error)  # noqa: PT017
    else:
        state.require_sound(LAYOUT)


def test_state_of_records_that_no_file_can_have_is_refused() -> None:
    for records, next_account, why in (
        ({0: (1, 2, 0, 0, 0)}, 2, "account 0 has a record"),
        ({2: (1, 2, 0, 0, 0)}, 2, "account 2 has a record"),
        ({1: (1, 2)}, 2, "another number of attributes"),
        ({LAYOUT.tree_index(3, 0): (1,)}, 2, "lies in no table"),
        ({LAYOUT.tree_index(2, 16): (1, 0)}, 2, "lies in no table"),
        ({}, 17, "next account"),
        ({}, 0, "next account"),
    ):
        with pytest.raises(PeerError, match=why):
            GenesisState(next_account, records).require_sound(LAYOUT)


def test_state_of_another_chain_is_refused_with_both() -> None:
    state = parsed(genesis())
    state.require_that_of(LAYOUT, state.header(LAYOUT), 70)
    with pytest.raises(PeerError, match="starts from another state"):
        GenesisState().require_that_of(LAYOUT, state.header(LAYOUT), 0)
    with pytest.raises(PeerError, match=r"not what was brought.*expected 69, got 70"):
        state.require_that_of(LAYOUT, state.header(LAYOUT), 69)


def test_command_prints_what_the_chain_starts_from(tmp_path: Path) -> None:
    file, program = tmp_path / "g.json", f"{__file__}:Desk"
    file.write_text(json.dumps(genesis()))
    run = CliRunner().invoke(build(["genesis"]), ["genesis", program, str(file), "--json"])
    found = json.loads(run.stdout)
    state = read_genesis(Desk, file)
    assert (found["accounts"], found["records"], found["funds_gwei"]) == (2, 6, 70)
    assert found["state_root"] == hex(state.header(LAYOUT).state_root)
    assert "state root" in CliRunner().invoke(build(["genesis"]), ["genesis", program, str(file)]).stdout
    with pytest.raises(OutsideError, match="cannot be read"):
        read_genesis(Desk, tmp_path / "none.json")
