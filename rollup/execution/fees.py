"""What a sequencer asks for a transaction. Policy only: the machine charges what was signed (SOUNDNESS 17)."""

from rollup.batch.packed_fee import round_up_fee

CHANGE = 8
"""A full batch raises the base fee by 1/8, an empty one lowers it by as much."""


def next_base_fee(base_fee: int, used: int, capacity: int, floor: int = 1) -> int:
    """Return the base fee after a batch that held `used` of `capacity` transactions, in gwei.

    base' = base + base · (used - target) / (8 · target) with target = capacity / 2, rounded towards the old fee, except that a batch above
    the target always raises it (the shape of EIP-1559); never less than `floor`.
    """
    assert 0 <= used <= capacity, "a batch holds no more than its capacity"
    distance = 2 * used - capacity
    change = base_fee * abs(distance) // (capacity * CHANGE)
    return max(floor, base_fee + max(change, 1) if distance > 0 else base_fee - change)


def fee_to_sign(base_fee: int) -> int:
    """Return the smallest fee that can be written and pays the base fee, in gwei."""
    return round_up_fee(base_fee)
