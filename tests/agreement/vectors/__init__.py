"""Makers of the vectors that Python, Vyper and constraints read alike."""
