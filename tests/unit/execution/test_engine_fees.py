"""The base fee follows demand."""

from hypothesis import given
from hypothesis import strategies as st

from rollup.execution.fees import fee_to_sign, next_base_fee

FEES = st.integers(1, 10**9)


@given(FEES, st.integers(0, 128))
def test_base_fee_rises_above_the_target_and_falls_below_it(base: int, used: int) -> None:
    after = next_base_fee(base, used, 128)
    assert after >= 1
    assert (after > base) == (used > 64)
    assert used >= 64 or after <= base
    assert abs(after - base) <= max(1, base // 8)


@given(FEES)
def test_full_batch_raises_by_an_eighth_and_an_empty_one_lowers_by_it(base: int) -> None:
    assert next_base_fee(base, 128, 128) == base + max(1, base // 8)
    assert next_base_fee(base, 0, 128) == max(1, base - base // 8)


@given(FEES)
def test_fee_to_sign_pays_the_base_fee(base: int) -> None:
    assert base <= fee_to_sign(base) <= base + base // 1024
