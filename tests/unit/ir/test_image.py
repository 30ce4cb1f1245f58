from dataclasses import replace
from typing import Any

import pytest
from web3 import Web3

from examples.tokens import Tokens
from rollup.crypto.keccak import keccak256
from rollup.ir.codec import encode_constants, encode_instructions
from rollup.ir.image import Image, code_position
from rollup.params import TAG_DEPOSIT, TAG_FEES

IMAGE = Tokens.image()


def keccak(data: bytes) -> bytes:
    """Hash as web3 does, which is not ours."""
    return bytes(Web3.keccak(data))


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_keccak_is_that_of_ethereum() -> None:
    assert keccak256().hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"tan", b"dem") == keccak(b"tandem")


@pytest.mark.parametrize("tag", [1, 2, 3, TAG_DEPOSIT, TAG_FEES])
def test_path_of_code_leads_from_its_leaf_to_the_root(tag: int) -> None:
    node, position = IMAGE.code_leaf(tag), code_position(tag)
    for sibling in IMAGE.code_path(tag):
        node = keccak(sibling + node if position & 1 else node + sibling)
        position >>= 1
    assert node == IMAGE.code_root


def test_leaf_of_code_hashes_tag_widths_pool_and_code() -> None:
    graph = IMAGE.action("transfer")
    widths = bytes([20, 8, 64]) + bytes(29)
    code = (keccak(encode_constants(graph.constants)), keccak(encode_instructions(graph.instructions)))
    assert IMAGE.code_leaf(3) == keccak(word(3) + widths + code[0] + code[1])


def test_identity_hashes_the_layout_and_the_root() -> None:
    words = [20, 28, 2, 15, 224, 9, 128, 32, 3, int.from_bytes(bytes([5, 1]) + bytes(30), "big"), 0]
    assert IMAGE.program_id == keccak(b"".join(map(word, words)) + IMAGE.code_root)


@pytest.mark.parametrize(
    "change",
    [
        {"account_bits": 21},
        {"argument_bits": 225},
        {"stride": 14},
        {"capacity": 64},
        {"inbox_cap": 8},
        {"table_bits": 3},
    ],
    ids=str,
)
def test_identity_changes_with_each_constant_of_the_layout(change: dict[str, Any]) -> None:
    assert replace(IMAGE, layout=replace(IMAGE.layout, **change)).program_id != IMAGE.program_id


def test_identity_changes_with_code_and_not_with_messages() -> None:
    graph = IMAGE.actions[2]
    silent = replace(IMAGE, actions=(*IMAGE.actions[:2], replace(graph, checks=())))
    assert silent.program_id == IMAGE.program_id
    shorter = replace(IMAGE, actions=(*IMAGE.actions[:2], replace(graph, instructions=graph.instructions[:-1])))
    assert shorter.program_id != IMAGE.program_id


@pytest.mark.parametrize("tag", [0, 4, 0xF2])
def test_tag_that_is_not_known_has_no_graph_and_no_path(tag: int) -> None:
    for ask in (IMAGE.graph, IMAGE.code_leaf, IMAGE.code_path):
        with pytest.raises(KeyError, match="no action of tag"):
            ask(tag)


def test_actions_are_found_by_name() -> None:
    assert [IMAGE.action(name).tag for name in ("withdraw", "mint", "transfer")] == [1, 2, 3]
    with pytest.raises(KeyError, match="no action burn"):
        IMAGE.action("burn")
    assert isinstance(IMAGE, Image)
