"""Validity settlement: Groth16 over BLS12-381, from a program's constraints to a proof that L1 verifies."""
