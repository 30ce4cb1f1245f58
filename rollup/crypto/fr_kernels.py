"""Fr for kernels: `FR` and its operations under module names."""

from rollup.crypto.fr import R
from rollup.crypto.inversion import inverse_body
from rollup.crypto.limbs import MontgomeryField

FR = MontgomeryField("fr", R, 4)
SIZE = FR.size
"""Bytes of an element."""

fr_mul, fr_sqr, fr_add, fr_sub, fr_neg, fr_dbl = FR.mul, FR.sqr, FR.add, FR.sub, FR.neg, FR.dbl
fr_inverse = FR.define("inverse", 1, inverse_body(FR.code))
"""`(result, a)`: 1/a of integers, not in Montgomery form; 0 for 0. Some 130 times a product's time."""
fr_copy, fr_is_zero, fr_eq, fr_less = FR.copy, FR.is_zero, FR.eq, FR.less
