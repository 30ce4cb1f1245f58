"""Signatures, right and hostile, for every implementation of the one equation; `python -m tests.unit.crypto.eddsa_cases` writes them to the vectors.

Keys, nonces and messages are fixed numbers, so the file can be written again. Each case says what SOUNDNESS 6 says of it.
"""

import json
import sys
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from rollup.crypto import jubjub
from rollup.crypto.eddsa import MAX_ITEMS, SCALAR_LIMIT, SecretKey, Signature, challenge, generate, sign
from rollup.crypto.fr import GENERATOR as PRIMITIVE
from rollup.crypto.fr import R
from rollup.crypto.jubjub import GENERATOR, IDENTITY, ORDER, Point

SOURCE = (
    "made by tests/unit/crypto/eddsa_cases.py from docs/spec/machine.md §1; no other implementation of this scheme is known. "
    "The curve and Poseidon2 in it are checked against published points and vectors"
)
TORSION = jubjub.multiply(ORDER, jubjub.FULL_GENERATOR)
"""Of order 8."""
MESSAGE = (0x2A,)


class Case(NamedTuple):
    """One verification and its right answer."""

    name: str
    public: Point
    message: tuple[int, ...]
    signature: Signature
    valid: bool


def forge(
    secret: SecretKey, nonce: int, *, key_part: Point = IDENTITY, r_part: Point = IDENTITY, large: bool = False
) -> Case:
    """Sign the first number from 0 on whose s is below 2^251 (or, if `large`, is not), with components of small order added to the key and to R.

    The cofactored equation accepts it.
    """
    public = jubjub.add(secret.public, key_part)
    r = jubjub.add(jubjub.multiply(nonce, GENERATOR), r_part)
    for number in count():
        s = (nonce + challenge(r, public, (number,)) * secret.scalar) % ORDER
        if (s >= SCALAR_LIMIT) == large:
            return Case("", public, (number,), Signature(r.y, r.x & 1, s), valid=not large)
    raise AssertionError("numbers do not end")


def key_of(scalar: int) -> SecretKey:
    """Return a key of a scalar that everybody knows."""
    return SecretKey(scalar % ORDER, bytes(32), jubjub.multiply(scalar, GENERATOR))


def cases() -> Iterator[Case]:
    """Yield every case; names are unique."""
    secret = generate(bytes(range(32)))
    key, good = secret.public, sign(secret, MESSAGE)
    yield Case("valid", key, MESSAGE, good, valid=True)
    for message in (0, 1, R - 1):
        yield Case(f"valid, message {message:#x}", key, (message,), sign(secret, (message,)), valid=True)
    yield from _lengths(secret)
    yield from _malleated(key, good)
    yield from _large_scalars(secret)
    yield from _wrong_keys(secret, good)
    yield from _small_components(secret)
    yield from _known_multiples()


def _lengths(secret: SecretKey) -> Iterator[Case]:
    """Yield messages of other lengths: what is signed with one is signed with no other."""
    key = secret.public
    for length in (2, 3, 4, 6, MAX_ITEMS):
        message = tuple(range(100, 100 + length))
        good = sign(secret, message)
        yield Case(f"valid, {length} elements", key, message, good, valid=True)
        for name, other in (
            ("without the last", message[:-1]),
            ("and a zero", (*message, 0)),
            ("with the last changed", (*message[:-1], 0)),
            ("the first two exchanged", (message[1], message[0], *message[2:])),
        ):
            yield Case(f"{length} elements, {name}", key, other, good, valid=False)
    yield Case("no message", key, (), sign(secret, (0,)), valid=False)
    yield Case("message with an element of R", key, (1, R), sign(secret, (1, 0)), valid=False)


def _large_scalars(secret: SecretKey) -> Iterator[Case]:
    """Yield s that satisfy the equation and have bit 251; below L and past it."""
    for nonce in (5, 6):
        yield forge(secret, nonce, large=True)._replace(name=f"s from 2^251 and below L, nonce {nonce}")
    for nonce in count(7):
        small = forge(secret, nonce)
        if small.signature.s + ORDER < 2 * SCALAR_LIMIT:
            past = small.signature._replace(s=small.signature.s + ORDER)
            yield small._replace(name="s plus L, of 252 bits", signature=past, valid=False)
            return


def _known_multiples() -> Iterator[Case]:
    """Yield keys and R that are small multiples of B, or each other's, where sums of points that are not complete could meet."""
    for scalar in (1, 2, 3, 4, 8, 1 << 128, pow(2, -1, ORDER)):
        for nonce in dict.fromkeys((0, 1, -1, scalar, -scalar)):
            made = forge(key_of(scalar), nonce % ORDER)
            name = f"key {scalar:#x} B, R {nonce:#x} B"
            yield made._replace(name=name)
            if nonce == 1:
                wrong = made.signature._replace(s=made.signature.s ^ 1)
                yield made._replace(name=f"{name}, another s", signature=wrong, valid=False)
    for scalar in (-1, -2, -4):
        # c·A is a little less than L times B: only with a large R is s small.
        yield forge(key_of(scalar), 1 << 140)._replace(name=f"key {scalar} B, R 2^140 B")
        yield forge(key_of(scalar), 1, large=True)._replace(name=f"key {scalar} B, R B, s from 2^251")


