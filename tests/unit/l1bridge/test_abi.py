"""Calls and events against web3's own coder, which these do not use."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from l1bridge import abi
from rollup.errors import AuthorError, DecodeError
from rollup.ports.l1 import Contract, Log

POINT = {
    "name": "p",
    "type": "tuple",
    "components": [{"name": "x", "type": "uint256"}, {"name": "who", "type": "address"}],
}
INPUTS: list[dict[str, Any]] = [
    {"name": "a", "type": "uint256"},
    {"name": "b", "type": "bytes32"},
    {"name": "c", "type": "bytes"},
    {"name": "d", "type": "address"},
    POINT,
    POINT | {"name": "q", "type": "tuple[]"},
    {"name": "r", "type": "int128[2]"},
    {"name": "s", "type": "string"},
    {"name": "t", "type": "bool"},
]
ABI: tuple[dict[str, Any], ...] = (
    {"type": "constructor", "inputs": INPUTS, "stateMutability": "nonpayable"},
    {"type": "function", "name": "f", "inputs": INPUTS, "outputs": INPUTS, "stateMutability": "nonpayable"},
    {"type": "function", "name": "g", "inputs": [], "outputs": [], "stateMutability": "nonpayable"},
    {
        "type": "event",
        "name": "E",
        "anonymous": False,
        "inputs": [item | {"indexed": item["name"] in "abd"} for item in INPUTS],
    },
)
ADDRESS = bytes(range(20))
CONTRACT = Contract("coder", ADDRESS, ABI)

addresses = st.binary(min_size=20, max_size=20)
points = st.tuples(st.integers(0, 2**256 - 1), addresses)
values = st.tuples(
    st.integers(0, 2**256 - 1),
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=70),
    addresses,
    points,
    st.lists(points, max_size=3).map(tuple),
    st.tuples(st.integers(-(2**127), 2**127 - 1), st.integers(-(2**127), 2**127 - 1)),
    st.text(max_size=20),
    st.booleans(),
)


def web3_contract() -> Any:
    return Web3().eth.contract(address=Web3.to_checksum_address(ADDRESS), abi=ABI, bytecode="0x00")


def checksummed(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(checksummed, value))
    return Web3.to_checksum_address(value) if isinstance(value, bytes) and len(value) == 20 else value


@given(values)
def test_encode_call_when_arguments_are_any_equals_web3(args: tuple[Any, ...]) -> None:
    plain = [checksummed(arg) if index != 2 else arg for index, arg in enumerate(args)]
    assert abi.encode_call(CONTRACT, "f", args).hex() == web3_contract().encode_abi("f", plain)[2:]


@given(values)
def test_decode_result_when_encoded_as_a_call_gives_the_arguments(args: tuple[Any, ...]) -> None:
    encoded = abi.encode_call(CONTRACT, "f", args)[4:]
    assert abi.decode_result(CONTRACT, "f", len(args), encoded) == args
    assert abi.encode_constructor("coder", ABI, args) == encoded
    with pytest.raises(DecodeError):
        abi.decode_result(CONTRACT, "f", len(args), encoded[:-33])


def test_decode_result_when_nothing_is_returned_is_none() -> None:
    assert abi.decode_result(CONTRACT, "g", 0, b"") is None


@given(values)
def test_decode_event_when_arguments_are_any_equals_web3(args: tuple[Any, ...]) -> None:
    names = [item["name"] for item in INPUTS]
    encoded = dict(zip(names, args, strict=True))
    topics = [
        Web3.keccak(
            text="E(uint256,bytes32,bytes,address,(uint256,address),(uint256,address)[],int128[2],string,bool)"
        ),
        encoded["a"].to_bytes(32, "big"),
        encoded["b"],
        bytes(12) + encoded["d"],
    ]
    plain = [item for item in INPUTS if item["name"] not in "abd"]
    data = abi._encode("E", plain, [encoded[item["name"]] for item in plain])
    log = Log(ADDRESS, tuple(map(bytes, topics)), data, 1, bytes(32), bytes(32), 0, 0)
    name, found = abi.decode_event(CONTRACT, log)
    raw: Any = {
        "address": Web3.to_checksum_address(ADDRESS),
        "topics": topics,
        "data": data,
        "blockNumber": 1,
        "blockHash": bytes(32),
        "transactionHash": bytes(32),
        "transactionIndex": 0,
        "logIndex": 0,
    }
    theirs = web3_contract().events.E().process_log(raw)["args"]
    assert (name, found) == ("E", encoded)
    assert (theirs["a"], theirs["c"], theirs["s"], theirs["t"]) == (found["a"], found["c"], found["s"], found["t"])
    assert bytes.fromhex(theirs["d"][2:]) == found["d"]


def test_decode_event_when_the_topic_is_unknown_is_refused() -> None:
    for topics in ((), (bytes(32),)):
        with pytest.raises(DecodeError, match="no event of topic"):
            abi.decode_event(CONTRACT, Log(ADDRESS, topics, b"", 1, bytes(32), bytes(32), 0, 0))


def test_decode_event_when_topics_or_data_are_cut_is_refused() -> None:
    topic = bytes(
        Web3.keccak(text="E(uint256,bytes32,bytes,address,(uint256,address),(uint256,address)[],int128[2],string,bool)")
    )
    for topics in ((topic,), (topic, bytes(32), bytes(32), bytes(32))):
        with pytest.raises(DecodeError):
            abi.decode_event(CONTRACT, Log(ADDRESS, topics, b"\1" * 40, 1, bytes(32), bytes(32), 0, 0))


@pytest.mark.parametrize("bad", [-1, 2**256, "text", None, b""], ids=str)
def test_encode_call_when_an_argument_does_not_fit_names_the_author(bad: object) -> None:
    good = (0, bytes(32), b"", ADDRESS, (0, ADDRESS), (), (0, 0), "", True)
    with pytest.raises(AuthorError, match=r"coder\.f: an argument does not fit"):
        abi.encode_call(CONTRACT, "f", (bad, *good[1:]))


@pytest.mark.parametrize("data", [b"", b"\x08\xc3\x79\xa0", b"\x08\xc3\x79\xa0" + b"\xff" * 64, b"abcd" + bytes(64)])
def test_revert_reason_when_the_data_is_no_error_string_is_none(data: bytes) -> None:
    assert abi.revert_reason(data) is None
