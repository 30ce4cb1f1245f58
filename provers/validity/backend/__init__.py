"""Groth16 as a settlement backend: keys, chunk proofs, and the payload that binds them to posted data."""

from provers.validity.backend.groth16 import Groth16Backend

__all__ = ["Groth16Backend"]
