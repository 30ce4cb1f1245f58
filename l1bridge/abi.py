"""Calls, results and events of contracts by their ABI; addresses are 20 bytes both ways, a struct is a tuple."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any, cast

from eth_abi.codec import ABICodec
from eth_abi.decoding import AddressDecoder
from eth_abi.encoding import AddressEncoder
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.registry import registry
from eth_typing import ABIEvent, ABIFunction
from eth_utils.abi import collapse_if_tuple, event_abi_to_log_topic, function_abi_to_4byte_selector

from rollup.errors import AuthorError, DecodeError
from rollup.ports.l1 import Contract, Log

Abi = Sequence[dict[str, Any]]

ERROR_SELECTOR = bytes.fromhex("08c379a0")
"""SPEC: Solidity ABI, `Error(string)`; Vyper's `assert … , reason` reverts with it."""


class _AddressDecoder(AddressDecoder):
    decoder_fn = staticmethod(bytes)  # type: ignore[assignment]  # its own writes hex


@functools.cache
def _codec() -> ABICodec:
    own = registry.copy()  # type: ignore[no-untyped-call]
    own.unregister("address")
    own.register("address", AddressEncoder, _AddressDecoder, label="address")
    return ABICodec(own)


def encode_call(contract: Contract, function: str, args: Sequence[Any]) -> bytes:
    """Return selector and arguments; `AuthorError` if the contract has no such function or the arguments do not fit."""
    entry = _entry(contract, function, len(args))
    return function_abi_to_4byte_selector(cast("ABIFunction", entry)) + _encode(
        f"{contract.name}.{function}", entry["inputs"], args
    )


def decode_result(contract: Contract, function: str, count: int, data: bytes) -> Any:
    """Return what a call of `function` with `count` arguments returned: None, a value, or a tuple of several."""
    outputs = _entry(contract, function, count)["outputs"]
    values = _decode(f"result of {contract.name}.{function}", _types(outputs), data)
    return values[0] if len(values) == 1 else values or None


def encode_constructor(name: str, abi: Abi, args: Sequence[Any]) -> bytes:
    """Return what follows the init code; `AuthorError` if the arguments do not fit."""
    inputs: Abi = next((entry["inputs"] for entry in abi if entry["type"] == "constructor"), ())
    return _encode(f"constructor of {name}", inputs, args)


def decode_event(contract: Contract, log: Log) -> tuple[str, dict[str, Any]]:
    """Return an event's name and arguments; `DecodeError` if the log is not one of the contract's."""
    if log.address != contract.address:
        raise DecodeError("abi: a log of another contract", expected=contract.address.hex(), got=log.address.hex())
    topic = log.topics[0] if log.topics else b""
    entry = _events(contract.abi).get(topic)
    if entry is None:
        raise DecodeError(f"abi: {contract.name} has no event of topic 0x{topic.hex()}")
    what = f"event {contract.name}.{entry['name']}"
    indexed = [item for item in entry["inputs"] if item["indexed"]]
    plain = [item for item in entry["inputs"] if not item["indexed"]]
    if len(indexed) != len(log.topics) - 1:
        raise DecodeError(f"abi: {what} has another number of topics", expected=len(indexed), got=len(log.topics) - 1)
    # SPEC: an indexed value of dynamic size is given as its hash; Vyper contracts here index static values only.
    found = {
        item["name"]: _decode(what, _types([item]), data)[0] for item, data in zip(indexed, log.topics[1:], strict=True)
    }
    values = dict(zip((item["name"] for item in plain), _decode(what, _types(plain), log.data), strict=True))
    return entry["name"], {item["name"]: (found | values)[item["name"]] for item in entry["inputs"]}


def revert_reason(data: bytes) -> str | None:
    """Return the string of `Error(string)`; None if `data` is anything else."""
    if data[:4] != ERROR_SELECTOR:
        return None
    try:
        reason: str = _codec().decode(["string"], data[4:])[0]
    except (DecodingError, UnicodeDecodeError):
        return None
    return reason


def _entry(contract: Contract, function: str, count: int) -> dict[str, Any]:
    named = [entry for entry in contract.abi if entry["type"] == "function" and entry["name"] == function]
    if not named:
        raise AuthorError(f"contract {contract.name} has no function {function}")
    for entry in named:  # Vyper lists a function with defaults once for each number of arguments
        if len(entry["inputs"]) == count:
            return entry
    counts = " or ".join(str(len(entry["inputs"])) for entry in named)
    raise AuthorError(f"{contract.name}.{function} takes another number of arguments", expected=counts, got=count)


def _events(abi: Abi) -> dict[bytes, dict[str, Any]]:
    return {bytes(event_abi_to_log_topic(cast("ABIEvent", entry))): entry for entry in abi if entry["type"] == "event"}


def _types(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [collapse_if_tuple(entry) for entry in entries]


def _encode(what: str, inputs: Sequence[dict[str, Any]], args: Sequence[Any]) -> bytes:
    types = _types(inputs)
    if len(types) != len(args):
        raise AuthorError(f"{what} takes another number of arguments", expected=len(types), got=len(args))
    try:
        return _codec().encode(types, list(args))
    except (EncodingError, TypeError) as error:
        raise AuthorError(f"{what}: an argument does not fit its type: {error}", expected=", ".join(types)) from error


def _decode(what: str, types: list[str], data: bytes) -> tuple[Any, ...]:
    try:
        return tuple(_codec().decode(types, data))
    except (DecodingError, UnicodeDecodeError) as error:
        raise DecodeError(f"abi: {what} does not decode: {error}", expected=", ".join(types), got=data.hex()) from error
