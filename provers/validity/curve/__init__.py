"""G1 and G2 of BLS12-381: points, their bytes, pairing checks, sums of multiples (MSM) and tables of multiples."""
