"""Binary files of circom and snarkjs over BLS12-381, strictly parsed: `.r1cs`, `.wtns`, `.ptau`."""
