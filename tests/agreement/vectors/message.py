"""The domain of a chain, what is signed of calls, and their signatures (SPEC §4, Domain of signatures; §5, the frame)."""

from collections.abc import Mapping, Sequence
from typing import Final

from rollup.crypto.eddsa import generate, sign
from rollup.crypto.poseidon2 import hash_items
from tests.agreement.vectors.packing import little_endian
from tests.agreement.vectors.words import R, render

CHAIN_ID: Final = 31337
ROLLUP: Final = bytes(range(0xA0, 0xB4))
PROGRAM: Final = bytes(range(0x20, 0x40))
SEED: Final = bytes(range(32))
ACCOUNT_BITS: Final = 20
WIDTHS: Final = ((), (64,), (255, 8, 255))
"""Of the arguments of actions 1, 2 and 3; so the arguments take 518 bits, three words, of which the last has 14."""
CALLS: Final = {
    "no arguments": (1, 4, 0, 0, ()),
    "one argument": (2, 7, 3, 1025 * 8, (2**64 - 1,)),
    "full elements": (3, 2**20 - 1, R - 2, 2047 << 31, (R - 1, 200, R - 2)),
}
"""Tag, sender, nonce, fee and arguments."""


def domain() -> int:
    """Return hash_items(CHAIN, [chain_id, rollup_address, program_id >> 128, program_id mod 2^128])."""
    program = int.from_bytes(PROGRAM, "big")
    return hash_items(6, [CHAIN_ID, int.from_bytes(ROLLUP, "big"), program >> 128, program % 2**128])


def words(tag: int, args: Sequence[int]) -> list[int]:
    """Return the words in which arguments are signed: their bits one after another, 252 a word."""
    text = "".join(little_endian(value, width) for value, width in zip(args, WIDTHS[tag - 1], strict=True))
    text = text.ljust(max(map(sum, WIDTHS)), "0")
    return [int(text[at : at + 252][::-1], 2) for at in range(0, len(text), 252)]


def message_of(call: Mapping[str, int], signed: Sequence[int]) -> list[int]:
    """Return the elements that are signed."""
    number = call["nonce"] * 2 ** (42 + ACCOUNT_BITS + 8) + call["fee"] * 2 ** (ACCOUNT_BITS + 8)
    return [call["domain"], (number + call["sender"] * 2**8 + call["tag"]) % R, *signed]


def cases() -> list[dict[str, object]]:
    """Return every call with its message and signature, and with each thing changed that the signature binds."""
    rows = []
    key = generate(SEED)
    for name, (tag, sender, nonce, fee, args) in CALLS.items():
        call = {"domain": domain(), "sender": sender, "nonce": nonce, "tag": tag, "fee": fee}
        signed = words(tag, args)
        r_y, r_sign, s = sign(key, message_of(call, signed))
        signature = {"r_y": r_y, "r_sign": r_sign, "s": s}

        def case(what: str, call: Mapping[str, int], signed: Sequence[int]) -> dict[str, object]:
            return {
                "name": f"{name}, {what}" if what else name,  # noqa: B023
                **call,
                "words": signed,
                "message": message_of(call, signed),
                "signature": signature,  # noqa: B023
                "valid": not what,
            }

        rows.append({**case("", call, signed), "arguments": args})
        rows += [case(f"another {part}", {**call, part: call[part] ^ 1}, signed) for part in call]
        rows += [
            case(f"another word {k}", call, [*signed[:k], signed[k] ^ bit, *signed[k + 1 :]])
            for k, bit in ((0, 1), (1, 2**251), (2, 2**13))
        ]
    return rows


def text() -> str:
    """Return the text of `tests/vectors/message.json`."""
    key = generate(SEED)
    chain = {"chain_id": CHAIN_ID, "rollup": ROLLUP.hex(), "program_id": PROGRAM.hex(), "domain": domain()}
    signer = {"seed": SEED.hex(), "public": key.public}
    return render(
        "message", {"chain": chain, "signer": signer, "account_bits": ACCOUNT_BITS, "widths": WIDTHS, "cases": cases()}
    )
