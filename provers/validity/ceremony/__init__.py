"""The multi-party setup of Groth16's second phase (Bowe, Gabizon, Miers, eprint 2017/1050) over powers of tau."""
