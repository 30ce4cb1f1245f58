"""The ABI says enough for another language: transactions and keys are made here from the JSON alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.tokens import Tokens
from rollup.batch.transaction import Transaction
from rollup.cli import app
from rollup.crypto import eddsa
from rollup.program import Program
from rollup.program.abi import abi_of
from tests.programs.market import Market

GOLDEN = Path(__file__).parents[2] / "golden" / "abi"
SECRET = eddsa.generate(b"abi" + bytes(29))
DOMAIN, NONCE = 0xD0, 5


@pytest.mark.parametrize("program", [Tokens, Market])
def test_abi_is_the_committed_one(program: type[Program]) -> None:
    path = GOLDEN / f"{program.__name__.lower()}.json"
    text = json.dumps(abi_of(program), indent=2) + "\n"
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), "the ABI changed: see it with git diff after TANDEM_WRITE_GOLDEN=1 pytest"


def test_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        app.main(("abi", "examples.tokens:Tokens"))
    assert stopped.value.code == 0
    assert json.loads(capsys.readouterr().out) == json.loads((GOLDEN / "tokens.json").read_text())


def packed_fee(gwei: int) -> int:
    exponent = max(gwei.bit_length() - 11, 0)
    assert gwei % (1 << exponent) == 0
    return (gwei >> exponent) + 2048 * exponent


def in_a_row(parts: list[tuple[int, int]]) -> int:
    """Values and widths, the first one lowest."""
    total = at = 0
    for value, width in parts:
        assert 0 <= value < 1 << width
        total, at = total | value << at, at + width
    return total


def signed_by_hand(abi: dict[str, Any], action: dict[str, Any], sender: int, fee: int, values: list[int]) -> list[int]:
    layout = abi["layout"]
    arguments = in_a_row([(value, item["bits"]) for value, item in zip(values, action["arguments"], strict=True)])
    call = ((NONCE * 2**42 + fee) * 2 ** layout["account_bits"] + sender) * 2**8 + action["tag"]
    words = [arguments >> at & (1 << 252) - 1 for at in range(0, layout["argument_bits"], 252)]
    return [DOMAIN, call, *words]


def written_by_hand(
    abi: dict[str, Any], action: dict[str, Any], sender: int, fee: int, values: list[int], signature: eddsa.Signature
) -> bytes:
    layout = abi["layout"]
    arguments = [(value, item["bits"]) for value, item in zip(values, action["arguments"], strict=True)]
    head = [(action["tag"], 8), (sender, layout["account_bits"]), (packed_fee(fee), 16)]
    bits = in_a_row([*head, (signature.s, 252), (signature.r_sign, 1), *arguments])
    return signature.r_y.to_bytes(32, "big") + bits.to_bytes(-(-63 * layout["stride"] // 8), "little")


@pytest.mark.parametrize("program", [Tokens, Market])
@given(data=st.data())
def test_transaction_written_from_the_abi_alone_is_ours(program: type[Program], data: st.DataObject) -> None:
    image, abi = program.image(), json.loads(json.dumps(abi_of(program)))
    action = data.draw(st.sampled_from(abi["actions"]))
    values = [data.draw(st.integers(0, (1 << min(item["bits"], 254)) - 1)) for item in action["arguments"]]
    sender = data.draw(st.integers(0, 2 ** abi["layout"]["account_bits"] - 1))
    fee = data.draw(st.integers(0, 2047)) << data.draw(st.integers(0, 31))
    message = signed_by_hand(abi, action, sender, fee, values)
    ours = Transaction(action["tag"], sender, fee, tuple(values))
    assert tuple(message) == ours.message(image, DOMAIN, NONCE)
    signature = eddsa.sign(SECRET, message)
    signed = ours.sign(SECRET, image, DOMAIN, NONCE)
    assert written_by_hand(abi, action, sender, fee, values, signature) == signed.to_bytes(image)


@given(st.integers(0, 2**20 - 1), st.integers(0, 255))
def test_key_made_from_the_abi_alone_is_ours(account: int, token: int) -> None:
    image, abi = Tokens.image(), abi_of(Tokens)
    table = next(item for item in abi["tables"] if item["name"] == "balances")
    key = 0
    for value, part in zip((account, token), table["key"], strict=True):
        key = key << part["bits"] | value
    index = (table["number"] << abi["layout"]["key_bits"]) + key
    number = image.layout.table_id("balances")
    assert index == image.layout.tree_index(number, image.layout.key(number, account, token))