def _malleated(key: Point, good: Signature) -> Iterator[Case]:
    def case(name: str, message: tuple[int, ...] = MESSAGE, **changes: int) -> Case:
        return Case(name, key, message, good._replace(**changes), valid=False)

    (signed,) = MESSAGE
    yield case("another message", message=(signed + 1,))
    yield case("message plus R", message=(signed + R,))
    yield case("message negative", message=(signed - R,))
    yield case("s plus L", s=good.s + ORDER)
    yield case("s plus R", s=good.s + R)
    yield case("s negated", s=ORDER - good.s)
    yield case("s minus L", s=good.s - ORDER)
    yield case("s zero", s=0)
    yield case("s one", s=1)
    yield case("s equal to L", s=ORDER)
    yield case("s of all ones below 2^251", s=SCALAR_LIMIT - 1)
    yield case("s 2^251", s=SCALAR_LIMIT)
    yield case("s 2^250", s=SCALAR_LIMIT >> 1)
    yield case("s of all ones", s=2 * SCALAR_LIMIT - 1)
    # The sum of digits ±1 and ±3 that stands for 2s, without its two highest bits, is one less than L, or L itself in full.
    yield case("s whose digits sum to -L", s=(2 * SCALAR_LIMIT - 1 - ORDER) // 2)
    yield case("s whose digits sum to L", s=(2 * SCALAR_LIMIT - 1 + ORDER) // 2)
    yield case("r_y plus R", r_y=good.r_y + R)
    yield case("r_y minus R", r_y=good.r_y - R)
    yield case("r_y of the negated point's other sign", r_sign=1 - good.r_sign)
    yield case("r_sign two", r_sign=2 + good.r_sign)
    yield case("r_sign negative", r_sign=-1)
    yield case("r_y of no point", r_y=next(y for y in range(2, R) if jubjub.decompress(y, 0) is None))
    yield case("r_y zero", r_y=0)
    yield case("r_y of another point", r_y=GENERATOR.y)


def _wrong_keys(secret: SecretKey, good: Signature) -> Iterator[Case]:
    key = secret.public

    def case(name: str, public: Point, signature: Signature = good) -> Case:
        return Case(name, public, MESSAGE, signature, valid=False)

    yield case("another key", jubjub.double(key))
    yield case("key negated", jubjub.negate(key))
    yield case("key's x plus R", Point(key.x + R, key.y))
    yield case("key's y plus R", Point(key.x, key.y + R))
    yield case("key's x negative", Point(key.x - R, key.y))
    yield case("key off the curve", Point(key.x, key.y + 1))
    yield case("key off the curve, all zero", Point(0, 0))
    yield case("key's coordinates exchanged", Point(key.y, key.x))
    yield _key_on_the_line()
    nonce = 0x1234567
    r = jubjub.multiply(nonce, GENERATOR)
    for order in (1, 2, 4, 8):
        # The equation itself holds: 8(sB - R) = O and 8cA = O for every c.
        small = jubjub.multiply(8 // order, TORSION)
        yield case(f"key of order {order}", small, Signature(r.y, r.x & 1, nonce))


def _key_on_the_line() -> Case:
    """Forge with a key (0, y), y of order 3 in Fr: where the unified sum is used off the curve, (0, y) + (0, z) = (0, yz).

    8A is not the identity, R is, s = 0, and c is a multiple of 3: so 8cA is, and only the check that A is on the curve refuses.
    """
    public = Point(0, pow(PRIMITIVE, (R - 1) // 3, R))
    message = next((m,) for m in range(64) if challenge(IDENTITY, public, (m,)) % 3 == 0)
    return Case("key off the curve, x = 0", public, message, Signature(1, 0, 0), valid=False)


def _small_components(secret: SecretKey) -> Iterator[Case]:
    for order in (2, 4, 8):
        small = jubjub.multiply(8 // order, TORSION)
        yield forge(secret, 77, key_part=small)._replace(name=f"key with a component of order {order}")
        yield forge(secret, 78, r_part=small)._replace(name=f"R with a component of order {order}")
        both = forge(secret, 79, key_part=small, r_part=jubjub.negate(TORSION))
        yield both._replace(name=f"key with a component of order {order}, R with one of order 8")
        wrong = both.signature._replace(s=both.signature.s ^ 1)
        yield both._replace(name=f"the same with another s, order {order}", signature=wrong, valid=False)
        alone = forge(secret, 0, r_part=small)
        yield alone._replace(name=f"R of order {order}")
    for name, r_part in (("identity", IDENTITY), ("point of order two", Point(0, R - 1))):
        zero = forge(secret, 0, r_part=r_part)
        yield zero._replace(name=f"R the {name}, x = 0 with sign 0")
        signed = zero.signature._replace(r_sign=1)
        yield zero._replace(name=f"R the {name}, x = 0 with the wrong sign", signature=signed, valid=False)


def render() -> str:
    """Return the text of `tests/vectors/eddsa.json`; numbers are decimal strings, for some are negative or longer than 256 bits."""
    rows = [
        {
            "name": case.name,
            "public": [str(case.public.x), str(case.public.y)],
            "message": [str(item) for item in case.message],
            "signature": {name: str(value) for name, value in case.signature._asdict().items()},
            "valid": case.valid,
        }
        for case in cases()
    ]
    return json.dumps({"source": SOURCE, "cases": rows}, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
