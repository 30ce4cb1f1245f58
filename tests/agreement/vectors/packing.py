"""Transactions in their groups, and what they decode to (SPEC §4, Data). Bits are written here as text, the first one first."""

from collections.abc import Sequence
from typing import Final

from tests.agreement.vectors.words import R, render

SLOT, SLOTS_PER_ELEMENT, ELEMENT = 63, 4, 252
WIDTHS: Final = (8, 255, 64, 255)
"""Of the arguments: 8 bits, a full element, 64 bits, a full element."""
ACCOUNT_BITS, STRIDE = 6, 14
ARGUMENT_BITS: Final = 590
"""As if another action had 8 bits more of arguments; so the last word holds 8 bits of this one's padding."""
GROUP: Final = 4
NAMES: Final = ("tag", "sender", "fee", "s", "r_sign", "r_y", "arg0", "arg1", "arg2", "arg3")
BITS: Final = tuple(name for name in NAMES if name != "r_y")
FIELDS: Final = dict(zip(BITS, (8, ACCOUNT_BITS, 16, 252, 1, *WIDTHS), strict=True))
TEMPLATE: Final = {
    "tag": 1,
    "sender": 45,
    "fee": 3 << 11 | 1025,
    "s": 2**252 - 2,
    "r_sign": 1,
    "r_y": R - 1,
    "arg0": 200,
    "arg1": R - 2,
    "arg2": 2**63 + 1,
    "arg3": 2**254 + 12345,
}


def little_endian(value: int, width: int) -> str:
    """Return a number as `width` binary digits, the least significant first."""
    digits = format(value, "b")
    assert len(digits) <= width, f"{value} has no {width} bits"
    return digits[::-1].ljust(width, "0")


def pack(parts: Sequence[tuple[int, int]], stride: int) -> str:
    """Return the bits of a transaction: its parts, then zeros to the end of its slots."""
    return "".join(little_endian(value, width) for value, width in parts).ljust(SLOT * stride, "0")


def elements_of_bits(bits: str) -> list[int]:
    """Return the elements that carry these bits."""
    return [int(bits[at : at + ELEMENT][::-1], 2) for at in range(0, len(bits), ELEMENT)]


def cases() -> list[dict[str, object]]:
    """Return elements, the number of the transaction among them, its parts as they are read, and the words that are signed."""
    fee = 1025 * 8
    rows = [
        _case("canonical", {}, {}, fee=fee),
        _case("all zeros but the tag", dict.fromkeys(NAMES[1:], 0), {}, fee=0),
        _case("largest fee", {"fee": 31 << 11 | 2047}, {}, fee=2047 << 31),
        _case("least mantissa", {"fee": 31 << 11 | 1024}, {}, fee=1024 << 31),
        _case("mantissa of a number that has no exponent", {"fee": 1023}, {}, fee=1023),
        _case("mantissa too small", {"fee": 1 << 11 | 1023}, {}, fee=2046, decodable=False),
        _case("no mantissa", {"fee": 5 << 11}, {}, fee=0, decodable=False),
    ]
    rows += [
        _case(f"{name} of {value:#x}", {name: value}, {name: 0}, fee=fee, decodable=False)
        for name in ("arg1", "arg3")
        for value in (R, 2**255 - 1, R + 2**200)
    ]
    rows += [_case(f"number {number}", {}, {}, fee=fee, number=number) for number in (1, 2, 3, 4, 7)]
    rows += [
        _case(f"elements with {high} above the slots", {}, {}, fee=fee, number=number, high=high)
        for number, high in ((0, 1), (1, 2), (2, 4), (3, 6))
    ]
    bits = sum(FIELDS.values())
    rows += [
        _case(f"bit {k} of the padding", {}, {}, fee=fee, decodable=False, one=bits + k)
        for k in (0, 1, SLOT * STRIDE - bits - 1)
    ]
    return rows


def _case(
    name: str,
    written: dict[str, int],
    read: dict[str, int],
    *,
    fee: int,
    decodable: bool = True,
    number: int = 0,
    high: int = 0,
    one: int | None = None,
) -> dict[str, object]:
    """Return a case: the template with other parts `written`, which are read as they stand but where `read` says otherwise.

    Parameters
    ----------
    number
        Of the transaction; all others of its group and the groups before it are ones, with other r_y.
    high
        What stands in the three bits of each element above its slots.
    one
        A bit of the transaction that is set.
    """
    parts = {**TEMPLATE, **written}
    bits = pack([(parts[part], FIELDS[part]) for part in BITS], STRIDE)
    if one is not None:
        bits = bits[:one] + "1" + bits[one + 1 :]
    got = {**parts, **read, "fee": fee, "decodable": decodable}
    elements: list[int] = []
    for first in range(0, number + 1, GROUP):
        places = range(first, first + GROUP)
        elements += [parts["r_y"] if place == number else 1000 + place for place in places]
        body = "".join(bits if place == number else "1" * SLOT * STRIDE for place in places)
        elements += [high * 2**ELEMENT | element for element in elements_of_bits(body)]
    text = bits[sum(FIELDS[part] for part in BITS[:5]) :][:ARGUMENT_BITS]
    words = [int(text[at : at + ELEMENT][::-1], 2) for at in range(0, ARGUMENT_BITS, ELEMENT)]
    return {"name": name, "number": number, "elements": elements, "decoded": got, "words": words}


def text() -> str:
    """Return the text of `tests/vectors/packing.json`."""
    layout = {
        "account_bits": ACCOUNT_BITS,
        "arguments": WIDTHS,
        "argument_bits": ARGUMENT_BITS,
        "stride": STRIDE,
    }
    return render("packing", {"layout": layout, "cases": cases()})
