"""Headers and their hashes, and batches with the header after each step, worked out by hand (SPEC §3, §4)."""

from collections.abc import Mapping, Sequence
from typing import Final

from rollup.crypto.eddsa import SecretKey, generate, sign
from rollup.crypto.poseidon2 import compress4, hash_items
from tests.agreement.vectors.packing import elements_of_bits, pack
from tests.agreement.vectors.words import R, hash_words, render

END: Final = 0xFFFF
ACCOUNT_BITS, STRIDE, DEPTH = 4, 9, 3
KEY_BITS: Final = ACCOUNT_BITS
"""Of the counter: both tables have an account for a key."""
DOMAIN: Final = 0xD0
KEY: Final[SecretKey] = generate(bytes([1]) * 32)
FULL_BALANCE: Final = 2**64 - 1

HEADERS: Final = {
    "genesis": (0, 0, 0, 0, 1, 0),
    "counting up": (1, 2, 3, 4, 5, 6),
    "largest": (R - 1, R - 1, 2**64 - 1, 2**64 - 1, 2**32, 2**64 - 1),
}
STEP_HEADERS: Final = {
    "zeros": (0,) * 8,
    "counting up": (1, 2, 3, 4, 5, 6, 7, 8),
    "terminal": (R - 1, 5, 1, 32, 6, END, 0, 161),
    "largest": (R - 1, R - 1, 2**64 - 1, 2**64 - 1, 2**32, END, 2**64 - 1, 2**64 - 1),
}

ALICE: Final = (*KEY.public, 0xA1, 7, 1000)
BOB: Final = (5, 6, 0xA2, 0, FULL_BALANCE)
"""Records of accounts 1 and 2; Bob's key is off the curve, and he can be paid nothing."""
Records = Mapping[int, Sequence[int]]
STATE: Final[Records] = {1: ALICE, 2: BOB, 1 << KEY_BITS | 1: (41,)}
"""By tree index: two accounts, and Alice's count."""


def leaf(record: Sequence[int]) -> int:
    """Return the leaf of an account or of a count (SPEC §2)."""
    if not any(record):
        return 0
    return hash_items(1, record) if len(record) == 1 else hash_items(9, [hash_items(10, record[:3]), *record[3:]])


def root(records: Records) -> int:
    """Return the root of the 4-ary tree (SPEC §2)."""
    nodes = {index: leaf(record) for index, record in records.items()}
    empty = 0
    for _ in range(DEPTH):
        parents = {place >> 2 for place in nodes}
        nodes = {p: compress4(*(nodes.get(4 * p + k, empty) for k in range(4))) for p in parents}
        empty = compress4(empty, empty, empty, empty)
    return nodes[0]


def header(changed: Records, **words: int) -> tuple[int, ...]:
    """Return the step header over the state with some records changed; words that are not given are those before the batch."""
    usual = {"withdrawals": 11, "count": 3, "inbox": 0, "next_account": 3, "cursor": 0, "fees": 0, "step": 0}
    return (root({**STATE, **changed}), *(usual | words).values())


def added(step: int, *, forged: int = 0) -> list[int]:
    """Return the elements of one call of `add` by Alice for a fee of 5, signed, and after that changed by one bit if it is forged."""
    # Nonce 7, fee 5, account 1, action 2. The widest action has 224 bits of arguments, so they are one word.
    r_y, r_sign, s = sign(KEY, (DOMAIN, ((7 << 42 | 5) << ACCOUNT_BITS | 1) << 8 | 2, step))
    parts = [(2, 8), (1, ACCOUNT_BITS), (5, 16), (s ^ forged, 252), (r_sign, 1), (step, 32)]
    return [r_y, 0, 0, 0, *elements_of_bits(pack(parts, STRIDE))]


def batches() -> dict[str, dict[str, object]]:
    """Return messages, elements and payee of each batch, and header, status and reason of each of its steps."""
    paid = {1: (*ALICE[:3], 8, 995)}
    counted = {**paid, 1 << KEY_BITS | 1: (42,)}
    new = {3: (9, 10, 0xB0, 0, 64)}
    gone = hash_items(4, [11, 0xB0, 64])
    return {
        "nothing": _batch(0, [(header({}, cursor=END, step=1), 1, 0)]),
        "a registration": _batch(
            0,
            [
                (header(new, inbox=1, next_account=4, step=1), 0, 0),
                (header(new, inbox=1, next_account=4, cursor=END, step=2), 1, 0),
            ],
            messages=[(1, 0, 9, 10, 0xB0, 64)],
        ),
        "a deposit that nobody can take": _batch(
            0,
            [
                (header({}, withdrawals=gone, count=4, inbox=1, step=1), 1, 0),
                (header({}, withdrawals=gone, count=4, inbox=1, cursor=END, step=2), 1, 0),
            ],
            messages=[(1, 2, 9, 10, 0xB0, 64)],
        ),
        "an applied call, whose sender gets the fee back": _batch(
            1,
            [
                (header(counted, cursor=1, fees=5, step=1), 0, 0),
                (header({**counted, 1: (*ALICE[:3], 8, 1000)}, cursor=END, step=2), 0, 0),
            ],
            elements=added(1),
        ),
        "a failed call, whose fee is burnt": _batch(
            2,
            [
                (header(paid, cursor=1, fees=5, step=1), 1, 0),
                (header(paid, cursor=END, step=2), 1, 0),
            ],
            elements=added(2**32 - 1),
        ),
        "a forged call": _batch(
            1,
            [(header({}, cursor=1, step=1), 2, 3), (header({}, cursor=END, step=2), 0, 0)],
            elements=added(1, forged=1),
        ),
        "elements of 253 bits": _batch(
            1,
            [
                (header(counted, cursor=1, fees=5, step=1), 0, 0),
                (header({**counted, 1: (*ALICE[:3], 8, 1000)}, cursor=END, step=2), 0, 0),
            ],
            elements=[*added(1)[:4], *(2**252 | element for element in added(1)[4:])],
        ),
        "a call with the r_y in another's place": _batch(
            1,
            [(header({}, cursor=1, step=1), 2, 3), (header({}, cursor=END, step=2), 0, 0)],
            elements=[0, added(1)[0], 0, 0, *added(1)[4:]],
        ),
    }


def _batch(
    payee: int,
    steps: Sequence[tuple[tuple[int, ...], int, int]],
    *,
    messages: Sequence[tuple[int, ...]] = (),
    elements: Sequence[int] = (),
) -> dict[str, object]:
    named = [{"header": words, "status": status, "reason": reason} for words, status, reason in steps]
    return {"payee": payee, "messages": list(messages), "elements": list(elements), "steps": named}


def text() -> str:
    """Return the text of `tests/vectors/header.json`."""
    hashed = [
        [{"name": name, "words": words, "hash": hash_words(words)} for name, words in table.items()]
        for table in (HEADERS, STEP_HEADERS)
    ]
    state = {
        "domain": DOMAIN,
        "header": header({}),
        "records": [{"index": index, "attributes": record} for index, record in STATE.items()],
    }
    rows = [{"name": name, **batch} for name, batch in batches().items()]
    return render("header", {"headers": hashed[0], "step_headers": hashed[1], "state": state, "batches": rows})
