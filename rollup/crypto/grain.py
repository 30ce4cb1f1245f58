"""The Grain generator in self-shrinking mode, from which Poseidon2 takes its constants.

SPEC: Poseidon, ePrint 2019/458, appendix F: the LFSR, its output, and the rejection of values not below the modulus.
"""

from collections.abc import Iterator

from rollup.crypto.fr import R

FIELD_BITS = 255
_TAPS = (62, 51, 38, 23, 13, 0)
_MASK = (1 << 80) - 1


def seed(width: int, full_rounds: int, partial_rounds: int) -> list[int]:
    """Return the LFSR's first 80 bits: field = 1 (2 bits), sbox = 0 (4), n (12), t (12), R_F (10), R_P (10), thirty ones."""
    text = f"{1:02b}{0:04b}{FIELD_BITS:012b}{width:012b}{full_rounds:010b}{partial_rounds:010b}" + "1" * 30
    return [int(bit) for bit in text]


def _clock(state: list[int]) -> Iterator[int]:
    while True:
        bit = 0
        for tap in _TAPS:
            bit ^= state[tap]
        del state[0]
        state.append(bit)
        yield bit


def bits(width: int, full_rounds: int, partial_rounds: int) -> Iterator[int]:
    """Yield the self-shrinking generator's output, after 160 clocks are dropped: of each pair, the second bit if the first is one."""
    raw = _clock(seed(width, full_rounds, partial_rounds))
    for _ in range(160):
        next(raw)
    while True:
        first, second = next(raw), next(raw)
        if first:
            yield second


def integer(stream: Iterator[int]) -> int:
    """Take 255 bits, most significant first; the result may be R or more."""
    value = 0
    for _ in range(FIELD_BITS):
        value = value << 1 | next(stream)
    return value


def element(stream: Iterator[int]) -> int:
    """Take integers until one is below R."""
    while (value := integer(stream)) >= R:
        pass
    return value
