"""The domain of a chain, messages and their signatures (SPEC §4, Domain of signatures; §5, the frame)."""

from typing import Final

from rollup.crypto.eddsa import generate, sign
from rollup.crypto.poseidon2 import hash_items
from tests.agreement.vectors.words import R, render

CHAIN_ID: Final = 31337
ROLLUP: Final = bytes(range(0xA0, 0xB4))
PROGRAM: Final = bytes(range(0x20, 0x40))
SEED: Final = bytes(range(32))
ARGUMENTS: Final = 3
"""Words that are signed in this program; those that an action lacks are 0."""
CALLS: Final = {
    "no arguments": (1, 1, 0, 0, ()),
    "one argument": (2, 7, 3, 1025 * 8, (2**64 - 1,)),
    "full elements": (3, 2**20 - 1, R - 1, 2047 << 31, (R - 1, 0, R - 2)),
}
"""Tag, sender, nonce, fee and arguments."""


def domain() -> int:
    """Return hash_items(CHAIN, [chain_id, rollup_address, program_id >> 128, program_id mod 2^128])."""
    program = int.from_bytes(PROGRAM, "big")
    return hash_items(6, [CHAIN_ID, int.from_bytes(ROLLUP, "big"), program >> 128, program % 2**128])


def cases() -> list[dict[str, object]]:
    """Return every call with its message and signature, and with each thing changed that the signature binds."""
    rows = []
    key = generate(SEED)
    for name, (tag, sender, nonce, fee, args) in CALLS.items():
        items = [domain(), sender, nonce, tag, fee, *args, *(0,) * (ARGUMENTS - len(args))]
        r_y, r_sign, s = sign(key, (hash_items(2, items),))
        call = {"tag": tag, "sender": sender, "nonce": nonce, "fee": fee, "arguments": args}
        signature = {"r_y": r_y, "r_sign": r_sign, "s": s}
        for place, what in enumerate(
            ("", "another domain", "another sender", "another nonce", "another tag", "another fee")
        ):
            read = [item + (what != "" and k == place - 1) for k, item in enumerate(items)]
            read = [item % R for item in read]
            changed = dict(zip(("sender", "nonce", "tag", "fee"), read[1:5], strict=True))
            rows.append(
                {
                    "name": f"{name}, {what}" if what else name,
                    "domain": read[0],
                    **call,
                    **changed,
                    "message": hash_items(2, read),
                    "signature": signature,
                    "valid": not what,
                }
            )
    return rows


def text() -> str:
    """Return the text of `tests/vectors/message.json`."""
    key = generate(SEED)
    chain = {"chain_id": CHAIN_ID, "rollup": ROLLUP.hex(), "program_id": PROGRAM.hex(), "domain": domain()}
    signer = {"seed": SEED.hex(), "public": key.public}
    return render("message", {"chain": chain, "signer": signer, "words": ARGUMENTS, "cases": cases()})
