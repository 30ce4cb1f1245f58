"""Groth16 (Groth, EUROCRYPT 2016, eprint 2016/260) over BLS12-381: setup, prove, verify."""
